//! Many simultaneous calls to a server that fails a third of the requests.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use imprint_client::{CallOptions, RetryPolicy};

use super::fault_server::{FaultServer, ServerAction, raw_bytes, response};
use super::operations::{GET, POST, PUT};
use super::{Ending, RecordingClock, SHORT_ATTEMPT, TEST_TIMEOUT};

const TASKS: usize = 200;
const CALLS: usize = 5;

/// How often the server answered each request line with 429 and `Retry-After`, which allows a retry of a POST.
type RefusedWithRetryAfter = Arc<Mutex<BTreeMap<String, usize>>>;

/// A server that fails every third request, in four alternating ways.
fn server_that_fails_a_third(refused_with_retry_after: RefusedWithRetryAfter) -> FaultServer {
    let mut count = 0;
    FaultServer::choosing_by_request_line(move |line| {
        count += 1;
        if count % 3 != 0 {
            return ServerAction::Succeed;
        }
        match count / 3 % 4 {
            0 => ServerAction::status(503),
            1 => ServerAction::Reset(raw_bytes("")),
            2 => ServerAction::status(429),
            _ => {
                *refused_with_retry_after.lock().expect("a map").entry(line.to_owned()).or_default() += 1;
                ServerAction::Respond(response(429, &[("retry-after", "1")], ""))
            }
        }
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_post_of_two_hundred_tasks_is_lost_or_doubled_when_a_third_of_the_requests_fails() {
    let refused_with_retry_after = RefusedWithRetryAfter::default();
    let server = server_that_fails_a_third(Arc::clone(&refused_with_retry_after));
    let client = server.builder().clock(RecordingClock::default()).build().expect("a client");
    let begun = Instant::now();
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| {
            let client = client.clone();
            tokio::spawn(async move {
                let mut endings = Vec::new();
                for call in 0..CALLS {
                    let operation = [POST, GET, PUT][(task + call) % 3];
                    let id = format!("t{task}c{call}");
                    let result = tokio::time::timeout(TEST_TIMEOUT, operation.call(&client, &id)).await;
                    let result = result.expect("the call ends in time");
                    endings.push((operation.id, id, Ending::of(&result)));
                }
                endings
            })
        })
        .collect();
    let mut endings = Vec::new();
    for task in tasks {
        endings.extend(task.await.expect("the task does not panic"));
    }
    assert!(begun.elapsed() < 2 * TEST_TIMEOUT, "{:?}", begun.elapsed());
    assert_eq!(endings.len(), TASKS * CALLS);

    let lines = server.lines();
    let mut posts = 0;
    for (_, id, ending) in endings.iter().filter(|(operation, ..)| *operation == POST.id) {
        let line = format!("POST /v2/customers/{id}/link HTTP/1.1");
        let arrived = lines.iter().filter(|arrived| **arrived == line).count();
        let refused = refused_with_retry_after.lock().expect("a map").get(&line).copied().unwrap_or_default();
        // A 429 with `Retry-After` says that the API refused the request, so that one was not processed.
        let taken = arrived - refused;
        assert!(taken <= 1, "{line} arrived {arrived} times, of which {refused} were refused: the POST was doubled");
        assert!(taken == 1 || *ending == Ending::Api(429), "{line} never arrived, but the call ended with {ending:?}");
        posts += 1;
    }
    assert!(posts > TASKS * CALLS / 4, "{posts}");

    let retries = lines.len() - TASKS * CALLS;
    assert!((1..=TASKS * CALLS / 5).contains(&retries), "{retries} retries");
    // Each failed request was either retried or ended its call with an error.
    let failed = endings.iter().filter(|(.., ending)| *ending != Ending::Success).count();
    assert_eq!(failed + retries, lines.len() / 3);
    let connections = server.connections();
    assert!(connections < lines.len() * 3 / 4, "{connections} connections for {} requests", lines.len());
}

/// The retry budget limits the retries of simultaneous calls as it limits those of sequential calls.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_outage_met_by_simultaneous_calls_adds_at_most_a_fifth_of_the_requests() {
    let server = FaultServer::always(ServerAction::status(503));
    let client = server.builder().clock(RecordingClock::default()).build().expect("a client");
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| {
            let client = client.clone();
            tokio::spawn(async move { PUT.call(&client, &format!("t{task}")).await.is_err() })
        })
        .collect();
    for task in tasks {
        assert!(task.await.expect("the task does not panic"));
    }
    assert!((TASKS + 10..=TASKS + TASKS / 5).contains(&server.requests()), "{}", server.requests());
}

/// Attempts that timed out close their connections and do not delay later calls.
#[tokio::test]
async fn calls_that_time_out_do_not_block_later_calls() {
    let server = FaultServer::choosing_by_request_line(|line| {
        if line.contains("/last/") { ServerAction::Succeed } else { ServerAction::Stall(raw_bytes("")) }
    });
    let client = server.builder().retry(RetryPolicy::off()).build().expect("a client");
    let hasty = client.with_options(CallOptions::new().attempt_timeout(SHORT_ATTEMPT));
    let tasks: Vec<_> = (0..20)
        .map(|task| {
            let client = hasty.clone();
            tokio::spawn(async move { POST.call(&client, &format!("t{task}")).await.is_err() })
        })
        .collect();
    for task in tasks {
        assert!(task.await.expect("the task does not panic"));
    }
    assert!(server.requests() > 0);
    super::wait_until("the connections are closed", || server.abandoned_connections() == server.requests()).await;
    POST.call(&client, "last").await.expect("a success");
}
