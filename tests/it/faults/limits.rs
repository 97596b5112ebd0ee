//! Answers that are too large, and answers that come too early.

use std::time::Duration;

use imprint_client::Error;

use super::server::{Act, Server, answer, raw};
use super::{Ending, Fault, NotingClock, Outcome, ends};

const LIMIT: usize = 4096;

fn filler() -> String {
    " ".repeat(LIMIT)
}

fn large(status: u16) -> [Act; 3] {
    let chunk = format!("1000\r\n{}\r\n", filler());
    let chunked = format!("HTTP/1.1 {status} Status\r\ntransfer-encoding: chunked\r\n\r\n");
    [
        Act::Answer(answer(status, &[], &" ".repeat(LIMIT + 1))),
        // Bodies without an end.
        Act::Repeat(raw(&chunked), raw(&chunk), Duration::ZERO),
        Act::Repeat(raw(&format!("HTTP/1.1 {status} Status\r\n\r\n")), raw(&filler()), Duration::ZERO),
    ]
}

#[tokio::test]
async fn a_success_that_is_too_large() {
    for act in large(200) {
        let fault = Fault::always(act).configure(|builder| builder.max_response_bytes(LIMIT));
        let once = ends(Ending::TooLarge(200), 1).processed();
        fault.meets(once.clone(), once, ends(Ending::Success, 1)).await;
    }
}

#[tokio::test]
async fn an_error_that_is_too_large() {
    for act in large(502) {
        let fault = Fault::always(act).configure(|builder| builder.max_response_bytes(LIMIT));
        let safe = ends(Ending::Api(502), 3).processed().retryable().pauses(&[250, 500]);
        let once = ends(Ending::Api(502), 1).processed();
        fault.meets(safe, once.clone(), once).await;
    }
}

/// A body that does not fit into the buffers of the sockets: the answer comes while it is being sent.
#[tokio::test]
async fn an_answer_before_the_request_is_complete() {
    let body = "x".repeat(6 << 20);
    for (status, search, link) in [
        (413, ends(Ending::Api(413), 1), ends(Ending::Api(413), 1)),
        (
            503,
            ends(Ending::Api(503), 3).processed().retryable().pauses(&[250, 500]),
            ends(Ending::Api(503), 1).processed(),
        ),
    ] {
        let early = Act::Early(answer(status, &[("connection", "close")], r#"{"type": "T", "message": "no"}"#));
        let (server, clock) = (Server::always(early.clone()), NotingClock::default());
        let client = server.builder().clock(clock.clone()).build().expect("a client");
        let call = client.search_customers_post().body_map(|b| b.partner_customer_id(&body));
        let result = call.send().await.map(|_| panic!("it was not answered so"));
        assert_eq!(Outcome::seen(&result, server.requests(), &clock), search, "{result:?}");
        let Err(Error::Api(error)) = &result else { unreachable!("it is one") };
        assert_eq!(error.message(), "no");

        let (server, clock) = (Server::always(early), NotingClock::default());
        let client = server.builder().clock(clock.clone()).build().expect("a client");
        let call = client.link_customer_account().customer_id("1").body_map(|b| b.partner_customer_id(&body));
        let result = call.send().await.map(|_| panic!("it was not answered so"));
        assert_eq!(Outcome::seen(&result, server.requests(), &clock), link, "{result:?}");
    }
}

/// The system takes a peer for gone that acknowledges nothing: the connection broke, and no timeout of ours ran out.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_peer_that_the_system_gives_up() {
    let body = "x".repeat(6 << 20);
    let server = Server::always(Act::Deaf);
    let clock = NotingClock::default();
    let builder = server.builder().clock(clock.clone()).http(|http| http.tcp_user_timeout(super::SHORT));
    let client = builder.build().expect("a client");
    let call = client.link_customer_account().customer_id("1").body_map(|b| b.partner_customer_id(&body));
    let result = call.send().await.map(|_| panic!("it was answered"));
    let expected = ends(Ending::Broken(None), 1).processed();
    assert_eq!(Outcome::seen(&result, server.requests(), &clock), expected, "{result:?}");
    let error = result.expect_err("a failure").to_string();
    assert!(error.ends_with("the connection broke before an answer came (timed out)"), "{error}");
}
