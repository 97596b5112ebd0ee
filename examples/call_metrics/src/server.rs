//! A server on the loopback that plays the part of Imprint that the example needs, and fails at times.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use httpmock::{HttpMockRequest, HttpMockResponse, MockServer};

/// The only key that the server accepts; no other server accepts it.
pub const API_KEY: &str = "metrics-key";

/// The payloads of the documentation, and of its error for a customer that does not exist.
const CUSTOMER: &str = include_str!("../../../tests/payloads/getCustomer--openapi-composed.json");
const SESSION: &str = include_str!("../../../tests/payloads/createSession--openapi-composed.json");
const NOT_FOUND: &str = r#"{"type":"CUSTOMER_NOT_FOUND_ERROR","message":"There is no such customer."}"#;

/// Every so many requests, the server is overloaded.
const OVERLOADED_EVERY: usize = 4;

/// How long the server waits before it answers.
const ANSWER_DELAY: Duration = Duration::from_millis(5);

/// The server, and the number of requests that reached it.
pub struct Server {
    mock: MockServer,
    requests: Arc<AtomicUsize>,
}

impl Server {
    /// Starts the server; it stops when it is dropped.
    pub async fn start() -> Self {
        let mock = MockServer::start_async().await;
        let requests = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&requests);
        mock.mock_async(|when, then| {
            when.any_request().header("authorization", format!("Bearer {API_KEY}"));
            then.respond_with(move |request: &HttpMockRequest| {
                std::thread::sleep(ANSWER_DELAY);
                let number = count.fetch_add(1, Ordering::Relaxed) + 1;
                let (status, body) = reply(number, request.method_str(), request.uri_str());
                HttpMockResponse::builder().status(status).header("content-type", "application/json").body(body).build()
            });
        })
        .await;
        Self { mock, requests }
    }

    pub fn url(&self) -> String {
        self.mock.base_url()
    }

    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }
}

fn reply(number: usize, method: &str, uri: &str) -> (u16, &'static str) {
    match method {
        _ if number.is_multiple_of(OVERLOADED_EVERY) => (503, ""),
        "POST" => (200, SESSION),
        _ if uri.ends_with("/nobody") => (404, NOT_FOUND),
        _ => (200, CUSTOMER),
    }
}
