//! The helpers: methods of [`Client`](crate::Client) around the generated ones, and the errors they fail with.
//!
//! Each helper is made of generated calls only. It may import everything below (`value` to `page`, and the generated
//! code); nothing but `helpers` and `lib.rs` imports it. This is the one room that names operations and types of the
//! API by hand.
//!
//! | module | what it has |
//! |---|---|
//! | `customers`, `links`, `rewards`, `keys`, `orders`, `totals` | the helpers of one kind of object |
//! | `find`, `evidence` | lookups by the partner's own id, and what their answers prove |
//! | `once` | a POST that is neither lost nor sent twice |
//! | `deadline`, `ids` | the time that a helper has, and how ids are compared |
//! | `model` | the test of the helpers against every server that a model can be |

mod customers;
mod deadline;
mod evidence;
mod find;
mod ids;
mod keys;
mod links;
#[cfg(test)]
mod model;
mod once;
mod orders;
mod rewards;
mod totals;

pub use find::FindError;
pub use keys::{KeyRotationError, KeyState, RotationStep};
pub use links::LinkError;
pub use once::{Lookup, Once, OnceError};
pub use rewards::{ConfirmError, RewardRef};
pub use totals::TotalsError;
