#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![warn(missing_docs, missing_debug_implementations)]
#![cfg_attr(docsrs, feature(doc_cfg))]

// The floors of the library, from bottom to top. Each imports only what stands above it in this list.

pub(crate) mod value;

pub mod operation;
pub(crate) mod repeat;

pub mod error;

pub(crate) mod call;

pub(crate) mod client;

pub(crate) mod page;

/// Made by the build script from the API document.
#[allow(missing_docs, missing_debug_implementations, clippy::all, unused_qualifications, rustdoc::all)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/generated.rs"));
}

#[cfg(feature = "webhooks")]
#[cfg_attr(docsrs, doc(cfg(feature = "webhooks")))]
pub mod webhook;

pub(crate) mod ext;

// What users see: names for what the floors have, and the guide.

pub mod guide;
pub mod helpers;
pub mod list;

#[cfg(test)]
mod testing;

pub use call::{Clock, OptionalExt, Pause, Response, RetryPolicy};
pub use client::{CallOptions, Client, ClientBuilder, Environment, RawRequest};
#[doc(inline)]
pub use error::{ApiError, Error, ErrorKind};
pub use generated::{builder, types};
/// The HTTP client underneath, at the version that [`ClientBuilder::http`] takes: for proxies, certificates and the
/// pool, without a dependency of your own.
///
/// A new major version of it is a new major version of this crate.
#[doc(no_inline)]
pub use reqwest;
#[doc(no_inline)]
pub use reqwest::{Method, StatusCode, header::HeaderMap};
pub use value::{IntoField, IntoList, Secret, Timestamp, TimestampError};

use paths_of_generated_code::*;

/// Paths that the generated code uses. To be removed when the generator names the rooms.
#[allow(unused_imports, reason = "which of these the generated code uses depends on the API document")]
mod paths_of_generated_code {
    pub(crate) use crate::list::{Items, Pages};
    pub(crate) use crate::operation::Operation;
    pub(crate) use crate::value::{opaque_string, open_enum};

    pub(crate) mod decode {
        pub(crate) use crate::call::decode::body;
        pub(crate) use crate::error::Finding;
        pub(crate) use crate::value::lenient::*;
        pub(crate) use crate::value::object;
    }

    pub(crate) mod field {
        pub(crate) use crate::value::fields::FreeForm;
    }

    pub(crate) mod request {
        pub(crate) use crate::call::Request;
    }

    pub(crate) mod secret {
        pub(crate) use crate::value::Redacted;
    }
}
