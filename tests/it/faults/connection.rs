//! Connections that are not made, break, or say nothing.

use std::time::Duration;

use imprint_client::error::TimeoutPhase::Attempt;
#[cfg(feature = "rustls")]
use imprint_client::error::TimeoutPhase::Connect;

use super::operations::OPERATIONS;
use super::server::{Act, Server, raw};
use super::{Ending, Fault, NotingClock, Outcome, ends};

/// A 200 whose body is not there yet.
const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n";

/// The connection broke in every attempt, the second and third of which only `safe` operations get.
fn broken(status: Option<u16>) -> (Outcome, Outcome) {
    let broken = ends(Ending::Broken(status), 3).processed();
    (broken.clone().retryable().pauses(&[250, 500]), Outcome { attempts: 1, requests: 1, ..broken })
}

fn timed_out(status: Option<u16>) -> (Outcome, Outcome) {
    let late = ends(Ending::TimedOut(Attempt, status), 3).processed();
    (late.clone().retryable().pauses(&[250, 500]), Outcome { attempts: 1, requests: 1, ..late })
}

/// What is to come where the second attempt succeeds, for operations that get one.
fn second() -> Outcome {
    ends(Ending::Success, 2).pauses(&[250])
}

#[tokio::test]
async fn refused_for_good() {
    for operation in OPERATIONS {
        let server = Server::refusing(Vec::new(), Act::Good);
        let clock = NotingClock::default();
        let client = server.builder().clock(clock.clone()).build().expect("a client");
        let result = operation.call(&client, "1").await;
        let expected = ends(Ending::NoConnection, 3).retryable().pauses(&[250, 500]).reaching(0);
        assert_eq!(Outcome::seen(&result, server.requests(), &clock), expected, "{}", operation.id);
    }
}

#[tokio::test]
async fn refused_until_somebody_listens() {
    for operation in OPERATIONS {
        let server = std::sync::Arc::new(std::sync::Mutex::new(Server::refusing(Vec::new(), Act::Good)));
        let clock = NotingClock::default();
        let client = server.lock().expect("a server").builder().clock(clock.clone()).build().expect("a client");
        let opening = std::sync::Arc::clone(&server);
        clock.meanwhile(move || opening.lock().expect("a server").open());
        let result = operation.call(&client, "1").await;
        let requests = server.lock().expect("a server").requests();
        let expected = ends(Ending::Success, 2).pauses(&[250]).reaching(1);
        assert_eq!(Outcome::seen(&result, requests, &clock), expected, "{}: {result:?}", operation.id);
    }
}

/// What an attempt may have done is not undone by the next, which found nobody there.
#[tokio::test]
async fn refused_after_an_attempt_that_may_have_been_processed() {
    let server = std::sync::Arc::new(std::sync::Mutex::new(Some(Server::always(Act::Reset(raw(""))))));
    let clock = NotingClock::default();
    let client = server.lock().expect("a server").as_ref().expect("a server").builder();
    let client = client.clock(clock.clone()).build().expect("a client");
    let closing = std::sync::Arc::clone(&server);
    clock.meanwhile(move || drop(closing.lock().expect("a server").take()));
    let error = super::operations::PUT.call(&client, "1").await.expect_err("nobody is there");
    // The listener goes when its task is polled next, so that the second attempt may be refused or reset.
    assert!(error.may_have_been_processed() && error.is_retryable() && error.attempts() == 3, "{error:?}");
    assert_eq!(Ending::of(&Err(error)), Ending::NoConnection);
}

/// Accepted, and then nothing.
#[tokio::test]
async fn silence() {
    for act in [Act::Ignore, Act::Stall(raw(""))] {
        let (safe, once) = timed_out(None);
        Fault::always(act).waits().meets(safe, once.clone(), once).await;
    }
}

#[tokio::test]
async fn silence_within_the_head() {
    let (safe, once) = timed_out(None);
    Fault::always(Act::Stall(raw("HTTP/1.1 200 OK\r\ncontent-le"))).waits().meets(safe, once.clone(), once).await;
}

/// The operation without an answer does not wait for one.
#[tokio::test]
async fn silence_within_the_body() {
    let (safe, once) = timed_out(Some(200));
    let act = Act::Stall(raw(&format!("{HEAD}{{")));
    Fault::always(act).waits().meets(safe, once, ends(Ending::Success, 1)).await;
}

/// Bytes keep coming, but never the last.
#[tokio::test]
async fn a_body_that_drips() {
    for head in [HEAD, "HTTP/1.1 200 OK\r\n\r\n"] {
        let (safe, once) = timed_out(Some(200));
        let act = Act::Repeat(raw(head), raw(" "), Duration::from_millis(20));
        Fault::always(act).waits().meets(safe, once, ends(Ending::Success, 1)).await;
    }
}

#[tokio::test]
async fn a_head_that_drips() {
    let (safe, once) = timed_out(None);
    let act = Act::Repeat(raw("HTTP/1.1 200 OK\r\nx: "), raw("x"), Duration::from_millis(20));
    Fault::always(act).waits().meets(safe, once.clone(), once).await;
}

/// One attempt in vain does not spoil the next.
#[tokio::test]
async fn silence_and_then_an_answer() {
    let (_, once) = timed_out(None);
    Fault::once(Act::Stall(raw(""))).waits().meets(second(), once.clone(), once).await;
}

#[tokio::test]
async fn reset_before_the_request_was_read() {
    let (safe, once) = broken(None);
    Fault::always(Act::Hangup).meets(safe, once.clone(), once.clone()).await;
    Fault::once(Act::Hangup).meets(second(), once.clone(), once).await;
}

#[tokio::test]
async fn reset_before_the_answer() {
    let (safe, once) = broken(None);
    Fault::always(Act::Reset(raw(""))).meets(safe, once.clone(), once.clone()).await;
    Fault::once(Act::Reset(raw(""))).meets(second(), once.clone(), once).await;
}

#[tokio::test]
async fn reset_within_the_head() {
    let (safe, once) = broken(None);
    Fault::always(Act::Reset(raw("HTTP/1.1 200 OK\r\ncontent-"))).meets(safe, once.clone(), once).await;
}

#[tokio::test]
async fn reset_within_the_body() {
    let (safe, once) = broken(Some(200));
    let act = Act::Reset(raw(&format!("{HEAD}{{")));
    Fault::always(act.clone()).meets(safe, once.clone(), ends(Ending::Success, 1)).await;
    Fault::once(act).meets(second(), once, ends(Ending::Success, 1)).await;
}

#[tokio::test]
async fn closed_before_the_answer() {
    let (safe, once) = broken(None);
    Fault::always(Act::Close(raw(""))).meets(safe, once.clone(), once.clone()).await;
    Fault::once(Act::Close(raw(""))).meets(second(), once.clone(), once).await;
}

#[tokio::test]
async fn closed_within_the_head() {
    let (safe, once) = broken(None);
    Fault::always(Act::Close(raw("HTTP/1.1 200 OK\r\ncontent-"))).meets(safe, once.clone(), once).await;
}

/// Truncated: by the length that was announced, and by the chunk that is missing.
#[tokio::test]
async fn closed_within_the_body() {
    let chunks = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n";
    for text in [&format!("{HEAD}{{"), chunks, &chunks[..chunks.len() - 4]] {
        let (safe, once) = broken(Some(200));
        Fault::always(Act::Close(raw(text))).meets(safe, once.clone(), ends(Ending::Success, 1)).await;
        Fault::once(Act::Close(raw(text))).meets(second(), once, ends(Ending::Success, 1)).await;
    }
}

#[tokio::test]
async fn not_http_at_all() {
    for text in ["SSH-2.0-OpenSSH_9.6\r\n\r\n", "HTTP/9.9 200 OK\r\n\r\n", "\0\0\0\0\r\n\r\n"] {
        let (safe, once) = broken(None);
        Fault::always(Act::Close(raw(text))).meets(safe, once.clone(), once).await;
    }
}

/// Without a handshake no request is sent, so that any operation may be repeated.
#[cfg(feature = "rustls")]
#[tokio::test]
async fn a_handshake_that_fails() {
    let never = ends(Ending::NoConnection, 3).retryable().pauses(&[250, 500]);
    Fault::always(Act::Hangup).over_tls().meets(never.clone(), never.clone(), never).await;
}

#[cfg(feature = "rustls")]
#[tokio::test]
async fn a_handshake_that_takes_too_long() {
    let never = ends(Ending::TimedOut(Connect, None), 3).retryable().pauses(&[250, 500]);
    let fault = Fault::always(Act::Ignore).over_tls();
    let fault = fault.configure(|builder| builder.connect_timeout(super::SHORT));
    fault.meets(never.clone(), never.clone(), never).await;
}

/// It cannot be told from a request that was sent, so it is taken for one.
#[cfg(feature = "rustls")]
#[tokio::test]
async fn a_handshake_that_outlasts_the_attempt() {
    let (safe, once) = timed_out(None);
    Fault::always(Act::Ignore).over_tls().waits().meets(safe, once.clone(), once).await;
}
