//! How often, how long and on whose account: the policy, the deadline and the budget.

use std::time::{Duration, Instant};

use imprint_client::{CallOptions, Client, Error, RetryPolicy};

use super::operations::{DELETE, GET, OPERATIONS, POST, PUT, SEARCH};
use super::server::{Act, Server, answer, raw};
use super::{Ending, NotingClock, Outcome, ends};

fn failing() -> (Server, NotingClock) {
    (Server::always(Act::status(503)), NotingClock::default())
}

fn client(server: &Server, clock: &NotingClock) -> Client {
    server.builder().clock(clock.clone()).build().expect("a client")
}

async fn attempts(client: &Client) -> u32 {
    GET.call(client, "1").await.expect_err("a failure").attempts()
}

#[tokio::test]
async fn a_policy_of_the_client() {
    for (policy, pauses) in [
        (RetryPolicy::off(), &[][..]),
        (RetryPolicy::default().max_attempts(1), &[]),
        (RetryPolicy::default().max_attempts(2), &[250]),
        (RetryPolicy::default().max_attempts(8), &[250, 500, 1_000, 2_000, 4_000, 8_000, 8_000]),
        (RetryPolicy::default().backoff(Duration::from_secs(1), Duration::from_secs(1)), &[1_000, 1_000]),
        (RetryPolicy::default().backoff(Duration::ZERO, Duration::ZERO), &[0, 0]),
    ] {
        let (server, clock) = failing();
        let client = server.builder().clock(clock.clone()).retry(policy.clone()).build().expect("a client");
        let result = GET.call(&client, "1").await;
        let expected = ends(Ending::Api(503), pauses.len() as u32 + 1).retryable().processed().pauses(pauses);
        assert_eq!(Outcome::seen(&result, server.requests(), &clock), expected, "{policy:?}");
    }
}

#[tokio::test]
async fn a_policy_of_the_call() {
    let (server, clock) = failing();
    let once = server.builder().clock(clock.clone()).retry(RetryPolicy::off()).build().expect("a client");
    let often = once.with_options(CallOptions::new().retry(RetryPolicy::default().max_attempts(4)));
    let never = often.with_options(CallOptions::new().retry(RetryPolicy::off()));
    assert_eq!((attempts(&once).await, attempts(&often).await), (1, 4));
    assert_eq!((attempts(&never).await, attempts(&once).await), (1, 1));
    // Other options leave it alone.
    assert_eq!(attempts(&often.with_timeout(Duration::from_secs(50))).await, 4);
    assert_eq!(server.requests(), 1 + 4 + 1 + 1 + 4);
}

/// Off is off for what was never sent, too, and for what the API invites to.
#[tokio::test]
async fn off_is_off() {
    let limited = Act::Answer(answer(429, &[("retry-after", "1")], ""));
    for act in [Act::Hangup, Act::Reset(raw("")), Act::status(503), limited] {
        for operation in OPERATIONS {
            let (server, clock) = (Server::always(act.clone()), NotingClock::default());
            let client = server.builder().clock(clock.clone()).retry(RetryPolicy::off()).build().expect("a client");
            let error = operation.call(&client, "1").await.expect_err("a failure");
            assert_eq!((error.attempts(), server.requests(), clock.pauses().len()), (1, 1, 0), "{}", operation.id);
        }
    }
    let (server, clock) = (Server::refusing(Vec::new(), Act::Good), NotingClock::default());
    let client = server.builder().clock(clock.clone()).retry(RetryPolicy::off()).build().expect("a client");
    assert_eq!((attempts(&client).await, clock.pauses().len()), (1, 0));
}

/// A policy says how often, not what: no policy has what is not safe made again.
#[tokio::test]
async fn no_policy_makes_the_unsafe_safe() {
    let eager = RetryPolicy::default().max_attempts(100).without_budget().max_retry_after(Duration::MAX);
    for act in [Act::Reset(raw("")), Act::status(503), Act::status(429), Act::Stall(raw(""))] {
        for operation in [POST, DELETE] {
            let server = Server::always(act.clone());
            let builder =
                server.builder().clock(NotingClock::default()).retry(eager.clone()).attempt_timeout(super::SHORT);
            let error = operation.call(&builder.build().expect("a client"), "1").await.expect_err("a failure");
            assert_eq!((error.attempts(), server.requests()), (1, 1), "{}: {error:?}", operation.id);
        }
    }
}

#[tokio::test]
async fn how_long_the_api_may_ask_to_wait() {
    let limited = Act::Answer(answer(429, &[("retry-after", "90")], ""));
    for (longest, requests) in [(89, 1), (90, 2)] {
        let server = Server::following(vec![limited.clone()], Act::Good);
        let policy = RetryPolicy::default().max_retry_after(Duration::from_secs(longest));
        let client = server.builder().clock(NotingClock::default()).retry(policy).build().expect("a client");
        let result = POST.call(&client, "1").await;
        assert_eq!((result.is_ok(), server.requests()), (requests == 2, requests), "{result:?}");
    }
}

/// A pause that would outlast the call is not begun.
#[tokio::test]
async fn the_deadline_ends_it_at_once() {
    let limited = Act::Answer(answer(429, &[("retry-after", "5")], ""));
    for (timeout, attempts) in [(4, 1), (5, 1), (7, 2), (30, 3)] {
        let server = Server::always(limited.clone());
        let clock = NotingClock::default();
        let client = client(&server, &clock).with_timeout(Duration::from_secs(timeout));
        let result = POST.call(&client, "1").await;
        let pauses = vec![5_000; attempts as usize - 1];
        let expected = ends(Ending::Api(429), attempts).retryable().pauses(&pauses);
        assert_eq!(Outcome::seen(&result, server.requests(), &clock), expected, "{timeout} s");
    }
}

/// In real time: attempts, pauses and all.
#[tokio::test]
async fn the_deadline_holds_in_real_time() {
    let patient = RetryPolicy::default().max_attempts(1_000).without_budget();
    let patient = patient.backoff(Duration::from_millis(40), Duration::from_millis(40));
    let timeout = Duration::from_millis(400);
    for (act, attempt_timeout) in [
        (Act::status(503), Duration::from_secs(10)),
        (Act::Stall(raw("")), Duration::from_millis(100)),
        (Act::Stall(raw("")), Duration::from_secs(10)),
    ] {
        let server = Server::always(act);
        let builder = server.builder().retry(patient.clone()).attempt_timeout(attempt_timeout).timeout(timeout);
        let client = builder.build().expect("a client");
        let begun = Instant::now();
        let error = SEARCH.call(&client, "1").await.expect_err("a failure");
        let took = begun.elapsed();
        assert!(took >= timeout - Duration::from_millis(41) && took < Duration::from_secs(4), "{took:?}");
        assert_eq!(error.attempts() as usize, server.requests());
        assert!(error.attempts() == 1 || attempt_timeout < timeout || error.status().is_some(), "{error:?}");
    }
}

/// An outage costs a fifth more requests at the most.
#[tokio::test]
async fn an_outage_is_not_multiplied() {
    for act in [Act::status(503), Act::Reset(raw("")), Act::Hangup] {
        let (server, clock) = (Server::always(act), NotingClock::default());
        let client = client(&server, &clock);
        for _ in 0..100 {
            PUT.call(&client, "1").await.expect_err("a failure");
        }
        assert_eq!(server.requests(), 120);
    }
}

#[tokio::test]
async fn ten_retries_are_there_to_begin_with() {
    let (server, clock) = failing();
    let client = client(&server, &clock);
    for expected in [3, 3, 3, 3, 3, 1, 1] {
        assert_eq!(attempts(&client).await, expected);
    }
    assert_eq!(server.requests(), 17);
    // The error is as retryable as ever, for somebody who waits longer.
    assert!(GET.call(&client, "1").await.expect_err("a failure").is_retryable());
}

#[tokio::test]
async fn clones_and_variants_share_a_budget_and_clients_do_not() {
    let (server, clock) = failing();
    let first = client(&server, &clock);
    for client in [first.clone(), first.with_timeout(Duration::from_secs(50)), first.with_merchant_key("other")] {
        assert_eq!(attempts(&client).await, 3);
    }
    let eager = first.with_options(CallOptions::new().retry(RetryPolicy::default().max_attempts(5)));
    assert_eq!(attempts(&eager).await, 5);
    for client in [&first, &first.clone(), &eager, &first.with_merchant_key("third")] {
        assert_eq!(attempts(client).await, 1);
    }
    assert_eq!(attempts(&client(&server, &clock)).await, 3);
    let unbound = first.with_options(CallOptions::new().retry(RetryPolicy::default().without_budget()));
    assert_eq!((attempts(&unbound).await, attempts(&first).await), (3, 1));
}

/// What would not be made is not paid for.
#[tokio::test]
async fn only_retries_are_paid_for() {
    let (server, clock) = failing();
    let client = client(&server, &clock);
    for _ in 0..20 {
        POST.call(&client, "1").await.expect_err("a failure");
        DELETE.call(&client, "1").await.expect_err("a failure");
        assert_eq!(attempts(&client.with_timeout(Duration::from_millis(200))).await, 1);
        assert_eq!(attempts(&client.with_options(CallOptions::new().retry(RetryPolicy::off()))).await, 1);
    }
    for expected in [3, 3, 3, 3, 3] {
        assert_eq!(attempts(&client).await, expected);
    }
}

/// Every variant knows how many attempts there were, and so does a success.
#[tokio::test]
async fn attempts_are_counted_whatever_comes_of_them() {
    let unavailable = || Act::status(503);
    for (then, ending) in [
        (Act::Good, Ending::Success),
        (Act::status(404), Ending::Api(404)),
        (Act::Answer(answer(200, &[], "[]")), Ending::Decode(200)),
        (Act::Answer(answer(200, &[], &" ".repeat(2_000))), Ending::TooLarge(200)),
    ] {
        let server = Server::following(vec![unavailable(), unavailable()], then);
        let builder = server.builder().clock(NotingClock::default()).max_response_bytes(1_000);
        let result = GET.call(&builder.build().expect("a client"), "1").await;
        assert_eq!((Ending::of(&result), server.requests()), (ending, 3));
        let attempts = result.as_ref().map_or_else(Error::attempts, |done| done.attempts);
        assert_eq!(attempts, 3, "{result:?}");
        if let Ok(done) = result {
            assert_eq!(done.status, 200);
        }
    }
    let server = Server::always(Act::Good);
    let client = server.builder().build().expect("a client");
    for error in [
        GET.call(&client, "..").await.expect_err("no id"),
        GET.call(&client.with_merchant_key("a\nb"), "1").await.expect_err("no key"),
    ] {
        assert_eq!((Ending::of(&Err(error)), server.connections()), (Ending::Refused, 0));
    }
}
