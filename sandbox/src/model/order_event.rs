//! An order event: a capture or refund of a part of an order. It is recorded and deleted, and never changes.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::index;
use crate::table::Row;

use super::sent::Sent;

#[derive(Clone, Serialize, Deserialize)]
pub struct OrderEvent {
    /// In lower case, unlike most ids.
    pub id: String,
    pub product: String,
    /// The order, which may have been deleted since.
    pub order_id: String,
    pub partner_event_id: Option<String>,
    pub network_transaction_id: String,
    /// `CAPTURED`, as the API writes it.
    pub kind: String,
    /// In minor units.
    pub amount: i64,
    /// In the unit of the program's rewards; absent if the request had none.
    pub rewards: Option<i64>,
    pub currency: String,
    /// The request, for the fields that answers name as well.
    pub sent: Sent,
}

impl Row for OrderEvent {
    const LEAVES_ITS_PLACE: bool = true;

    fn id(&self) -> &str {
        &self.id
    }

    fn indexes(&self) -> Vec<(&'static str, String)> {
        let partner = self.partner_event_id.as_deref().map(|id| ("partner_event_id", index::text(&self.product, id)));
        let others = [
            ("product", self.product.clone()),
            ("order_event_id", index::id(&self.product, &self.id)),
            ("order_id", index::id(&self.product, &self.order_id)),
            ("network_transaction_id", index::text(&self.product, &self.network_transaction_id)),
        ];
        others.into_iter().chain(partner).collect()
    }
}

impl OrderEvent {
    /// What answers show.
    pub fn view(&self) -> Map<String, Value> {
        let mut view = Map::new();
        view.insert("order_event_id".into(), json!(self.id));
        view.insert("order_id".into(), json!(self.order_id));
        if let Some(id) = &self.partner_event_id {
            view.insert("partner_event_id".into(), json!(id));
        }
        view.insert("network_transaction_id".into(), json!(self.network_transaction_id));
        view.insert("type".into(), json!(self.kind));
        view.insert("amount".into(), json!(self.amount));
        if let Some(rewards) = self.rewards {
            view.insert("rewards_amount".into(), json!(rewards));
        }
        view.insert("currency".into(), json!(self.currency));
        view
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_found_and_shown_by_a_partners_id_only_if_it_has_one() {
        let event = OrderEvent {
            id: "e".into(),
            product: "P".into(),
            order_id: "o".into(),
            partner_event_id: None,
            network_transaction_id: "n".into(),
            kind: "CAPTURED".into(),
            amount: 5,
            rewards: None,
            currency: "USD".into(),
            sent: Sent::default(),
        };
        let has_index = |event: &OrderEvent| event.indexes().iter().any(|(name, _)| *name == "partner_event_id");
        assert!(!has_index(&event) && !event.view().contains_key("partner_event_id"));
        assert!(!event.view().contains_key("rewards_amount"));
        let named = OrderEvent { partner_event_id: Some("p-1".into()), rewards: Some(7), ..event };
        assert!(has_index(&named));
        assert_eq!((&named.view()["partner_event_id"], &named.view()["rewards_amount"]), (&json!("p-1"), &json!(7)));
    }
}
