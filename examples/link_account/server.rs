//! A server on loopback that plays the part of Imprint that links customers.

use std::sync::{Arc, Mutex};

use httpmock::{HttpMockRequest, HttpMockResponse, Method, MockServer};
use serde_json::{Value, json};

/// The only key that the server accepts; no other server accepts it.
pub const API_KEY: &str = "link-account-key";

/// Starts the server; it stops when it is dropped.
pub async fn start() -> MockServer {
    let server = MockServer::start_async().await;
    let link: Arc<Mutex<Option<Value>>> = Arc::default();
    let linked = Arc::clone(&link);
    server
        .mock_async(|when, then| {
            when.method(Method::POST)
                .path_matches("^/v2/customers/[^/]+/link$")
                .header("authorization", format!("Bearer {API_KEY}"));
            then.respond_with(move |request: &HttpMockRequest| {
                let mut link = linked.lock().expect("no handler panics");
                match &*link {
                    Some(link) => answer(409, &already_linked(link)),
                    None => answer(200, link.insert(new_link(request))),
                }
            });
        })
        .await;
    server
        .mock_async(|when, then| {
            when.method(Method::GET).path("/v2/customers").header("authorization", format!("Bearer {API_KEY}"));
            then.respond_with(move |request: &HttpMockRequest| {
                let link = link.lock().expect("no handler panics");
                let query = request.query_params();
                let wanted = query.iter().find(|(name, _)| name == "partner_customer_id").map(|(_, id)| id.as_str());
                let found = link.iter().filter(|link| link["partner_customer_id"].as_str() == wanted);
                let data: Vec<Value> = found.map(customer).collect();
                answer(200, &json!({ "data": data, "has_more": false, "total": data.len() }))
            });
        })
        .await;
    server
}

fn new_link(request: &HttpMockRequest) -> Value {
    let uri = request.uri_str();
    let customer = uri.trim_end_matches("/link").rsplit('/').next().unwrap_or_default();
    let body: Value = serde_json::from_slice(request.body_ref()).unwrap_or_default();
    json!({
        "customer_id": customer,
        "partner_customer_id": body["partner_customer_id"],
        "status": "ACTIVE",
        "created_at": "2025-02-13T19:08:07.000Z",
    })
}

fn already_linked(link: &Value) -> Value {
    let message = "Customer already linked to a partner account";
    json!({ "error": { "type": "CUSTOMER_ALREADY_LINKED", "message": message, "existing_link": link } })
}

fn customer(link: &Value) -> Value {
    json!({ "id": link["customer_id"], "partner_customer_id": link["partner_customer_id"] })
}

fn answer(status: u16, body: &Value) -> HttpMockResponse {
    let answer = HttpMockResponse::builder().status(status).header("content-type", "application/json");
    answer.body(body.to_string()).build()
}
