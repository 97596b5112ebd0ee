//! Pooled connections that are closed or reset before the next request uses them.

use std::time::Duration;

use imprint_client::RetryPolicy;
use tokio::task::JoinSet;

use super::fault_server::{FaultServer, ServerAction};
use super::operations::{GET, OPERATIONS, POST, RetryClass};
use super::{CallOutcome, Ending, RecordingClock, outcome};

#[tokio::test]
async fn sequential_calls_reuse_one_connection() {
    let server = FaultServer::always(ServerAction::Succeed);
    let client = server.builder().build().expect("a client");
    for operation in OPERATIONS {
        operation.call(&client, "1").await.expect("a success");
        operation.call(&client.with_merchant_key("other"), "1").await.expect("a success");
    }
    assert_eq!((server.connections(), server.requests()), (1, 12));
}

/// The connection is reused after an error response, also by the retries.
#[tokio::test]
async fn an_error_response_does_not_close_the_connection() {
    let server = FaultServer::always(ServerAction::status(503));
    let client = server.builder().clock(RecordingClock::default()).build().expect("a client");
    for operation in OPERATIONS {
        operation.call(&client, "1").await.expect_err("a failure");
    }
    assert_eq!((server.connections(), server.requests()), (1, 3 * 3 + 3));
}

/// The server closed the idle connection, and the client noticed it before it sent the next request.
#[tokio::test]
async fn a_request_after_a_noticed_close_is_sent_once_on_a_new_connection() {
    for &operation in OPERATIONS {
        let server = FaultServer::with_actions(vec![ServerAction::SucceedThenClose], ServerAction::Succeed);
        let clock = RecordingClock::default();
        let client = server.builder().clock(clock.clone()).build().expect("a client");
        GET.call(&client, "1").await.expect("a success");
        tokio::time::sleep(Duration::from_millis(50)).await;
        let result = operation.call(&client, "2").await;
        // The request goes out once on a new connection: it is neither lost nor sent twice.
        let expected = outcome(Ending::Success, 1).with_requests(2);
        assert_eq!(CallOutcome::observed(&result, server.requests(), &clock), expected, "{}", operation.id);
        assert_eq!(server.connections(), 2);
    }
}

/// The server resets the connection while the request is being sent. The server may have read it, so only repeatable
/// operations are retried.
#[tokio::test]
async fn a_reset_while_a_request_is_sent_is_retried_only_for_repeatable_operations() {
    for &operation in OPERATIONS {
        let server = FaultServer::with_actions(vec![ServerAction::SucceedThenReset], ServerAction::Succeed);
        let clock = RecordingClock::default();
        let client = server.builder().clock(clock.clone()).build().expect("a client");
        GET.call(&client, "1").await.expect("a success");
        let result = operation.call(&client, "2").await;
        let expected = match operation.kind {
            RetryClass::Safe => outcome(Ending::Success, 2).pauses(&[250]).with_requests(3),
            RetryClass::Other | RetryClass::Delete => {
                outcome(Ending::Broken(None), 1).may_be_processed().with_requests(2)
            }
        };
        assert_eq!(CallOutcome::observed(&result, server.requests(), &clock), expected, "{}: {result:?}", operation.id);
    }
}

/// The server closes each connection at about the time when the next request is sent. Each request arrives at most
/// once, and exactly once if the call succeeds: a POST must not be doubled.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_post_is_never_doubled_when_the_connection_closes_at_any_moment() {
    let server = FaultServer::always(ServerAction::SucceedThenClose);
    let client = server.builder().retry(RetryPolicy::off()).build().expect("a client");
    let (mut good, mut lost) = (0, 0);
    for index in 0..300_u64 {
        let id = format!("c{index}");
        let result = POST.call(&client, &id).await;
        let arrived = server.lines().iter().filter(|line| line.contains(&format!("/{id}/"))).count();
        match &result {
            Ok(done) => {
                assert_eq!((arrived, done.attempts), (1, 1), "{id}");
                good += 1;
            }
            Err(error) => {
                assert_eq!(Ending::of(&result), Ending::Broken(None), "{error:?}");
                assert!(arrived <= 1 && error.may_have_been_processed() && !error.is_retryable(), "{id}: {error:?}");
                lost += 1;
            }
        }
        // Wait between 0 and 180 microseconds, so that the next request meets different moments of the close.
        tokio::time::sleep(Duration::from_micros(index % 10 * 20)).await;
    }
    assert_eq!(good + lost, 300);
    assert!(good > 100, "{lost} of 300 were lost");
}

/// Load balancers close idle connections sooner than reqwest does by default.
#[tokio::test]
async fn idle_connections_are_dropped_after_25_seconds() {
    let server = FaultServer::always(ServerAction::Succeed);
    let client = server.builder().build().expect("a client");
    for (idle, connections) in [(0, 1), (23, 1), (27, 2), (80, 3)] {
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(idle)).await;
        tokio::time::resume();
        POST.call(&client, "1").await.expect("a success");
        assert_eq!(server.connections(), connections, "after {idle} s");
    }
}

/// Several calls that meet closed connections at the same time all succeed on new connections.
#[tokio::test]
async fn simultaneous_calls_on_closed_connections_succeed_on_new_ones() {
    let server = FaultServer::with_actions(vec![ServerAction::SucceedThenReset; 8], ServerAction::Succeed);
    let client = server.builder().clock(RecordingClock::default()).build().expect("a client");
    for _ in 0..2 {
        let mut calls = JoinSet::new();
        for _ in 0..8 {
            let client = client.clone();
            calls.spawn(async move { GET.call(&client, "1").await });
        }
        while let Some(call) = calls.join_next().await {
            call.expect("the task does not panic").expect("a success");
        }
    }
    assert!(server.requests() > 16, "no request met a reset connection");
}
