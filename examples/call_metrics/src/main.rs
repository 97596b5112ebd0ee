//! Counts calls, retries, failures and times of a client with the crate `metrics`: `cargo run --package call_metrics`.
//!
//! It needs neither a key nor a network: it starts `imprint-sandbox`, a server on loopback that imitates Imprint, and lets
//! every fourth request fail.

mod telemetry;

use std::error::Error;
use std::time::Duration;

use imprint_client::types::CustomerId;
use imprint_client::{Client, OptionalExt};
use imprint_sandbox::Sandbox;
use metrics_util::debugging::DebuggingRecorder;

use telemetry::{Figures, Telemetry};

/// Every so many requests, the sandbox is overloaded.
const OVERLOADED_EVERY: u64 = 4;

/// How long the sandbox waits before it answers.
const ANSWER_DELAY: Duration = Duration::from_millis(5);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // A service would install an exporter here, such as that of the crate `metrics-exporter-prometheus`.
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    recorder.install()?;

    let sandbox = Sandbox::start().await?;
    let customers = customers(&sandbox).await?;
    // One fault at most strikes a request: of those whose turn it is, the one that was set first.
    sandbox.on_any().every(OVERLOADED_EVERY).delay(ANSWER_DELAY).status(503);
    sandbox.on_any().always().delay(ANSWER_DELAY);

    let client = sandbox.client_builder().interceptor(Telemetry).build()?;
    work(&client, &customers).await?;

    let figures = Figures::take(&snapshotter);
    figures.print();
    println!("\n{} calls, {} retries, {} requests", figures.calls(), figures.retries(), figures.attempts());
    compare(&figures, &sandbox)
}

/// Four customers of the sandbox, and between them an id that nobody has.
async fn customers(sandbox: &Sandbox) -> Result<Vec<CustomerId>, Box<dyn Error>> {
    let mut customers = Vec::new();
    for number in 1..=4 {
        customers.push(sandbox.customer(format!("PARTNER_USER_{number}")).approved().await?.customer_id);
    }
    customers.insert(2, CustomerId::from("nobody"));
    Ok(customers)
}

/// Reads customers, one of whom does not exist, and begins sessions for them.
async fn work(client: &Client, customers: &[CustomerId]) -> Result<(), Box<dyn Error>> {
    for customer in customers {
        // The client makes a read again after a 503.
        let found = client.get_customer().customer_id(customer).await.optional()?;
        if found.is_none() {
            continue;
        }
        let session =
            client.create_session().customer_id(customer).transaction_amount(34_000).transaction_currency("USD");
        // A session is not repeatable, so a 503 ends the call, and the session may have been made.
        if let Err(error) = session.await {
            println!("no session for {customer}: {error}");
        }
    }
    println!();
    Ok(())
}

/// Fails if the figures are not those of the log of the sandbox.
fn compare(figures: &Figures, sandbox: &Sandbox) -> Result<(), Box<dyn Error>> {
    let requests = sandbox.requests();
    requests.clone().to("getCustomer").assert_count(6); // five calls, one of which took two
    requests.clone().to("createSession").assert_count(4); // nobody gets none
    requests.clone().status(503).assert_count(2);
    let counted = (figures.calls(), figures.retries(), figures.attempts());
    if counted != (9, 1, requests.len() as u64) {
        return Err(format!("the sandbox received {} requests", requests.len()).into());
    }
    sandbox.verify()?;
    Ok(())
}
