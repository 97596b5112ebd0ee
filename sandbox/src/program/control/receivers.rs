//! Checking a receiver of webhooks.

use imprint_client::Secret;
use serde::Deserialize;

use super::call::{Call, Outcome, ok};
use super::views;

#[derive(Deserialize)]
struct Checked {
    url: String,
    token: Option<Secret>,
}

pub async fn check(mut call: Call) -> Outcome {
    let Checked { url, token } = call.body()?;
    let report = call.unless_stopping(call.sandbox.check_receiver_with(url, token)).await??;
    ok(views::report(&report))
}
