//! The faults of an account: what a test wants to go wrong with requests, which ones, and how often.
//!
//! This is the data and the counting. The server carries a fault out, and [`Sandbox::on`](crate::Sandbox::on) sets it.

mod effects;
mod status;
mod table;
mod turn;

pub use effects::{Alteration, Effects, Ending, RetryAfter, StandIn};
pub use status::FaultStatus;
pub use table::{FaultTable, Struck};
pub use turn::Turn;
