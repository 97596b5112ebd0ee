//! The state machines, each in a file of its own: pure functions from a state and what happens to it to the next state,
//! or to why that cannot happen. They know neither tables nor requests.

pub mod accrual;
pub mod application;
pub mod card;
pub mod chaos;
pub mod customer;
pub mod delivery;
pub mod endpoint;
pub mod event;
pub mod intent;
pub mod key;
pub mod link;
pub mod order;
pub mod order_event;
pub mod order_lines;
pub mod payment_method;
pub mod reward;
pub mod seeded_name;
pub mod sent;
pub mod session;
pub mod streak;
pub mod tally;
pub mod target;
pub mod transaction;
