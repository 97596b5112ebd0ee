//! Makes a POST that must neither be lost nor carried out twice. It is sent again only after lookups prove that it was
//! not recorded.
//!
//! | what is known after a send | what is done | what is said |
//! |---|---|---|
//! | the answer shows what was sent, sent once in all | nothing | `Ok` |
//! | the answer shows what was sent, sent more often | look over a part of the time that is left, to count it | `Ok` if the last look shows it once and none shows two; `Unknown` with `Several`; else `Unverified` |
//! | the answer shows something else | nothing | `Different` |
//! | a 2xx that cannot be read | look; it was recorded, so never send again | as found, else `Unknown` |
//! | refused (4xx, nothing sent), nothing in doubt | nothing; after a 409 look | `Refused`; after a 409 as found, and `Unknown` if no look was usable |
//! | refused, an earlier send in doubt | look | as found, else `Unknown` |
//! | left open (no answer, 5xx, 408) | look | as found; if the last look proves that it is not there, send again |
//!
//! "As found" is: once and the same, `Ok`, counted like an answer; something else under the id, `Different`; several,
//! `Unknown` that holds them. Whatever a look has once seen is never forgotten: nothing is sent after it.

mod error;
mod lookup_schedule;

use std::ops::Deref;

use super::deadline::Deadline;
use super::evidence::{Evidence, Findable};
use super::find::FindError;
use super::ids::same_resource;
use crate::call::Response;
use crate::client::{Client, Doubt, EarlierCalls, RecordLock};
use crate::error::{Error, ErrorKind, Problems};
use crate::operation::Operation;

pub use error::{Lookup, OnceError};
use lookup_schedule::LookupSchedule;

/// How often a request is sent at most, including the first time.
const SENDS: u32 = 3;

/// What was recorded once, and how that came about. It dereferences to the thing itself.
#[derive(Clone, Debug)]
pub struct Once<T> {
    value: T,
    found: bool,
    sends: u32,
}

impl<T> Once<T> {
    /// Whether no answer to this call confirmed it: it was found by the partner's own id, or another call for the same
    /// id recorded it, for which this one had waited.
    pub fn was_found(&self) -> bool {
        self.found
    }

    /// How many times the helper sent it, each with the attempts that the client makes for a call. 0 when another call
    /// for the same id recorded it.
    pub fn sends(&self) -> u32 {
        self.sends
    }

    /// The thing alone.
    pub fn into_inner(self) -> T {
        self.value
    }
}

impl<T> Deref for Once<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// Something that the partner has given an id, by which it can be found again.
pub(super) trait Entry: Findable + Clone + Sync + 'static {
    /// The operation that records it.
    const OPERATION: &'static Operation;
    /// The field that the partner's own id is in.
    const PARTNER_ID: &'static str;

    /// Sends it, once.
    fn send(&self, client: &Client) -> impl Future<Output = Result<Response<Self>, Error>> + Send;

    /// Looks for it by the partner's own id.
    fn find(&self, client: &Client) -> impl Future<Output = Evidence<Self>> + Send;

    /// Whether the money in `other` and what it is for are the same.
    fn agrees_with(&self, other: &Self) -> bool;

    /// Whether `other`, which was answered or found, may be this very entry. An answer may leave the partner's id out,
    /// where the document allows it.
    fn may_be(&self, other: &Self) -> bool {
        let same_id = other.partner_id().is_none_or(|id| Some(id) == self.partner_id());
        same_id && self.agrees_with(other)
    }
}

/// Sends an entry until it is recorded, refused, or in doubt for good.
pub(super) async fn once<T: Entry>(client: &Client, entry: T) -> Result<Once<T>, OnceError<T>> {
    let deadline = Deadline::of(client);
    let id = entry.partner_id().unwrap_or_default().to_owned();
    let key = (T::OPERATION.id, client.product().to_vec(), id.clone());
    let mut lock = match client.record_locks().acquire(key, deadline.left()).await {
        Ok(Some(lock)) => lock,
        Ok(None) => {
            let error = unsent::<T>("is being recorded by another call, which took longer than this one has time");
            return Err(OnceError::Unknown { partner_id: id, sends: 0, error, lookup: Lookup::NoTime });
        }
        Err(error) => return Err(OnceError::Refused(error.into())),
    };
    let doubt = match lock.earlier_calls() {
        EarlierCalls::Nothing => Doubt::default(),
        EarlierCalls::InDoubt(doubt) => *doubt,
        EarlierCalls::Recorded(recorded) => {
            let recorded: T = recorded.downcast_ref::<T>().expect("the operation is a part of the key").clone();
            return if entry.may_be(&recorded) {
                Ok(Once { value: recorded, found: true, sends: 0 })
            } else {
                Err(OnceError::Different(Box::new(recorded)))
            };
        }
    };
    let Doubt { sends: before, seen, perhaps_twice } = doubt;
    let recording =
        Recording { client, entry, deadline, lock: &mut lock, before, perhaps_twice, sends: 0, doubt: None, seen };
    let outcome = recording.run().await;
    match &outcome {
        Ok(once) => lock.note_recorded(&once.value),
        Err(OnceError::Refused(_)) => lock.note_nothing_recorded(),
        Err(OnceError::Unverified { .. }) => lock.note_perhaps_twice(),
        Err(OnceError::Unknown { lookup: Lookup::Failed(FindError::Several(_)), .. }) => lock.note_perhaps_twice(),
        Err(OnceError::Different(_)) => lock.note_seen(),
        Err(OnceError::Unknown { .. }) => {}
    }
    outcome
}

/// An error that says why nothing was sent.
fn unsent<T: Entry>(why: &'static str) -> Error {
    let mut problems = Problems::default();
    problems.invalid(T::PARTNER_ID, why);
    Error::invalid_request(T::OPERATION, problems)
}

/// The state of a call.
struct Recording<'a, T> {
    client: &'a Client,
    entry: T,
    deadline: Deadline,
    lock: &'a mut RecordLock,
    /// How often calls before this one sent it that could not find out what became of it.
    before: u32,
    /// One of these calls found it twice, or could not count it.
    perhaps_twice: bool,
    sends: u32,
    /// The last failure that leaves open whether the API acted.
    doubt: Option<Error>,
    /// Something showed that it is there.
    seen: bool,
}

impl<T: Entry> Recording<'_, T> {
    async fn run(mut self) -> Result<Once<T>, OnceError<T>> {
        if self.before > 0 {
            match self.look(LookupSchedule::LONG).await {
                Ok(found) => return self.found(found).await,
                Err(Lookup::NotThere) if !self.seen => {}
                Err(lookup) => {
                    let error = unsent::<T>("belongs to another call that could not find out whether it is recorded");
                    return Err(self.unknown(error, lookup));
                }
            }
        }
        loop {
            let Some(sending) = self.deadline.half(self.client) else {
                let error = unsent::<T>("could not be sent in the time that is left for this call");
                return Err(if self.before > 0 {
                    self.unknown(error, Lookup::NoTime)
                } else {
                    OnceError::Refused(error)
                });
            };
            self.lock.note_send();
            self.sends += 1;
            let error = match self.entry.send(&sending).await {
                Ok(answer) => return self.answered(answer.into_inner()).await,
                Err(error) => error,
            };
            let in_doubt = self.doubt.is_some() || self.before > 0;
            let open = error.may_have_been_processed();
            // A 2xx says that it is recorded, however little can be read of its body.
            if error.status().is_some_and(|status| status.is_success()) {
                self.sees_it();
            }
            let conflict = matches!(&error, Error::Api(error) if error.kind() == ErrorKind::Conflict);
            if !open && !in_doubt && !conflict {
                return Err(OnceError::Refused(error));
            }
            let schedule = if conflict && !in_doubt { LookupSchedule::CONFLICT } else { LookupSchedule::after(&error) };
            let lookup = match self.look(schedule).await {
                Ok(found) => {
                    self.doubt = Some(error);
                    return self.found(found).await;
                }
                Err(lookup) => lookup,
            };
            let not_there = matches!(lookup, Lookup::NotThere) && !self.seen;
            if !open && !in_doubt {
                return Err(if not_there { OnceError::Refused(error) } else { self.unknown(error, lookup) });
            }
            if open && not_there && self.sends < SENDS && self.deadline.half(self.client).is_some() {
                self.doubt = Some(error);
                continue;
            }
            let error = if open { error } else { self.doubt.take().unwrap_or(error) };
            return Err(self.unknown(error, lookup));
        }
    }

    /// The API answered with success.
    async fn answered(self, answer: T) -> Result<Once<T>, OnceError<T>> {
        if !self.entry.may_be(&answer) {
            return Err(OnceError::Different(Box::new(answer)));
        }
        self.counted(answer, false).await
    }

    /// A look found it.
    async fn found(self, found: T) -> Result<Once<T>, OnceError<T>> {
        if !self.entry.may_be(&found) {
            return Err(OnceError::Different(Box::new(found)));
        }
        self.counted(found, true).await
    }

    /// It is recorded. When it was sent more than once, it counts as recorded once only if a list shows it so.
    async fn counted(mut self, recorded: T, found: bool) -> Result<Once<T>, OnceError<T>> {
        let sends = self.sends;
        if self.perhaps_twice {
            // A list that shows it once now does not undo that it was seen twice.
            return Err(OnceError::Unverified { recorded: Box::new(recorded), sends, lookup: Lookup::AnotherCall });
        }
        if self.before + sends < 2 {
            return Ok(Once { value: recorded, found, sends });
        }
        let lookup = match self.count(&recorded).await {
            Ok(()) => return Ok(Once { value: recorded, found, sends }),
            Err(lookup) => lookup,
        };
        if matches!(lookup, Lookup::Failed(FindError::Several(_))) {
            let error =
                self.doubt.take().unwrap_or_else(|| unsent::<T>("belongs to another call that recorded it too"));
            return Err(self.unknown(error, lookup));
        }
        Err(OnceError::Unverified { recorded: Box::new(recorded), sends, lookup })
    }

    /// Looks how often it is there, after each of the pauses. The first send may be carried out late, so a look that
    /// shows it once does not end this: the last one decides, and one that shows two at any time.
    async fn count(&mut self, recorded: &T) -> Result<(), Lookup<T>> {
        let (pauses, complete) = LookupSchedule::TO_COUNT.pauses(self.deadline.left());
        let mut outcome = Err(Lookup::NoTime);
        for pause in pauses {
            let client = if self.deadline.pause(pause).await { self.deadline.half(self.client) } else { None };
            let Some(client) = client else { return Err(Lookup::NoTime) };
            outcome = match self.entry.find(&client).await {
                Evidence::One(one) if is_another(recorded, &one) => {
                    return Err(Lookup::Failed(FindError::Several(vec![recorded.clone(), one])));
                }
                Evidence::Several(found) => return Err(Lookup::Failed(FindError::Several(found))),
                Evidence::One(_) => Ok(()),
                Evidence::NotThere => Err(Lookup::NotThere),
                Evidence::Unusable { error, .. } => Err(Lookup::Failed(error)),
            };
        }
        if complete { outcome } else { Err(Lookup::NoTime) }
    }

    /// Looks for it, after each of the pauses.
    ///
    /// It is not there only if the last look proves it, after all of the pauses. Whatever an earlier look has seen of
    /// it stays the outcome.
    async fn look(&mut self, schedule: LookupSchedule) -> Result<T, Lookup<T>> {
        let (pauses, complete) = schedule.pauses(self.deadline.left());
        let mut outcome = Lookup::NoTime;
        let mut seen_now = false;
        for pause in pauses {
            let client = if self.deadline.pause(pause).await { self.deadline.half(self.client) } else { None };
            let Some(client) = client else { return Err(if seen_now { outcome } else { Lookup::NoTime }) };
            let (latest, seen) = match self.entry.find(&client).await {
                Evidence::One(found) => return Ok(found),
                Evidence::Several(found) => {
                    self.sees_it();
                    return Err(Lookup::Failed(FindError::Several(found)));
                }
                Evidence::NotThere => (Lookup::NotThere, false),
                Evidence::Unusable { error, seen } => (Lookup::Failed(error), seen),
            };
            if seen {
                self.sees_it();
            }
            if seen || !seen_now {
                outcome = latest;
            }
            seen_now |= seen;
        }
        Err(if complete || seen_now { outcome } else { Lookup::NoTime })
    }

    fn sees_it(&mut self) {
        self.seen = true;
        self.lock.note_seen();
    }

    fn unknown(&self, error: Error, lookup: Lookup<T>) -> OnceError<T> {
        let partner_id = self.entry.partner_id().unwrap_or_default().to_owned();
        OnceError::Unknown { partner_id, sends: self.sends, error, lookup }
    }
}

/// Whether two entries with one partner's id are two, by the ids that Imprint gave them.
fn is_another<T: Findable>(one: &T, other: &T) -> bool {
    matches!((one.id(), other.id()), (Some(one), Some(other)) if !same_resource(one, other))
}
