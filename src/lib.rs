#![doc = include_str!("../docs/links.md")]
#![doc = include_str!("../README.md")]
// The front page. Where a link has two destinations Markdown takes the first one: here it is an item of the crate, and
// where the README is shown by itself it is a page on docs.rs. rustdoc names the examples of both files after the first.
#![forbid(unsafe_code)]
#![warn(missing_docs, missing_debug_implementations)]
#![cfg_attr(docsrs, feature(doc_cfg))]
// Without the client, what only calls use of the lower floors is left unused.
#![cfg_attr(not(feature = "client"), allow(dead_code, unused_imports))]

#[cfg(all(target_arch = "wasm32", feature = "client"))]
compile_error!(
    "the feature `client` of imprint-client needs sockets, timers and a clock, which wasm32 does not have. Call Imprint from a \
     backend: its API key must not be in a browser"
);

// The floors of the library, from bottom to top. Each imports only what stands above it in this list.

pub(crate) mod log_target;
pub(crate) mod value;

pub mod operation;
#[cfg(feature = "client")]
pub(crate) mod repeat;

pub mod error;

pub mod types;

pub(crate) mod decode;

#[cfg(feature = "client")]
pub(crate) mod call;

#[cfg(feature = "client")]
pub(crate) mod client;

#[cfg(feature = "client")]
pub(crate) mod page;

#[cfg(feature = "client")]
#[cfg_attr(docsrs, doc(cfg(feature = "client")))]
pub mod calls;

#[cfg(feature = "webhooks")]
#[cfg_attr(docsrs, doc(cfg(feature = "webhooks")))]
pub mod webhook;

#[cfg(feature = "client")]
pub(crate) mod ext;

#[cfg(feature = "blocking")]
#[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
pub mod blocking;

// What users see: names for what the floors have, and the guide.

#[cfg(feature = "client")]
pub mod guide;
#[cfg(feature = "client")]
#[cfg_attr(docsrs, doc(cfg(feature = "client")))]
pub mod helpers;
#[cfg(feature = "client")]
#[cfg_attr(docsrs, doc(cfg(feature = "client")))]
pub mod interceptor;
#[cfg(feature = "client")]
#[cfg_attr(docsrs, doc(cfg(feature = "client")))]
pub mod list;

#[cfg(feature = "openapi")]
#[cfg_attr(docsrs, doc(cfg(feature = "openapi")))]
pub mod openapi;

#[cfg(feature = "testing")]
#[cfg_attr(docsrs, doc(cfg(feature = "testing")))]
pub mod testing;

#[cfg(all(test, feature = "client"))]
mod test_support;

#[cfg(feature = "client")]
pub use call::interceptor::Interceptor;
#[cfg(feature = "client")]
pub use call::{Clock, OptionalExt, Pause, RawBody, Response, RetryPolicy, Upload};
#[cfg(feature = "client")]
pub use client::{AnyClient, CallOptions, Client, ClientBuilder, Environment, ParseEnvironmentError, RawRequest};
#[doc(inline)]
pub use error::Error;
#[cfg(feature = "client")]
#[doc(inline)]
pub use error::{ApiError, ErrorKind};
#[doc(no_inline)]
pub use http::{HeaderMap, Method, StatusCode};
/// The HTTP client underneath, at the version that [`ClientBuilder::http`] takes: for proxies, certificates and the
/// pool, without a dependency of your own.
///
/// A new major version of it is a new major version of this crate.
#[cfg(feature = "client")]
#[doc(no_inline)]
pub use reqwest;
pub use value::{IntoField, IntoInteger, IntoList, IntoValue, Secret, Timestamp, TimestampError};
