//! Tests the helpers of the client against a server that returns raw JSON, records the requests, and can lose
//! responses.

mod closure_server;
mod customers;
mod evidence;
mod keys;
mod links;
mod orders;
mod rewards;
