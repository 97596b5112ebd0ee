//! Connections that cannot be made, that break, and that stay silent.

use std::time::Duration;

use imprint_client::error::TimeoutPhase::Attempt;
#[cfg(feature = "rustls")]
use imprint_client::error::TimeoutPhase::Connect;

use super::fault_server::{FaultServer, ServerAction, raw_bytes};
use super::operations::OPERATIONS;
use super::{CallOutcome, Ending, FaultTest, RecordingClock, outcome};

/// The head of a 200 whose body has not arrived yet.
const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n";

/// The expected outcomes if the connection breaks in every attempt: for operations that are retried, and for others.
fn broken(status: Option<u16>) -> (CallOutcome, CallOutcome) {
    let broken = outcome(Ending::Broken(status), 3).may_be_processed();
    (broken.clone().retryable().pauses(&[250, 500]), CallOutcome { attempts: 1, requests: 1, ..broken })
}

/// The expected outcomes if every attempt times out: for operations that are retried, and for others.
fn timed_out(status: Option<u16>) -> (CallOutcome, CallOutcome) {
    let late = outcome(Ending::TimedOut(Attempt, status), 3).may_be_processed();
    (late.clone().retryable().pauses(&[250, 500]), CallOutcome { attempts: 1, requests: 1, ..late })
}

/// The expected outcome if the second attempt succeeds, for operations that are retried.
fn success_of_the_second_attempt() -> CallOutcome {
    outcome(Ending::Success, 2).pauses(&[250])
}

#[tokio::test]
async fn every_operation_is_retried_when_connections_are_refused() {
    for operation in OPERATIONS {
        let server = FaultServer::refusing_connections(Vec::new(), ServerAction::Succeed);
        let clock = RecordingClock::default();
        let client = server.builder().clock(clock.clone()).build().expect("a client");
        let result = operation.call(&client, "1").await;
        let expected = outcome(Ending::NoConnection, 3).retryable().pauses(&[250, 500]).with_requests(0);
        assert_eq!(CallOutcome::observed(&result, server.requests(), &clock), expected, "{}", operation.id);
    }
}

#[tokio::test]
async fn a_call_succeeds_once_the_server_accepts_connections() {
    for operation in OPERATIONS {
        let server = std::sync::Arc::new(std::sync::Mutex::new(FaultServer::refusing_connections(
            Vec::new(),
            ServerAction::Succeed,
        )));
        let clock = RecordingClock::default();
        let client = server.lock().expect("a server").builder().clock(clock.clone()).build().expect("a client");
        let opening = std::sync::Arc::clone(&server);
        clock.during_pauses(move || opening.lock().expect("a server").open());
        let result = operation.call(&client, "1").await;
        let requests = server.lock().expect("a server").requests();
        let expected = outcome(Ending::Success, 2).pauses(&[250]).with_requests(1);
        assert_eq!(CallOutcome::observed(&result, requests, &clock), expected, "{}: {result:?}", operation.id);
    }
}

/// The first attempt may have been processed, and the error of the last attempt, which reached no server, still says
/// so.
#[tokio::test]
async fn a_refused_retry_still_reports_that_the_first_attempt_may_have_been_processed() {
    let server =
        std::sync::Arc::new(std::sync::Mutex::new(Some(FaultServer::always(ServerAction::Reset(raw_bytes(""))))));
    let clock = RecordingClock::default();
    let client = server.lock().expect("a server").as_ref().expect("a server").builder();
    let client = client.clock(clock.clone()).build().expect("a client");
    let closing = std::sync::Arc::clone(&server);
    clock.during_pauses(move || drop(closing.lock().expect("a server").take()));
    let error = super::operations::PUT.call(&client, "1").await.expect_err("the server is gone");
    // The listener is dropped when its task is polled next, so the second attempt may be refused or reset.
    assert!(error.may_have_been_processed() && error.is_retryable() && error.attempts() == 3, "{error:?}");
    assert_eq!(Ending::of(&Err(error)), Ending::NoConnection);
}

/// The server accepts the connection and sends nothing.
#[tokio::test]
async fn an_attempt_without_a_response_times_out() {
    for act in [ServerAction::NeverRespond, ServerAction::Stall(raw_bytes(""))] {
        let (safe, once) = timed_out(None);
        FaultTest::always(act).with_short_attempts().check(safe, once.clone(), once).await;
    }
}

#[tokio::test]
async fn an_attempt_with_an_incomplete_head_times_out() {
    let (safe, once) = timed_out(None);
    FaultTest::always(ServerAction::Stall(raw_bytes("HTTP/1.1 200 OK\r\ncontent-le")))
        .with_short_attempts()
        .check(safe, once.clone(), once)
        .await;
}

/// The operation whose success has no body does not wait for one.
#[tokio::test]
async fn an_attempt_with_an_incomplete_body_times_out() {
    let (safe, once) = timed_out(Some(200));
    let act = ServerAction::Stall(raw_bytes(&format!("{HEAD}{{")));
    FaultTest::always(act).with_short_attempts().check(safe, once, outcome(Ending::Success, 1)).await;
}

/// Bytes keep arriving, but the response never ends.
#[tokio::test]
async fn a_body_that_arrives_slowly_does_not_extend_the_timeout() {
    for head in [HEAD, "HTTP/1.1 200 OK\r\n\r\n"] {
        let (safe, once) = timed_out(Some(200));
        let act = ServerAction::Repeat(raw_bytes(head), raw_bytes(" "), Duration::from_millis(20));
        FaultTest::always(act).with_short_attempts().check(safe, once, outcome(Ending::Success, 1)).await;
    }
}

#[tokio::test]
async fn a_head_that_arrives_slowly_does_not_extend_the_timeout() {
    let (safe, once) = timed_out(None);
    let act = ServerAction::Repeat(raw_bytes("HTTP/1.1 200 OK\r\nx: "), raw_bytes("x"), Duration::from_millis(20));
    FaultTest::always(act).with_short_attempts().check(safe, once.clone(), once).await;
}

/// An attempt that times out does not affect the retry.
#[tokio::test]
async fn an_attempt_that_times_out_is_retried_for_repeatable_operations() {
    let (_, once) = timed_out(None);
    FaultTest::once(ServerAction::Stall(raw_bytes("")))
        .with_short_attempts()
        .check(success_of_the_second_attempt(), once.clone(), once)
        .await;
}

#[tokio::test]
async fn a_reset_before_the_request_is_read_is_a_broken_connection() {
    let (safe, once) = broken(None);
    FaultTest::always(ServerAction::ResetUnread).check(safe, once.clone(), once.clone()).await;
    FaultTest::once(ServerAction::ResetUnread).check(success_of_the_second_attempt(), once.clone(), once).await;
}

#[tokio::test]
async fn a_reset_before_the_response_is_a_broken_connection() {
    let (safe, once) = broken(None);
    FaultTest::always(ServerAction::Reset(raw_bytes(""))).check(safe, once.clone(), once.clone()).await;
    FaultTest::once(ServerAction::Reset(raw_bytes("")))
        .check(success_of_the_second_attempt(), once.clone(), once)
        .await;
}

#[tokio::test]
async fn a_reset_within_the_head_is_a_broken_connection() {
    let (safe, once) = broken(None);
    FaultTest::always(ServerAction::Reset(raw_bytes("HTTP/1.1 200 OK\r\ncontent-")))
        .check(safe, once.clone(), once)
        .await;
}

#[tokio::test]
async fn a_reset_within_the_body_is_a_broken_connection() {
    let (safe, once) = broken(Some(200));
    let act = ServerAction::Reset(raw_bytes(&format!("{HEAD}{{")));
    FaultTest::always(act.clone()).check(safe, once.clone(), outcome(Ending::Success, 1)).await;
    FaultTest::once(act).check(success_of_the_second_attempt(), once, outcome(Ending::Success, 1)).await;
}

#[tokio::test]
async fn a_close_before_the_response_is_a_broken_connection() {
    let (safe, once) = broken(None);
    FaultTest::always(ServerAction::Close(raw_bytes(""))).check(safe, once.clone(), once.clone()).await;
    FaultTest::once(ServerAction::Close(raw_bytes("")))
        .check(success_of_the_second_attempt(), once.clone(), once)
        .await;
}

#[tokio::test]
async fn a_close_within_the_head_is_a_broken_connection() {
    let (safe, once) = broken(None);
    FaultTest::always(ServerAction::Close(raw_bytes("HTTP/1.1 200 OK\r\ncontent-")))
        .check(safe, once.clone(), once)
        .await;
}

/// The body is shorter than its `Content-Length`, or its last chunk is missing.
#[tokio::test]
async fn a_close_within_the_body_is_a_broken_connection() {
    let chunks = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n";
    for text in [&format!("{HEAD}{{"), chunks, &chunks[..chunks.len() - 4]] {
        let (safe, once) = broken(Some(200));
        FaultTest::always(ServerAction::Close(raw_bytes(text)))
            .check(safe, once.clone(), outcome(Ending::Success, 1))
            .await;
        FaultTest::once(ServerAction::Close(raw_bytes(text)))
            .check(success_of_the_second_attempt(), once, outcome(Ending::Success, 1))
            .await;
    }
}

#[tokio::test]
async fn a_response_that_is_not_http_is_a_broken_connection() {
    for text in ["SSH-2.0-OpenSSH_9.6\r\n\r\n", "HTTP/9.9 200 OK\r\n\r\n", "\0\0\0\0\r\n\r\n"] {
        let (safe, once) = broken(None);
        FaultTest::always(ServerAction::Close(raw_bytes(text))).check(safe, once.clone(), once).await;
    }
}

/// No request is sent before the TLS handshake has succeeded, so every operation may be retried.
#[cfg(feature = "rustls")]
#[tokio::test]
async fn a_failed_tls_handshake_is_retried_for_every_operation() {
    let never = outcome(Ending::NoConnection, 3).retryable().pauses(&[250, 500]);
    FaultTest::always(ServerAction::ResetUnread).over_tls().check(never.clone(), never.clone(), never).await;
}

#[cfg(feature = "rustls")]
#[tokio::test]
async fn a_tls_handshake_beyond_the_connect_timeout_is_retried_for_every_operation() {
    let never = outcome(Ending::TimedOut(Connect, None), 3).retryable().pauses(&[250, 500]);
    let fault = FaultTest::always(ServerAction::NeverRespond).over_tls();
    let fault = fault.configure(|builder| builder.connect_timeout(super::SHORT_ATTEMPT));
    fault.check(never.clone(), never.clone(), never).await;
}

/// The client cannot distinguish this from a request that was sent, so it treats the request as sent.
#[cfg(feature = "rustls")]
#[tokio::test]
async fn a_tls_handshake_beyond_the_attempt_timeout_counts_as_sent() {
    let (safe, once) = timed_out(None);
    FaultTest::always(ServerAction::NeverRespond)
        .over_tls()
        .with_short_attempts()
        .check(safe, once.clone(), once)
        .await;
}
