//! Generated clients of small documents, run: what their types read and write, and what their calls send and take.

mod answers;
mod collections;
mod composed;
mod pages;
mod plain;
mod requests;
mod server;
mod unions;
