//! Webhooks: verifying deliveries, decoding events, and their dedupe keys.

mod events;
mod keys;
#[cfg(feature = "tracing")]
mod logs;
mod properties;
mod samples;
mod vectors;

use samples::{KINDS, TOKEN, body, event};
