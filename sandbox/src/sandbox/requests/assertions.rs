//! What a test asserts about the requests of an account. Messages list the records that were looked at.

use std::collections::HashMap;
use std::fmt::Write;

use crate::contract::Route;
use crate::log::{AnswerKind, Request};

use super::{Filter, Requests};

/// How many records a message lists.
const LISTED: usize = 50;

impl Requests {
    /// Asserts that there are so many. Requests whose records the log dropped are counted as well.
    ///
    /// # Panics
    ///
    /// If there are more or fewer. The message lists them, and the requests to no operation with the operation that is
    /// nearest. Also if records were dropped that [`matching`](Self::matching) would have had to look at.
    #[track_caller]
    pub fn assert_count(&self, count: u64) {
        hold(self.check_count(count));
    }

    /// Whether there are so many; the error is what [`assert_count`](Self::assert_count) panics with.
    pub(crate) fn check_count(&self, count: u64) -> Result<(), String> {
        self.need_matching(self.dropped(), "count what matches")?;
        let is = self.records.len() as u64 + self.dropped();
        holds(is == count, || {
            format!("{}{} instead of {count}{}{}", number(is), self.about(), self.listed(), self.astray())
        })
    }

    /// Asserts that nothing was asked for twice: no request to an operation that changes something has the operation,
    /// the path, the query, the merchant key and the body of an earlier one that was carried out.
    ///
    /// A client that repeats a call after its answer was lost does that, and pays twice. Two calls that are meant to be
    /// the same look alike; narrow the list down with [`to`](Self::to) if a test makes such calls.
    ///
    /// # Panics
    ///
    /// If there is such a pair, or if records were dropped that may be part of one.
    #[track_caller]
    pub fn assert_none_doubled(&self) {
        hold(self.check_none_doubled());
    }

    /// Whether nothing was asked for twice; the error is what [`assert_none_doubled`](Self::assert_none_doubled) panics with.
    pub(crate) fn check_none_doubled(&self) -> Result<(), String> {
        let changing = self.dropped.iter().filter(|(kind, _)| self.changes(kind.operation.as_deref()));
        self.need(changing.map(|(_, count)| count).sum(), "compare them")?;
        let mut first = HashMap::new();
        let mut doubled = Vec::new();
        // By their numbers: a request is written down when its answer is made, which another one may overtake.
        let mut records: Vec<_> = self.records.iter().collect();
        records.sort_by_key(|request| request.sequence);
        for request in records.into_iter().filter(|request| self.changes(request.operation.as_deref())) {
            match first.get(&request.fingerprint) {
                Some(earlier) => doubled.push((*earlier, request)),
                None if request.carried_out => drop(first.insert(request.fingerprint, request)),
                None => {}
            }
        }
        let pairs: String = doubled.iter().fold(String::new(), |text, (earlier, request)| {
            format!("{text}\n  {request}\n    asks for the same as\n  {earlier}")
        });
        holds(doubled.is_empty(), || {
            format!("{} sent again what was carried out before{pairs}", number(doubled.len() as u64))
        })
    }

    /// Asserts that none was refused. Errors that a fault made are no refusals.
    ///
    /// # Panics
    ///
    /// If one was, also if its record was dropped.
    #[track_caller]
    pub fn assert_no_refusals(&self) {
        hold(self.check_no_refusals());
    }

    /// Whether none was refused; the error is what [`assert_no_refusals`](Self::assert_no_refusals) panics with.
    pub(crate) fn check_no_refusals(&self) -> Result<(), String> {
        let refused: Vec<_> = self.records.iter().filter(|request| request.answer == AnswerKind::Refusal).collect();
        let dropped = self.dropped.iter().filter(|(kind, _)| kind.answer == AnswerKind::Refusal);
        let dropped: u64 = dropped.map(|(_, count)| count).sum();
        self.need_matching(dropped, "say that none was refused")?;
        let count = refused.len() as u64 + dropped;
        holds(count == 0, || format!("refused: {}{}{}", number(count), self.about(), list(&refused, dropped)))
    }

    /// What they have in common, for a message.
    pub(super) fn about(&self) -> String {
        self.filters.iter().fold(String::new(), |mut text, filter| {
            // Writing to a text does not fail.
            let _ = match filter {
                Filter::To(operation) => write!(text, " to {operation}"),
                Filter::Method(method) => write!(text, " with the method {method}"),
                Filter::Status(status) => write!(text, " with the status {status}"),
                Filter::Matching(_) => write!(text, " that match"),
            };
            text
        })
    }

    /// The records, each on a line of its own.
    pub(super) fn listed(&self) -> String {
        list(&self.records.iter().collect::<Vec<_>>(), self.dropped())
    }

    /// The requests of the account to no operation, with the operation that was probably meant.
    fn astray(&self) -> String {
        let contract = self.account.settings.contract();
        let (records, _) = self.account.log.all();
        let lines = records.iter().filter(|request| request.operation.is_none()).map(|request| {
            match contract.route(&request.method, &request.path) {
                Route::Unknown { nearest: Some(near) } => {
                    format!("\n  {request}; the nearest is {}: {} {}", near.id, near.method, near.path)
                }
                _ => format!("\n  {request}"),
            }
        });
        let lines: Vec<_> = lines.take(LISTED).collect();
        if lines.is_empty() { String::new() } else { format!("\nto no operation:{}", lines.concat()) }
    }

    fn changes(&self, operation: Option<&str>) -> bool {
        let operation = operation.and_then(|id| self.account.settings.contract().operation(id));
        operation.is_some_and(|operation| !operation.is_repeatable())
    }

    /// Fails if dropped records would have to be looked at and the list was narrowed down by a condition on them.
    fn need_matching(&self, dropped: u64, to: &str) -> Result<(), String> {
        if self.is_exact() { Ok(()) } else { self.need(dropped, to) }
    }

    /// Fails if dropped records would have to be looked at.
    fn need(&self, dropped: u64, to: &str) -> Result<(), String> {
        holds(dropped == 0, || {
            format!(
                "the log has dropped the records of {}{} and cannot {to}; let it keep more: Builder::log_size",
                number(dropped),
                self.about(),
            )
        })
    }
}

/// Panics with the message of a check that failed.
#[track_caller]
fn hold(outcome: Result<(), String>) {
    if let Err(message) = outcome {
        panic!("{message}");
    }
}

fn holds(is_so: bool, message: impl FnOnce() -> String) -> Result<(), String> {
    if is_so { Ok(()) } else { Err(message()) }
}

/// `1 request`, `2 requests`.
pub(in crate::sandbox) fn number(count: u64) -> String {
    if count == 1 { "1 request".into() } else { format!("{count} requests") }
}

/// Records on lines of their own, after how many were dropped.
fn list(records: &[&Request], dropped: u64) -> String {
    let mut text = String::new();
    if dropped > 0 {
        text += &format!("\n  {dropped} whose records were dropped");
    }
    for request in records.iter().take(LISTED) {
        text += &format!("\n  {request}");
    }
    if records.len() > LISTED {
        text += &format!("\n  and {} more", records.len() - LISTED);
    }
    text
}
