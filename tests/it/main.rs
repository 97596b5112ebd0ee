//! What the client does, seen from outside: real HTTP on loopback, answers as raw JSON.

mod calls;
#[cfg(feature = "tracing")]
mod capture;
mod clock;
mod contract;
mod document;
mod drift;
mod errors;
mod faults;
#[cfg(feature = "gzip")]
mod gzip;
mod helpers;
#[cfg(feature = "tracing")]
mod leaks;
mod live;
mod network;
mod pages;
mod payloads;
#[cfg(feature = "schemars")]
mod schemas;
mod seeds;
mod spec;
mod stage;
mod support;
mod table;
#[cfg(feature = "tracing")]
mod traces;
mod types;
#[cfg(feature = "webhooks")]
mod webhooks;
mod wire;
