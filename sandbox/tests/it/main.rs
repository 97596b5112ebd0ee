//! Integration tests: the sandbox as its users see it, through the client and by plain HTTP.

mod accounts;
mod answers;
mod blocking;
mod control;
mod customers;
mod document;
mod errors;
mod intents;
mod keys;
mod links;
mod lists;
mod logging;
mod payment_methods;
mod plain;
mod rewards;
mod sessions;
mod starting;
mod transactions;
mod validation;
