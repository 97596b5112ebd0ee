//! The server: sockets, the way of a request to an operation and back, and what every answer has to be.

mod alter;
mod answer;
mod auth;
mod errors;
mod in_process;
mod listen;
mod pipeline;
mod redact;
mod sending;
mod stand_in;
mod strike;
mod validate;
mod wire;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::settings::Settings;
use crate::world::{Account, Accounts};

pub use in_process::{Arrival, Delivery};
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
    /// Whether any account ever had a fault. If none did, requests are not looked up for one.
    has_faults: AtomicBool,
    bugs: Mutex<Vec<Bug>>,
}

impl Server {
    pub fn new(address: SocketAddr, settings: Arc<Settings>, accounts: Accounts, first: Arc<Account>) -> Self {
        let (sequence, has_faults) = (AtomicU64::new(0), AtomicBool::new(false));
        Self { address, settings, accounts, first, sequence, has_faults, bugs: Mutex::default() }
    }

    /// The bugs that were found so far.
    pub fn bugs(&self) -> Vec<Bug> {
        self.lock().clone()
    }

    /// Lets requests be looked up for faults from now on.
    pub fn expect_faults(&self) {
        self.has_faults.store(true, Ordering::Relaxed);
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
