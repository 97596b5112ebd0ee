//! What the tests of webhooks share: the signing token, and the payloads of the documentation.
//!
//! The package `tests/webhooks_only` compiles this file, and the tests beside it that need no client, as well.

use imprint_client::webhook::Event;

use crate::support::payload;

pub const TOKEN: &str = "whtok_9f8e7d6c";

/// The kinds of webhooks; the documentation has a payload of each.
pub const KINDS: [&str; 7] =
    ["ACCOUNT_STATUS", "APPLICATION", "CUSTOMER_LINK", "PAYMENT_METHOD", "REWARD", "STREAK", "TRANSACTION"];

pub fn body(kind: &str) -> String {
    payload(&format!("webhook-{kind}--openapi-composed.json"))
}

pub fn event(body: &str) -> Event {
    Event::parse(body.as_bytes()).unwrap_or_else(|error| panic!("{error}: {body}"))
}
