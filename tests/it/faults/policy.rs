//! How often and how long calls are retried: the retry policy, the deadline of the call and the retry budget.

use std::time::{Duration, Instant};

use imprint_client::{CallOptions, Client, Error, RetryPolicy};

use super::fault_server::{FaultServer, ServerAction, raw_bytes, response};
use super::operations::{DELETE, GET, OPERATIONS, POST, PUT, SEARCH};
use super::{CallOutcome, Ending, RecordingClock, outcome};

fn failing_server() -> (FaultServer, RecordingClock) {
    (FaultServer::always(ServerAction::status(503)), RecordingClock::default())
}

fn client(server: &FaultServer, clock: &RecordingClock) -> Client {
    server.builder().clock(clock.clone()).build().expect("a client")
}

async fn attempts(client: &Client) -> u32 {
    GET.call(client, "1").await.expect_err("a failure").attempts()
}

#[tokio::test]
async fn the_policy_of_the_client_sets_attempts_and_pauses() {
    for (policy, pauses) in [
        (RetryPolicy::off(), &[][..]),
        (RetryPolicy::default().max_attempts(1), &[]),
        (RetryPolicy::default().max_attempts(2), &[250]),
        (RetryPolicy::default().max_attempts(8), &[250, 500, 1_000, 2_000, 4_000, 8_000, 8_000]),
        (RetryPolicy::default().backoff(Duration::from_secs(1), Duration::from_secs(1)), &[1_000, 1_000]),
        (RetryPolicy::default().backoff(Duration::ZERO, Duration::ZERO), &[0, 0]),
    ] {
        let (server, clock) = failing_server();
        let client = server.builder().clock(clock.clone()).retry(policy.clone()).build().expect("a client");
        let result = GET.call(&client, "1").await;
        let expected = outcome(Ending::Api(503), pauses.len() as u32 + 1).retryable().may_be_processed().pauses(pauses);
        assert_eq!(CallOutcome::observed(&result, server.requests(), &clock), expected, "{policy:?}");
    }
}

#[tokio::test]
async fn the_policy_of_a_call_replaces_that_of_the_client() {
    let (server, clock) = failing_server();
    let once = server.builder().clock(clock.clone()).retry(RetryPolicy::off()).build().expect("a client");
    let often = once.with_options(CallOptions::new().retry(RetryPolicy::default().max_attempts(4)));
    let never = often.with_options(CallOptions::new().retry(RetryPolicy::off()));
    assert_eq!((attempts(&once).await, attempts(&often).await), (1, 4));
    assert_eq!((attempts(&never).await, attempts(&once).await), (1, 1));
    // Other options do not change the retry policy.
    assert_eq!(attempts(&often.with_timeout(Duration::from_secs(50))).await, 4);
    assert_eq!(server.requests(), 1 + 4 + 1 + 1 + 4);
}

/// Without retries, nothing is retried: not requests that were never sent, and not a 429 with `Retry-After`.
#[tokio::test]
async fn without_retries_nothing_is_sent_twice() {
    let limited = ServerAction::Respond(response(429, &[("retry-after", "1")], ""));
    for act in [ServerAction::ResetUnread, ServerAction::Reset(raw_bytes("")), ServerAction::status(503), limited] {
        for operation in OPERATIONS {
            let (server, clock) = (FaultServer::always(act.clone()), RecordingClock::default());
            let client = server.builder().clock(clock.clone()).retry(RetryPolicy::off()).build().expect("a client");
            let error = operation.call(&client, "1").await.expect_err("a failure");
            assert_eq!((error.attempts(), server.requests(), clock.pauses().len()), (1, 1, 0), "{}", operation.id);
        }
    }
    let (server, clock) =
        (FaultServer::refusing_connections(Vec::new(), ServerAction::Succeed), RecordingClock::default());
    let client = server.builder().clock(clock.clone()).retry(RetryPolicy::off()).build().expect("a client");
    assert_eq!((attempts(&client).await, clock.pauses().len()), (1, 0));
}

/// A policy sets how often failures are retried, not which: no policy makes the client repeat a POST that may have been
/// processed.
#[tokio::test]
async fn no_policy_retries_an_operation_that_is_not_safe_to_repeat() {
    let eager = RetryPolicy::default().max_attempts(100).without_budget().max_retry_after(Duration::MAX);
    for act in [
        ServerAction::Reset(raw_bytes("")),
        ServerAction::status(503),
        ServerAction::status(429),
        ServerAction::Stall(raw_bytes("")),
    ] {
        for operation in [POST, DELETE] {
            let server = FaultServer::always(act.clone());
            let builder = server
                .builder()
                .clock(RecordingClock::default())
                .retry(eager.clone())
                .attempt_timeout(super::SHORT_ATTEMPT);
            let error = operation.call(&builder.build().expect("a client"), "1").await.expect_err("a failure");
            assert_eq!((error.attempts(), server.requests()), (1, 1), "{}: {error:?}", operation.id);
        }
    }
}

#[tokio::test]
async fn max_retry_after_limits_the_wait_that_is_accepted() {
    let limited = ServerAction::Respond(response(429, &[("retry-after", "90")], ""));
    for (longest, requests) in [(89, 1), (90, 2)] {
        let server = FaultServer::with_actions(vec![limited.clone()], ServerAction::Succeed);
        let policy = RetryPolicy::default().max_retry_after(Duration::from_secs(longest));
        let client = server.builder().clock(RecordingClock::default()).retry(policy).build().expect("a client");
        let result = POST.call(&client, "1").await;
        assert_eq!((result.is_ok(), server.requests()), (requests == 2, requests), "{result:?}");
    }
}

/// The client does not begin a pause that would exceed the timeout of the call.
#[tokio::test]
async fn a_pause_beyond_the_deadline_ends_the_call_at_once() {
    let limited = ServerAction::Respond(response(429, &[("retry-after", "5")], ""));
    for (timeout, attempts) in [(4, 1), (5, 1), (7, 2), (30, 3)] {
        let server = FaultServer::always(limited.clone());
        let clock = RecordingClock::default();
        let client = client(&server, &clock).with_timeout(Duration::from_secs(timeout));
        let result = POST.call(&client, "1").await;
        let pauses = vec![5_000; attempts as usize - 1];
        let expected = outcome(Ending::Api(429), attempts).retryable().pauses(&pauses);
        assert_eq!(CallOutcome::observed(&result, server.requests(), &clock), expected, "{timeout} s");
    }
}

/// With the real clock, attempts and pauses together stay within the timeout.
#[tokio::test]
async fn the_deadline_limits_the_call_in_real_time() {
    let patient = RetryPolicy::default().max_attempts(1_000).without_budget();
    let patient = patient.backoff(Duration::from_millis(40), Duration::from_millis(40));
    let timeout = Duration::from_millis(400);
    for (act, attempt_timeout) in [
        (ServerAction::status(503), Duration::from_secs(10)),
        (ServerAction::Stall(raw_bytes("")), Duration::from_millis(100)),
        (ServerAction::Stall(raw_bytes("")), Duration::from_secs(10)),
    ] {
        let server = FaultServer::always(act);
        let builder = server.builder().retry(patient.clone()).attempt_timeout(attempt_timeout).timeout(timeout);
        let client = builder.build().expect("a client");
        let begun = Instant::now();
        let error = SEARCH.call(&client, "1").await.expect_err("a failure");
        let took = begun.elapsed();
        assert!(took >= timeout - Duration::from_millis(41) && took < Duration::from_secs(4), "{took:?}");
        // The deadline may cut off the last attempt before the server has got anything of it.
        let (attempts, requests) = (error.attempts() as usize, server.requests());
        assert!(requests == attempts || requests + 1 == attempts, "{attempts} attempts and {requests} requests");
        assert!(error.attempts() == 1 || attempt_timeout < timeout || error.status().is_some(), "{error:?}");
    }
}

/// Retries add at most a fifth of the requests during an outage.
#[tokio::test]
async fn the_budget_limits_the_retries_of_an_outage() {
    for act in [ServerAction::status(503), ServerAction::Reset(raw_bytes("")), ServerAction::ResetUnread] {
        let (server, clock) = (FaultServer::always(act), RecordingClock::default());
        let client = client(&server, &clock);
        for _ in 0..100 {
            PUT.call(&client, "1").await.expect_err("a failure");
        }
        assert_eq!(server.requests(), 120);
    }
}

#[tokio::test]
async fn a_new_client_has_a_budget_of_ten_retries() {
    let (server, clock) = failing_server();
    let client = client(&server, &clock);
    for expected in [3, 3, 3, 3, 3, 1, 1] {
        assert_eq!(attempts(&client).await, expected);
    }
    assert_eq!(server.requests(), 17);
    // The error is still retryable for a caller that waits longer.
    assert!(GET.call(&client, "1").await.expect_err("a failure").is_retryable());
}

#[tokio::test]
async fn clones_and_variants_share_a_budget_and_clients_do_not() {
    let (server, clock) = failing_server();
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

/// A retry that is not made uses up nothing of the budget.
#[tokio::test]
async fn only_retries_use_up_the_budget() {
    let (server, clock) = failing_server();
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

/// Every variant of the error, and a success, reports the number of attempts.
#[tokio::test]
async fn every_result_reports_its_attempts() {
    let unavailable = || ServerAction::status(503);
    for (then, ending) in [
        (ServerAction::Succeed, Ending::Success),
        (ServerAction::status(404), Ending::Api(404)),
        (ServerAction::Respond(response(200, &[], "[]")), Ending::Decode(200)),
        (ServerAction::Respond(response(200, &[], &" ".repeat(2_000))), Ending::TooLarge(200)),
    ] {
        let server = FaultServer::with_actions(vec![unavailable(), unavailable()], then);
        let builder = server.builder().clock(RecordingClock::default()).max_response_bytes(1_000);
        let result = GET.call(&builder.build().expect("a client"), "1").await;
        assert_eq!((Ending::of(&result), server.requests()), (ending, 3));
        let attempts = result.as_ref().map_or_else(Error::attempts, |done| done.attempts);
        assert_eq!(attempts, 3, "{result:?}");
        if let Ok(done) = result {
            assert_eq!(done.status, 200);
        }
    }
    let server = FaultServer::always(ServerAction::Succeed);
    let client = server.builder().build().expect("a client");
    for error in [
        GET.call(&client, "..").await.expect_err("the id is not allowed"),
        GET.call(&client.with_merchant_key("a\nb"), "1").await.expect_err("the merchant key is not allowed"),
    ] {
        assert_eq!((Ending::of(&Err(error)), server.connections()), (Ending::Refused, 0));
    }
}
