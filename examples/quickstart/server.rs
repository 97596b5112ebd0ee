//! A server on loopback that plays the part of Imprint that the tour needs, with payloads of the documentation.

use std::sync::atomic::{AtomicBool, Ordering};

use httpmock::{HttpMockRequest, HttpMockResponse, Method, MockServer};
use serde_json::{Value, json};

/// The only key that the server accepts; no other server accepts it.
pub const API_KEY: &str = "quickstart-key";

/// A payload of `tests/payloads`.
macro_rules! payload {
    ($name:literal) => {
        include_str!(concat!("../../tests/payloads/", $name))
    };
}

/// Starts the server; it stops when it is dropped.
pub async fn start() -> MockServer {
    let server = MockServer::start_async().await;
    answer(&server, "GET", "/v2/customers", payload!("searchCustomers--docs-search-for-customers.json")).await;
    answer(&server, "POST", "/v2/customers/{id}", payload!("updateCustomer--seed-002.json")).await;
    answer(&server, "POST", "/v2/customer_sessions", payload!("createSession--openapi-composed.json")).await;
    let methods = payload!("getPaymentMethods--docs-list-customers-payment-methods.json");
    answer(&server, "GET", "/v2/customers/{id}/payment_methods", methods).await;
    let reward: Value = serde_json::from_str(payload!("getReward--openapi-composed.json")).expect("a payload is JSON");
    let rewards = json!({ "data": [reward], "has_more": false, "total": 1 });
    answer(&server, "GET", "/v2/customers/{id}/rewards", &rewards.to_string()).await;
    link(&server).await;
    server
}

async fn answer(server: &MockServer, method: &'static str, path: &str, body: &str) {
    let path = format!("^{}$", path.replace("{id}", "[^/]+"));
    let method = method.parse::<Method>().expect("a method of HTTP");
    server
        .mock_async(|when, then| {
            when.method(method).path_matches(path).header("authorization", format!("Bearer {API_KEY}"));
            then.status(200).header("content-type", "application/json").body(body);
        })
        .await;
}

/// The first link succeeds. Every later one is refused, because that link exists.
async fn link(server: &MockServer) {
    let linked = AtomicBool::new(false);
    server
        .mock_async(|when, then| {
            when.method(Method::POST).path_matches("^/v2/customers/[^/]+/link$");
            then.respond_with(move |_: &HttpMockRequest| {
                let (status, body) = if linked.swap(true, Ordering::SeqCst) {
                    (409, payload!("error-409-customer-already-linked--seed-001.json"))
                } else {
                    (200, payload!("linkCustomerAccount--openapi-composed.json"))
                };
                HttpMockResponse::builder().status(status).header("content-type", "application/json").body(body).build()
            });
        })
        .await;
}
