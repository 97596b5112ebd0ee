//! `imprint-sandbox healthcheck`: asks a sandbox whether it is there, for containers that have no other program.

use std::process::ExitCode;
use std::time::Duration;

use imprint_client::reqwest;
use serde_json::Value;

use crate::program::args::Serve;
use crate::program::output::{complain, print};
use crate::server::reachable;

/// How long a sandbox may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// Asks and prints the answer; the status is 1 if there is none, or what answers is no sandbox.
///
/// # Errors
///
/// If the question cannot be asked: the URL is none.
pub async fn healthcheck(url: Option<String>, flags: &Serve) -> Result<ExitCode, String> {
    let base = url.unwrap_or_else(|| format!("http://{}", reachable(flags.addresses()[0])));
    let url = format!("{}/_sandbox/health", base.trim_end_matches('/'));
    let client = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().map_err(|e| e.to_string())?;
    let request = client.get(&url).build().map_err(|_| format!("{base} is no URL such as http://127.0.0.1:8080"))?;
    let answer = match client.execute(request).await {
        Ok(answer) => answer,
        Err(error) if error.is_timeout() => return unhealthy(&base, "does not answer"),
        Err(_) => return unhealthy(&base, "cannot be reached"),
    };
    let status = answer.status();
    let text = answer.text().await.unwrap_or_default();
    let health: Value = serde_json::from_str(&text).unwrap_or_default();
    if !status.is_success() || health["status"] != "ok" || !health["version"].is_string() {
        return unhealthy(&base, &format!("is no sandbox; it answered {}", status.as_u16()));
    }
    print(&text, ExitCode::SUCCESS)
}

fn unhealthy(base: &str, what: &str) -> Result<ExitCode, String> {
    complain(format_args!("imprint-sandbox: {base} {what}"));
    Ok(ExitCode::FAILURE)
}
