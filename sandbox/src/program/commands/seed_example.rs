//! `imprint-sandbox seed-example`: prints a seed file to begin with.

use std::process::ExitCode;

use crate::seed::Seed;

/// Prints the example, or the schema of seed files.
///
/// # Errors
///
/// None so far.
pub fn seed_example(schema: bool) -> Result<ExitCode, String> {
    print!("{}", if schema { Seed::SCHEMA } else { Seed::EXAMPLE });
    Ok(ExitCode::SUCCESS)
}
