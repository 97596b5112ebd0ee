//! `imprint-sandbox check-receiver`: sends good and bad webhooks to a receiver in any language.

use std::process::ExitCode;

use crate::program::args::Hidden;
use crate::program::output::print;

/// Checks a receiver and prints the report; the status is 1 if something is wrong.
///
/// # Errors
///
/// If the URL is not that of a receiver nearby, or the token is empty.
pub async fn check_receiver(url: &str, token: Hidden) -> Result<ExitCode, String> {
    let report = crate::sandbox::check_receiver(url, token.0).await.map_err(|refused| refused.to_string())?;
    print(&report.to_string(), if report.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
