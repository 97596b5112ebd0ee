//! Secrets and personal data must not appear in `Debug` output, errors or logs.

mod calls;
mod marker;
mod names;
mod types;
#[cfg(feature = "webhooks")]
mod webhooks;
