//! What a sandbox remembers of the requests that it received. What the document marks as secret or personal is not in it.

mod fingerprint;

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use serde_json::Value;
use tokio::sync::watch;

use crate::choices::Choice;
use crate::json;

pub(crate) use fingerprint::{Fingerprint, Fingerprints};

/// The bodies of requests that are longer than this are not kept, since ten thousand of them would fill the memory.
pub(crate) const KEPT_BODY: usize = 64 << 10;

/// What an answer was made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum AnswerKind {
    /// The state of the account.
    State,
    /// The examples of the document, with what was sent put back. Nothing was remembered.
    Example,
    /// An error: the request was refused and nothing has changed.
    Refusal,
    /// A fault that the test set: the operation was not carried out. An answer that a fault only changed or lost is still
    /// one of the others.
    Fault,
    /// A bug of the sandbox: what it wanted to answer is not what the document allows.
    Bug,
    /// The state file of the sandbox cannot be written, so that nothing can be done.
    Failure,
}

impl AnswerKind {
    /// The text in the header `x-imprint-sandbox-answer`.
    pub const fn text(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Example => "example",
            Self::Refusal => "refusal",
            Self::Fault => "fault",
            Self::Bug => "bug",
            Self::Failure => "failure",
        }
    }
}

/// A request and its answer.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Request {
    /// The number of the request, from one; the header `x-imprint-sandbox-request` has it.
    pub sequence: u64,
    /// When it came, by the clock of the account.
    pub at: SystemTime,
    /// The operation; None if the request was to none.
    pub operation: Option<String>,
    /// The method, in upper case.
    pub method: String,
    /// The path. Long runs of digits are hidden.
    pub path: String,
    /// The query parameters. What the document marks as secret or personal is hidden, as are long runs of digits.
    pub query: Vec<(String, String)>,
    /// The body, hidden in the same way. None if there was none, it was no JSON, or it was longer than 64 KiB, which is noted
    /// in `notes` then.
    pub body: Option<Value>,
    /// The label of the key; None if the request had no valid key.
    pub key: Option<String>,
    /// The merchant key of the product that it was about.
    pub merchant_key: Option<String>,
    /// The status of the answer, also if a fault lost the answer on its way. 0 if there was none: the connection was reset
    /// or left hanging before the operation was carried out.
    pub status: u16,
    /// What the answer was made of.
    pub answer: AnswerKind,
    /// Whether the operation did what it does. False if the request was refused, or a fault came first.
    pub carried_out: bool,
    /// The fault that struck the request, by the names of the methods that set it: `delay 50ms, lose_answer`.
    pub fault: Option<String>,
    /// The choices of the sandbox that the answer rests on.
    pub choices: Vec<Choice>,
    /// What the sender should know although it is no error, such as fields that were ignored; and that the body was too long
    /// to be kept.
    pub notes: Vec<String>,
    /// How long the answer took.
    pub took: Duration,
    /// Equal for requests that ask for the same.
    pub(crate) fingerprint: Fingerprint,
}

impl fmt::Display for Request {
    /// `3: POST /v2/customer_sessions createSession 201 state`, the fault and the notes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sequence, method, path, status, answer, .. } = self;
        let operation = self.operation.as_deref().unwrap_or("no operation");
        write!(f, "{sequence}: {method} {path} {operation} ")?;
        match status {
            0 => f.write_str("without an answer")?,
            status => write!(f, "{status} {}", answer.text())?,
        }
        if let Some(fault) = &self.fault {
            let outcome = if self.carried_out { "carried out" } else { "not carried out" };
            write!(f, "; fault: {fault}, {outcome}")?;
        }
        self.notes.iter().try_for_each(|note| write!(f, "; {note}"))
    }
}

/// What is still known of requests whose records were dropped.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Dropped {
    pub operation: Option<String>,
    pub method: String,
    pub status: u16,
    pub answer: AnswerKind,
}

/// How many requests of each kind were dropped.
pub(crate) type DroppedCounts = BTreeMap<Dropped, u64>;

/// The requests of an account.
pub(crate) struct Log {
    /// How many records are kept.
    size: usize,
    kept: Mutex<Kept>,
    /// How many requests there were, for those who wait for more.
    count: watch::Sender<u64>,
    pub fingerprints: Fingerprints,
}

#[derive(Default)]
struct Kept {
    records: VecDeque<Record>,
    dropped: DroppedCounts,
}

/// A request as it is kept: its body is text, since a JSON object takes several times the memory.
struct Record {
    request: Request,
    body: Option<Box<str>>,
}

impl Record {
    fn of(mut request: Request) -> Self {
        let body = request.body.take().map(|body| json::text(&body).into());
        Self { request, body }
    }

    fn request(&self) -> Request {
        let body = self.body.as_deref().and_then(|body| serde_json::from_str(body).ok());
        Request { body, ..self.request.clone() }
    }
}

impl Log {
    pub fn new(size: usize) -> Self {
        Self { size, kept: Mutex::default(), count: watch::Sender::new(0), fingerprints: Fingerprints::default() }
    }

    pub fn add(&self, request: Request) {
        let record = Record::of(request);
        let mut kept = self.lock();
        kept.records.push_back(record);
        while kept.records.len() > self.size {
            let Some(Record { request, .. }) = kept.records.pop_front() else { break };
            let Request { operation, method, status, answer, .. } = request;
            *kept.dropped.entry(Dropped { operation, method, status, answer }).or_default() += 1;
        }
        drop(kept);
        self.count.send_modify(|count| *count += 1);
    }

    /// Forgets everything.
    pub fn clear(&self) {
        let mut kept = self.lock();
        kept.records.clear();
        kept.dropped.clear();
    }

    /// The requests that are kept, the oldest first, and how many were dropped before them.
    pub fn all(&self) -> (Vec<Request>, DroppedCounts) {
        let kept = self.lock();
        (kept.records.iter().map(Record::request).collect(), kept.dropped.clone())
    }

    /// The latest requests, the latest first, and how many are kept.
    #[cfg(feature = "program")]
    pub fn latest(&self, limit: usize) -> (Vec<Request>, usize) {
        let kept = self.lock();
        (kept.records.iter().rev().take(limit).map(Record::request).collect(), kept.records.len())
    }

    /// How many answers were made of the document's examples, by their operations, those included that were dropped.
    #[cfg(feature = "program")]
    pub fn examples(&self) -> BTreeMap<String, u64> {
        let kept = self.lock();
        let records = kept.records.iter().map(|record| (&record.request.operation, record.request.answer, 1));
        let dropped = kept.dropped.iter().map(|(kind, count)| (&kind.operation, kind.answer, *count));
        let mut found = BTreeMap::new();
        for (operation, _, count) in records.chain(dropped).filter(|(_, answer, _)| *answer == AnswerKind::Example) {
            *found.entry(operation.clone().unwrap_or_default()).or_default() += count;
        }
        found
    }

    /// The choices that the answers which are kept rest on, each with the number of those answers.
    #[cfg(feature = "program")]
    pub fn choices(&self) -> BTreeMap<Choice, usize> {
        let mut found = BTreeMap::new();
        for choice in self.lock().records.iter().flat_map(|record| &record.request.choices) {
            *found.entry(*choice).or_default() += 1;
        }
        found
    }

    /// Tells of each request that is added from now on.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.count.subscribe()
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
