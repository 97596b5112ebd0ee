//! A receiver of webhooks that loses no event and handles none twice: `cargo run --package webhook_server`.
//!
//! ```text
//! IMPRINT_SIGNING_TOKEN=… cargo run --package webhook_server -- [--listen 127.0.0.1:8080] [--database webhooks.sqlite]
//! cargo run --package webhook_server -- --self-test
//! ```
//!
//! It verifies each delivery, prints the event, and keeps a mark of it in SQLite. The mark is in one transaction with
//! the work and is committed before the answer. So a failure, or a kill, in the middle leaves no mark, and the event
//! is delivered again. `--self-test` shows it: it starts the server, sends it good and bad deliveries, and kills it
//! while it works.

mod faults;
mod inbox;
mod self_test;

use std::env;
use std::process::ExitCode;

use axum::Router;
use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use axum::routing::post;
use imprint_client::webhook::{Event, Verifier, Webhook, WebhookError, WebhookRejection};
use tokio::net::TcpListener;

use faults::Faults;
use inbox::{Inbox, Seen};

/// What the handlers share.
#[derive(Clone)]
struct App {
    verifier: Verifier,
    inbox: Inbox,
    faults: Faults,
}

impl FromRef<App> for Verifier {
    fn from_ref(app: &App) -> Self {
        app.verifier.clone()
    }
}

/// Answers with success only when the event has been handled, now or before, and that is on the disk.
async fn receive(State(app): State<App>, delivery: Result<Webhook, WebhookRejection>) -> StatusCode {
    let event = match delivery {
        Ok(webhook) => webhook.event,
        Err(rejection) => return refuse(app, rejection).await,
    };
    // SQLite blocks the thread, so it gets one of its own.
    let done = tokio::task::spawn_blocking(move || {
        app.inbox.once(&event, |work| app.faults.around(&event, || work.record(&event)))
    });
    match done.await.expect("the handler does not panic") {
        Ok(Seen::FirstTime) => StatusCode::OK,
        Ok(Seen::Before) => {
            println!("  again, and dropped");
            StatusCode::OK
        }
        Err(error) => {
            println!("  failed, and no mark is kept: {error}");
            StatusCode::INTERNAL_SERVER_ERROR
        }
    }
}

/// Refuses a delivery without telling the sender why. A body that Imprint signed and that cannot be decoded is kept.
async fn refuse(app: App, rejection: WebhookRejection) -> StatusCode {
    let status = rejection.status();
    println!("refused with {}: {rejection}", status.as_u16());
    if let Some(WebhookError::Unreadable(error)) = rejection.into_error() {
        let kept = tokio::task::spawn_blocking(move || app.inbox.keep_unreadable(error.body()));
        if let Err(error) = kept.await.expect("keeping does not panic") {
            println!("  and not kept: {error}");
        }
    }
    status
}

/// A line for each event. `Debug` of an event shows neither secrets nor personal data.
fn print(event: &Event) {
    match event {
        Event::Transaction(t) => println!("TRANSACTION {:?} is {:?}, {:?}", t.transaction_id, t.status, t.amount),
        // The answer to AVAILABLE and DEDUCTED confirms that it has been issued or deducted.
        Event::Reward(r) => println!("REWARD {:?} is {:?}, {:?}", r.reward_id, r.status, r.amount),
        Event::Unrecognized { object, .. } => println!("{object}: a kind that this version does not know"),
        other => println!("{} of {:?}", other.object(), other.customer_id()),
    }
}

/// The value of an option such as `--listen`.
fn option(name: &str) -> Option<String> {
    env::args().skip_while(|argument| argument != name).nth(1)
}

async fn serve() -> Result<(), Box<dyn std::error::Error>> {
    let token = env::var("IMPRINT_SIGNING_TOKEN").map_err(|_| "set IMPRINT_SIGNING_TOKEN, or run --self-test")?;
    let app = App {
        verifier: Verifier::new(token),
        inbox: Inbox::open(option("--database").as_deref().unwrap_or("webhooks.sqlite"))?,
        faults: Faults::from_arguments(),
    };
    let listener = TcpListener::bind(option("--listen").as_deref().unwrap_or("127.0.0.1:8080")).await?;
    println!("{}{}", self_test::LISTENING, listener.local_addr()?);
    axum::serve(listener, Router::new().route("/imprint", post(receive)).with_state(app)).await?;
    Ok(())
}

#[tokio::main]
async fn main() -> ExitCode {
    let result = match env::args().any(|argument| argument == "--self-test") {
        true => tokio::task::spawn_blocking(self_test::run).await.expect("the self-test does not panic"),
        false => serve().await.map_err(|error| error.to_string()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
