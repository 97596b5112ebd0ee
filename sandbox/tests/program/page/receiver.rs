//! A receiver of webhooks that answers as it is told.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;

#[derive(Clone)]
pub struct Receiver {
    url: String,
    status: Arc<AtomicU16>,
    count: Arc<AtomicUsize>,
}

impl Receiver {
    /// A receiver that answers with this status and text.
    pub async fn start(status: u16, text: &'static str) -> Self {
        let (status, count) = (Arc::new(AtomicU16::new(status)), Arc::new(AtomicUsize::new(0)));
        let (own, counted) = (Arc::clone(&status), Arc::clone(&count));
        let handler = move || async move {
            counted.fetch_add(1, Ordering::Relaxed);
            (StatusCode::from_u16(own.load(Ordering::Relaxed)).expect("a status"), text)
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, Router::new().route("/hook", post(handler))).await });
        Self { url, status, count }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Answers with another status from now on.
    pub fn answers(&self, status: u16) {
        self.status.store(status, Ordering::Relaxed);
    }

    /// How many webhooks came.
    pub fn count(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }
}
