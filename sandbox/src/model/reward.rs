//! A reward: `PENDING -> AVAILABLE`, `PENDING_DEDUCTION -> DEDUCTED`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::index;
use crate::instant::Instant;
use crate::table::Row;

use super::sent::Sent;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Reward {
    pub id: String,
    pub product: String,
    pub customer_id: String,
    pub kind: RewardKind,
    /// Minor units of money, or points. Never negative.
    pub amount: i64,
    pub currency: String,
    pub status: RewardStatus,
    /// The event of a transaction that it is for.
    pub transaction_event_id: Option<String>,
    pub transaction_id: Option<String>,
    /// Whether the statement that closed its cycle has announced it.
    pub is_announced: bool,
    pub created_at: Instant,
    pub updated_at: Instant,
    /// What a request set, for the fields that answers name as well.
    pub sent: Sent,
}

/// What a reward is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum RewardKind {
    /// A purchase or a refund, in a product with rewards per event.
    Transaction,
    /// An offer that the customer took.
    Offer,
    /// Goodwill, or a gift.
    OneTime,
    /// A customer who was brought in.
    Referral,
    /// All purchases of a statement.
    Statement,
    /// All purchases that are due. The document's list of types lacks it, Imprint's guide has it.
    Delayed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RewardStatus {
    Pending,
    Available,
    PendingDeduction,
    Deducted,
}

impl RewardKind {
    /// As the API writes it.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Transaction => "TRANSACTION",
            Self::Offer => "OFFER",
            Self::OneTime => "ONE_TIME",
            Self::Referral => "REFERRAL",
            Self::Statement => "STATEMENT",
            Self::Delayed => "DELAYED",
        }
    }
}

impl RewardStatus {
    const ALL: [Self; 4] = [Self::Pending, Self::Available, Self::PendingDeduction, Self::Deducted];

    /// As the API writes it.
    pub fn text(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Available => "AVAILABLE",
            Self::PendingDeduction => "PENDING_DEDUCTION",
            Self::Deducted => "DEDUCTED",
        }
    }

    pub fn named(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.text() == text)
    }

    /// What a pending reward becomes; None if it is not pending.
    pub fn confirmed(self) -> Option<Self> {
        match self {
            Self::Pending => Some(Self::Available),
            Self::PendingDeduction => Some(Self::Deducted),
            Self::Available | Self::Deducted => None,
        }
    }
}

impl Row for Reward {
    fn id(&self) -> &str {
        &self.id
    }

    fn indexes(&self) -> Vec<(&'static str, String)> {
        let event = self.transaction_event_id.as_ref();
        let event = event.map(|id| ("event", index::id(&self.product, id)));
        let customer = index::id(&self.product, &self.customer_id);
        let open = (!self.is_announced).then(|| ("open", customer.clone()));
        [("product", self.product.clone()), ("customer_id", customer)].into_iter().chain(event).chain(open).collect()
    }

    /// In the list of a customer those that changed last come first.
    fn order(&self, index: &'static str) -> Option<i64> {
        (index == "customer_id").then(|| -self.updated_at.milliseconds())
    }
}

impl Reward {
    /// The reward once it is confirmed; None if it is not pending.
    pub fn confirmed(mut self, at: Instant) -> Option<Self> {
        self.status = self.status.confirmed()?;
        self.updated_at = at;
        Some(self)
    }

    /// The reward after the partner has set a status and an amount; None if its state does not allow that. What it has
    /// already may be set again.
    pub fn patched(mut self, status: Option<RewardStatus>, amount: Option<i64>, at: Instant) -> Option<Self> {
        let (to, amount) = (status.unwrap_or(self.status), amount.unwrap_or(self.amount));
        if to == self.status && amount == self.amount {
            return Some(self);
        }
        let confirmed = self.status.confirmed()?;
        if to != self.status && to != confirmed {
            return None;
        }
        self.status = to;
        self.amount = amount;
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
        view.insert("type".into(), json!(self.kind.text()));
        view.insert("created_at".into(), json!(self.created_at.text()));
        view.insert("updated_at".into(), json!(self.updated_at.text()));
        if let Some(id) = &self.transaction_event_id {
            view.insert("transaction_event_id".into(), json!(id));
        }
        view
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use RewardStatus::{Available, Deducted, Pending, PendingDeduction};

    fn reward(status: RewardStatus) -> Reward {
        Reward {
            id: "R".into(),
            product: "P".into(),
            customer_id: "C".into(),
            kind: RewardKind::Transaction,
            amount: 100,
            currency: "USD".into(),
            status,
            transaction_event_id: None,
            transaction_id: None,
            is_announced: false,
            created_at: Instant::START,
            updated_at: Instant::START,
            sent: Sent::default(),
        }
    }

    #[test]
    fn only_the_two_steps_that_exist_are_taken() {
        for from in RewardStatus::ALL {
            for to in RewardStatus::ALL {
                let patched = reward(from).patched(Some(to), None, Instant::START);
                let exists = from == to || matches!((from, to), (Pending, Available) | (PendingDeduction, Deducted));
                assert_eq!(patched.map(|reward| reward.status), exists.then_some(to), "{from:?} to {to:?}");
            }
        }
    }

    #[test]
    fn the_amount_changes_only_while_it_is_pending() {
        for (status, may) in [(Pending, true), (PendingDeduction, true), (Available, false), (Deducted, false)] {
            assert_eq!(reward(status).patched(None, Some(1), Instant::START).is_some(), may, "{status:?}");
            assert!(reward(status).patched(None, Some(100), Instant::START).is_some(), "the same again");
        }
        let both = reward(Pending).patched(Some(Available), Some(7), Instant::START);
        assert_eq!(both.map(|reward| (reward.status, reward.amount)), Some((Available, 7)));
    }
}
