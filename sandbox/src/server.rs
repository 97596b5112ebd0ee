//! The server: sockets, the way of a request to an operation and back, and what every answer has to be.

mod answer;
mod auth;
mod errors;
mod listen;
mod pipeline;
mod redact;
mod validate;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::settings::Settings;
use crate::world::{Account, Accounts};

pub use listen::Listening;

/// A bug of the sandbox, found by comparing an answer with the document or by a panic. The request was answered with
/// status 500 and the type `SANDBOX_BUG`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bug {
    /// The number of the request.
    pub sequence: u64,
    /// The operation.
    pub operation: String,
    /// What is wrong, with the JSON pointer of its place in the answer.
    pub what: String,
}

/// What all connections share.
pub struct Server {
    pub address: SocketAddr,
    pub settings: Arc<Settings>,
    pub accounts: Accounts,
    /// The account that requests without a valid key are counted to.
    pub first: Arc<Account>,
    sequence: AtomicU64,
    bugs: Mutex<Vec<Bug>>,
}

impl Server {
    pub fn new(address: SocketAddr, settings: Arc<Settings>, accounts: Accounts, first: Arc<Account>) -> Self {
        Self { address, settings, accounts, first, sequence: AtomicU64::new(0), bugs: Mutex::default() }
    }

    /// The bugs that were found so far.
    pub fn bugs(&self) -> Vec<Bug> {
        self.lock().clone()
    }

    fn found(&self, bug: Bug) {
        self.lock().push(bug);
    }

    fn next_sequence(&self) -> u64 {
        self.sequence.fetch_add(1, Ordering::Relaxed) + 1
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Bug>> {
        self.bugs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
