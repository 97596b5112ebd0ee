//! The first call of a process to a sandbox is quick, although it reads the document and compiles validators. It is a test
//! binary of its own, because other tests would make the first call or slow it down.

use std::env;
use std::process::Command;
use std::time::{Duration, Instant};

use imprint_sandbox::Sandbox;

/// How long the first call may take in a debug build.
const ALLOWED: Duration = Duration::from_millis(100);

/// How many processes make their first call. The quickest one counts, since other programs slow some of them down.
const PROCESSES: usize = 3;

/// An environment variable that is set in a process that the test has started to make the call.
const CHILD_PROCESS: &str = "IMPRINT_CLIENT_TEST_CHILD";

/// What such a process prints before the microseconds of its first call.
const MARK: &str = "microseconds of the first call: ";

#[tokio::test]
async fn the_first_call_of_a_process_to_a_sandbox_is_quick() {
    if env::var_os(CHILD_PROCESS).is_some() {
        return call().await;
    }
    let took: Vec<Duration> = (0..PROCESSES).map(|_| first_call_of_a_process()).collect();
    println!("the first calls of {PROCESSES} processes took {took:?}");
    let quickest = took.iter().min().expect("a process ran");
    assert!(*quickest < ALLOWED, "the first calls of {PROCESSES} processes took {took:?}, all {ALLOWED:?} or more");
}

/// Runs the test in a child process, and returns how long its call took.
fn first_call_of_a_process() -> Duration {
    let mut command = Command::new(env::current_exe().expect("the executable of the tests"));
    let output = command.arg("--nocapture").env(CHILD_PROCESS, "1").output().expect("a process");
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let number = said.split_once(MARK).and_then(|(_, rest)| rest.split_whitespace().next()?.parse().ok());
    Duration::from_micros(number.unwrap_or_else(|| panic!("it does not say how long the call took: {said}")))
}

/// Starts a sandbox, and prints how long the first call takes. It has a body, so request and answer are both validated.
async fn call() {
    let sandbox = Sandbox::start().await.expect("a sandbox");
    let client = sandbox.client();
    let started = Instant::now();
    client.create_session().partner_customer_id("PARTNER_USER_456").await.expect("a session");
    println!("{MARK}{}", started.elapsed().as_micros());
}
