//! `/_sandbox/health`: whether the sandbox is there, and what it is.

use serde_json::json;

use crate::instant::Instant;

use super::control::{Call, Outcome, ok};

/// Tells what is served; nothing in it is a secret, so that it needs no key.
///
/// # Errors
///
/// None.
pub async fn health(call: Call) -> Outcome {
    let Call { served, sandbox, .. } = call;
    ok(json!({
        "status": "ok",
        "version": env!("CARGO_PKG_VERSION"),
        "document_version": sandbox.document_version(),
        "now": Instant::of(sandbox.now()).text(),
        "accounts": sandbox.account_names().len(),
        "requests": sandbox.request_count(),
        "bugs": sandbox.bugs().len(),
        "control": served.has_control,
    }))
}
