//! Waiting for events and for their deliveries.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::instant::Instant;
use crate::model::event::Event as Row;

use super::events::Event;
use super::{Delivery, Refused, Sandbox};

/// How long [`Sandbox::wait_for`] waits.
const PATIENCE: Duration = Duration::from_secs(10);

/// Webhooks that no receiver has acknowledged.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Undelivered {
    /// Those whose last attempt failed, whether or not they come again.
    pub failed: Vec<Delivery>,
    /// Those that were still being sent when nothing had happened for longer than an attempt may take.
    pub unfinished: Vec<Delivery>,
    /// How many more failed for good that are not kept: see
    /// [`Builder::delivery_log_size`](crate::Builder::delivery_log_size).
    pub dropped: u64,
}

impl Sandbox {
    /// Waits until every webhook that is due was attempted, and tells whether all were acknowledged.
    ///
    /// Calls of the API and the methods that play the customer or the bank return as soon as what they cause is written
    /// down, also in the outbox. So call this before looking at what a receiver has done. Deliveries that
    /// [`chaos`](Self::chaos) holds back are let go. It is bounded: an attempt takes at most
    /// [`Builder::webhook_timeout`](crate::Builder::webhook_timeout).
    ///
    /// # Errors
    ///
    /// If the last attempt of any delivery failed, also if a repetition lies ahead on the clock: the error names the
    /// event, the endpoint, the last answer, and what to do about it.
    pub async fn settled(&self) -> Result<(), Undelivered> {
        self.account.release();
        let is_quiet = self.account.quiet().await.is_ok();
        let failed = self.deliveries_by("failed");
        let unfinished = if is_quiet { Vec::new() } else { self.deliveries_by("outgoing") };
        let dropped = self.account.read(|state| state.forgotten_dead());
        let is_settled = failed.is_empty() && dropped == 0 && is_quiet;
        if is_settled { Ok(()) } else { Err(Undelivered { failed, unfinished, dropped }) }
    }

    /// The latest event of a kind, named as `object` has it. If there is none yet, it waits up to ten seconds for the
    /// first. The webhooks that are due were attempted then.
    ///
    /// If an event of the kind happened before, that one is returned at once, and nothing is waited for: to wait for the
    /// next one, use [`wait_for_events`](Self::wait_for_events).
    ///
    /// # Errors
    ///
    /// If the document has no webhook of the kind, no event of the kind happens, or so many others happened since that it
    /// was dropped: see [`Builder::event_log_size`](crate::Builder::event_log_size).
    pub async fn wait_for(&self, kind: &str) -> Result<Event, Refused> {
        let (events, _) = self.events_of(kind, 1, |events| events.next_back().into_iter().collect()).await?;
        let last = events.first().ok_or_else(|| self.dropped(kind, "the last one was"))?;
        Ok(Event::of(last))
    }

    /// The events of a kind, named as `object` has it, the oldest first, as soon as there are at least this many since the
    /// beginning of the account. It waits up to ten seconds for them. The webhooks that are due were attempted then.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = imprint_sandbox::Sandbox::start().await?;
    /// let customer = sandbox.customer("PARTNER_USER_456").approved().await?;
    /// sandbox.payment_method(&customer.payment_method).deactivate().await?;
    /// let events = sandbox.wait_for_events("PAYMENT_METHOD", 2).await?;
    /// assert_eq!(events[1].body["data"]["new_status"], "INACTIVE");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If the document has no webhook of the kind, fewer events of the kind happen, or so many events happened that the
    /// first of the kind were dropped: see [`Builder::event_log_size`](crate::Builder::event_log_size).
    pub async fn wait_for_events(&self, kind: &str, count: usize) -> Result<Vec<Event>, Refused> {
        let (events, there_were) = self.events_of(kind, count, |events| events.collect()).await?;
        let dropped = there_were.saturating_sub(events.len() as u64);
        if dropped > 0 {
            return Err(self.dropped(kind, &format!("of {there_were} the first {dropped} were")));
        }
        Ok(events.iter().map(|event| Event::of(event)).collect())
    }

    /// Those of the events of a kind that are kept and chosen, as soon as there were so many since the beginning, and how
    /// many there were.
    async fn events_of(
        &self,
        kind: &str,
        count: usize,
        choose: fn(&mut dyn DoubleEndedIterator<Item = Arc<Row>>) -> Vec<Arc<Row>>,
    ) -> Result<(Vec<Arc<Row>>, u64), Refused> {
        let contract = self.account.settings.contract();
        if contract.event(kind).is_none() {
            let kinds: Vec<_> = contract.kinds().collect();
            return Err(Refused::new(format!("no webhook is of the kind `{kind}`; there are {}", kinds.join(", "))));
        }
        let find = || {
            self.account.read(|state| {
                let there_were = state.events_of_kind(kind);
                let mut of_kind = state.events.find("kind", kind).map(|(_, event)| Arc::clone(event));
                (there_were >= count as u64).then(|| (choose(&mut of_kind), there_were))
            })
        };
        let none = || {
            let kinds: Vec<_> = self.events().into_iter().map(|event| event.object).collect();
            let others = if kinds.is_empty() { "no event".into() } else { kinds.join(", ") };
            let seconds = PATIENCE.as_secs();
            Refused::new(match count {
                1 => format!("there was no {kind} within {seconds} s; there was {others}"),
                _ => format!("there were fewer than {count} {kind} within {seconds} s; there was {others}"),
            })
        };
        let waiting = tokio::time::timeout(PATIENCE, self.account.event(find));
        let found = waiting.await.map_err(|_| none())?;
        // What failed is told by `settled` and `verify`.
        let _ = self.account.quiet().await;
        Ok(found)
    }

    /// The refusal of events that are not kept any more.
    fn dropped(&self, kind: &str, which: &str) -> Refused {
        let kept = self.account.settings.webhooks.events_kept;
        Refused::new(format!(
            "events of the kind {kind} were dropped: {which}, since an account keeps its last {kept} events; \
             Builder::event_log_size sets how many"
        ))
    }
}

impl fmt::Display for Undelivered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = (self.failed.len() + self.unfinished.len()) as u64 + self.dropped;
        write!(f, "webhooks were not acknowledged: {count}")?;
        for delivery in self.failed.iter().chain(&self.unfinished) {
            write!(f, "\n{delivery}")?;
            if let Some(next) = delivery.next_attempt {
                write!(f, "; it comes again at {} of the account's clock", Instant::of(next).text())?;
            }
        }
        if self.dropped > 0 {
            write!(f, "\n{} more, which are not kept any more", self.dropped)?;
        }
        Ok(())
    }
}

impl std::error::Error for Undelivered {}
