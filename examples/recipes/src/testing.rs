//! What the tests of the recipes share: a server on the loopback that plays Imprint, and
//! signed deliveries.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use httpmock::{HttpMockRequest, HttpMockResponse, MockServer};
use imprint_client::types::{OrderBase, OrderLine};
use imprint_client::webhook::testing::{Delivery, Signer};
use imprint_client::{ClientBuilder, RetryPolicy};
use serde_json::{Value, json};

/// The signing token of the deliveries.
pub const TOKEN: &str = "the-signing-token-of-the-recipes";

/// Settings for a client of the server: every call is one request, and ends in time
/// whatever happens.
pub fn settings(server: &MockServer) -> ClientBuilder {
    let builder = imprint_client::Client::builder()
        .api_key("recipes-key")
        .base_url(server.base_url());
    builder.retry(RetryPolicy::off()).timeout(Duration::from_secs(20))
}

/// A delivery of a reward to book.
pub fn reward() -> Delivery {
    Signer::new(TOKEN).deliver(
        "REWARD",
        &json!({ "reward_id": "DCBFC736", "status": "AVAILABLE", "amount": 500 }),
    )
}

/// A delivery whose signature is right, and which cannot be read.
pub fn unreadable() -> Delivery {
    Signer::new(TOKEN)
        .deliver("REWARD", &json!({ "reward_id": "DCBFC736", "amount": "a lot" }))
}

/// A delivery that somebody without the token made.
pub fn forged() -> Delivery {
    Signer::new("another token")
        .deliver("REWARD", &json!({ "reward_id": "DCBFC736", "amount": 900 }))
}

/// Deliveries, and the status that a receiver answers each with.
pub fn deliveries(longest: usize) -> Vec<(Delivery, u16)> {
    let large = Signer::new(TOKEN).sign(vec![b' '; longest + 1]);
    // Larger than the limits that frameworks have of their own.
    let padding = " ".repeat(longest / 2);
    let unknown = Signer::new(TOKEN).deliver(
        "REWARD",
        &json!({ "reward_id": "DCBFC736", "amount": 1, "note": padding }),
    );
    let again = reward();
    vec![
        (reward(), 200),
        (again, 200),
        (unreadable(), 400),
        (forged(), 401),
        (large, 413),
        (unknown, 200),
    ]
}

/// An order of one line.
pub fn order(partner_order_id: &str) -> OrderBase {
    let line = OrderLine::builder()
        .name("Couch Supreme")
        .quantity(1)
        .rate(274_999)
        .rewards_rate(0)
        .build()
        .expect("it is complete");
    let order = OrderBase::builder()
        .partner_order_id(partner_order_id)
        .payment_method_id("0144ea84");
    order.order_lines([line]).total_order_amount(274_999).build().expect("it is complete")
}

/// Plays the operation that makes a session. It puts the account `overloaded` off, and
/// refuses the account `refused`.
pub async fn sessions(server: &MockServer) {
    let session =
        include_str!("../../../tests/payloads/createSession--openapi-composed.json");
    server
        .mock_async(|when, then| {
            when.method("POST").path("/v2/customer_sessions");
            then.respond_with(move |request: &HttpMockRequest| {
                let body: Value =
                    serde_json::from_slice(request.body_ref()).unwrap_or_default();
                match body["partner_customer_id"].as_str() {
                    Some("overloaded") => later(),
                    Some("refused") => answer(
                        400,
                        r#"{"type": "INVALID_REQUEST", "message": "jane@example.com"}"#,
                    ),
                    _ => answer(200, session),
                }
            });
        })
        .await;
}

/// Plays the operation that records an order, and counts the requests. `before` runs
/// before each answer.
pub async fn orders(
    server: &MockServer,
    before: impl Fn() + Send + Sync + 'static,
) -> Arc<AtomicUsize> {
    let count = Arc::new(AtomicUsize::new(0));
    let requests = Arc::clone(&count);
    server
        .mock_async(|when, then| {
            when.method("POST").path("/v2/orders");
            then.respond_with(move |request: &HttpMockRequest| {
                requests.fetch_add(1, Ordering::SeqCst);
                before();
                let mut order: Value =
                    serde_json::from_slice(request.body_ref()).unwrap_or_default();
                order["id"] = json!("77F60AF4");
                answer(200, &order.to_string())
            });
        })
        .await;
    count
}

/// By the header, the server says that it has done nothing, so that the call may be made
/// again.
fn later() -> HttpMockResponse {
    HttpMockResponse::builder().status(429).header("retry-after", "1").build()
}

fn answer(status: u16, body: &str) -> HttpMockResponse {
    HttpMockResponse::builder()
        .status(status)
        .header("content-type", "application/json")
        .body(body)
        .build()
}
