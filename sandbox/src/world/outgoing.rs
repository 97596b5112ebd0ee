//! What the tasks that send webhooks ask of an account, and how others wait for them.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

use crate::instant::Instant;
use crate::model::delivery::{Attempt, Delivery, DeliveryStatus, Signature};

use super::account::Account;
use super::outbox::Parcel;

/// How much longer than an attempt may take it is waited for something to happen.
const GRACE: Duration = Duration::from_secs(5);

/// What is next for an endpoint.
pub enum Next {
    /// To send this.
    Send(Box<Parcel>),
    /// To wait until the account changes, at most this long if it is said.
    Wait(Option<Duration>),
}

/// Nothing has happened for longer than an attempt may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stuck;

impl Account {
    /// What changes of the account are seen by.
    pub fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// What is to be done for an endpoint now.
    pub fn next(&self, endpoint_id: &str) -> Next {
        let mut state = self.lock();
        let now = state.clock.now();
        self.catch_up(&mut state, now);
        match state.next_parcel(endpoint_id) {
            Some(parcel) => Next::Send(Box::new(parcel)),
            None if state.clock.is_frozen() => Next::Wait(None),
            None => {
                let due = state.next_timer().map(|timer| timer.due.milliseconds() - now.milliseconds());
                Next::Wait(due.map(|due| Duration::from_millis(u64::try_from(due).unwrap_or_default())))
            }
        }
    }

    /// Writes down what became of an attempt.
    pub fn attempted(&self, parcel: &Parcel, attempt: Attempt) {
        self.observer.attempted(&self.name, parcel, &attempt);
        self.lock().attempted(parcel, attempt, &self.settings);
        self.tell();
    }

    /// Lets go of the deliveries that are held back to be sent in another order.
    pub fn release(&self) {
        self.lock().release_all();
        self.tell();
    }

    /// Waits until nothing is being sent and nothing is to be sent now.
    ///
    /// # Errors
    ///
    /// If nothing happens for longer than an attempt may take.
    pub async fn quiet(&self) -> Result<(), Stuck> {
        self.until(|| {
            let mut state = self.lock();
            let now = state.clock.now();
            self.catch_up(&mut state, now);
            (!state.has_outgoing()).then_some(())
        })
        .await
    }

    /// Asks for a delivery to be sent again; how often it was before.
    ///
    /// # Errors
    ///
    /// Why it cannot be, in words.
    pub fn ask_for_replay(&self, delivery_id: &str, signature: Signature) -> Result<usize, String> {
        let mut state = self.lock();
        let delivery = state.deliveries.get(delivery_id).ok_or("there is no such delivery")?;
        if delivery.status == DeliveryStatus::Held {
            return Err("the delivery is held back by chaos; `settled` lets it go".into());
        }
        if state.endpoints.get(&delivery.endpoint_id).is_none_or(|endpoint| endpoint.is_removed) {
            return Err("the endpoint of the delivery was removed".into());
        }
        if delivery.replay.is_some() {
            return Err("the delivery is being sent again already".into());
        }
        let has_signature = delivery.attempts.last().is_some_and(|last| !last.signature.is_empty());
        if signature == Signature::Old && !has_signature {
            return Err("the delivery has no signature yet, since it was never sent".into());
        }
        let earlier = delivery.attempts.iter().filter(|attempt| attempt.is_replay).count();
        let asked = Delivery { replay: Some(signature), ..Delivery::clone(delivery) };
        state.deliveries.put(asked);
        drop(state);
        self.tell();
        Ok(earlier)
    }

    /// Waits until an event is found, for as long as it takes.
    pub async fn event<T>(&self, mut find: impl FnMut() -> Option<T>) -> T {
        let mut changes = self.changes();
        loop {
            changes.mark_unchanged();
            if let Some(found) = find() {
                return found;
            }
            // It fails only if the account is gone, which this borrows.
            let _ = changes.changed().await;
        }
    }

    /// Waits until something is found in the account.
    ///
    /// # Errors
    ///
    /// If nothing happens for longer than an attempt may take.
    pub async fn until<T>(&self, mut find: impl FnMut() -> Option<T>) -> Result<T, Stuck> {
        let mut changes = self.changes();
        loop {
            changes.mark_unchanged();
            if let Some(found) = find() {
                return Ok(found);
            }
            let patience = self.settings.webhooks.timeout.saturating_add(GRACE);
            timeout(patience, changes.changed()).await.map_err(|_| Stuck)?.map_err(|_| Stuck)?;
        }
    }

    /// Puts the clock forward to a time. Everything that falls due in between happens in the order of its time, and what
    /// is sent at one time is answered before the next time comes.
    pub async fn advance_to(self: &Arc<Self>, until: Instant) {
        self.release();
        let mut is_stuck = false;
        loop {
            // An endpoint that does not go on holds this up once: its deliveries stay where they are.
            is_stuck = is_stuck || self.quiet().await.is_err();
            let is_through = self.advance_to_sending(until);
            self.tell();
            if is_through {
                return;
            }
        }
    }

    /// Tells those who wait that the account may have changed.
    pub(super) fn tell(&self) {
        self.changed.send_replace(());
    }
}
