//! The bugs of the sandbox that were found while it ran. All accounts of a server write them into one list.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A bug of the sandbox, found by comparing an answer or a webhook with the document, or by a panic. A request was
/// answered with status 500 and the type `SANDBOX_BUG`; a webhook is sent as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bug {
    /// The number of the request; 0 if the bug is in a webhook or in the control API.
    pub sequence: u64,
    /// The operation, or the webhook: `the webhook TRANSACTION`.
    pub operation: String,
    /// What is wrong, with the JSON pointer of its place in the answer or the webhook.
    pub what: String,
}

impl fmt::Display for Bug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sequence, operation, what } = self;
        match sequence {
            0 => write!(f, "{operation}: {what}"),
            _ => write!(f, "request {sequence}, {operation}: {what}"),
        }
    }
}

/// How many bugs are kept. One that every request finds would fill the memory, and says nothing new after so many.
const KEPT: usize = 1_000;

/// The list of the first bugs. A clone is the same list.
#[derive(Clone, Default)]
pub(crate) struct Bugs(Arc<Mutex<Vec<Bug>>>);

impl Bugs {
    pub fn found(&self, bug: Bug) {
        let mut bugs = self.lock();
        if bugs.len() < KEPT {
            bugs.push(bug);
        }
    }

    /// The bugs so far, the oldest first.
    pub fn all(&self) -> Vec<Bug> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Bug>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_ones_are_kept() {
        let bugs = Bugs::default();
        for sequence in 0..2_000 {
            bugs.found(Bug { sequence, operation: "a".into(), what: "b".into() });
        }
        let all = bugs.all();
        assert_eq!((all.len(), all[0].sequence, all[999].sequence), (KEPT, 0, 999));
    }
}
