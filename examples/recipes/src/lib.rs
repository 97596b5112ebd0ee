//! The recipes of the guide (`docs/guide/recipes.md`), so that they are compiled and
//! tested: one module for each.
//!
//! The page shows each file from its first `use` to its tests. `tests/page.rs` compares
//! the two.

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
