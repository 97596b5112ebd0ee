//! Customers: searching, reading and changing them.

use serde_json::{Map, Value};

use crate::choices::Choice;
use crate::model::customer::Customer;
use crate::refusal::Refusal;
use crate::world::Tx;

use super::list;
use super::request::{Asked, Reply, find, text_of_product};

/// `searchCustomers` and `searchCustomersPost`: all filters that are given have to match.
pub fn search(tx: &mut Tx<'_>, asked: &Asked<'_>) -> Result<Reply, Refusal> {
    let partner = asked.text("partner_customer_id").map(|id| text_of_product(tx, id));
    let (ssn, born) = (asked.text("ssn"), asked.given("date_of_birth").and_then(Value::as_object));
    if ssn.is_some() || born.is_some() {
        tx.choose(Choice::PersonalFiltersAreExact);
    }
    if partner.is_none() && ssn.is_none() && born.is_none() {
        tx.choose(Choice::SearchWithoutFilterFindsAll);
    }
    let product = tx.product.key().to_owned();
    let index = match &partner {
        Some(partner) => ("partner_customer_id", partner.as_str()),
        None => ("product", product.as_str()),
    };
    let keep = |customer: &Customer| {
        let has_ssn = ssn.is_none_or(|ssn| customer.ssn.as_ref().is_some_and(|own| own.expose() == ssn));
        has_ssn && born.is_none_or(|date| customer.was_born(date))
    };
    let keep: list::Keep<'_, Customer> = if ssn.is_some() || born.is_some() { Some(&keep) } else { None };
    list::page(tx, asked, |state| &state.customers, index, keep, |customer| show(asked, customer))
}

/// `getCustomer`.
pub fn get(tx: &mut Tx<'_>, asked: &Asked<'_>) -> Result<Reply, Refusal> {
    Ok(Reply::of(show(asked, &customer(tx, asked.argument("customer_id"))?)))
}

/// `updateCustomer`.
pub fn update(tx: &mut Tx<'_>, asked: &Asked<'_>) -> Result<Reply, Refusal> {
    let before = customer(tx, asked.argument("customer_id"))?;
    let had_address = before.profile.get("address").cloned();
    let updated = before.updated(&asked.body, tx.now);
    if asked.body.contains_key("metadata") {
        tx.choose(Choice::UpdateReplacesMetadata);
    }
    if updated.profile.get("address") != had_address.as_ref() {
        tx.choose(Choice::UpdateKeepsCountry);
    }
    tx.state.customers.put(updated.clone());
    Ok(Reply::of(show(asked, &updated)))
}

/// The customer of an id, or the 404.
pub fn customer(tx: &mut Tx<'_>, id: &str) -> Result<Customer, Refusal> {
    find(tx, |state| &state.customers, |customer| &customer.product, id)
        .ok_or_else(|| Refusal::not_found("CUSTOMER_NOT_FOUND_ERROR", "customer_id", "customer", id))
}

/// The customer with a partner's id in the product.
pub fn of_partner(tx: &Tx<'_>, partner_customer_id: &str) -> Option<Customer> {
    let value = text_of_product(tx, partner_customer_id);
    tx.state.customers.first("partner_customer_id", &value).map(|customer| Customer::clone(customer))
}

/// A customer who did not exist before.
pub fn new_customer(tx: &mut Tx<'_>, partner_customer_id: Option<&str>, profile: Map<String, Value>) -> Customer {
    let id = tx.state.ids.next("customer");
    let mut customer = Customer::new(id, tx.product.key(), tx.now);
    customer.partner_customer_id = partner_customer_id.map(str::to_owned);
    customer.profile = profile;
    tx.state.customers.put(customer.clone());
    customer
}

fn show(asked: &Asked<'_>, customer: &Customer) -> Value {
    asked.shown(customer.view(), &customer.profile)
}
