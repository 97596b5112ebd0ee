//! The page of the program and the application of a customer.

mod accessibility;
mod assets;
mod browser;
mod escaping;
mod forms;
mod live;
mod partner;
mod receiver;
mod secrets;
mod start;
mod stream;
mod structure;
