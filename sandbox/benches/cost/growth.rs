//! What time costs that passes on the clock of an account: timers, and deliveries in another order.

use std::time::{Duration, Instant};

use imprint_sandbox::{Retry, Sandbox};

use super::requests::runtime;
use super::table::{Spread, Table};

const ACCOUNTS: usize = 10_000;
const YEAR: Duration = Duration::from_secs(365 * 86_400);

pub fn measure(table: &mut Table) {
    let runtime = runtime();
    runtime.block_on(async {
        let sandbox = Sandbox::start().await.expect("a sandbox");
        for number in 0..ACCOUNTS {
            sandbox.customer(format!("P-{number}")).approved().await.expect("a customer");
        }
        // Each closes a statement every 30 days.
        let mut times = Vec::new();
        for _ in 0..3 {
            let started = Instant::now();
            sandbox.advance(YEAR).await;
            times.push(started.elapsed().as_secs_f64());
        }
        let times = Spread::of(times);
        let what = "advance of a year over 10,000 accounts with statements";
        table.row(what, "≤ 1 s", &format!("{} s", times.text(2)), times.median <= 1.0);
    });
    let per_delivery = |deliveries: usize| {
        runtime.block_on(async {
            let sandbox = Sandbox::builder().webhook_retry(Retry::Off).start().await.expect("a sandbox");
            // Nobody listens there: an attempt costs a refused connection.
            sandbox.webhook("http://127.0.0.1:9/").expect("an endpoint");
            let customer = sandbox.customer("A").approved().await.expect("a customer");
            sandbox.chaos().shuffle();
            let card = sandbox.payment_method(&customer.payment_method);
            for _ in 0..deliveries / 2 {
                card.deactivate().await.expect("the card changes");
                card.activate().await.expect("the card changes");
            }
            let started = Instant::now();
            let _ = sandbox.settled().await;
            started.elapsed().as_secs_f64() / deliveries as f64
        })
    };
    let ratios = Spread::of((0..3).map(|_| per_delivery(4_000) / per_delivery(400)).collect());
    let what = "shuffled deliveries: one of 4,000 against one of 400";
    table.row(what, "≤ 2×", &format!("{}×", ratios.text(2)), ratios.median <= 2.0);
}
