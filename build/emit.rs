//! Writes code from the model of the API: a target a module. Nothing outside of here writes Rust.

pub mod client;
