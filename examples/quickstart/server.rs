//! A local server with the operations that the example calls. It responds with payloads of Imprint's documentation.

use std::sync::atomic::{AtomicBool, Ordering};

use httpmock::{HttpMockRequest, HttpMockResponse, Method, MockServer};
use serde_json::{Value, json};

/// The only API key that the server accepts. It is not a key of Imprint.
pub const API_KEY: &str = "quickstart-key";

/// The text of a payload file in `tests/payloads`.
macro_rules! payload {
    ($name:literal) => {
        include_str!(concat!("../../tests/payloads/", $name))
    };
}

/// Starts the server. It stops when the returned value is dropped.
pub async fn start() -> MockServer {
    let server = MockServer::start_async().await;
    respond(&server, "GET", "/v2/customers", payload!("searchCustomers--docs-search-for-customers.json")).await;
    respond(&server, "POST", "/v2/customers/{id}", payload!("updateCustomer--seed-002.json")).await;
    respond(&server, "POST", "/v2/customer_sessions", payload!("createSession--openapi-composed.json")).await;
    let methods = payload!("getPaymentMethods--docs-list-customers-payment-methods.json");
    respond(&server, "GET", "/v2/customers/{id}/payment_methods", methods).await;
    let reward: Value = serde_json::from_str(payload!("getReward--openapi-composed.json")).expect("a payload is JSON");
    let rewards = json!({ "data": [reward], "has_more": false, "total": 1 });
    respond(&server, "GET", "/v2/customers/{id}/rewards", &rewards.to_string()).await;
    link(&server).await;
    server
}

async fn respond(server: &MockServer, method: &'static str, path: &str, body: &str) {
    let path = format!("^{}$", path.replace("{id}", "[^/]+"));
    let method = method.parse::<Method>().expect("a method of HTTP");
    server
        .mock_async(|when, then| {
            when.method(method).path_matches(path).header("authorization", format!("Bearer {API_KEY}"));
            then.status(200).header("content-type", "application/json").body(body);
        })
        .await;
}

/// Answers the link operation: the first call returns the new link, and every later call is a 409 with that link.
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
