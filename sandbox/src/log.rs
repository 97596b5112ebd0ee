//! What a sandbox remembers of the requests that it received. What the document marks as secret or personal is not in it.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::choices::Choice;

/// How many records are kept; older ones are dropped.
const KEPT: usize = 10_000;

/// What an answer was made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AnswerKind {
    /// The state of the account.
    State,
    /// The examples of the document, with what was sent put back. Nothing was remembered.
    Example,
    /// An error: the request was refused and nothing has changed.
    Refusal,
    /// A bug of the sandbox: what it wanted to answer is not what the document allows.
    Bug,
}

impl AnswerKind {
    /// The text in the header `x-imprint-sandbox-answer`.
    pub const fn text(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Example => "example",
            Self::Refusal => "refusal",
            Self::Bug => "bug",
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
    /// The body, hidden in the same way. None if there was none or it was no JSON.
    pub body: Option<Value>,
    /// The label of the key; None if the request had no valid key.
    pub key: Option<String>,
    /// The merchant key of the product that it was about.
    pub merchant_key: Option<String>,
    /// The status of the answer.
    pub status: u16,
    /// What the answer was made of.
    pub answer: AnswerKind,
    /// The choices of the sandbox that the answer rests on.
    pub choices: Vec<Choice>,
    /// What the sender should know although it is no error: fields that were ignored.
    pub notes: Vec<String>,
    /// How long the answer took.
    pub took: Duration,
}

impl fmt::Display for Request {
    /// `3: POST /v2/customer_sessions createSession 201 state`, and the notes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sequence, method, path, status, answer, .. } = self;
        let operation = self.operation.as_deref().unwrap_or("no operation");
        write!(f, "{sequence}: {method} {path} {operation} {status} {}", answer.text())?;
        self.notes.iter().try_for_each(|note| write!(f, "; {note}"))
    }
}

/// The requests of an account.
#[derive(Default)]
pub(crate) struct Log {
    kept: Mutex<VecDeque<Request>>,
}

impl Log {
    pub fn add(&self, request: Request) {
        let mut kept = self.lock();
        if kept.len() == KEPT {
            kept.pop_front();
        }
        kept.push_back(request);
    }

    /// Forgets everything.
    pub fn clear(&self) {
        self.lock().clear();
    }

    /// The requests that are kept, the oldest first.
    pub fn all(&self) -> Vec<Request> {
        self.lock().iter().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Request>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
