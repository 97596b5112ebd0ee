//! The target of all events for `tracing`, by which a subscriber selects them.

/// The target of the events of calls and of webhooks.
#[cfg(feature = "tracing")]
pub(crate) const TARGET: &str = "imprint_client";
