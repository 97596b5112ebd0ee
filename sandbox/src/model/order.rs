//! An order: what a customer buys with a payment method. It has no states: it is recorded, replaced and deleted.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::index;
use crate::instant::Instant;
use crate::table::Row;

use super::sent::Sent;

#[derive(Clone, Serialize, Deserialize)]
pub struct Order {
    /// In lower case, unlike most ids.
    pub id: String,
    pub product: String,
    pub customer_id: String,
    pub payment_method_id: String,
    pub partner_order_id: String,
    /// In minor units.
    pub amount: i64,
    /// In the unit of the program's rewards; absent if the request had none.
    pub rewards: Option<i64>,
    pub currency: String,
    pub created_at: Instant,
    pub updated_at: Instant,
    /// The last request, for the fields that answers name as well.
    pub sent: Sent,
}

impl Row for Order {
    const LEAVES_ITS_PLACE: bool = true;

    fn id(&self) -> &str {
        &self.id
    }

    fn indexes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("product", self.product.clone()),
            ("id", index::id(&self.product, &self.id)),
            ("partner_order_id", index::text(&self.product, &self.partner_order_id)),
        ]
    }
}

impl Order {
    /// What answers show.
    pub fn view(&self) -> Map<String, Value> {
        let mut view = Map::new();
        view.insert("id".into(), json!(self.id));
        view.insert("customer_id".into(), json!(self.customer_id));
        view.insert("payment_method_id".into(), json!(self.payment_method_id));
        view.insert("partner_order_id".into(), json!(self.partner_order_id));
        view.insert("total_order_amount".into(), json!(self.amount));
        if let Some(rewards) = self.rewards {
            view.insert("total_rewards_amount".into(), json!(rewards));
        }
        view.insert("currency".into(), json!(self.currency));
        view.insert("created_at".into(), json!(self.created_at.text_in_seconds()));
        view.insert("updated_at".into(), json!(self.updated_at.text_in_seconds()));
        view
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn times_are_shown_in_seconds_and_rewards_only_if_there_are_any() {
        let order = Order {
            id: "o".into(),
            product: "P".into(),
            customer_id: "C".into(),
            payment_method_id: "M".into(),
            partner_order_id: "p-1".into(),
            amount: 5,
            rewards: None,
            currency: "USD".into(),
            created_at: Instant::START.plus(Duration::from_millis(7)),
            updated_at: Instant::START.plus(Duration::from_millis(1_999)),
            sent: Sent::default(),
        };
        let view = order.view();
        assert_eq!(view["created_at"], "2026-01-01T00:00:00Z");
        assert_eq!(view["updated_at"], "2026-01-01T00:00:01Z");
        assert!(!view.contains_key("total_rewards_amount"));
        let with_rewards = Order { rewards: Some(0), ..order };
        assert_eq!(with_rewards.view()["total_rewards_amount"], 0);
    }
}
