//! Links between customers and accounts at the partner.

use serde_json::{Map, Value};

use crate::choices::Choice;
use crate::model::link::Link;
use crate::model::sent::Sent;
use crate::refusal::Refusal;
use crate::world::Tx;

use super::request::{Asked, Reply, text_of_product};
use super::{customers, emit};

/// `linkCustomerAccount`.
pub fn create(tx: &mut Tx<'_>, asked: &Asked<'_>) -> Result<Reply, Refusal> {
    let partner_customer_id = asked.required("partner_customer_id")?;
    match link(tx, asked.argument("customer_id"), partner_customer_id, &asked.body)? {
        Outcome::New(link) => Ok(Reply::of(show(asked, &link))),
        Outcome::InTheWay(link, mut refusal) => {
            if tx.settings.existing_link {
                refusal.beside.insert("existing_link".into(), show(asked, &link));
            }
            Err(refusal)
        }
    }
}

/// The link that a customer makes in an app, which partners are told about.
pub fn link_in_app(tx: &mut Tx<'_>, customer_id: &str, partner_customer_id: &str) -> Result<(), Refusal> {
    match link(tx, customer_id, partner_customer_id, &Map::new())? {
        Outcome::New(link) => {
            emit::link(tx, &link.customer_id);
            Ok(())
        }
        Outcome::InTheWay(_, refusal) => Err(refusal),
    }
}

enum Outcome {
    New(Link),
    InTheWay(Link, Refusal),
}

fn link(
    tx: &mut Tx<'_>,
    customer_id: &str,
    partner_customer_id: &str,
    sent: &Map<String, Value>,
) -> Result<Outcome, Refusal> {
    let mut customer = customers::customer(tx, customer_id)?;
    let value = text_of_product(tx, partner_customer_id);
    let own = tx.state.links.get(&customer.id);
    let in_the_way = own.or_else(|| tx.state.links.first("partner_customer_id", &value));
    if let Some(link) = in_the_way.map(|link| Link::clone(link)) {
        tx.choose(Choice::LinkIsUnique);
        let message = if link.customer_id == customer.id {
            "the customer is linked to an account of the partner already"
        } else {
            "the account of the partner is linked to another customer"
        };
        return Ok(Outcome::InTheWay(link, Refusal::new(409, "CUSTOMER_ALREADY_LINKED", message)));
    }
    if tx.state.customers.find("partner_customer_id", &value).any(|(_, other)| other.id != customer.id) {
        tx.choose(Choice::LinkSharesPartnerId);
    }
    let link = Link {
        customer_id: customer.id.clone(),
        product: tx.product.key().to_owned(),
        partner_customer_id: partner_customer_id.to_owned(),
        created_at: tx.now,
        updated_at: tx.now,
        sent: Sent::from(sent),
    };
    customer.partner_customer_id = Some(partner_customer_id.to_owned());
    customer.updated_at = tx.now;
    tx.state.customers.put(customer);
    tx.state.links.put(link.clone());
    Ok(Outcome::New(link))
}

fn show(asked: &Asked<'_>, link: &Link) -> Value {
    asked.shown(link.view(), &link.sent)
}
