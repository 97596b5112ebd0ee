//! Integration tests: the public API of the client against HTTP servers on loopback that return raw JSON.

#[cfg(feature = "blocking")]
mod blocking;
mod builders;
mod calls;
#[cfg(feature = "tracing")]
mod capture;
mod clock;
mod contract;
mod document;
mod drift;
mod errors;
mod faults;
mod guide_flows;
#[cfg(feature = "gzip")]
mod gzip;
mod helpers;
mod interceptors;
#[cfg(feature = "tracing")]
mod leaks;
mod live;
mod mistakes;
mod mock_api;
mod network;
#[cfg(feature = "openapi")]
mod openapi;
mod pages;
mod payloads;
mod raw_answers;
mod raw_server;
mod sandbox;
#[cfg(feature = "schemars")]
mod schemas;
mod seeds;
mod support;
mod table;
#[cfg(feature = "tracing")]
mod traces;
mod types;
#[cfg(feature = "webhooks")]
mod webhooks;
