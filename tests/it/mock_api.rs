//! A mock server for many calls: it returns the response that was set last, and records the requests.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use httpmock::{HttpMockRequest, HttpMockResponse, MockServer};
use imprint_client::Client;
use serde_json::Value;

use super::support;

pub struct MockApi {
    pub client: Client,
    _server: MockServer,
    state: Arc<Mutex<State>>,
}

struct State {
    answer: HttpMockResponse,
    requests: Vec<RecordedRequest>,
}

/// A request that the server received.
#[derive(Debug)]
pub struct RecordedRequest {
    pub method: String,
    /// The path as it was sent, without decoding.
    pub path: String,
    /// The query parameters, decoded, in their order.
    pub query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl MockApi {
    pub async fn start() -> Self {
        let server = MockServer::start_async().await;
        let state = Arc::new(Mutex::new(State {
            answer: HttpMockResponse::builder().status(500).build(),
            requests: Vec::new(),
        }));
        let shared = Arc::clone(&state);
        server
            .mock_async(|when, then| {
                when.any_request();
                then.respond_with(move |request| {
                    let mut state = shared.lock().unwrap_or_else(PoisonError::into_inner);
                    state.requests.push(RecordedRequest::of(request));
                    state.answer.clone()
                });
            })
            .await;
        Self { client: support::client(&server), _server: server, state }
    }

    /// Sets the response to all later requests: JSON, or no body.
    pub fn respond_with(&self, status: u16, body: Option<&Value>) {
        let answer = HttpMockResponse::builder().status(status);
        let answer = match body {
            Some(body) => answer.header("content-type", "application/json").body(body.to_string()),
            None => answer,
        };
        self.state().answer = answer.build();
    }

    /// Removes and returns the requests since the last call.
    pub fn take_requests(&self) -> Vec<RecordedRequest> {
        std::mem::take(&mut self.state().requests)
    }

    /// Removes and returns the only request since the last call.
    pub fn only_request(&self) -> RecordedRequest {
        let mut requests = self.take_requests();
        assert_eq!(requests.len(), 1, "expected one request: {requests:?}");
        requests.remove(0)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RecordedRequest {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub fn of(request: &HttpMockRequest) -> Self {
        let uri = request.uri_str();
        // httpmock adds the scheme and the host to the request target.
        let target = uri.split_once("://").map_or(uri, |(_, rest)| rest.find('/').map_or("/", |at| &rest[at..]));
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Self {
            method: request.method_str().to_owned(),
            path: path.to_owned(),
            query: query.split('&').filter(|pair| !pair.is_empty()).map(pair).collect(),
            headers: request.headers_vec().clone(),
            body: request.body_vec(),
        }
    }
}

fn pair(pair: &str) -> (String, String) {
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    let decode = |text: &str| decode(&text.replace('+', " "));
    (decode(name), decode(value))
}

/// Decodes percent escapes.
pub fn decode(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8().expect("UTF-8").into_owned()
}
