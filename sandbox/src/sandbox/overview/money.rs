//! Transactions, rewards and orders, as the page shows them.

use std::time::SystemTime;

use super::super::Sandbox;
use super::{Listed, Who};

/// A transaction with its steps.
#[derive(Clone, Debug)]
pub(crate) struct TransactionLine {
    pub id: String,
    pub who: Who,
    pub payment_method_id: String,
    /// In minor units, as all amounts here.
    pub amount: i64,
    pub refunded: i64,
    pub currency: String,
    /// The name of the last step.
    pub status: &'static str,
    pub steps: Vec<StepLine>,
    /// Whether it belongs to a transaction intent.
    pub has_intent: bool,
    pub created_at: SystemTime,
    /// Which steps may come next; whether they are accepted depends on their amounts as well.
    pub next: Vec<&'static str>,
}

/// A step of a transaction.
#[derive(Clone, Debug)]
pub(crate) struct StepLine {
    pub event_id: String,
    pub status: &'static str,
    pub amount: i64,
    /// What is left of a capture, to be refunded; None for other steps.
    pub left: Option<i64>,
}

/// A reward.
#[derive(Clone, Debug)]
pub(crate) struct RewardLine {
    pub id: String,
    pub who: Who,
    pub kind: &'static str,
    /// Minor units of money, or points.
    pub amount: i64,
    pub currency: String,
    pub status: &'static str,
    pub is_pending: bool,
    pub created_at: SystemTime,
}

/// An order.
#[derive(Clone, Debug)]
pub(crate) struct OrderLine {
    pub id: String,
    pub partner_order_id: String,
    pub who: Who,
    pub amount: i64,
    pub rewards: Option<i64>,
    pub currency: String,
    /// Captures and refunds: the kind, the amount and the currency.
    pub events: Vec<(String, i64, String)>,
    pub created_at: SystemTime,
}

impl Sandbox {
    /// The latest transactions.
    pub(crate) fn transactions_overview(&self, limit: usize) -> Listed<TransactionLine> {
        self.account.read(|state| {
            let rows = state.transactions.latest().take(limit).map(|transaction| {
                let left = |event_id: &str| {
                    let capture = transaction.captures.iter().find(|capture| capture.event_id == event_id);
                    capture.map(|capture| capture.amount - capture.refunded)
                };
                let steps = transaction.steps.iter().map(|step| StepLine {
                    event_id: step.event_id.clone(),
                    status: step.status.text(),
                    amount: step.amount,
                    left: left(&step.event_id),
                });
                let mut next = Vec::new();
                if transaction.authorised.is_some() && !transaction.is_voided {
                    next.push("CAPTURED");
                    if transaction.captures.is_empty() {
                        next.extend(["UPDATED", "VOIDED"]);
                    }
                }
                if transaction.captures.iter().any(|capture| capture.amount > capture.refunded) {
                    next.push("REFUNDED");
                }
                TransactionLine {
                    id: transaction.id.clone(),
                    who: Who::of(state, &transaction.customer_id),
                    payment_method_id: transaction.payment_method_id.clone(),
                    amount: transaction.amount(),
                    refunded: transaction.captures.iter().map(|capture| capture.refunded).sum(),
                    currency: transaction.currency.clone(),
                    status: transaction.last().map_or("", |step| step.status.text()),
                    steps: steps.collect(),
                    has_intent: transaction.intent_id.is_some(),
                    created_at: transaction.created_at.system_time(),
                    next,
                }
            });
            Listed { rows: rows.collect(), total: state.transactions.len() }
        })
    }

    /// The latest rewards.
    pub(crate) fn rewards_overview(&self, limit: usize) -> Listed<RewardLine> {
        self.account.read(|state| {
            let rows = state.rewards.latest().take(limit).map(|reward| RewardLine {
                id: reward.id.clone(),
                who: Who::of(state, &reward.customer_id),
                kind: reward.kind.text(),
                amount: reward.amount,
                currency: reward.currency.clone(),
                status: reward.status.text(),
                is_pending: reward.status.confirmed().is_some(),
                created_at: reward.created_at.system_time(),
            });
            Listed { rows: rows.collect(), total: state.rewards.len() }
        })
    }

    /// The latest orders.
    pub(crate) fn orders_overview(&self, limit: usize) -> Listed<OrderLine> {
        self.account.read(|state| {
            let rows = state.orders.latest().take(limit).map(|order| {
                let value = crate::index::id(&order.product, &order.id);
                let events = state.order_events.find("order_id", &value);
                OrderLine {
                    id: order.id.clone(),
                    partner_order_id: order.partner_order_id.clone(),
                    who: Who::of(state, &order.customer_id),
                    amount: order.amount,
                    rewards: order.rewards,
                    currency: order.currency.clone(),
                    events: events.map(|(_, one)| (one.kind.clone(), one.amount, one.currency.clone())).collect(),
                    created_at: order.created_at.system_time(),
                }
            });
            Listed { rows: rows.collect(), total: state.orders.len() }
        })
    }
}
