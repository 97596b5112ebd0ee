//! `/_sandbox/health`: whether the sandbox is there, and what it is.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::instant::Instant;

use super::failure::Failure;
use super::served::Served;

/// The account whose time is told.
#[derive(Deserialize)]
pub struct Named {
    account: Option<String>,
}

/// Tells what is served; nothing in it is a secret, so that it needs no key.
///
/// # Errors
///
/// If no account has the name.
pub async fn health(State(served): State<Arc<Served>>, Query(named): Query<Named>) -> Result<Json<Value>, Failure> {
    let sandbox = served.account(named.account.as_deref())?;
    Ok(Json(json!({
        "status": "ok",
        "version": env!("CARGO_PKG_VERSION"),
        "document_version": sandbox.document_version(),
        "now": Instant::of(sandbox.now()).text(),
        "accounts": sandbox.account_names().len(),
        "requests": sandbox.request_count(),
        "bugs": sandbox.bugs().len(),
        "control": served.has_control,
    })))
}
