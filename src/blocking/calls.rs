//! The methods of the blocking client that start calls, and how it sends them. Generated from the API document.

#![allow(missing_docs, reason = "not everything is described in the API document")]
#![allow(clippy::all, rustdoc::all, unused_qualifications, reason = "made by the build script")]

include!(concat!(env!("OUT_DIR"), "/blocking.rs"));
