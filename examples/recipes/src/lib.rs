//! The recipes of the guide (`docs/guide/recipes.md`), so that they are compiled and
//! tested: one module for each.
//!
//! The page shows each file from its first `use` to its tests. `tests/page.rs` compares
//! the two. The blocks of the page are doc tests of this package, which has the crates that
//! they need, and not of the library.

#![cfg_attr(doctest, doc = include_str!("../../../docs/guide/recipes.md"))]

// The page names this package as a reader would.
extern crate self as recipes;

pub mod actix_service;
pub mod actix_webhooks;
pub mod axum_webhooks;
pub mod blocking_job;
pub mod inbox;
pub mod instances;
pub mod lambda;
pub mod rocket_service;
pub mod rocket_webhooks;
// It waits for SIGTERM.
#[cfg(unix)]
pub mod worker;

#[cfg(test)]
mod testing;
