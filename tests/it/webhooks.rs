//! Webhooks: verifying deliveries, decoding events, and their dedupe keys.

mod events;
mod keys;
#[cfg(feature = "tracing")]
mod logs;
mod properties;
mod vectors;

use imprint_client::webhook::Event;

use super::support::payload;

const TOKEN: &str = "whtok_9f8e7d6c";

/// The kinds of webhooks; the documentation has a payload of each.
const KINDS: [&str; 7] =
    ["ACCOUNT_STATUS", "APPLICATION", "CUSTOMER_LINK", "PAYMENT_METHOD", "REWARD", "STREAK", "TRANSACTION"];

fn body(kind: &str) -> String {
    payload(&format!("webhook-{kind}--openapi-composed.json"))
}

fn event(body: &str) -> Event {
    Event::parse(body.as_bytes()).unwrap_or_else(|error| panic!("{error}: {body}"))
}
