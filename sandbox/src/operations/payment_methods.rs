//! Payment methods: searching and reading them.

use serde_json::{Map, Value};

use crate::choices::Choice;
use crate::model::payment_method::PaymentMethod;
use crate::refusal::Refusal;
use crate::world::Tx;

use super::request::{Asked, Reply, find, of_product};
use super::{customers, list};

/// `searchPaymentMethods` and `searchPaymentMethodsPost`.
pub fn search(tx: &mut Tx<'_>, asked: &Asked<'_>) -> Result<Reply, Refusal> {
    let customer = asked.required("customer_id")?;
    let (kind, pan) = (asked.text("type"), asked.text("pan"));
    // Looked up as every id is, so that it is said if the letter case differs.
    if customers::customer(tx, customer).is_err() {
        tx.choose(Choice::PaymentMethodsOfUnknownCustomer);
    }
    let keep = |method: &PaymentMethod| {
        let has_pan = pan.is_none_or(|pan| method.card().is_some_and(|card| card.pan.expose() == pan));
        has_pan && kind.is_none_or(|kind| method.kind() == kind)
    };
    of(tx, asked, customer, Some(&keep))
}

/// `getPaymentMethods`.
pub fn of_customer(tx: &mut Tx<'_>, asked: &Asked<'_>) -> Result<Reply, Refusal> {
    let customer = customers::customer(tx, asked.argument("customer_id"))?;
    of(tx, asked, &customer.id, None)
}

/// `getPaymentMethod`.
pub fn get(tx: &mut Tx<'_>, asked: &Asked<'_>) -> Result<Reply, Refusal> {
    let method = payment_method(tx, asked.argument("payment_method_id"))?;
    note_pci(tx, asked);
    Ok(Reply::of(show(asked, &method)))
}

/// The payment method of an id, or the 404.
pub fn payment_method(tx: &mut Tx<'_>, id: &str) -> Result<PaymentMethod, Refusal> {
    find(tx, |state| &state.payment_methods, |method| &method.product, id)
        .ok_or_else(|| Refusal::not_found("PAYMENT_METHOD_NOT_FOUND_ERROR", "payment_method_id", "payment method", id))
}

/// The payment method that a body names, or the 400: it has to exist and be the customer's.
pub fn of_customer_in_body(tx: &mut Tx<'_>, id: &str, customer_id: &str) -> Result<PaymentMethod, Refusal> {
    let Ok(method) = payment_method(tx, id) else {
        return Err(Refusal::invalid("payment_method_id", "does not name a payment method"));
    };
    if method.customer_id != customer_id {
        tx.choose(Choice::PaymentMethodOfAnotherCustomer);
        return Err(Refusal::invalid("payment_method_id", "is a payment method of another customer"));
    }
    Ok(method)
}

fn of(
    tx: &mut Tx<'_>,
    asked: &Asked<'_>,
    customer: &str,
    keep: list::Keep<'_, PaymentMethod>,
) -> Result<Reply, Refusal> {
    note_pci(tx, asked);
    let value = of_product(tx, customer);
    let index = ("customer_id", value.as_str());
    list::page(tx, asked, |state| &state.payment_methods, index, keep, |method| show(asked, method))
}

fn note_pci(tx: &mut Tx<'_>, asked: &Asked<'_>) {
    if !asked.caller.permissions.pci {
        tx.choose(Choice::PciDetailsNeedPermission);
    }
}

fn show(asked: &Asked<'_>, method: &PaymentMethod) -> Value {
    asked.shown(method.view(asked.caller.permissions.pci), &Map::new())
}
