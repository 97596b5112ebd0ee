//! A server on loopback that plays the part of Imprint that the example needs: the transactions of one customer, in
//! pages.

use std::time::Duration;

use httpmock::{HttpMockRequest, HttpMockResponse, MockServer};
use serde_json::{Value, json};

/// The only key that the server accepts; no other server accepts it.
pub const API_KEY: &str = "reconcile-key";

/// The only customer that the server knows.
pub const CUSTOMER: &str = "9B5E1EE0-2E1C-46E7-81B9-3C3917204BE4";

/// A payload of the documentation, which all the transactions are made from.
const TRANSACTION: &str = include_str!("../../../tests/payloads/getTransaction--openapi-composed.json");

/// How long the server waits before it answers.
const ANSWER_DELAY: Duration = Duration::from_millis(40);

/// Starts the server; it stops when it is dropped.
pub async fn start() -> MockServer {
    let server = MockServer::start_async().await;
    let transactions = transactions();
    server
        .mock_async(|when, then| {
            when.method("GET")
                .path(format!("/v2/customers/{CUSTOMER}/transactions"))
                .header("authorization", format!("Bearer {API_KEY}"));
            then.respond_with(move |request: &HttpMockRequest| {
                std::thread::sleep(ANSWER_DELAY);
                HttpMockResponse::builder()
                    .status(200)
                    .header("content-type", "application/json")
                    .body(page(&transactions, request).to_string())
                    .build()
            });
        })
        .await;
    server
}

/// The transactions after the cursor, at most `limit` of them.
fn page(transactions: &[Value], request: &HttpMockRequest) -> Value {
    let query = |name: &str| request.query_params().iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    let begin = query("starting_after").and_then(|id| transactions.iter().position(|there| there["id"] == id.as_str()));
    let begin = begin.map_or(0, |at| at + 1);
    let limit = query("limit").and_then(|limit| limit.parse().ok()).unwrap_or(10);
    let end = transactions.len().min(begin + limit);
    json!({ "data": transactions[begin..end], "has_more": end < transactions.len(), "total": transactions.len() })
}

/// The payments of the ledger, with a few differences.
fn transactions() -> Vec<Value> {
    let mut transactions: Vec<Value> = (1..=61)
        .filter(|number| *number != 17)
        .map(|number| {
            let mut transaction: Value = serde_json::from_str(TRANSACTION).expect("a payload is JSON");
            transaction["id"] = json!(format!("E777214A-2D11-4CAD-9E8F-{number:012X}"));
            transaction["partner_transaction_id"] = json!(format!("PAY-{number:04}"));
            transaction["amount"] = json!(1_000 + 25 * number);
            transaction["status"] = json!("CAPTURED");
            transaction
        })
        .collect();
    transactions[22]["amount"] = json!(1_500);
    transactions[41]["status"] = json!("VOIDED");
    transactions
}
