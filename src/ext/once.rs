//! A POST that must neither be lost nor doubled: sent again only after a look whether it got through.

use std::fmt;
use std::ops::Deref;
use std::time::Duration;

use super::Client;
use super::deadline::Deadline;
use super::find::FindError;
use crate::Response;
use crate::error::{Error, ErrorKind};

/// How often a request is sent at most, the first time included.
const SENDS: u32 = 3;

/// The pauses before each look: the API may still be at work on a request that it left without an answer.
pub(super) const PAUSES: [Duration; 2] = [Duration::from_millis(500), Duration::from_millis(2_000)];

/// What was recorded once, and how that came about. It dereferences to the thing itself.
#[derive(Clone, Debug)]
pub struct Once<T> {
    value: T,
    found: bool,
    sends: u32,
}

impl<T> Once<T> {
    /// Whether no answer confirmed it, and it was found by the partner's own id instead.
    pub fn was_found(&self) -> bool {
        self.found
    }

    /// How many times the helper sent it, each with the attempts that the client makes for a call.
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

/// Why something was not recorded, or why it is not known whether it was.
///
/// `T` is what was to be recorded.
#[derive(Debug)]
#[non_exhaustive]
pub enum OnceError<T> {
    /// It was not recorded: nothing was sent, or the API refused it.
    Refused(Error),
    /// Something with this id is there, but it is another: its amount, or its type, is not the one that was to be
    /// recorded. The id has been used before, or what it stands for was changed since.
    Different(Box<T>),
    /// It is not known whether it was recorded. Look its id up before sending it again.
    Unknown {
        /// The partner's own id of it.
        partner_id: String,
        /// How many times it was sent.
        sends: u32,
        /// Why it is in doubt: the last failure that leaves open whether the API acted. It is the
        /// [`source`](std::error::Error::source), too.
        error: Error,
        /// What came of looking for it.
        lookup: Lookup<T>,
    },
}

/// What came of looking for something that may have been recorded.
#[derive(Debug)]
#[non_exhaustive]
pub enum Lookup<T> {
    /// It was not there. It may still come: the API may be at work on it.
    NotThere,
    /// There was no time left to look.
    NoTime,
    /// The look failed.
    Failed(FindError<T>),
}

impl<T> fmt::Display for OnceError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(error) => error.fmt(f),
            Self::Different(_) => f.write_str("something else is recorded under the same partner's id"),
            Self::Unknown { sends, error, lookup, .. } => {
                let operation = error.operation_id().unwrap_or_default();
                let times = if *sends == 1 { "once" } else { "more than once" };
                write!(f, "{operation} was sent {times}, and it is not known whether it was carried out: ")?;
                match lookup {
                    Lookup::NotThere => f.write_str("it was not found afterwards"),
                    Lookup::NoTime => f.write_str("there was no time left to look for it"),
                    Lookup::Failed(error) => write!(f, "the look for it failed ({error})"),
                }
            }
        }
    }
}

impl<T: fmt::Debug> std::error::Error for OnceError<T> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Refused(error) => error.source(),
            Self::Different(_) => None,
            Self::Unknown { error, .. } => Some(error),
        }
    }
}

/// Something that the partner has given an id, by which it can be found again.
pub(super) trait Entry: Clone + Send + Sync {
    /// The partner's own id.
    fn partner_id(&self) -> &str;

    /// Sends it, once.
    fn send(&self, client: &Client) -> impl Future<Output = Result<Response<Self>, Error>> + Send;

    /// Finds it by the partner's own id.
    fn find(&self, client: &Client) -> impl Future<Output = Result<Option<Self>, FindError<Self>>> + Send;

    /// Whether `found`, which has the same partner's id, may be the very same.
    fn may_be(&self, found: &Self) -> bool;
}

/// Sends an entry until it is recorded, refused, or in doubt for good.
pub(super) async fn once<T: Entry>(client: &Client, entry: T, pauses: &[Duration]) -> Result<Once<T>, OnceError<T>> {
    let deadline = Deadline::of(client);
    let mut sending = deadline.half(client).unwrap_or_else(|| client.clone());
    let mut sends = 0;
    // The last failure that leaves open whether the API acted.
    let mut doubt: Option<Error> = None;
    let (error, lookup) = loop {
        sends += 1;
        let (error, again) = match entry.send(&sending).await {
            Ok(answer) => return Ok(Once { value: answer.into_inner(), found: false, sends }),
            Err(error) if error.may_have_been_processed() => {
                // A success that cannot be read is a success.
                let done = error.status().is_some_and(|status| status.is_success());
                (error, !done)
            }
            // It is the one before that is in doubt; this one may have met it.
            Err(refusal) => match doubt.take() {
                Some(error) => (error, false),
                None => return refused(client, entry, &deadline, refusal).await,
            },
        };
        match look(client, &entry, &deadline, pauses).await {
            Ok(found) => return settled(&entry, found, sends),
            Err(Lookup::NotThere) if again && sends < SENDS => {}
            Err(lookup) => break (error, lookup),
        }
        match deadline.half(client) {
            Some(client) => sending = client,
            None => break (error, Lookup::NotThere),
        }
        doubt = Some(error);
    };
    Err(OnceError::Unknown { partner_id: entry.partner_id().to_owned(), sends, error, lookup })
}

/// A conflict may be with this very entry, recorded by an earlier run of the caller.
async fn refused<T: Entry>(
    client: &Client,
    entry: T,
    deadline: &Deadline,
    error: Error,
) -> Result<Once<T>, OnceError<T>> {
    if matches!(&error, Error::Api(error) if error.kind() == ErrorKind::Conflict)
        && let Ok(found) = look(client, &entry, deadline, &[Duration::ZERO]).await
    {
        return settled(&entry, found, 1);
    }
    Err(OnceError::Refused(error))
}

/// Looks after each of the pauses. Without time for all of them there is no telling.
async fn look<T: Entry>(client: &Client, entry: &T, deadline: &Deadline, pauses: &[Duration]) -> Result<T, Lookup<T>> {
    let mut outcome = Lookup::NoTime;
    for pause in pauses {
        if !deadline.pause(*pause).await {
            return Err(Lookup::NoTime);
        }
        let Some(client) = deadline.client(client) else { return Err(Lookup::NoTime) };
        match entry.find(&client).await {
            Ok(Some(found)) => return Ok(found),
            Ok(None) => outcome = Lookup::NotThere,
            Err(error) => outcome = Lookup::Failed(error),
        }
    }
    Err(outcome)
}

fn settled<T: Entry>(entry: &T, found: T, sends: u32) -> Result<Once<T>, OnceError<T>> {
    if entry.may_be(&found) {
        Ok(Once { value: found, found: true, sends })
    } else {
        Err(OnceError::Different(Box::new(found)))
    }
}

#[cfg(test)]
mod tests;
