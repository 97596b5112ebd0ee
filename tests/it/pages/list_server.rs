//! A server of a paged list: it responds by the cursor of the request and records the requests.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use httpmock::{HttpMockResponse, MockServer};
use imprint_client::{Client, ClientBuilder};
use serde_json::{Value, json};

use crate::mock_api::RecordedRequest;
use crate::support;

/// A test that waits longer than this fails.
pub const TEST_TIMEOUT: Duration = Duration::from_secs(20);

pub struct ListServer {
    pub client: Client,
    server: MockServer,
    arrived: Arc<Mutex<Vec<RecordedRequest>>>,
}

impl ListServer {
    /// A server that responds to every request with what `answer` returns for its cursor.
    pub async fn responding(answer: impl Fn(Option<&str>) -> (u16, Value) + Send + Sync + 'static) -> Self {
        let server = MockServer::start_async().await;
        let arrived = Arc::new(Mutex::new(Vec::new()));
        let shared = Arc::clone(&arrived);
        server
            .mock_async(|when, then| {
                when.any_request();
                then.respond_with(move |request| {
                    let request = RecordedRequest::of(request);
                    let cursor = cursor(&request);
                    shared.lock().unwrap_or_else(PoisonError::into_inner).push(request);
                    let (status, body) = answer(cursor.as_deref());
                    HttpMockResponse::builder()
                        .status(status)
                        .header("content-type", "application/json")
                        .header("x-page", cursor.as_deref().unwrap_or("first"))
                        .body(body.to_string())
                        .build()
                });
            })
            .await;
        Self { client: support::client(&server), server, arrived }
    }

    /// A server of these pages of ids. Each page is requested by the last id of the page before it, and all but the
    /// last say `has_more`.
    pub async fn with_pages(pages: &'static [&'static [&'static str]]) -> Self {
        Self::responding(move |cursor| {
            let index = pages.iter().position(|page| cursor.is_some() && page.last().copied() == cursor);
            let index = index.map_or(0, |before| before + 1);
            (200, rewards_page(pages[index], Some(index + 1 < pages.len())))
        })
        .await
    }

    /// A builder for another client of the server.
    pub fn builder(&self) -> ClientBuilder {
        Client::builder().api_key(support::KEY).base_url(self.server.base_url())
    }

    /// The cursors of the requests so far; `first` stands for a request without a cursor.
    pub fn cursors(&self) -> Vec<String> {
        let arrived = self.arrived.lock().unwrap_or_else(PoisonError::into_inner);
        arrived.iter().map(|request| cursor(request).unwrap_or_else(|| "first".to_owned())).collect()
    }

    /// Removes and returns the requests so far.
    pub fn take_requests(&self) -> Vec<RecordedRequest> {
        std::mem::take(&mut self.arrived.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Waits until this many requests have arrived.
    pub async fn wait_for_requests(&self, count: usize) {
        let waiting = async {
            while self.cursors().len() < count {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(TEST_TIMEOUT, waiting)
            .await
            .unwrap_or_else(|_| panic!("only these requests arrived: {:?}", self.cursors()));
    }
}

/// The cursor of a request, in the query or in the body.
fn cursor(request: &RecordedRequest) -> Option<String> {
    let query = request.query.iter().find(|(name, _)| name == "starting_after").map(|(_, value)| value.clone());
    let body = || Some(serde_json::from_slice::<Value>(&request.body).ok()?["starting_after"].as_str()?.to_owned());
    query.or_else(body)
}

/// A page of rewards with these ids.
pub fn rewards_page(ids: &[&str], has_more: Option<bool>) -> Value {
    let data: Vec<Value> = ids.iter().map(|id| reward(id)).collect();
    let mut page = json!({"data": data, "total": 7});
    if let Some(has_more) = has_more {
        page["has_more"] = json!(has_more);
    }
    page
}

fn reward(id: &str) -> Value {
    let mut reward = support::json(&support::payload("getReward--openapi-composed.json"));
    reward["id"] = json!(id);
    reward
}

/// A response with an API error.
pub fn server_error() -> (u16, Value) {
    (500, json!({"error": {"type": "INTERNAL_ERROR", "message": "Out of order."}}))
}
