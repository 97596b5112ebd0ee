//! The helpers of the client against a server that answers raw JSON, keeps what it gets, and drops answers at will.

mod customers;
mod evidence;
mod keys;
mod links;
mod orders;
mod rewards;
mod server;
