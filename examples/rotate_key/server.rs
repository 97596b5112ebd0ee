//! A server on loopback that plays the part of Imprint that manages keys.

use std::sync::{Arc, Mutex};

use httpmock::{HttpMockRequest, HttpMockResponse, MockServer};
use serde_json::{Value, json};

/// The key that the server accepts at first; no other server accepts it.
pub const FIRST_KEY: &str = "rotate-key-1";

/// Starts the server; it stops when it is dropped.
pub async fn start() -> MockServer {
    let server = MockServer::start_async().await;
    let keys = Arc::new(Mutex::new(vec![FIRST_KEY.to_owned()]));
    let mut made = 1;
    let made = Mutex::new(move || {
        made += 1;
        format!("rotate-key-{made}")
    });
    server
        .mock_async(|when, then| {
            when.any_request();
            then.respond_with(move |request: &HttpMockRequest| {
                let mut keys = keys.lock().expect("no handler panics");
                let Some(caller) = caller(request, &keys) else { return answer(401, &json!({})) };
                match (request.method_str(), request.uri().path()) {
                    ("POST", "/v2/keys") => {
                        let key = (made.lock().expect("no handler panics"))();
                        keys.push(key.clone());
                        answer(200, &json!({ "key": key, "created_at": "2025-02-13T19:08:07.000Z" }))
                    }
                    // The operation takes no id: it deletes the key that makes the call.
                    ("DELETE", "/v2/keys") => {
                        let key = keys.remove(caller);
                        answer(200, &json!({ "key": key, "deleted_at": "2025-02-13T19:08:07.000Z" }))
                    }
                    ("GET", "/v2/rewards") => answer(200, &json!({ "data": [], "has_more": false })),
                    _ => answer(404, &json!({})),
                }
            });
        })
        .await;
    server
}

/// Which of the keys makes the call.
fn caller(request: &HttpMockRequest, keys: &[String]) -> Option<usize> {
    let headers = request.headers_vec();
    let (_, value) = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("authorization"))?;
    keys.iter().position(|key| value.strip_prefix("Bearer ") == Some(key))
}

fn answer(status: u16, body: &Value) -> HttpMockResponse {
    let answer = HttpMockResponse::builder().status(status).header("content-type", "application/json");
    answer.body(body.to_string()).build()
}
