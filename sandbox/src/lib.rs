//! A stateful imitation of the Imprint API on loopback, for tests.
#![forbid(unsafe_code)]
#![warn(missing_docs, missing_debug_implementations)]

#[doc(hidden)]
pub mod contract;
