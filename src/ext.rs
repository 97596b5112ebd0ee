//! The helpers: methods of [`Client`](crate::Client) around the generated ones, and the errors they fail with.
//!
//! Each helper makes generated calls only. This module may import all modules of lower layers (`value` to `page`, and
//! the generated code); only `helpers` and `lib.rs` import it. It is the only module that names operations and types of
//! the API by hand.
//!
//! | module | contents |
//! |---|---|
//! | `customers`, `links`, `rewards`, `keys`, `orders`, `totals` | the helpers of one kind of object |
//! | `find`, `evidence` | lookups by the partner's own id, and the rules that decide what an answer proves |
//! | `once` | a POST that is sent again only after lookups prove that it was not recorded |
//! | `deadline`, `ids` | the time limit of a helper, and the rule by which ids are compared |
//! | `model` | tests that run the helpers against a model of the server, for all its choices up to a bound, and against the sandbox at random |

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
