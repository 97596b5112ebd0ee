//! Sends a POST that must neither be lost nor carried out twice. The request is sent again only after lookups prove
//! that it was not recorded.
//!
//! | what is known after a send | what the helper does | result |
//! |---|---|---|
//! | the answer shows the entry that was sent, and it was sent once in total | nothing | `Ok` |
//! | the answer shows the entry that was sent, and it was sent more than once | looks the entry up during a part of the time that is left, to count it | `Ok` if the last lookup shows it once and no lookup shows two; `Unknown` with `Several` if one shows two; else `Unverified` |
//! | the answer shows a different entry | nothing | `Different` |
//! | a 2xx that cannot be read | looks the entry up; it was recorded, so it is never sent again | as found, else `Unknown` |
//! | refused (4xx, nothing sent), no earlier send in doubt | nothing; after a 409 looks the entry up | `Refused`; after a 409 as found, and `Unknown` if no lookup was usable |
//! | refused, an earlier send in doubt | looks the entry up | as found, else `Unknown` |
//! | not known whether it was recorded (no answer, 5xx, 408) | looks the entry up; sends it again if the last lookup proves that it does not exist | as found, else `Unknown` |
//!
//! "As found" means: if the lookup found the entry once, `Ok`, after it was counted like an answer; if it found a
//! different entry under the id, `Different`; if it found several, `Unknown`, which holds them. Once a lookup has shown
//! that the entry may exist, the entry is not sent again, whatever later lookups show.

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

/// The maximum number of sends of a request, including the first one.
const SENDS: u32 = 3;

/// An object that was recorded once, and how that was confirmed. It dereferences to the object.
#[derive(Clone, Debug)]
pub struct Once<T> {
    value: T,
    found: bool,
    sends: u32,
}

impl<T> Once<T> {
    /// Returns true if no answer to this call confirmed the object: a lookup by the partner's own id found it, or it
    /// was recorded by another call for the same id, for which this call had waited.
    pub fn was_found(&self) -> bool {
        self.found
    }

    /// How many times the helper sent the request; each send may have several attempts, as any call of the client. 0 if
    /// another call for the same id recorded the object.
    pub fn sends(&self) -> u32 {
        self.sends
    }

    /// Returns the object alone.
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

/// An order or event that is recorded by a POST, and can be found again by the partner's own id.
pub(super) trait Entry: Findable + Clone + Sync + 'static {
    /// The operation that records it.
    const OPERATION: &'static Operation;
    /// The name of the field that holds the partner's own id.
    const PARTNER_ID: &'static str;

    /// Makes one call that records the entry.
    fn send(&self, client: &Client) -> impl Future<Output = Result<Response<Self>, Error>> + Send;

    /// Looks the entry up by the partner's own id.
    fn find(&self, client: &Client) -> impl Future<Output = Evidence<Self>> + Send;

    /// Whether `other` has the same amount, for the same purpose.
    fn agrees_with(&self, other: &Self) -> bool;

    /// Whether `other`, which the API answered with or a lookup found, may be this entry. An answer may leave the
    /// partner's id out, where the document allows it.
    fn may_be(&self, other: &Self) -> bool {
        let same_id = other.partner_id().is_none_or(|id| Some(id) == self.partner_id());
        same_id && self.agrees_with(other)
    }
}

/// Sends an entry until it is recorded, until it is refused, or until the helper can no longer find out which of the
/// two.
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

/// Makes an error that states why nothing was sent.
fn unsent<T: Entry>(why: &'static str) -> Error {
    let mut problems = Problems::default();
    problems.invalid(T::PARTNER_ID, why);
    Error::invalid_request(T::OPERATION, problems)
}

/// The state of one call of the helper.
struct Recording<'a, T> {
    client: &'a Client,
    entry: T,
    deadline: Deadline,
    lock: &'a mut RecordLock,
    /// How many times earlier calls sent the entry without finding out whether it was recorded.
    before: u32,
    /// Whether one of these calls found the entry twice, or could not count it.
    perhaps_twice: bool,
    sends: u32,
    /// The last failure after which it is not known whether the API acted.
    doubt: Option<Error>,
    /// Whether an answer or a lookup showed that the entry may exist.
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
            // A 2xx means that the entry was recorded, even if its body cannot be decoded.
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

    /// Decides the result after a successful answer of the API.
    async fn answered(self, answer: T) -> Result<Once<T>, OnceError<T>> {
        if !self.entry.may_be(&answer) {
            return Err(OnceError::Different(Box::new(answer)));
        }
        self.counted(answer, false).await
    }

    /// Decides the result after a lookup found one entry.
    async fn found(self, found: T) -> Result<Once<T>, OnceError<T>> {
        if !self.entry.may_be(&found) {
            return Err(OnceError::Different(Box::new(found)));
        }
        self.counted(found, true).await
    }

    /// Decides the result when the entry is recorded. If it was sent more than once, it counts as recorded once only if
    /// a list shows it once.
    async fn counted(mut self, recorded: T, found: bool) -> Result<Once<T>, OnceError<T>> {
        let sends = self.sends;
        if self.perhaps_twice {
            // An earlier call found it twice, or could not count it. A list that shows it once now does not disprove
            // that.
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

    /// Looks up, after each of the pauses, how many times the entry is recorded. The server may carry out an earlier
    /// send late, so a lookup that shows the entry once does not end the count. The last lookup decides; a lookup that
    /// shows two ends the count at once.
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

    /// Looks the entry up, after each of the pauses.
    ///
    /// The result is `NotThere` only if the last lookup, after all of the pauses, proves it. If an earlier lookup
    /// showed that the entry may exist, a later lookup that does not show it does not change the result.
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

/// Whether two entries with the same id of the partner have different Imprint ids, and so are two entries.
fn is_another<T: Findable>(one: &T, other: &T) -> bool {
    matches!((one.id(), other.id()), (Some(one), Some(other)) if !same_resource(one, other))
}
