//! Connections that were kept for the next request, and are dead when it comes.

use std::time::Duration;

use imprint_client::RetryPolicy;
use tokio::task::JoinSet;

use super::operations::{GET, Kind, OPERATIONS, POST};
use super::server::{Act, Server};
use super::{Ending, NotingClock, Outcome, ends};

#[tokio::test]
async fn connections_are_used_again() {
    let server = Server::always(Act::Good);
    let client = server.builder().build().expect("a client");
    for operation in OPERATIONS {
        operation.call(&client, "1").await.expect("a success");
        operation.call(&client.with_merchant_key("other"), "1").await.expect("a success");
    }
    assert_eq!((server.connections(), server.requests()), (1, 12));
}

/// An answer of error, or no answer in time, costs no more connections than it must.
#[tokio::test]
async fn an_error_does_not_cost_the_connection() {
    let server = Server::always(Act::status(503));
    let client = server.builder().clock(NotingClock::default()).build().expect("a client");
    for operation in OPERATIONS {
        operation.call(&client, "1").await.expect_err("a failure");
    }
    assert_eq!((server.connections(), server.requests()), (1, 3 * 3 + 3));
}

/// The server has closed the idle connection, and the client knows.
#[tokio::test]
async fn a_close_that_was_noticed() {
    for &operation in OPERATIONS {
        let server = Server::following(vec![Act::GoodThenClose], Act::Good);
        let clock = NotingClock::default();
        let client = server.builder().clock(clock.clone()).build().expect("a client");
        GET.call(&client, "1").await.expect("a success");
        tokio::time::sleep(Duration::from_millis(50)).await;
        let result = operation.call(&client, "2").await;
        // On another connection: neither lost nor sent twice.
        let expected = ends(Ending::Success, 1).reaching(2);
        assert_eq!(Outcome::seen(&result, server.requests(), &clock), expected, "{}", operation.id);
        assert_eq!(server.connections(), 2);
    }
}

/// The server resets the connection when the request is on its way: it may have been read.
#[tokio::test]
async fn a_reset_that_crosses_the_request() {
    for &operation in OPERATIONS {
        let server = Server::following(vec![Act::GoodThenReset], Act::Good);
        let clock = NotingClock::default();
        let client = server.builder().clock(clock.clone()).build().expect("a client");
        GET.call(&client, "1").await.expect("a success");
        let result = operation.call(&client, "2").await;
        let expected = match operation.kind {
            Kind::Safe => ends(Ending::Success, 2).pauses(&[250]).reaching(3),
            Kind::Other | Kind::Delete => ends(Ending::Broken(None), 1).processed().reaching(2),
        };
        assert_eq!(Outcome::seen(&result, server.requests(), &clock), expected, "{}: {result:?}", operation.id);
    }
}

/// The server closes just when the next request may be on its way, again and again: each of them arrives at most once,
/// and exactly once if it succeeds.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_close_at_any_moment() {
    let server = Server::always(Act::GoodThenClose);
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
        // From at once to well after the close.
        tokio::time::sleep(Duration::from_micros(index % 10 * 20)).await;
    }
    assert_eq!(good + lost, 300);
    assert!(good > 100, "{lost} of 300 were lost");
}

/// Load balancers drop idle connections sooner than reqwest does by itself.
#[tokio::test]
async fn idle_connections_are_dropped_after_25_seconds() {
    let server = Server::always(Act::Good);
    let client = server.builder().build().expect("a client");
    for (idle, connections) in [(0, 1), (23, 1), (27, 2), (80, 3)] {
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(idle)).await;
        tokio::time::resume();
        POST.call(&client, "1").await.expect("a success");
        assert_eq!(server.connections(), connections, "after {idle} s");
    }
}

/// Calls that meet dead connections all at once go on to new ones.
#[tokio::test]
async fn dead_connections_do_not_add_up() {
    let server = Server::following(vec![Act::GoodThenReset; 8], Act::Good);
    let client = server.builder().clock(NotingClock::default()).build().expect("a client");
    for _ in 0..2 {
        let mut calls = JoinSet::new();
        for _ in 0..8 {
            let client = client.clone();
            calls.spawn(async move { GET.call(&client, "1").await });
        }
        while let Some(call) = calls.join_next().await {
            call.expect("it ends").expect("a success");
        }
    }
    assert!(server.requests() > 16, "no dead connection was met");
}
