#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![warn(missing_docs, missing_debug_implementations)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod answer;
mod clock;
mod config;
mod credential;
mod decode;
mod environment;
mod error;
mod ext;
mod field;
pub mod guide;
pub mod helpers;
mod json;
mod opaque_string;
mod open_enum;
pub mod operation;
mod optional;
mod options;
mod page;
mod path;
mod raw;
mod request;
mod response;
mod retry;
mod schema;
mod secret;
#[cfg(test)]
mod testing;
mod text;
mod timestamp;
mod totals;
mod trace;
mod transport;
#[cfg(feature = "webhooks")]
#[cfg_attr(docsrs, doc(cfg(feature = "webhooks")))]
pub mod webhook;

#[allow(missing_docs, missing_debug_implementations, clippy::all, unused_qualifications, rustdoc::all)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/generated.rs"));
}

pub use clock::{Clock, Pause};
pub use config::ClientBuilder;
pub use environment::Environment;
pub use error::{
    ApiError, ConfigError, DecodeError, Error, ErrorKind, InvalidRequestError, ResponseTooLargeError, TimeoutError,
    TimeoutPhase, TransportError,
};
pub use ext::Client;
pub use field::{IntoField, IntoList};
pub use generated::{builder, types};
pub use operation::Operation;
pub use optional::OptionalExt;
pub use options::CallOptions;
pub use page::{Items, Pages};
pub use raw::RawRequest;
/// The HTTP client underneath, at the version that [`ClientBuilder::http`] takes: for proxies, certificates and the pool,
/// without a dependency of your own.
///
/// A new major version of it is a new major version of this crate.
#[doc(no_inline)]
pub use reqwest;
#[doc(no_inline)]
pub use reqwest::{Method, StatusCode, header::HeaderMap};
pub use response::Response;
pub use retry::RetryPolicy;
pub use secret::Secret;
pub use timestamp::{Timestamp, TimestampError};

pub(crate) use opaque_string::opaque_string;
pub(crate) use open_enum::open_enum;
pub(crate) use schema::string_schema;
