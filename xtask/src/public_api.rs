//! The public API of the generated client as text, and what differs between two such texts.

mod compare;
mod snapshot;

pub use compare::{PublicApiDifference, compare, paging_changes};
pub use snapshot::of;
