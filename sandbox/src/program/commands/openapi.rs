//! `imprint-sandbox openapi`: prints the document of Imprint's API or that of the control API.

use std::process::ExitCode;

use crate::program::control;
use crate::program::document::{self, Reader};
use crate::program::output::print;

/// Prints Imprint's document as JSON, or that of the control API as YAML.
///
/// # Errors
///
/// If the output cannot be written.
pub fn openapi(control: bool, for_tools: bool) -> Result<ExitCode, String> {
    let reader = if for_tools { Reader::Tools } else { Reader::Any };
    let text = if control { control::DOCUMENT.to_owned() } else { document::text(reader) };
    print(&text, ExitCode::SUCCESS)
}
