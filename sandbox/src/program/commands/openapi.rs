//! `imprint-sandbox openapi`: prints the document of the API.

use std::process::ExitCode;

use crate::program::document::{self, Reader};

/// Prints Imprint's document as JSON.
///
/// # Errors
///
/// None so far.
pub fn openapi(for_tools: bool) -> Result<ExitCode, String> {
    let reader = if for_tools { Reader::Tools } else { Reader::Any };
    println!("{}", document::text(reader));
    Ok(ExitCode::SUCCESS)
}
