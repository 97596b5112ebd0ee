//! How much memory what a sandbox remembers takes, and that it does not grow with the number of requests.
//!
//! It is the memory of a process of its own that is resident, so whatever the allocator adds is counted as well.

use std::time::{Duration, Instant};

use axum::Router;
use imprint_sandbox::Sandbox;
use tokio::net::TcpListener;

use super::alone;
use super::requests::{answer, order, runtime, step};
use super::table::Table;

const TRANSACTIONS: usize = 10_000;

pub fn measure(table: &mut Table) {
    let found = alone::ask("transactions", &[]);
    let what = "memory of 10,000 transactions, each captured and refunded, with rewards and deliveries";
    let measured = format!("{:.1} MB, {:.0} deliveries in it", found[0], found[1]);
    table.row(what, "≤ 40 MB", &measured, found[0] <= 40.0);
}

/// How much more memory the process has, in megabytes, and how many deliveries the account.
pub fn of_transactions(_arguments: &[String]) -> Vec<f64> {
    let runtime = runtime();
    let sandbox = with_receiver(&runtime);
    let customer = runtime.block_on(sandbox.customer("A").approved()).expect("a customer");
    let method = customer.payment_method.as_str();
    let simulate = |transactions: usize| {
        for number in 0..transactions {
            let target = "/v2/simulate_transaction_event";
            let captured = answer(&sandbox, "POST", target, &step(method, "CAPTURED", 5_000).to_string());
            let mut refund = step(method, "REFUNDED", 1_000);
            refund["transaction_id"] = captured["transaction_id"].clone();
            refund["event_id"] = captured["event_id"].clone();
            answer(&sandbox, "POST", target, &refund.to_string());
            // The deliveries are sent while the requests go on.
            if number % 20 == 0 {
                runtime.block_on(sandbox.settled()).expect("everything is acknowledged");
            }
        }
        runtime.block_on(sandbox.settled()).expect("everything is acknowledged");
    };
    // The validators are compiled, and the buffers are there.
    simulate(20);
    let before = resident();
    simulate(TRANSACTIONS);
    vec![resident() - before, sandbox.deliveries().len() as f64]
}

const REQUESTS: usize = 500_000;
/// After so many requests everything that keeps the last ones of something is full.
const FULL: usize = 150_000;
/// Longer than this it does not go on.
const LONGEST: Duration = Duration::from_secs(180);

pub fn measure_flatness(table: &mut Table) {
    let found = alone::ask("many-requests", &[]);
    let [full, end, requests] = found[..] else { panic!("three numbers") };
    let measured = format!("{full:.1} MB after {FULL}, {end:.1} MB after {requests}: {:.3}×", end / full);
    table.row("memory over 500,000 requests that leave nothing to show", "flat", &measured, end <= full * 1.05);
}

/// The memory in megabytes when everything is full, at the end, and the number of requests.
pub fn of_many_requests(_arguments: &[String]) -> Vec<f64> {
    let started = Instant::now();
    let runtime = runtime();
    let sandbox = with_receiver(&runtime);
    let customer = runtime.block_on(sandbox.customer("A").approved()).expect("a customer");
    let (id, method) = (customer.customer_id.as_str(), customer.payment_method.as_str());
    let card = sandbox.payment_method(method);
    let order = order(method).to_string();
    let (mut requests, mut full) = (0, 0.0);
    while requests < REQUESTS && started.elapsed() < LONGEST {
        for _ in 0..2 {
            answer(&sandbox, "GET", &format!("/v2/customers/{id}"), "");
            answer(&sandbox, "GET", "/v2/customers?limit=5", "");
            answer(&sandbox, "POST", &format!("/v2/customers/{id}"), r#"{"email":"a@example.com"}"#);
            let made = answer(&sandbox, "POST", "/v2/orders", &order);
            answer(&sandbox, "DELETE", &format!("/v2/orders/{}", made["id"].as_str().expect("an id")), "");
            requests += 5;
        }
        runtime.block_on(async {
            let is_even = requests % 20 == 0;
            let switched = if is_even { card.activate().await } else { card.deactivate().await };
            switched.expect("the card changes");
            sandbox.settled().await.expect("everything is acknowledged");
        });
        if requests == FULL {
            full = resident();
        }
    }
    vec![full, resident(), requests as f64]
}

/// A sandbox that sends its webhooks to a receiver which acknowledges everything.
fn with_receiver(runtime: &tokio::runtime::Runtime) -> Sandbox {
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/", listener.local_addr().expect("an address"));
        tokio::spawn(async move {
            axum::serve(listener, Router::new().fallback(async || ())).await.expect("it serves");
        });
        Sandbox::builder().webhook(url).start().await.expect("a sandbox")
    })
}

/// The resident memory of this process, in megabytes. Not a number where `/proc` has none.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kibibytes.map_or(f64::NAN, |kibibytes| kibibytes * 1_024.0 / 1e6)
}
