//! Sending webhooks: one task for each endpoint, an HTTP client for receivers nearby, and what an answer means.

mod courier;
mod diagnosis;
mod post;

pub use courier::run;
pub use diagnosis::{Outcome, diagnose, no_answer};
pub use post::post;
