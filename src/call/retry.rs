//! Decides when a request is sent again, and sends it.
//!
//! The parts are separate so that each can be read and tested alone: [`repeat`](crate::repeat) decides what may be
//! repeated at all, the [`decision`] also considers the attempts, the time and the [`budget`], and the loop in [`run`]
//! carries the decision out. The [`policy`] holds the settings of the user.

mod budget;
mod decision;
mod policy;
mod run;

pub(crate) use budget::Budget;
pub use policy::RetryPolicy;
pub(crate) use run::{RetryContext, run};
