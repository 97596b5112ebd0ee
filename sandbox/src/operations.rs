//! The operations that have behaviour, one file for each resource, and the applications, which have no operation.
//!
//! A handler takes what was asked, after the document was satisfied, changes the account, and gives what the answer
//! shows; or it refuses, and nothing has changed. It knows nothing of HTTP but the status of a refusal.

pub mod applications;
pub mod closing;
mod customers;
mod deadlines;
pub mod emit;
pub mod endpoints;
mod intents;
mod keys;
pub mod links;
mod list;
mod offers;
mod order_events;
mod order_lines;
mod orders;
mod payment_methods;
mod request;
pub mod rewards;
mod sessions;
pub mod statements;
pub mod streaks;
mod transactions;

use crate::refusal::Refusal;
use crate::world::Tx;

pub use customers::{new_customer, of_partner as customer_of_partner};
pub use deadlines::fire;
pub use request::{Asked, Reply};
pub use sessions::for_customer as new_session;

/// What carries out an operation.
pub type Handler = fn(&mut Tx<'_>, &Asked<'_>) -> Result<Reply, Refusal>;

/// The operations with behaviour, by their ids. All others are answered from the examples of the document.
pub const TABLE: &[(&str, Handler)] = &[
    ("createKey", keys::create),
    ("createOrder", orders::create),
    ("createSession", sessions::create),
    ("createTransactionIntent", intents::create),
    ("deleteKey", keys::delete),
    ("deleteOrder", orders::delete),
    ("deleteOrderEvent", order_events::delete),
    ("getCustomer", customers::get),
    ("getOffer", offers::get),
    ("getPaymentMethod", payment_methods::get),
    ("getPaymentMethods", payment_methods::of_customer),
    ("getReward", rewards::get),
    ("getRewards", rewards::of_customer),
    ("getRewardsBalance", rewards::balance),
    ("getSession", sessions::get),
    ("getTransaction", transactions::get),
    ("getTransactionIntent", intents::get),
    ("getTransactionIntents", intents::of_customer),
    ("getTransactions", transactions::of_customer),
    ("linkCustomerAccount", links::create),
    ("listOrderEvents", order_events::list),
    ("listOrders", orders::list),
    ("patchReward", rewards::patch),
    ("postOrderEvent", order_events::create),
    ("putOrder", orders::replace),
    ("searchCustomers", customers::search),
    ("searchCustomersPost", customers::search),
    ("searchPaymentMethods", payment_methods::search),
    ("searchPaymentMethodsPost", payment_methods::search),
    ("searchRewards", rewards::search),
    ("searchTransactionIntents", intents::search),
    ("simulateReward", rewards::simulate),
    ("simulateStatementReward", rewards::simulate_statement),
    ("simulateTransactionEvent", transactions::simulate),
    ("updateCustomer", customers::update),
    ("updateTransactionIntent", intents::update),
];

/// The handler of an operation.
pub fn handler(operation: &str) -> Option<Handler> {
    TABLE.iter().find(|(id, _)| *id == operation).map(|(_, handler)| *handler)
}
