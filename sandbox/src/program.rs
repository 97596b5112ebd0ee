//! The program `imprint-sandbox`: a sandbox for tests in any language.

mod args;

use std::process::ExitCode;

use clap::Parser;

use args::Args;

/// Runs the program with the arguments and the environment of the process.
pub fn main() -> ExitCode {
    let Args {} = Args::parse();
    ExitCode::SUCCESS
}
