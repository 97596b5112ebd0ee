//! A receiver of webhooks, as the partner's backend has it, for the flows in which its answer counts.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use imprint_client::webhook::{Event, SIGNATURE_HEADER, Verifier};
use imprint_sandbox::Sandbox;

type Events = Arc<Mutex<Vec<Event>>>;

/// The events that it has acknowledged.
pub struct Receiver(Events);

impl Receiver {
    /// Starts a receiver that acknowledges what is signed, and lets the sandbox send its webhooks there. It ends with the
    /// runtime of the test.
    pub async fn start(sandbox: &Sandbox) -> Result<Self, Box<dyn std::error::Error>> {
        let events = Events::default();
        let state = (Verifier::new(sandbox.webhook_token()), events.clone());
        let routes = Router::new().route("/imprint", post(receive)).with_state(state);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        sandbox.webhook(format!("http://{}/imprint", listener.local_addr()?))?;
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Ok(Self(events))
    }

    /// What came since the last time that this was called.
    pub fn take(&self) -> Vec<Event> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn receive(State((verifier, events)): State<(Verifier, Events)>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let signature = headers.get(SIGNATURE_HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let Ok(event) = verifier.verify(signature, &body) else { return StatusCode::UNAUTHORIZED };
    events.lock().unwrap_or_else(PoisonError::into_inner).push(event);
    StatusCode::OK
}
