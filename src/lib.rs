#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![warn(missing_docs, missing_debug_implementations)]
#![cfg_attr(docsrs, feature(doc_cfg))]

// The floors of the library, from bottom to top. Each imports only what stands above it in this list.

pub(crate) mod value;

pub mod operation;
pub(crate) mod repeat;

pub mod error;

pub mod types;

pub(crate) mod call;

pub(crate) mod client;

pub(crate) mod page;

pub mod calls;

#[cfg(feature = "webhooks")]
#[cfg_attr(docsrs, doc(cfg(feature = "webhooks")))]
pub mod webhook;

pub(crate) mod ext;

#[cfg(feature = "blocking")]
#[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
pub mod blocking;

// What users see: names for what the floors have, and the guide.

pub mod guide;
pub mod helpers;
pub mod interceptor;
pub mod list;

#[cfg(feature = "testing")]
#[cfg_attr(docsrs, doc(cfg(feature = "testing")))]
pub mod testing;

#[cfg(test)]
mod test_support;

pub use call::interceptor::Interceptor;
pub use call::{Clock, OptionalExt, Pause, RawBody, Response, RetryPolicy};
pub use client::{CallOptions, Client, ClientBuilder, Environment, ParseEnvironmentError, RawRequest};
#[doc(inline)]
pub use error::{ApiError, Error, ErrorKind};
/// The HTTP client underneath, at the version that [`ClientBuilder::http`] takes: for proxies, certificates and the
/// pool, without a dependency of your own.
///
/// A new major version of it is a new major version of this crate.
#[doc(no_inline)]
pub use reqwest;
#[doc(no_inline)]
pub use reqwest::{Method, StatusCode, header::HeaderMap};
pub use value::{IntoField, IntoInteger, IntoList, IntoValue, Secret, Timestamp, TimestampError};
