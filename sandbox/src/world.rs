//! The state of a sandbox: accounts, each with its tables, its clock and its ids behind one lock.
//!
//! Whatever changes an account is a transaction: all of it happens or nothing, and no other request sees a part of it.

mod account;
mod accounts;
mod outbox;
mod outgoing;
mod rings;
mod state;
mod timer;
mod transaction;

pub use account::Account;
pub use accounts::{Accounts, KeyTaken};
pub use outbox::Parcel;
pub use outgoing::Next;
pub use state::{Saved, State};
pub use timer::Deadline;
pub use transaction::Tx;
