//! Counts calls, retries, failures and times of a client with the crate `metrics`: `cargo run --package call_metrics`.
//!
//! It needs neither a key nor a network: the server is in the example, and it fails at times.

mod server;
mod telemetry;

use std::error::Error;

use imprint_client::{Client, OptionalExt};
use metrics_util::debugging::DebuggingRecorder;

use server::Server;
use telemetry::{Figures, Telemetry};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // A service would install an exporter here, such as that of the crate `metrics-exporter-prometheus`.
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    recorder.install()?;

    let server = Server::start().await;
    let client = Client::builder().api_key(server::API_KEY).base_url(server.url()).interceptor(Telemetry).build()?;
    work(&client).await?;

    let figures = Figures::take(&snapshotter);
    figures.print();
    println!("\n{} calls, {} retries, {} requests", figures.calls(), figures.retries(), figures.attempts());
    if figures.attempts() != server.requests() as u64 {
        return Err(format!("the server got {} requests", server.requests()).into());
    }
    Ok(())
}

/// Reads customers, one of whom does not exist, and begins sessions for them.
async fn work(client: &Client) -> Result<(), Box<dyn Error>> {
    for customer in ["2EE24580", "9B5E1EE0", "nobody", "BBB815E9", "E777214A"] {
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
