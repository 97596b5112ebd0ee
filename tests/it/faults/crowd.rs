//! Many calls at once while the server fails a third of them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use imprint_client::{CallOptions, RetryPolicy};

use super::operations::{GET, POST, PUT};
use super::server::{Act, Server, answer, raw};
use super::{Ending, NotingClock, PATIENCE, SHORT};

const TASKS: usize = 200;
const CALLS: usize = 5;

/// What the server has said to the POSTs that were to be made again: 429 with `Retry-After`.
type Invited = Arc<Mutex<BTreeMap<String, usize>>>;

/// Every third request fails, each time in another way.
fn failing_a_third(invited: Invited) -> Server {
    let mut count = 0;
    Server::choosing(move |line| {
        count += 1;
        if count % 3 != 0 {
            return Act::Good;
        }
        match count / 3 % 4 {
            0 => Act::status(503),
            1 => Act::Reset(raw("")),
            2 => Act::status(429),
            _ => {
                *invited.lock().expect("a map").entry(line.to_owned()).or_default() += 1;
                Act::Answer(answer(429, &[("retry-after", "1")], ""))
            }
        }
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_tasks_and_a_server_that_fails_a_third() {
    let invited = Invited::default();
    let server = failing_a_third(Arc::clone(&invited));
    let client = server.builder().clock(NotingClock::default()).build().expect("a client");
    let begun = Instant::now();
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| {
            let client = client.clone();
            tokio::spawn(async move {
                let mut endings = Vec::new();
                for call in 0..CALLS {
                    let operation = [POST, GET, PUT][(task + call) % 3];
                    let id = format!("t{task}c{call}");
                    let result = tokio::time::timeout(PATIENCE, operation.call(&client, &id)).await;
                    let result = result.expect("every call ends");
                    endings.push((operation.id, id, Ending::of(&result)));
                }
                endings
            })
        })
        .collect();
    let mut endings = Vec::new();
    for task in tasks {
        endings.extend(task.await.expect("every task ends"));
    }
    assert!(begun.elapsed() < 2 * PATIENCE, "{:?}", begun.elapsed());
    assert_eq!(endings.len(), TASKS * CALLS);

    let lines = server.lines();
    let mut posts = 0;
    for (_, id, ending) in endings.iter().filter(|(operation, ..)| *operation == POST.id) {
        let line = format!("POST /v2/customers/{id}/link HTTP/1.1");
        let arrived = lines.iter().filter(|arrived| **arrived == line).count();
        let refused = invited.lock().expect("a map").get(&line).copied().unwrap_or_default();
        // The API has refused it and asked for it: that one does not count.
        let taken = arrived - refused;
        assert!(taken <= 1, "{line} was seen {arrived} times, and refused {refused} times");
        assert!(taken == 1 || *ending == Ending::Api(429), "{line} got lost: {ending:?}");
        posts += 1;
    }
    assert!(posts > TASKS * CALLS / 4, "{posts}");

    let retries = lines.len() - TASKS * CALLS;
    assert!((1..=TASKS * CALLS / 5).contains(&retries), "{retries} retries");
    // Each request that failed was either made again or failed its call.
    let failed = endings.iter().filter(|(.., ending)| *ending != Ending::Success).count();
    assert_eq!(failed + retries, lines.len() / 3);
    let connections = server.connections();
    assert!(connections < lines.len() * 3 / 4, "{connections} connections for {} requests", lines.len());
}

/// An outage that many calls meet at once costs no more than one that they meet in turn.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_outage_that_all_meet_at_once() {
    let server = Server::always(Act::status(503));
    let client = server.builder().clock(NotingClock::default()).build().expect("a client");
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| {
            let client = client.clone();
            tokio::spawn(async move { PUT.call(&client, &format!("t{task}")).await.is_err() })
        })
        .collect();
    for task in tasks {
        assert!(task.await.expect("every task ends"));
    }
    assert!((TASKS + 10..=TASKS + TASKS / 5).contains(&server.requests()), "{}", server.requests());
}

/// Attempts that were given up leave nothing behind that the next calls would have to wait for.
#[tokio::test]
async fn calls_that_time_out_do_not_stand_in_the_way() {
    let server = Server::choosing(|line| if line.contains("/last/") { Act::Good } else { Act::Stall(raw("")) });
    let client = server.builder().retry(RetryPolicy::off()).build().expect("a client");
    let hasty = client.with_options(CallOptions::new().attempt_timeout(SHORT));
    let tasks: Vec<_> = (0..20)
        .map(|task| {
            let client = hasty.clone();
            tokio::spawn(async move { POST.call(&client, &format!("t{task}")).await.is_err() })
        })
        .collect();
    for task in tasks {
        assert!(task.await.expect("every task ends"));
    }
    assert!(server.requests() > 0);
    super::until("the connections are closed", || server.deserters() == server.requests()).await;
    POST.call(&client, "last").await.expect("a success");
}
