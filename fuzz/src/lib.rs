//! The properties that the fuzz targets check. Each module has one function, `check`, which takes the bytes of the fuzzer
//! and panics when a property does not hold.
//!
//! They are here and not in the targets, so that `tests/seeds.rs` can check the seeds with a stable toolchain. What is
//! private in imprint-client is reached through its public API. The generator is no part of that API, so its files are
//! compiled here, as the build script and xtask compile them.

#![forbid(unsafe_code)]

#[path = "../../build/mod.rs"]
pub mod build;

pub mod decode;
pub mod documents;
pub mod json;
pub mod lowering;
pub mod mask;
pub mod overlay;
pub mod path_guard;
pub mod webhook_canonical;
pub mod webhook_header;
