//! Integration tests: the sandbox as its users see it, through the client and by plain HTTP.

mod accounts;
mod answers;
mod blocking;
mod chaos;
mod control;
mod customers;
mod deliveries;
mod document;
mod errors;
mod intents;
mod keys;
mod links;
mod lists;
mod logging;
mod payment_methods;
mod plain;
mod receiver;
mod receiver_of_webhooks;
mod sessions;
mod starting;
mod validation;
