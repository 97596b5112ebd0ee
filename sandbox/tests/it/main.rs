//! Integration tests: the sandbox as its users see it, through the client and by plain HTTP.

mod accounts;
mod answers;
mod blocking;
mod chaos;
mod closing;
mod control;
mod customers;
mod deliveries;
mod document;
mod endpoints;
mod errors;
mod fault_sockets;
mod faults;
mod in_flight;
mod in_process;
mod intents;
mod keys;
mod links;
mod lists;
mod log;
mod logging;
mod machine;
mod offers;
mod order_events;
mod orders;
mod payloads;
mod payment_methods;
mod plain;
mod raw;
mod readme;
mod receiver;
mod receiver_of_webhooks;
mod rewards;
mod rings;
#[cfg(feature = "seed-files")]
mod seed_errors;
mod seeds;
mod sessions;
mod snapshots;
mod snapshots_mutated;
mod starting;
#[cfg(feature = "program")]
mod state_file;
mod streaks;
mod transactions;
mod validation;
