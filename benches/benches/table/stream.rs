//! A list of many pages that come after 5 ms each: how much faster it is read with `prefetch`, and the same without it.

use std::time::Duration;

use benches::bare;
use benches::server::{Server, customer_with};
use benches::streams::{Consumer, by_hand, ours};
use tokio::runtime::Runtime;

use benches::spread::{Spread, time};

const ITEMS: usize = 5_000;
const LATENCY: Duration = Duration::from_millis(5);
const ROUNDS: usize = 7;

pub fn measure(server: &Server) {
    let one = benches::rows::runtime();
    let several = benches::rows::several_threads();
    // A compute that shares its thread holds up timers, so it takes as long as a page and not longer.
    let (sleeps, computes) = (Consumer::Sleeps(LATENCY), Consumer::Computes(LATENCY));
    let rows: [(&str, &Runtime, Consumer, f64); 4] = [
        ("consumer sleeps", &one, sleeps, 1.90),
        ("consumer computes, several threads", &several, computes, 1.80),
        ("consumer computes, one thread", &one, computes, 1.90),
        ("consumer does nothing", &one, Consumer::Idle, 1.00),
    ];
    for (name, runtime, consumer, goal) in rows {
        let speed = compare(server, runtime, consumer, true);
        println!("| stream with prefetch, {name}: speed | {goal:.2} | {} |", speed.text());
    }
    println!("| the same without prefetch, consumer sleeps | 1.00 | {} |", compare(server, &one, sleeps, false).text());
}

/// The time by hand in relation to that by the client. The consumer runs in a task, as it does in a service.
fn compare(server: &Server, runtime: &Runtime, consumer: Consumer, prefetch: bool) -> Spread {
    let (client, bare) = (benches::client(&server.url), bare::Client::new(&server.url));
    let customer = customer_with(ITEMS, u64::try_from(LATENCY.as_millis()).expect("a number"));
    let run_bare = || {
        let (bare, customer) = (bare.clone(), customer.clone());
        let read = runtime.spawn(async move { by_hand(&bare, &customer, consumer).await });
        time(|| assert_eq!(runtime.block_on(read).expect("it ends"), ITEMS))
    };
    let run_ours = || {
        let (client, customer) = (client.clone(), customer.clone());
        let read = runtime.spawn(async move { ours(&client, &customer, prefetch, consumer).await });
        time(|| assert_eq!(runtime.block_on(read).expect("it ends"), ITEMS))
    };
    Spread::of(ROUNDS, run_bare, run_ours)
}
