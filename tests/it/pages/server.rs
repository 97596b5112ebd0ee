//! A list on a server: it answers by the cursor that it gets and keeps what it got.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use httpmock::{HttpMockResponse, MockServer};
use imprint_client::Client;
use serde_json::{Value, json};

use crate::stage::Arrived;
use crate::support;

/// No test waits longer than this for anything.
pub const PATIENCE: Duration = Duration::from_secs(20);

pub struct Lists {
    pub client: Client,
    _server: MockServer,
    arrived: Arc<Mutex<Vec<Arrived>>>,
}

impl Lists {
    /// A server that answers every request with what `answer` says about its cursor.
    pub async fn answering(answer: impl Fn(Option<&str>) -> (u16, Value) + Send + Sync + 'static) -> Self {
        let server = MockServer::start_async().await;
        let arrived = Arc::new(Mutex::new(Vec::new()));
        let shared = Arc::clone(&arrived);
        server
            .mock_async(|when, then| {
                when.any_request();
                then.respond_with(move |request| {
                    let request = Arrived::of(request);
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
        Self { client: support::client(&server), _server: server, arrived }
    }

    /// A server of these pages: each is asked for by the last id of the one before. All but the last say `has_more`.
    pub async fn of(pages: &'static [&'static [&'static str]]) -> Self {
        Self::answering(move |cursor| {
            let index = pages.iter().position(|page| cursor.is_some() && page.last().copied() == cursor);
            let index = index.map_or(0, |before| before + 1);
            (200, rewards(pages[index], Some(index + 1 < pages.len())))
        })
        .await
    }

    /// The cursors that were asked for so far, `first` for none.
    pub fn cursors(&self) -> Vec<String> {
        let arrived = self.arrived.lock().unwrap_or_else(PoisonError::into_inner);
        arrived.iter().map(|request| cursor(request).unwrap_or_else(|| "first".to_owned())).collect()
    }

    /// The requests so far.
    pub fn requests(&self) -> Vec<Arrived> {
        std::mem::take(&mut self.arrived.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Waits until this many requests have arrived.
    pub async fn until(&self, count: usize) {
        let waiting = async {
            while self.cursors().len() < count {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.unwrap_or_else(|_| panic!("only {:?} came", self.cursors()));
    }
}

/// The cursor of a request, in the query or in the body.
fn cursor(request: &Arrived) -> Option<String> {
    let query = request.query.iter().find(|(name, _)| name == "starting_after").map(|(_, value)| value.clone());
    let body = || Some(serde_json::from_slice::<Value>(&request.body).ok()?["starting_after"].as_str()?.to_owned());
    query.or_else(body)
}

/// A page of rewards of these ids.
pub fn rewards(ids: &[&str], has_more: Option<bool>) -> Value {
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

/// An answer that is an error of the API.
pub fn broken() -> (u16, Value) {
    (500, json!({"error": {"type": "INTERNAL_ERROR", "message": "Out of order."}}))
}
