//! Integration tests: the sandbox as its users see it, through the client and by plain HTTP.

mod accounts;
mod answers;
mod blocking;
mod control;
mod customers;
mod document;
mod errors;
mod fault_sockets;
mod faults;
mod intents;
mod keys;
mod links;
mod lists;
mod log;
mod logging;
mod payment_methods;
mod plain;
mod raw;
mod sessions;
mod starting;
mod validation;
