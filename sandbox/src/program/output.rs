//! What the program says outside of its log. An output that nobody reads any more is no reason to fail.

use std::fmt::Display;
use std::io::{ErrorKind, Write};
use std::process::ExitCode;

/// Prints the result of a command, which ends with this status.
///
/// # Errors
///
/// If the output cannot be written. Somebody who has read enough, such as `head`, is no error.
pub fn print(text: &str, status: ExitCode) -> Result<ExitCode, String> {
    let mut out = std::io::stdout().lock();
    let ending = if text.ends_with('\n') { "" } else { "\n" };
    match write!(out, "{text}{ending}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(format!("the output cannot be written: {error}")),
        _ => Ok(status),
    }
}

/// Says something on the standard error, if anybody reads it.
pub fn complain(message: impl Display) {
    let _ = writeln!(std::io::stderr(), "{message}");
}
