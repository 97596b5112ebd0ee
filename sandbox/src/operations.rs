//! The operations that have behaviour, one file for each resource, and the applications, which have no operation.
//!
//! A handler takes what was asked, after the document was satisfied, changes the account, and gives what the answer
//! shows; or it refuses, and nothing has changed. It knows nothing of HTTP but the status of a refusal.

pub mod applications;
mod customers;
mod deadlines;
pub mod emit;
mod intents;
mod keys;
pub mod links;
mod list;
mod payment_methods;
mod request;
pub mod rewards;
mod sessions;
pub mod statements;
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
    ("createSession", sessions::create),
    ("createTransactionIntent", intents::create),
    ("deleteKey", keys::delete),
    ("getCustomer", customers::get),
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
    ("patchReward", rewards::patch),
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
