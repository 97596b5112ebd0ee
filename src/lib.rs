#![doc = include_str!("../docs/links.md")]
#![doc = include_str!("../README.md")]
// The front page. Where a link has two destinations Markdown takes the first one: here it is an item of the crate, and
// where the README is shown by itself it is a page on docs.rs. rustdoc names the examples of both files after the first.
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

#[cfg(test)]
mod testing;

pub use call::interceptor::Interceptor;
pub use call::{Clock, OptionalExt, Pause, RawBody, Response, RetryPolicy};
pub use client::{CallOptions, Client, ClientBuilder, Environment, RawRequest};
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
