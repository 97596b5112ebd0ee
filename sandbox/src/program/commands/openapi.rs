//! `imprint-sandbox openapi`: prints the document of Imprint's API or that of the control API.

use std::process::ExitCode;

use crate::program::control;
use crate::program::document::{self, Reader};

/// Prints Imprint's document as JSON, or that of the control API as YAML.
///
/// # Errors
///
/// None so far.
pub fn openapi(control: bool, for_tools: bool) -> Result<ExitCode, String> {
    let reader = if for_tools { Reader::Tools } else { Reader::Any };
    match control {
        true => print!("{}", control::DOCUMENT),
        false => println!("{}", document::text(reader)),
    }
    Ok(ExitCode::SUCCESS)
}
