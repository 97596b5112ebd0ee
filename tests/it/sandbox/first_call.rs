//! A test with a sandbox pays for the document and its validators once per process, with the first call.

use std::time::{Duration, Instant};

use imprint_sandbox::Sandbox;

use crate::support::output_of_another_process;

/// How long the first call may take in a debug build.
const ALLOWED: Duration = Duration::from_millis(100);

/// The processes whose best one counts, since other processes of the machine slow some of them down.
const PROCESSES: usize = 3;

/// What a process prints before the microseconds of its first call.
const MARK: &str = "microseconds of the first call: ";

#[tokio::test]
async fn the_first_call_of_a_process_is_quick() {
    let this_test = "sandbox::first_call::the_first_call_of_a_process_is_quick";
    let mut took = Vec::new();
    for _ in 0..PROCESSES {
        let Some(said) = output_of_another_process(this_test, |command| command) else { return call().await };
        let number = said.split_once(MARK).and_then(|(_, rest)| rest.split_whitespace().next());
        let number = number.and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("no number: {said}"));
        took.push(Duration::from_micros(number));
    }
    println!("the first call of {PROCESSES} processes took {took:?}");
    let best = took.iter().min().expect("a process ran");
    assert!(*best < ALLOWED, "the first call of a process took {took:?}, each time {ALLOWED:?} or more");
}

/// Makes the first call of this process, and prints how long it took. Starting the sandbox does not count.
async fn call() {
    let started = Instant::now();
    let sandbox = Sandbox::start().await.expect("a sandbox");
    let client = sandbox.client();
    println!("starting took {:?}", started.elapsed());
    let called = Instant::now();
    // A call with a body, so that request and answer have validators to compile.
    client.create_session().partner_customer_id("PARTNER_USER_456").await.expect("a session");
    println!("{MARK}{}", called.elapsed().as_micros());
}
