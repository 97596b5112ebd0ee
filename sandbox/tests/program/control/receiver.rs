//! A receiver of webhooks that a test starts, and tells what to answer.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use imprint_client::webhook::{Verifier, Webhook};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// The receiver; it ends when it is dropped.
pub struct Receiver {
    address: SocketAddr,
    status: Arc<AtomicU16>,
    taken: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Receiver {
    /// Listens, verifies with this token and answers 200.
    pub async fn start(token: &str) -> Self {
        let status = Arc::new(AtomicU16::new(200));
        let taken: Arc<Mutex<Vec<String>>> = Arc::default();
        let (answer, kept) = (Arc::clone(&status), Arc::clone(&taken));
        // What is not signed with the token is refused before.
        let handler = async move |webhook: Webhook| {
            let status = answer.load(Ordering::SeqCst);
            if status == 200 {
                kept.lock().expect("no panic").push(webhook.event.object().to_owned());
            }
            StatusCode::from_u16(status).expect("a status")
        };
        let verifier = Verifier::new(token.to_owned());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let router = Router::new().route("/imprint", post(handler)).with_state(verifier);
        let task = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("it serves");
        });
        Self { address, status, taken, task }
    }

    pub fn url(&self) -> String {
        format!("http://{}/imprint", self.address)
    }

    /// Answers with this status from now on.
    pub fn answer(&self, status: u16) {
        self.status.store(status, Ordering::SeqCst);
    }

    /// The kinds of the events that it acknowledged.
    pub fn taken(&self) -> Vec<String> {
        self.taken.lock().expect("no panic").clone()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}
