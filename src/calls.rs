//! A builder for every operation of the API, started by the method of [`Client`](crate::Client) of the same name.
//!
//! Nothing is sent before `send`, or before a stream is polled.

#![allow(missing_docs, reason = "not everything is described in the API document")]
#![allow(clippy::all, rustdoc::all, unused_qualifications, reason = "made by the build script")]

include!(concat!(env!("OUT_DIR"), "/calls.rs"));
