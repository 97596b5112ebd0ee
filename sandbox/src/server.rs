//! The server: sockets, the way of a request to an operation and back, and what every answer has to be.

mod alter;
mod answer;
mod auth;
mod errors;
mod in_process;
mod kept;
mod listen;
mod pipeline;
mod redact;
mod sending;
mod stand_in;
mod strike;
mod validate;
mod wire;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::bugs::Bugs;
use crate::settings::Settings;
use crate::world::{Account, Accounts};

pub use in_process::{Arrival, Carried};
pub use listen::Listening;

/// What all connections share.
pub struct Server {
    pub address: SocketAddr,
    pub settings: Arc<Settings>,
    pub accounts: Accounts,
    /// The account that requests without a valid key are counted to.
    pub first: Arc<Account>,
    /// The bugs that were found so far, in all accounts.
    pub bugs: Bugs,
    sequence: AtomicU64,
    /// Whether any account ever had a fault. If none did, requests are not looked up for one.
    has_faults: AtomicBool,
}

impl Server {
    pub fn new(address: SocketAddr, settings: Arc<Settings>, accounts: Accounts, first: Arc<Account>) -> Self {
        let (sequence, has_faults) = (AtomicU64::new(0), AtomicBool::new(false));
        let bugs = accounts.bugs.clone();
        Self { address, settings, accounts, first, bugs, sequence, has_faults }
    }

    /// Lets requests be looked up for faults from now on.
    pub fn expect_faults(&self) {
        self.has_faults.store(true, Ordering::Relaxed);
    }

    fn next_sequence(&self) -> u64 {
        self.sequence.fetch_add(1, Ordering::Relaxed) + 1
    }
}
