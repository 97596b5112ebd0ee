//! What the client does, seen from outside: real HTTP on loopback, answers as raw JSON.

mod calls;
mod contract;
mod document;
mod drift;
mod errors;
#[cfg(feature = "gzip")]
mod gzip;
mod live;
mod payloads;
#[cfg(feature = "schemars")]
mod schemas;
mod seeds;
mod spec;
mod stage;
mod support;
mod table;
mod types;
mod wire;
