//! Deliveries, as the page shows them.

use std::sync::Arc;
use std::time::SystemTime;

use serde_json::Value;

use crate::contract::Contract;
use crate::model::delivery::{Attempt, Delivery, DeliveryStatus};
use crate::model::endpoint::Endpoint;
use crate::server::{redacted_text, without_personal_data};

use super::super::Sandbox;
use super::Listed;

/// A delivery.
#[derive(Clone, Debug)]
pub(crate) struct DeliveryLine {
    pub id: String,
    /// The kind of the event.
    pub object: String,
    /// The URL of the endpoint, without its query.
    pub endpoint: String,
    pub at: SystemTime,
    pub status: DeliveryStatus,
    /// Whether the last attempt failed and no success was before.
    pub has_failed: bool,
    pub next_attempt: Option<SystemTime>,
    pub attempts: Vec<Attempt>,
    /// What is sent, without what the document marks as secret or personal.
    pub body: Value,
    pub can_be_replayed: bool,
}

impl Sandbox {
    /// The latest deliveries.
    pub(crate) fn deliveries_overview(&self, limit: usize) -> Listed<DeliveryLine> {
        let (rows, total) = self.account.read(|state| {
            let rows = state
                .deliveries
                .latest()
                .take(limit)
                .map(|delivery| (Arc::clone(delivery), state.endpoints.get(&delivery.endpoint_id).map(Arc::clone)));
            (rows.collect::<Vec<_>>(), state.deliveries.len())
        });
        // Bodies are read and redacted without keeping the account from others.
        let contract = self.account.settings.contract();
        let rows = rows.into_iter().map(|(delivery, endpoint)| line(contract, &delivery, endpoint.as_deref()));
        Listed { rows: rows.collect(), total }
    }

    /// How many events have happened.
    pub(crate) fn event_count(&self) -> usize {
        self.account.read(|state| state.events.len())
    }
}

fn line(contract: &Contract, delivery: &Delivery, endpoint: Option<&Endpoint>) -> DeliveryLine {
    let body = serde_json::from_str(&delivery.body).unwrap_or_default();
    let is_there = endpoint.is_some_and(|endpoint| !endpoint.is_removed);
    let is_busy = matches!(delivery.status, DeliveryStatus::Held | DeliveryStatus::Sending);
    DeliveryLine {
        id: delivery.id.clone(),
        object: delivery.object.clone(),
        endpoint: endpoint.map(|endpoint| endpoint.target.to_string()).unwrap_or_default(),
        at: delivery.at.system_time(),
        status: delivery.status,
        has_failed: delivery.has_failed(),
        next_attempt: (delivery.status == DeliveryStatus::Waiting).then(|| delivery.due.system_time()),
        attempts: delivery.attempts.iter().map(shown).collect(),
        body: without_personal_data(contract, &delivery.object, body),
        can_be_replayed: is_there && delivery.replay.is_none() && !is_busy,
    }
}

/// An attempt without its signature, and without long runs of digits in what the receiver answered.
fn shown(attempt: &Attempt) -> Attempt {
    Attempt { signature: String::new(), answer: redacted_text(&attempt.answer), ..attempt.clone() }
}
