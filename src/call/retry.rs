//! When a request is made again.
//!
//! The parts are kept apart so that each can be read and tested alone: [`repeat`](crate::repeat) says what may be
//! repeated at all, the [`decision`] weighs it against attempts, time and the [`budget`], and the loop in [`run`] does
//! as it is told. The [`policy`] is what a user can set.

mod budget;
mod decision;
mod policy;
mod run;

pub(crate) use budget::Budget;
pub use policy::RetryPolicy;
pub(crate) use run::{RetryContext, run};
