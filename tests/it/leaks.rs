//! Nothing that is secret or personal gets out by formatting, by an error, or by what is logged.

mod calls;
mod marker;
mod names;
mod types;
#[cfg(feature = "webhooks")]
mod webhooks;
