//! The server: sockets, the way of a request to an operation and back, and what every answer has to be.

mod alter;
mod answer;
mod auth;
mod errors;
mod front;
mod in_process;
mod kept;
mod listen;
mod pipeline;
pub mod redact;
mod sending;
mod stand_in;
mod strike;
pub mod validate;
mod wire;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use crate::bugs::Bugs;
use crate::settings::Settings;
use crate::world::{Account, Accounts};

pub use front::Front;
#[cfg(feature = "program")]
pub use front::{FrontResponse, Serving, Way};
pub use in_process::{Arrival, Carried};
#[cfg(feature = "program")]
pub use listen::Limits;
pub use listen::Listening;
#[cfg(all(test, feature = "program"))]
pub use pipeline::MAX_BODY;
#[cfg(feature = "program")]
pub use redact::{text as redacted_text, without_personal_data};

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
    /// What a program puts in front of the API, set before the first connection is accepted.
    front: OnceLock<Arc<dyn Front>>,
}

/// An address that is listened at, as it is reached from the same machine.
pub fn reachable(mut address: SocketAddr) -> SocketAddr {
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    address
}

impl Server {
    pub fn new(address: SocketAddr, settings: Arc<Settings>, accounts: Accounts, first: Arc<Account>) -> Self {
        let (sequence, has_faults) = (AtomicU64::new(0), AtomicBool::new(false));
        let bugs = accounts.bugs.clone();
        Self { address, settings, accounts, first, bugs, sequence, has_faults, front: OnceLock::new() }
    }

    /// Lets requests be looked up for faults from now on.
    pub fn expect_faults(&self) {
        self.has_faults.store(true, Ordering::Relaxed);
    }

    /// Puts something in front of the API. It is kept until the server is gone.
    #[cfg(feature = "program")]
    pub fn put_in_front(&self, front: Arc<dyn Front>) {
        // A second one would be a mistake of this crate; the first stays.
        let _ = self.front.set(front);
    }

    /// How many requests have begun.
    #[cfg(feature = "program")]
    pub fn request_count(&self) -> u64 {
        self.sequence.load(Ordering::Relaxed)
    }

    fn next_sequence(&self) -> u64 {
        self.sequence.fetch_add(1, Ordering::Relaxed) + 1
    }
}
