//! `imprint-sandbox openapi`: prints the document of the API.

use std::process::ExitCode;

use crate::program::document;

/// Prints Imprint's document as JSON.
///
/// # Errors
///
/// None so far.
pub fn openapi(for_tools: bool) -> Result<ExitCode, String> {
    println!("{}", document::text(for_tools));
    Ok(ExitCode::SUCCESS)
}
