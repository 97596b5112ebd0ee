//! What the hooks of an [`Interceptor`](crate::Interceptor) see: [`Attempt`] before an attempt, [`AttemptReport`] after
//! it, and [`CallReport`] at the end of a call.

pub use crate::call::interceptor::{Attempt, AttemptReport, CallReport};
