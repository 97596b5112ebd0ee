//! How long a sandbox takes to start, and the first call of an operation in a process.

use std::time::Instant;

use imprint_sandbox::Sandbox;

use super::alone;
use super::requests::{answer, order, runtime, step};
use super::table::{Spread, Table};

/// How often a sandbox is started.
const STARTS: usize = 50;

pub fn measure(table: &mut Table) {
    let times = (0..STARTS).map(|_| {
        // Each in a runtime of its own, as a test has it.
        runtime().block_on(async {
            let started = Instant::now();
            let sandbox = Sandbox::start().await.expect("a sandbox");
            let took = started.elapsed();
            drop(sandbox);
            took.as_secs_f64() * 1e3
        })
    });
    let spread = Spread::of(times.collect());
    table.row("start of a sandbox", "≤ 5 ms", &format!("{} ms", spread.text(2)), spread.median <= 5.0);
}

/// The operations whose first calls are measured.
const OPERATIONS: [&str; 4] = ["searchCustomers", "createSession", "createOrder", "simulateTransactionEvent"];

pub fn measure_first_calls(table: &mut Table) {
    for operation in OPERATIONS {
        let runs: Vec<_> = (0..5).map(|_| alone::ask("first-call", &[operation])).collect();
        let more = Spread::of(runs.iter().map(|run| (run[0] - run[1]) * 1e3).collect());
        let what = format!("first call of {operation} in a process, beyond a later one");
        table.row(&what, "≤ 50 ms", &format!("{} ms", more.text(1)), more.median <= 50.0);
    }
}

/// How long the first call of an operation takes in this process, and the last one, in seconds. The second argument is the
/// number of calls, two unless it is given: with more, a profiler sees what a call does.
pub fn first_call(arguments: &[String]) -> Vec<f64> {
    let runtime = runtime();
    let sandbox = runtime.block_on(Sandbox::start()).expect("a sandbox");
    // Without a request, so that the calls are the first ones.
    let customer = runtime.block_on(sandbox.customer("A").approved()).expect("a customer");
    let method = customer.payment_method.as_str();
    let (verb, target, body) = match arguments.first().map(String::as_str) {
        Some("searchCustomers") => ("GET", "/v2/customers", String::new()),
        Some("getCustomer") => ("GET", &*format!("/v2/customers/{}", customer.customer_id.as_str()), String::new()),
        Some("createSession") => ("POST", "/v2/customer_sessions", r#"{"partner_customer_id":"B"}"#.to_owned()),
        Some("createOrder") => ("POST", "/v2/orders", order(method).to_string()),
        _ => ("POST", "/v2/simulate_transaction_event", step(method, "CAPTURED", 5_000).to_string()),
    };
    let call = || {
        let started = Instant::now();
        answer(&sandbox, verb, target, &body);
        started.elapsed().as_secs_f64()
    };
    let calls = arguments.get(1).map_or(2, |number| number.parse().expect("a number of calls"));
    let times: Vec<f64> = (0..calls).map(|_| call()).collect();
    vec![times[0], times[times.len() - 1]]
}
