//! Links between customers and accounts at the partner.

use serde_json::Value;

use crate::choices::Choice;
use crate::model::link::Link;
use crate::refusal::Refusal;
use crate::world::Tx;

use super::customers;
use super::request::{Asked, Reply};

/// `linkCustomerAccount`.
pub fn create(tx: &mut Tx<'_>, asked: &Asked<'_>) -> Result<Reply, Refusal> {
    let mut customer = customers::customer(tx, asked.argument("customer_id"))?;
    let partner_customer_id = asked.required("partner_customer_id")?;
    let value = format!("{}\n{partner_customer_id}", tx.product.key());
    let own = tx.state.links.get(&customer.id);
    let in_the_way = own.or_else(|| tx.state.links.first("partner_customer_id", &value)).cloned();
    if let Some(link) = in_the_way {
        tx.choose(Choice::LinkIsUnique);
        let message = if link.customer_id == customer.id {
            "the customer is linked to an account of the partner already"
        } else {
            "the account of the partner is linked to another customer"
        };
        let mut refusal = Refusal::new(409, "CUSTOMER_ALREADY_LINKED", message);
        if tx.settings.existing_link {
            refusal.beside.insert("existing_link".into(), show(asked, &link));
        }
        return Err(refusal);
    }
    let link = Link {
        customer_id: customer.id.clone(),
        product: tx.product.key().to_owned(),
        partner_customer_id: partner_customer_id.to_owned(),
        created_at: tx.now,
        updated_at: tx.now,
        sent: asked.body.clone(),
    };
    customer.partner_customer_id = Some(partner_customer_id.to_owned());
    customer.updated_at = tx.now;
    tx.state.customers.put(customer);
    tx.state.links.put(link.clone());
    Ok(Reply::of(show(asked, &link)))
}

fn show(asked: &Asked<'_>, link: &Link) -> Value {
    asked.shown(link.view(), &link.sent)
}
