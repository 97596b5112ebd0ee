//! What the client does, seen from outside: real HTTP on loopback, answers as raw JSON.

mod calls;
mod document;
mod payloads;
mod seeds;
mod support;
mod types;
