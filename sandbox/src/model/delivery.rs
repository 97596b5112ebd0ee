//! A delivery: one event on its way to one endpoint, with every attempt that was made.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use crate::instant::Instant;
use crate::settings::Retry;
use crate::table::Row;

#[derive(Clone, Serialize, Deserialize)]
pub struct Delivery {
    pub id: String,
    pub endpoint_id: String,
    pub object: String,
    /// The merchant key of the product.
    pub product: String,
    /// When the event happened.
    pub at: Instant,
    /// What is sent, byte for byte, at every attempt.
    pub body: Arc<str>,
    pub status: DeliveryStatus,
    /// Its place in the queue of its endpoint, if it is not that of its creation.
    pub place: Option<u64>,
    /// When the attempt is due that comes next, or came last.
    pub due: Instant,
    /// What is being sent at the moment.
    pub sending: Option<Sending>,
    /// A repetition that a test asked for.
    pub replay: Option<Signature>,
    pub attempts: Vec<Attempt>,
}

/// What became of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum DeliveryStatus {
    /// It is held back, to be sent in another order: see [`Chaos`](crate::Chaos).
    Held,
    /// It is being sent, or will be as soon as those before it are through.
    Sending,
    /// It waits for a time of the account's clock: the last attempt failed, or it is delayed.
    Waiting,
    /// The receiver answered with 2xx.
    Acknowledged,
    /// Every attempt failed, and no other one is made.
    Dead,
    /// It is not sent, because a test told so: by [`Chaos::drop_next`](crate::Chaos::drop_next), or by removing the
    /// endpoint before it was acknowledged.
    Dropped,
}

impl fmt::Display for DeliveryStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Held => "held back",
            Self::Sending => "being sent",
            Self::Waiting => "waiting",
            Self::Acknowledged => "acknowledged",
            Self::Dead => "dead",
            Self::Dropped => "dropped",
        })
    }
}

/// An attempt to deliver an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Attempt {
    /// When it was due, by the clock of the account.
    pub at: SystemTime,
    /// When it was made, by the clock of the system.
    pub sent_at: SystemTime,
    /// How long it took.
    pub took: Duration,
    /// Whether it was a repetition that a test asked for by [`Sandbox::replay`](crate::Sandbox::replay).
    pub is_replay: bool,
    /// The signature header that was sent.
    pub signature: String,
    /// The status of the answer. None if there was no answer.
    pub status: Option<u16>,
    /// Why there was no answer, in words.
    pub error: Option<String>,
    /// The first kibibyte of the answer's body, as text. The token of the endpoint and what the document marks as secret
    /// or personal in the event are hidden in it.
    pub answer: String,
    /// What the likely cause is, and what to do about it. None if the attempt was a success.
    pub diagnosis: Option<String>,
}

impl Attempt {
    /// Whether the receiver acknowledged the event: it answered with 2xx.
    pub fn is_success(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }
}

impl fmt::Display for Attempt {
    /// `401 "wrong signature"`, or why there was no answer; and the diagnosis.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.status, &self.error) {
            (Some(status), _) => write!(f, "{status}")?,
            (None, Some(error)) => f.write_str(error)?,
            (None, None) => f.write_str("no answer")?,
        }
        if !self.answer.is_empty() {
            write!(f, " {:?}", self.answer)?;
        }
        self.diagnosis.as_ref().map_or(Ok(()), |diagnosis| write!(f, "; {diagnosis}"))
    }
}

/// What an attempt is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sending {
    /// The first attempt, or one after a failure.
    Attempt,
    /// A repetition that a test asked for.
    Replay(Signature),
}

/// Which signature a repetition carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Signature {
    New,
    /// That of the last attempt.
    Old,
}

impl Delivery {
    /// Whether something is to be sent, now or as soon as the endpoint is free, or is being sent.
    pub fn is_outgoing(&self) -> bool {
        self.sending.is_some() || self.is_sendable()
    }

    fn is_sendable(&self) -> bool {
        self.sending.is_none() && (self.status == DeliveryStatus::Sending || self.replay.is_some())
    }

    /// Whether the last attempt failed and no success was before: it is dead, or comes again.
    pub fn has_failed(&self) -> bool {
        let is_open = matches!(self.status, DeliveryStatus::Dead | DeliveryStatus::Waiting);
        is_open && self.attempts.last().is_some_and(|attempt| !attempt.is_success())
    }

    /// The delivery of a snapshot: what was being sent then is sent again.
    pub fn restored(mut self) -> Self {
        self.sending = None;
        self
    }

    /// The delivery after its endpoint was removed: what was not acknowledged is dropped, and nothing is sent any more.
    pub fn without_endpoint(mut self) -> Self {
        (self.sending, self.replay) = (None, None);
        if self.status != DeliveryStatus::Acknowledged {
            self.status = DeliveryStatus::Dropped;
        }
        self
    }

    /// Begins to send it.
    pub fn begun(mut self) -> Self {
        let replay = self.replay.filter(|_| self.status != DeliveryStatus::Sending);
        self.sending = Some(replay.map_or(Sending::Attempt, Sending::Replay));
        self
    }

    /// Adds an attempt. After a failure the next one is due after the pause of the schedule, counted from `from`.
    /// Nothing changes if nothing was being sent any more.
    pub fn attempted(mut self, attempt: Attempt, schedule: Retry, from: Instant) -> Self {
        let Some(sending) = self.sending.take() else { return self };
        let is_success = attempt.is_success();
        // Most have one attempt, and room for four would be half of what a delivery takes.
        self.attempts.reserve_exact(1);
        self.attempts.push(attempt);
        match sending {
            // What was acknowledged stays so, and what is dead or waits is not made worse by a repetition.
            Sending::Replay(_) => {
                self.replay = None;
                if is_success {
                    self.status = DeliveryStatus::Acknowledged;
                }
            }
            Sending::Attempt if is_success => self.status = DeliveryStatus::Acknowledged,
            Sending::Attempt => {
                let failures = self.attempts.iter().filter(|attempt| !attempt.is_replay).count();
                match schedule.pause(failures) {
                    Some(pause) => {
                        self.status = DeliveryStatus::Waiting;
                        self.due = from.plus(pause);
                    }
                    None => self.status = DeliveryStatus::Dead,
                }
            }
        }
        self
    }

    /// The delivery after its time has come: it is to be sent, if it still waits and is due by now. A timer may be carried
    /// out later than it was set for, so `now` may be later than the time that the delivery waits for.
    pub fn woken(mut self, now: Instant) -> Option<Self> {
        (self.status == DeliveryStatus::Waiting && self.due <= now).then(|| {
            self.status = DeliveryStatus::Sending;
            self
        })
    }
}

impl Row for Delivery {
    fn id(&self) -> &str {
        &self.id
    }

    fn indexes(&self) -> Vec<(&'static str, String)> {
        let mut indexes = Vec::new();
        if self.is_outgoing() {
            indexes.push(("outgoing", String::new()));
        }
        if self.is_sendable() {
            indexes.push(("sendable", self.endpoint_id.clone()));
        }
        match self.status {
            _ if self.is_outgoing() => {}
            DeliveryStatus::Acknowledged | DeliveryStatus::Dropped => indexes.push(("through", String::new())),
            DeliveryStatus::Dead => indexes.push(("dead", String::new())),
            DeliveryStatus::Held | DeliveryStatus::Sending | DeliveryStatus::Waiting => {}
        }
        if self.status == DeliveryStatus::Held {
            indexes.push(("held", self.endpoint_id.clone()));
        }
        if self.has_failed() {
            indexes.push(("failed", String::new()));
        }
        indexes
    }

    /// The queue of an endpoint has the order that chaos gave it.
    fn order(&self, index: &'static str) -> Option<i64> {
        self.place.filter(|_| index == "sendable").and_then(|place| i64::try_from(place).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery() -> Delivery {
        Delivery {
            id: "D".into(),
            endpoint_id: "E".into(),
            object: "REWARD".into(),
            product: "P".into(),
            at: Instant::START,
            body: "{}".into(),
            status: DeliveryStatus::Sending,
            place: None,
            due: Instant::START,
            sending: None,
            replay: None,
            attempts: Vec::new(),
        }
    }

    fn attempt(status: u16, is_replay: bool) -> Attempt {
        Attempt {
            at: SystemTime::UNIX_EPOCH,
            sent_at: SystemTime::UNIX_EPOCH,
            took: Duration::ZERO,
            is_replay,
            signature: String::new(),
            status: Some(status),
            error: None,
            answer: String::new(),
            diagnosis: None,
        }
    }

    #[test]
    fn a_failure_waits_for_its_pause_and_the_twelfth_is_the_last() {
        let mut delivery = delivery();
        let mut pauses = Vec::new();
        while delivery.status != DeliveryStatus::Dead {
            let from = delivery.due;
            delivery = delivery.begun().attempted(attempt(500, false), Retry::Documented, from);
            assert!(delivery.has_failed() && !delivery.is_outgoing());
            if delivery.status == DeliveryStatus::Waiting {
                pauses.push((delivery.due.milliseconds() - from.milliseconds()) / 1_000);
                assert!(delivery.clone().woken(from).is_none(), "another time has come");
                let later = delivery.due.plus(Duration::from_millis(1));
                assert!(delivery.clone().woken(delivery.due).is_some(), "its time has come");
                delivery = delivery.woken(later).expect("its time has passed");
            }
        }
        assert_eq!(pauses, [5, 10, 20, 40, 80, 160, 320, 640, 1_280, 2_560, 3_600]);
        assert_eq!(delivery.attempts.len(), 12);
    }

    #[test]
    fn a_success_is_the_end() {
        let delivery = delivery().begun().attempted(attempt(204, false), Retry::Documented, Instant::START);
        assert_eq!(delivery.status, DeliveryStatus::Acknowledged);
        assert!(!delivery.is_outgoing() && !delivery.has_failed() && delivery.woken(Instant::START).is_none());
    }

    #[test]
    fn an_answer_to_what_is_not_being_sent_changes_nothing() {
        let delivery = delivery().attempted(attempt(200, false), Retry::Documented, Instant::START);
        assert_eq!((delivery.status, delivery.attempts.len()), (DeliveryStatus::Sending, 0));
    }

    #[test]
    fn a_replay_can_mend_and_never_harms() {
        let replayed = |before: Delivery, status: u16| {
            let asked = Delivery { replay: Some(Signature::New), ..before };
            assert!(asked.is_outgoing());
            let sending = asked.begun();
            assert_eq!(sending.sending, Some(Sending::Replay(Signature::New)));
            sending.attempted(attempt(status, true), Retry::Off, Instant::START)
        };
        let dead = delivery().begun().attempted(attempt(500, false), Retry::Off, Instant::START);
        assert_eq!(dead.status, DeliveryStatus::Dead);
        let still = replayed(dead, 500);
        assert_eq!((still.status, still.is_outgoing()), (DeliveryStatus::Dead, false));
        let mended = replayed(still, 200);
        assert_eq!((mended.status, mended.has_failed()), (DeliveryStatus::Acknowledged, false));
        let kept = replayed(mended, 401);
        assert_eq!((kept.status, kept.has_failed(), kept.attempts.len()), (DeliveryStatus::Acknowledged, false, 4));
    }

    /// Rows are found by these: a replayed delivery is not taken for one that is through, or it could be forgotten while it
    /// is being sent.
    #[test]
    fn what_is_sent_again_is_outgoing_and_nothing_else() {
        let names = |delivery: &Delivery| delivery.indexes().into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        let through = delivery().begun().attempted(attempt(200, false), Retry::Off, Instant::START);
        let dead = delivery().begun().attempted(attempt(500, false), Retry::Off, Instant::START);
        assert_eq!((names(&through), names(&dead)), (vec!["through"], vec!["dead", "failed"]));
        let asked = |before| Delivery { replay: Some(Signature::New), ..before };
        assert_eq!(names(&asked(through.clone())), ["outgoing", "sendable"]);
        assert_eq!(names(&asked(through).begun()), ["outgoing"]);
        assert_eq!(names(&asked(dead).begun()), ["outgoing", "failed"]);
        assert_eq!(names(&Delivery { status: DeliveryStatus::Held, ..delivery() }), ["held"]);
    }

    #[test]
    fn only_what_waits_and_is_due_is_woken() {
        let early = Instant::START;
        let due = early.plus(Duration::from_secs(1));
        for (status, now, is_woken) in [
            (DeliveryStatus::Waiting, due, true),
            (DeliveryStatus::Waiting, early, false),
            (DeliveryStatus::Dead, due, false),
            (DeliveryStatus::Held, due, false),
        ] {
            assert_eq!(Delivery { status, due, ..delivery() }.woken(now).is_some(), is_woken, "{status:?}");
        }
    }

    #[test]
    fn a_replay_while_an_attempt_is_due_comes_after_it() {
        let both = Delivery { replay: Some(Signature::Old), ..delivery() }.begun();
        assert_eq!(both.sending, Some(Sending::Attempt));
        let then = both.attempted(attempt(200, false), Retry::Off, Instant::START);
        assert!(then.is_outgoing());
        assert_eq!(then.begun().sending, Some(Sending::Replay(Signature::Old)));
    }
}
