//! The runtime of imprint-client around a client that `build.rs` generated from the documents in `documents/`.
//!
//! The modules are those of `src/` itself, down to the calls. What is written by hand for Imprint's own operations and
//! events stays out.

// The unit tests of the runtime need more than this package has, and run in their own.
#![cfg(not(test))]
#![allow(dead_code, unused_imports, clippy::all, missing_docs, reason = "the tests use a part of the runtime")]
#![allow(unused_qualifications, unexpected_cfgs, reason = "the runtime is checked in its own package")]

#[path = "../../../src"]
mod runtime {
    pub(crate) mod call;
    pub mod calls;
    pub(crate) mod client;
    pub(crate) mod decode;
    pub mod error;
    pub mod interceptor;
    pub mod list;
    pub(crate) mod log_target;
    pub mod operation;
    pub(crate) mod page;
    pub(crate) mod repeat;
    pub mod types;
    pub(crate) mod value;
}

pub(crate) use runtime::{call, client, decode, log_target, page, repeat, value};
pub use runtime::{calls, error, interceptor, list, operation, types};

pub use call::interceptor::Interceptor;
pub use call::{Clock, OptionalExt, Pause, RawBody, Response, RetryPolicy, Upload};
pub use client::{AnyClient, CallOptions, Client, ClientBuilder, Environment, ParseEnvironmentError, RawRequest};
pub use error::{ApiError, Error, ErrorKind};
pub use http::{HeaderMap, Method, StatusCode};
pub use value::{IntoField, IntoInteger, IntoList, IntoValue, Secret, Timestamp, TimestampError};
