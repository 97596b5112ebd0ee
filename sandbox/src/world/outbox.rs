//! The outbox: the deliveries of an event are made in the transaction that causes it, so that no event is announced and
//! lost, and none is sent that did not happen.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::instant::Instant;
use crate::model::chaos::{CHAOS, Chaos, Order};
use crate::model::delivery::{Attempt, Delivery, DeliveryStatus, Sending, Signature};
use crate::model::endpoint::Endpoint;
use crate::model::event::Event;
use crate::settings::Settings;

use super::state::State;
use super::timer::Deadline;
use super::transaction::Tx;

/// How long deliveries are held back at most, to be sent in another order.
const HELD_FOR: Duration = Duration::from_secs(1);

/// What is to be sent.
pub struct Parcel {
    /// The generation of the state that it was taken from: see [`State::generation`].
    pub generation: u64,
    pub delivery_id: String,
    pub object: String,
    pub body: Arc<str>,
    pub endpoint: Arc<Endpoint>,
    pub is_replay: bool,
    /// The signature to send; None for a new one.
    pub old_signature: Option<String>,
    /// When it is due, by the clock of the account.
    pub due: SystemTime,
    /// What time it is for the account.
    pub now: SystemTime,
}

impl Tx<'_> {
    /// Makes the deliveries of an event: one for each endpoint that takes it, unless chaos wants it otherwise.
    pub fn dispatch(&mut self, event: &Event) {
        let chaos = self.state.chaos.get(CHAOS).map(|chaos| Chaos::clone(chaos)).unwrap_or_default();
        let endpoints: Vec<_> =
            self.state.endpoints.find("all", "").map(|(_, endpoint)| Arc::clone(endpoint)).collect();
        let takers = endpoints.iter().filter(|endpoint| endpoint.takes(&event.object, &event.product));
        let body = self.body(event, &chaos);
        let mut left_to_drop = chaos.drop_next;
        for endpoint in takers {
            let is_dropped = left_to_drop > 0;
            left_to_drop = left_to_drop.saturating_sub(1);
            let copies = if is_dropped { 1 } else { chaos.copies.max(1) };
            for _ in 0..copies {
                let status = match chaos.order {
                    _ if is_dropped => DeliveryStatus::Dropped,
                    Order::AsTheyHappened if chaos.delay.is_zero() => DeliveryStatus::Sending,
                    Order::AsTheyHappened => DeliveryStatus::Waiting,
                    Order::Reversed(_) | Order::Shuffled => DeliveryStatus::Held,
                };
                self.put_delivery(event, endpoint, Arc::clone(&body), status, chaos.delay);
            }
            if let Order::Reversed(group) = chaos.order
                && self.state.deliveries.count("held", &endpoint.id, None) >= group
            {
                self.state.release(&endpoint.id);
            }
        }
        if left_to_drop != chaos.drop_next {
            self.state.chaos.put(Chaos { drop_next: left_to_drop, ..chaos });
            self.state.forget_deliveries(&self.settings.webhooks);
        }
    }

    /// What is sent about an event: its body, which is in the memory once, unless chaos changes it.
    fn body(&self, event: &Event, chaos: &Chaos) -> Arc<str> {
        if !chaos.nulls {
            return Arc::clone(&event.body);
        }
        match serde_json::from_str(&event.body) {
            Ok(body) => self.settings.contract().with_nulls(&event.object, &body).to_string().into(),
            Err(_) => Arc::clone(&event.body),
        }
    }

    fn put_delivery(
        &mut self,
        event: &Event,
        endpoint: &Endpoint,
        body: Arc<str>,
        status: DeliveryStatus,
        delay: Duration,
    ) {
        let delivery = Delivery {
            id: self.state.ids.next("delivery"),
            endpoint_id: endpoint.id.clone(),
            object: event.object.clone(),
            product: event.product.clone(),
            at: event.at,
            body,
            status,
            place: None,
            due: self.now.plus(delay),
            sending: None,
            replay: None,
            attempts: Vec::new(),
        };
        match status {
            DeliveryStatus::Waiting => self.set_timer(delivery.due, Deadline::Delivery(delivery.id.clone())),
            DeliveryStatus::Held if self.state.deliveries.first("held", &endpoint.id).is_none() => {
                self.set_timer(self.now.plus(HELD_FOR), Deadline::Held(endpoint.id.clone()));
            }
            _ => {}
        }
        self.state.deliveries.put(delivery);
    }
}

impl State {
    /// Whether something is being sent or is to be sent now.
    pub fn has_outgoing(&self) -> bool {
        self.deliveries.first("outgoing", "").is_some()
    }

    /// Lets go of all deliveries that are held back.
    pub fn release_all(&mut self) {
        let ids: Vec<_> = self.endpoints.find("all", "").map(|(_, endpoint)| endpoint.id.clone()).collect();
        for id in ids {
            self.release(&id);
        }
    }

    /// Lets go of the deliveries of an endpoint that are held back, in the order that chaos wants.
    pub fn release(&mut self, endpoint_id: &str) {
        let held: Vec<_> = self.deliveries.find("held", endpoint_id).map(|(n, held)| (n, Arc::clone(held))).collect();
        let places: Vec<u64> = held.iter().map(|(number, _)| *number).collect();
        let mut rows: Vec<_> = held.into_iter().map(|(_, row)| row).collect();
        match self.chaos.get(CHAOS).map(|chaos| chaos.order).unwrap_or_default() {
            Order::AsTheyHappened => {}
            Order::Reversed(group) => {
                rows = rows.chunks(group.max(1)).flat_map(|rows| rows.iter().rev().cloned()).collect()
            }
            Order::Shuffled => rows.sort_by_cached_key(|_| self.ids.next("shuffle")),
        }
        let now = self.clock.now();
        for (place, row) in places.into_iter().zip(rows) {
            let mut row = Delivery { place: Some(place), status: DeliveryStatus::Sending, ..Delivery::clone(&row) };
            if row.due > now.max(row.at) {
                row.status = DeliveryStatus::Waiting;
                self.set_timer(&row.product, row.due, Deadline::Delivery(row.id.clone()));
            }
            self.deliveries.put(row);
        }
    }

    /// A delivery that waited for a time is to be sent.
    pub fn wake(&mut self, id: &str, now: Instant) {
        let woken = self.deliveries.get(id).and_then(|delivery| Delivery::clone(delivery).woken(now));
        if let Some(delivery) = woken {
            self.deliveries.put(delivery);
        }
    }

    /// Removes an endpoint, and drops its deliveries that were not acknowledged.
    pub fn remove_endpoint(&mut self, endpoint: &Endpoint, settings: &Settings) {
        self.endpoints.put(Endpoint { is_removed: true, ..endpoint.clone() });
        let of_it = |one: &&Arc<Delivery>| one.endpoint_id == endpoint.id;
        let deliveries: Vec<_> = self.deliveries.all().filter(of_it).cloned().collect();
        for delivery in deliveries {
            self.deliveries.put(Delivery::clone(&delivery).without_endpoint());
        }
        self.forgive_dead(&endpoint.id);
        self.forget_deliveries(&settings.webhooks);
    }

    fn first_in_queue(&self, endpoint_id: &str) -> Option<Delivery> {
        self.deliveries.first("sendable", endpoint_id).map(|delivery| Delivery::clone(delivery))
    }

    /// Takes what is next for an endpoint out of its queue, to be sent.
    pub(super) fn next_parcel(&mut self, endpoint_id: &str) -> Option<Parcel> {
        let endpoint = self.endpoints.get(endpoint_id).filter(|endpoint| !endpoint.is_removed).map(Arc::clone)?;
        let next = self.first_in_queue(endpoint_id)?.begun();
        let now = self.clock.now().system_time();
        let is_replay = matches!(next.sending, Some(Sending::Replay(_)));
        let last = next.attempts.last().map(|attempt| attempt.signature.clone());
        let parcel = Parcel {
            generation: self.generation,
            delivery_id: next.id.clone(),
            object: next.object.clone(),
            body: Arc::clone(&next.body),
            endpoint,
            is_replay,
            old_signature: last.filter(|_| next.sending == Some(Sending::Replay(Signature::Old))),
            due: if is_replay { now } else { next.due.system_time() },
            now,
        };
        self.deliveries.put(next);
        Some(parcel)
    }

    /// Writes an attempt down. It is no change of the account, so a frozen clock does not move.
    ///
    /// An attempt that began before the state was replaced is left out: ids begin anew then, so another delivery may have
    /// the same id, and would count as acknowledged without having been sent.
    pub(super) fn attempted(&mut self, parcel: &Parcel, attempt: Attempt, settings: &Settings) {
        if parcel.generation != self.generation {
            return;
        }
        let known = self.deliveries.get(&parcel.delivery_id).map(|delivery| Delivery::clone(delivery));
        let Some(delivery) = known.filter(|delivery| delivery.sending.is_some()) else { return };
        // How long an attempt took is not seen by a clock that stands still.
        let from = if self.clock.is_frozen() { delivery.due } else { self.clock.now() };
        let delivery = delivery.attempted(attempt, settings.webhooks.retry, from);
        if delivery.status == DeliveryStatus::Waiting {
            self.set_timer(&delivery.product, delivery.due, Deadline::Delivery(delivery.id.clone()));
        }
        self.deliveries.put(delivery);
        self.forget_deliveries(&settings.webhooks);
    }
}
