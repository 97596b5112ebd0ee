//! Offers: each product has one, and all its customers get it.

use serde_json::{Map, json};

use crate::choices::Choice;
use crate::refusal::Refusal;
use crate::world::Tx;

use super::customers;
use super::request::{Asked, Reply};

/// `getOffer`.
pub fn get(tx: &mut Tx<'_>, asked: &Asked<'_>) -> Result<Reply, Refusal> {
    let is_prescreened = match asked.text("partner_customer_id") {
        None => {
            tx.choose(Choice::OfferWithoutCustomer);
            false
        }
        Some(id) => {
            let kind = "PARTNER_CUSTOMER_NOT_FOUND_ERROR";
            let missing = || Refusal::not_found(kind, "partner_customer_id", "customer of the partner", id);
            customers::of_partner(tx, id).ok_or_else(missing)?.is_prescreened
        }
    };
    tx.choose(Choice::OfferIsOfTheProduct);
    let (title, description) = tx.product.own_offer();
    let view = Map::from_iter([
        ("id".to_owned(), json!(tx.state.ids.named("offer", tx.product.key()).to_ascii_lowercase())),
        ("is_prescreened".to_owned(), json!(is_prescreened)),
        ("title".to_owned(), json!(title)),
        ("description".to_owned(), json!(description)),
    ]);
    Ok(Reply::of(asked.shown(view, &Map::new())))
}
