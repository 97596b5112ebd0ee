//! The state of a sandbox: accounts, each with its tables, its clock and its ids behind one lock.
//!
//! Whatever changes an account is a transaction: all of it happens or nothing, and no other request sees a part of it.

mod account;
mod accounts;
mod held;
#[cfg_attr(not(feature = "program"), allow(dead_code, reason = "only the program keeps states outside the memory"))]
mod keeper;
mod observer;
mod outbox;
mod outgoing;
mod rings;
mod state;
mod timer;
mod transaction;

pub use account::Account;
#[cfg(feature = "program")]
pub use accounts::NotOpened;
pub use accounts::{Accounts, KeyTaken};
#[cfg(feature = "program")]
pub use keeper::{Changes, Progress};
pub use keeper::{Keeper, KeptAccount, NotKept, kept};
#[cfg(feature = "program")]
pub use observer::OnAttempt;
pub use outbox::Parcel;
pub use outgoing::Next;
#[cfg(feature = "program")]
pub use state::{Head, TABLES};
pub use state::{Saved, State};
pub use timer::Deadline;
pub use transaction::Tx;
