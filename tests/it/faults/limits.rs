//! Responses that are too large, and responses that arrive before the request is complete.

use std::time::Duration;

use imprint_client::{Error, RetryPolicy};

use super::fault_server::{FaultServer, ServerAction, raw_bytes, response};
use super::{CallOutcome, Ending, FaultTest, RecordingClock, outcome};

const LIMIT: usize = 4096;

fn filler() -> String {
    " ".repeat(LIMIT)
}

fn responses_over_the_limit(status: u16) -> [ServerAction; 3] {
    let chunk = format!("1000\r\n{}\r\n", filler());
    let chunked = format!("HTTP/1.1 {status} Status\r\ntransfer-encoding: chunked\r\n\r\n");
    [
        ServerAction::Respond(response(status, &[], &" ".repeat(LIMIT + 1))),
        // Bodies that never end.
        ServerAction::Repeat(raw_bytes(&chunked), raw_bytes(&chunk), Duration::ZERO),
        ServerAction::Repeat(
            raw_bytes(&format!("HTTP/1.1 {status} Status\r\n\r\n")),
            raw_bytes(&filler()),
            Duration::ZERO,
        ),
    ]
}

#[tokio::test]
async fn a_success_that_is_too_large_is_not_retried() {
    for act in responses_over_the_limit(200) {
        let fault = FaultTest::always(act).configure(|builder| builder.max_response_bytes(LIMIT));
        let once = outcome(Ending::TooLarge(200), 1).may_be_processed();
        fault.check(once.clone(), once, outcome(Ending::Success, 1)).await;
    }
}

#[tokio::test]
async fn an_error_that_is_too_large_keeps_its_status() {
    for act in responses_over_the_limit(502) {
        let fault = FaultTest::always(act).configure(|builder| builder.max_response_bytes(LIMIT));
        let safe = outcome(Ending::Api(502), 3).may_be_processed().retryable().pauses(&[250, 500]);
        let once = outcome(Ending::Api(502), 1).may_be_processed();
        fault.check(safe, once.clone(), once).await;
    }
}

/// The request body does not fit into the buffers of the sockets, so the response arrives while the body is being sent.
#[tokio::test]
async fn a_response_before_the_request_is_complete_is_read() {
    let body = "x".repeat(6 << 20);
    for (status, search, link) in [
        (413, outcome(Ending::Api(413), 1), outcome(Ending::Api(413), 1)),
        (
            503,
            outcome(Ending::Api(503), 3).may_be_processed().retryable().pauses(&[250, 500]),
            outcome(Ending::Api(503), 1).may_be_processed(),
        ),
    ] {
        let early = ServerAction::RespondEarly(response(
            status,
            &[("connection", "close")],
            r#"{"type": "T", "message": "no"}"#,
        ));
        let (server, clock) = (FaultServer::always(early.clone()), RecordingClock::default());
        let client = server.builder().clock(clock.clone()).build().expect("a client");
        let call = client.search_customers_post().body_map(|b| b.partner_customer_id(&body));
        let result = call.send().await.map(|_| panic!("the call must fail"));
        assert_eq!(CallOutcome::observed(&result, server.requests(), &clock), search, "{result:?}");
        let Err(Error::Api(error)) = &result else { unreachable!("the error is an API error") };
        assert_eq!(error.message(), "no");

        let (server, clock) = (FaultServer::always(early), RecordingClock::default());
        let client = server.builder().clock(clock.clone()).build().expect("a client");
        let call = client.link_customer_account().customer_id("1").body_map(|b| b.partner_customer_id(&body));
        let result = call.send().await.map(|_| panic!("the call must fail"));
        assert_eq!(CallOutcome::observed(&result, server.requests(), &clock), link, "{result:?}");
    }
}

/// The operating system closes the connection because the peer acknowledges nothing. This is a broken connection and
/// not one of the client's timeouts.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_peer_that_acknowledges_nothing_is_a_broken_connection() {
    let body = "x".repeat(6 << 20);
    let server = FaultServer::always(ServerAction::NeverRead);
    let clock = RecordingClock::default();
    let builder = server.builder().clock(clock.clone()).http(|http| http.tcp_user_timeout(super::SHORT_ATTEMPT));
    let client = builder.build().expect("a client");
    let call = client.link_customer_account().customer_id("1").body_map(|b| b.partner_customer_id(&body));
    let result = call.send().await.map(|_| panic!("the call must fail"));
    let expected = outcome(Ending::Broken(None), 1).may_be_processed();
    assert_eq!(CallOutcome::observed(&result, server.requests(), &clock), expected, "{result:?}");
    let error = result.expect_err("a failure").to_string();
    assert!(error.ends_with(" broke before an answer came (timed out)"), "{error}");
}

/// A timeout of the caller's HTTP builder would be told as a timeout of this client, with the wrong length.
#[tokio::test]
async fn how_long_an_attempt_may_take_is_said_by_this_client_alone() {
    let server = FaultServer::always(ServerAction::Succeed);
    let builder = server.builder().http(|http| http.timeout(Duration::ZERO));
    builder.build().expect("a client").get_customer().customer_id("1").send().await.expect("a customer");
    // It breaks the connection, and is not told as a timeout of this client, which has another length.
    let stalled = FaultServer::always(ServerAction::Stall(raw_bytes("")));
    let builder = stalled.builder().http(|http| http.read_timeout(super::SHORT_ATTEMPT)).retry(RetryPolicy::off());
    let result = builder.build().expect("a client").get_customer().customer_id("1").send().await;
    assert!(matches!(&result, Err(Error::Transport(_))), "{result:?}");
    // Longer than a clock can count.
    let builder = server.builder().timeout(Duration::MAX).attempt_timeout(Duration::MAX);
    builder.build().expect("a client").get_customer().customer_id("1").send().await.expect("a customer");
}
