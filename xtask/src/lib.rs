//! What maintainers of imprint-client run: `cargo xtask <command>`, as a library, so that tests and tools can use it.
//!
//! From bottom to top: `pipeline` is the only way to the generator; `openapi` and `usage` read documents; `diff`,
//! `public_api`, `overlay_actions` and `suspicious` examine one thing each; `report` prints; `refresh`, `check` and
//! `documents` put them together; `commands` is what the command line calls. Imports go down this list only. `foreign_crates` and
//! `rustdoc_api` stand beside them: they read the public API, from the sources and from what rustdoc makes of them.

#[path = "../../build/mod.rs"]
pub mod build;
mod changelog;
pub mod check;
pub mod commands;
pub mod compile;
pub mod diff;
pub mod documents;
pub mod failure;
pub mod files;
pub mod foreign_crates;
pub mod lock;
pub mod needs;
mod openapi;
pub mod overlay_actions;
pub mod pipeline;
pub mod public_api;
pub mod refresh;
pub mod report;
pub mod rustdoc_api;
pub mod suspicious;
pub mod usage;
pub mod version;
