//! Generated clients of small documents, run: what their types read and write, and what their calls send and take.

mod alike;
mod answers;
mod bodies;
mod collections;
mod composed;
mod loose;
mod pages;
mod plain;
mod requests;
mod server;
mod unions;
