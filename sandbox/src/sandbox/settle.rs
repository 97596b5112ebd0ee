//! Waiting for events and for their deliveries.

use std::fmt;
use std::time::Duration;

use crate::instant::Instant;

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
        if failed.is_empty() && is_quiet { Ok(()) } else { Err(Undelivered { failed, unfinished }) }
    }

    /// The latest event of a kind, named as `object` has it. If there is none yet, it waits up to ten seconds for the
    /// first. The webhooks that are due were attempted then.
    ///
    /// If an event of the kind happened before, that one is returned at once, and nothing is waited for: to wait for the
    /// next one, use [`wait_for_events`](Self::wait_for_events).
    ///
    /// # Errors
    ///
    /// If the document has no webhook of the kind, or no event of the kind happens.
    pub async fn wait_for(&self, kind: &str) -> Result<Event, Refused> {
        let mut events = self.wait_for_events(kind, 1).await?;
        events.pop().ok_or_else(|| Refused::new(format!("there was no {kind}")))
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
    /// If the document has no webhook of the kind, or fewer events of the kind happen.
    pub async fn wait_for_events(&self, kind: &str, count: usize) -> Result<Vec<Event>, Refused> {
        let contract = self.account.settings.contract();
        if contract.event(kind).is_none() {
            let kinds: Vec<_> = contract.kinds().collect();
            return Err(Refused::new(format!("no webhook is of the kind `{kind}`; there are {}", kinds.join(", "))));
        }
        let find = || {
            self.account.read(|state| {
                let of_kind = state.events.find("all", "").filter(|(_, event)| event.object == kind);
                let found: Vec<_> = of_kind.map(|(_, event)| event).collect();
                (found.len() >= count).then(|| found.into_iter().map(|event| Event::of(event)).collect())
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
        let events: Vec<Event> = waiting.await.map_err(|_| none())?;
        // What failed is told by `settled` and `verify`.
        let _ = self.account.quiet().await;
        Ok(events)
    }
}

impl fmt::Display for Undelivered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "webhooks were not acknowledged: {}", self.failed.len() + self.unfinished.len())?;
        for delivery in self.failed.iter().chain(&self.unfinished) {
            write!(f, "\n{delivery}")?;
            if let Some(next) = delivery.next_attempt {
                write!(f, "; it comes again at {} of the account's clock", Instant::of(next).text())?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Undelivered {}
