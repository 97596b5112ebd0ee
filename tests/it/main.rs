//! What the client does, seen from outside: real HTTP on loopback, answers as raw JSON.

mod calls;
mod document;
#[cfg(feature = "gzip")]
mod gzip;
mod live;
mod payloads;
#[cfg(feature = "schemars")]
mod schemas;
mod seeds;
mod support;
mod types;
