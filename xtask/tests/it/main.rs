//! `cargo xtask refresh-spec` and `check` as processes, on copies of the repository's files, against servers on loopback.

mod answers;
mod crashes;
mod formats;
mod https;
mod refreshes;
mod server;
mod support;
