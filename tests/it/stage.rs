//! One mock server for many calls: it answers what it was told last and keeps what it got.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use httpmock::{HttpMockRequest, HttpMockResponse, MockServer};
use imprint_client::Client;
use serde_json::Value;

use super::support;

pub struct Stage {
    pub client: Client,
    _server: MockServer,
    state: Arc<Mutex<State>>,
}

struct State {
    answer: HttpMockResponse,
    requests: Vec<Arrived>,
}

/// A request as it arrived.
#[derive(Debug)]
pub struct Arrived {
    pub method: String,
    /// As it was on the wire, still encoded.
    pub path: String,
    /// Decoded, in the order they came.
    pub query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Stage {
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
                    state.requests.push(Arrived::of(request));
                    state.answer.clone()
                });
            })
            .await;
        Self { client: support::client(&server), _server: server, state }
    }

    /// Answers every request from now on with JSON, or with no body.
    pub fn answer(&self, status: u16, body: Option<&Value>) {
        let answer = HttpMockResponse::builder().status(status);
        let answer = match body {
            Some(body) => answer.header("content-type", "application/json").body(body.to_string()),
            None => answer,
        };
        self.state().answer = answer.build();
    }

    /// The requests that arrived since the last time.
    pub fn arrived(&self) -> Vec<Arrived> {
        std::mem::take(&mut self.state().requests)
    }

    /// The one request that arrived.
    pub fn only_request(&self) -> Arrived {
        let mut requests = self.arrived();
        assert_eq!(requests.len(), 1, "one call is one request: {requests:?}");
        requests.remove(0)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Arrived {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub fn of(request: &HttpMockRequest) -> Self {
        let uri = request.uri_str();
        // httpmock puts scheme and host before what was on the wire.
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

/// Percent escapes into the text they stand for.
pub fn decode(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8().expect("UTF-8").into_owned()
}
