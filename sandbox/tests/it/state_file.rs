//! The state file: what comes back from it, what is refused, and that a killed sandbox loses nothing.

mod changes;
mod child;
mod full;
mod killed;
mod ledger;
mod load;
mod refused;
mod restarts;
mod summary;
