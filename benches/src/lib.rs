//! What the client costs against the same thing written by hand.
//!
//! **The baseline**, which stays as it is so that figures of different days can be compared, is [`bare`]: what a careful
//! programmer writes with reqwest and serde for the calls that are measured, and no more.
//!
//! - One `reqwest::Client` with the key and `Accept` as default headers, a timeout of 30 s for a request and 5 s to connect,
//!   no redirects, HTTP/1.1. The URL by `format!`, the status by `error_for_status`, the body by `bytes()` and
//!   `serde_json::from_slice`. No retries, no masking, no check of ids.
//! - Derived structs with all fields of the API: ids and times are `String`s, sets of values are enums with a variant for
//!   all others, `metadata` is a `serde_json::Map`.
//! - A webhook: the header is split, the HMAC of the one documented reading is compared in constant time, the envelope is
//!   read with its `data` as `RawValue`, and `data` into the struct of its kind.
//!
//! Both sides talk to the same server, a process of its own on the loopback ([`server`]), without TLS, and get the same
//! bodies ([`payloads`]). What they do in turns is a [`rows::Row`].

pub mod bare;
pub mod flight;
pub mod heap;
pub mod payloads;
pub mod rows;
pub mod server;
pub mod spread;
pub mod streams;

use imprint_client::Client;

/// The API key of both sides.
pub const KEY: &str = "4eC39HqLyjWDarjtT1zdp7dc";

/// The client that is measured, with its settings as they come.
///
/// # Panics
///
/// If it cannot be built.
pub fn client(url: &str) -> Client {
    Client::builder().api_key(KEY).base_url(url).build().expect("a client")
}
