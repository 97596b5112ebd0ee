//! `imprint-sandbox openapi`: prints the document of Imprint's API or that of the control API.

use std::process::ExitCode;

use crate::program::{control, document};

/// Prints Imprint's document as JSON, or that of the control API as YAML.
///
/// # Errors
///
/// None so far.
pub fn openapi(control: bool, all_errors: bool) -> Result<ExitCode, String> {
    match control {
        true => print!("{}", control::DOCUMENT),
        false => println!("{}", document::text(all_errors)),
    }
    Ok(ExitCode::SUCCESS)
}
