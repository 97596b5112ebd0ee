//! Tests of the program `imprint-sandbox`, as its users start it.

mod command_line;
mod control;
mod languages;
mod lines;
mod page;
mod process;
mod safety;
mod state;
mod stopping;
