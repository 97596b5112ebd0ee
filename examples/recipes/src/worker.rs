//! A worker that records orders, and ends without leaving a call in the middle.

use std::io;
use std::pin::pin;
use std::time::Duration;

use imprint_client::types::OrderBase;
use imprint_client::{Client, ClientBuilder};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

/// Shorter than the time between the signal to stop and the kill, which is 30 seconds in
/// Kubernetes. The default, 100 seconds, is longer: a call that is killed may have been
/// processed, and nobody knows.
const CALL_TIMEOUT: Duration = Duration::from_secs(25);

/// What a worker has done when it ends.
#[derive(Debug, Default)]
pub struct Report {
    pub recorded: usize,
    /// Orders whose helper failed. The page about orders says what each error means.
    pub failed: usize,
    /// Nothing was sent of these.
    pub not_begun: Vec<OrderBase>,
}

/// Records orders until the queue is closed or `stop` is ready.
pub async fn work(
    client: &Client,
    mut orders: mpsc::Receiver<OrderBase>,
    stop: impl Future<Output = ()>,
) -> Report {
    let mut stop = pin!(stop);
    let mut report = Report::default();
    loop {
        // The signal ends the wait for an order, and never the call: a call that is
        // dropped may have been processed.
        let order = tokio::select! {
            biased;
            () = &mut stop => break,
            order = orders.recv() => order,
        };
        let Some(order) = order else { break };
        match client.create_order_once(order).await {
            Ok(_) => report.recorded += 1,
            Err(error) => {
                eprintln!("{error}");
                report.failed += 1;
            }
        }
    }
    // The senders learn that nobody takes orders any more; those in the queue are given
    // back.
    orders.close();
    while let Some(order) = orders.recv().await {
        report.not_begun.push(order);
    }
    report
}

/// Waits until the process is asked to stop.
pub async fn asked_to_stop() -> io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => Ok(()),
        result = tokio::signal::ctrl_c() => result,
    }
}

#[tokio::main]
pub async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = ClientBuilder::from_env()?.timeout(CALL_TIMEOUT).build()?;
    // The queue is for the tasks that read orders from your system.
    let (_queue, orders) = mpsc::channel(100);
    let stop = async {
        if let Err(error) = asked_to_stop().await {
            eprintln!("signals cannot be received, so the worker stops at once: {error}");
        }
    };
    let report = work(&client, orders, stop).await;
    println!(
        "{} recorded, {} failed, {} not begun",
        report.recorded,
        report.failed,
        report.not_begun.len()
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[tokio::test]
    async fn the_call_that_runs_is_ended_and_the_others_are_given_back() {
        let (sandbox, card) = testing::sandbox().await;
        let slow = sandbox.on("createOrder").next(1).delay(Duration::from_millis(200));
        // The signal comes while the first order is at the sandbox.
        let stop = async {
            while slow.struck() == 0 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        let (queue, orders) = mpsc::channel(10);
        for id in ["o-1", "o-2", "o-3"] {
            queue.send(testing::order(id, &card)).await.unwrap();
        }
        let client = testing::settings(&sandbox).build().unwrap();

        let report = work(&client, orders, stop).await;

        assert_eq!((report.recorded, report.failed), (1, 0));
        let left: Vec<&str> = report
            .not_begun
            .iter()
            .map(|order| order.partner_order_id.as_str())
            .collect();
        assert_eq!(left, ["o-2", "o-3"]);
        sandbox.requests().to("createOrder").assert_count(1);
        assert!(queue.is_closed());
        sandbox.verify().unwrap();
    }

    #[tokio::test]
    async fn a_worker_ends_when_the_queue_is_closed() {
        let (sandbox, card) = testing::sandbox().await;
        let (queue, orders) = mpsc::channel(10);
        queue.send(testing::order("o-1", &card)).await.unwrap();
        drop(queue);
        let client = testing::settings(&sandbox).build().unwrap();
        let report = work(&client, orders, std::future::pending()).await;
        assert_eq!((report.recorded, report.failed, report.not_begun.len()), (1, 0, 0));
        sandbox.verify().unwrap();
    }
}
