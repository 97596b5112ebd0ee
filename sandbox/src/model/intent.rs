//! A transaction intent: `REQUIRES_CONFIRMATION -> CONFIRMED | CANCELED`, `CONFIRMED -> CANCELED`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::index;
use crate::instant::Instant;
use crate::table::Row;

use super::sent::Sent;

#[derive(Clone, Serialize, Deserialize)]
pub struct Intent {
    pub id: String,
    pub product: String,
    pub customer_id: String,
    pub payment_method_id: Option<String>,
    /// In minor units.
    pub amount: i64,
    pub currency: String,
    pub network_transaction_id: Option<String>,
    pub status: IntentStatus,
    /// Whether a transaction belongs to it.
    pub is_matched: bool,
    pub created_at: Instant,
    pub updated_at: Instant,
    /// The requests, for the fields that answers name as well.
    pub sent: Sent,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum IntentStatus {
    /// Of a product whose intents take two steps. The document's list of statuses lacks it, Imprint's guide has it.
    RequiresConfirmation,
    Confirmed,
    Canceled,
}

impl Row for Intent {
    fn id(&self) -> &str {
        &self.id
    }

    fn indexes(&self) -> Vec<(&'static str, String)> {
        let customer = index::id(&self.product, &self.customer_id);
        vec![("product", self.product.clone()), ("customer_id", customer)]
    }
}

impl IntentStatus {
    /// As the API writes it.
    pub fn text(self) -> &'static str {
        match self {
            Self::RequiresConfirmation => "REQUIRES_CONFIRMATION",
            Self::Confirmed => "CONFIRMED",
            Self::Canceled => "CANCELED",
        }
    }

    /// The status that a request names; it can name neither of the others.
    pub fn named(text: &str) -> Option<Self> {
        [Self::Confirmed, Self::Canceled].into_iter().find(|status| status.text() == text)
    }
}

impl Intent {
    /// The intent with what an update changes; None if it is canceled.
    pub fn updated(
        mut self,
        status: IntentStatus,
        amount: i64,
        body: &Map<String, Value>,
        at: Instant,
    ) -> Option<Self> {
        if self.status == IntentStatus::Canceled {
            return None;
        }
        self.status = status;
        self.amount = amount;
        let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
        self.currency = text("currency").unwrap_or(self.currency);
        self.network_transaction_id = text("network_transaction_id").or(self.network_transaction_id);
        self.sent.merge(body);
        self.updated_at = at;
        Some(self)
    }

    /// What answers show.
    pub fn view(&self) -> Map<String, Value> {
        let mut view = Map::new();
        view.insert("id".into(), json!(self.id));
        view.insert("customer_id".into(), json!(self.customer_id));
        view.insert("amount".into(), json!(self.amount));
        view.insert("currency".into(), json!(self.currency));
        view.insert("status".into(), json!(self.status.text()));
        view.insert("created_at".into(), json!(self.created_at.text()));
        view.insert("updated_at".into(), json!(self.updated_at.text()));
        let optional =
            [("payment_method_id", &self.payment_method_id), ("network_transaction_id", &self.network_transaction_id)];
        for (name, value) in optional {
            if let Some(value) = value {
                view.insert(name.into(), json!(value));
            }
        }
        view
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn intent(status: IntentStatus) -> Intent {
        Intent {
            id: "I".into(),
            product: "P".into(),
            customer_id: "C".into(),
            payment_method_id: None,
            amount: 100,
            currency: "USD".into(),
            network_transaction_id: None,
            status,
            is_matched: false,
            created_at: Instant::START,
            updated_at: Instant::START,
            sent: Sent::default(),
        }
    }

    #[test]
    fn canceled_is_final_and_all_else_may_be_confirmed_or_canceled() {
        use IntentStatus::{Canceled, Confirmed, RequiresConfirmation};
        for from in [RequiresConfirmation, Confirmed, Canceled] {
            for to in [Confirmed, Canceled] {
                let updated = intent(from).updated(to, 200, &Map::new(), Instant::START);
                assert_eq!(
                    updated.map(|intent| (intent.status, intent.amount)),
                    (from != Canceled).then_some((to, 200))
                );
            }
        }
        assert_eq!(IntentStatus::named("REQUIRES_CONFIRMATION"), None);
    }

    #[test]
    fn an_update_keeps_what_it_does_not_name() {
        let body =
            json!({"network_transaction_id": "n", "metadata": {"a": 1}}).as_object().cloned().unwrap_or_default();
        let first = intent(IntentStatus::Confirmed).updated(IntentStatus::Confirmed, 1, &body, Instant::START);
        let second = first.and_then(|intent| intent.updated(IntentStatus::Confirmed, 2, &Map::new(), Instant::START));
        let second = second.expect("it is not canceled");
        assert_eq!((second.currency.as_str(), second.network_transaction_id.as_deref()), ("USD", Some("n")));
        assert_eq!(second.sent.get("metadata"), Some(&json!({"a": 1})));
    }
}
