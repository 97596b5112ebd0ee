//! `imprint-sandbox seed-example`: prints a seed file to begin with.

use std::process::ExitCode;

use crate::program::output::print;
use crate::seed::Seed;

/// Prints the example, or the schema of seed files.
///
/// # Errors
///
/// If the output cannot be written.
pub fn seed_example(schema: bool) -> Result<ExitCode, String> {
    print(if schema { Seed::SCHEMA } else { Seed::EXAMPLE }, ExitCode::SUCCESS)
}
