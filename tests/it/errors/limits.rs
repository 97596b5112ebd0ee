//! Bodies larger than the client accepts, and `Content-Length`s that do not tell the truth.

use std::sync::Arc;

use imprint_client::{Client, Error};

use super::{api_error, call, failure};
use crate::spec::{Operation, Spec};
use crate::wire::{Reply, Wire, head};

const LIMIT: usize = 4096;

/// What the sockets of both sides may hold beside what the client has read.
const BUFFERED: usize = 16 << 20;

const CHUNKED: (&str, &str) = ("transfer-encoding", "chunked");

async fn limited() -> (Wire, Client) {
    let wire = Wire::start().await;
    let client = wire.client_with(|builder| builder.max_response_bytes(LIMIT));
    (wire, client)
}

/// The operations whose success has a body: those of the others are not read at all.
fn with_bodies() -> impl Iterator<Item = &'static Operation> {
    Spec::get().operations().iter().filter(|operation| operation.success().schema.is_some())
}

/// Replies that do not fit. Each goes on after what the client may read.
fn too_large(status: u16) -> Vec<(&'static str, Reply)> {
    let filler: Arc<[u8]> = Arc::from([b' '; 8192]);
    let chunk: Arc<[u8]> = [b"2000\r\n", &[b' '; 8192][..], b"\r\n"].concat().into();
    let announced = ("content-length", &*(LIMIT + 1).to_string());
    vec![
        ("a right length", Reply::Whole(head(status, [announced]).chain(&[b' '; LIMIT + 1]))),
        ("no length, until the end", Reply::Close(head(status, []).chain(&[b' '; LIMIT + 1]))),
        ("no length, without an end", Reply::Flood(head(status, []).chain(b""), Arc::clone(&filler))),
        ("chunks without an end", Reply::Flood(head(status, [CHUNKED]).chain(b""), chunk)),
        (
            "a length and no end",
            Reply::Flood(head(status, [("content-length", "9007199254740991")]).chain(b""), filler),
        ),
    ]
}

#[tokio::test]
async fn a_success_over_the_limit_is_refused() {
    let (wire, client) = limited().await;
    for operation in with_bodies() {
        for (name, reply) in too_large(200) {
            wire.reply(reply);
            let error = failure(&client, operation).await;
            let Error::ResponseTooLarge(too_large) = &error else { panic!("{}, {name}: {error}", operation.id) };
            assert_eq!((too_large.limit(), too_large.status().as_u16()), (LIMIT, 200), "{name}");
            assert_eq!(too_large.operation_id(), operation.id, "{name}");
            assert!(error.to_string().contains("4096"), "{error}");
            assert!(error.may_have_been_processed() && !error.is_retryable(), "{name}");
        }
    }
    assert!((LIMIT..BUFFERED).contains(&wire.flooded()), "a flood was read to its end");
}

#[tokio::test]
async fn an_error_over_the_limit_is_cut_and_keeps_its_status() {
    let (wire, client) = limited().await;
    for operation in Spec::get().operations() {
        for (name, reply) in too_large(503) {
            wire.reply(reply);
            let error = api_error(&client, operation).await;
            assert_eq!(error.status().as_u16(), 503, "{}, {name}", operation.id);
            assert_eq!(error.body(), [b' '; LIMIT], "{}, {name}", operation.id);
            assert!(!error.is_body_complete(), "{}, {name}", operation.id);
        }
    }
    assert!((LIMIT..BUFFERED).contains(&wire.flooded()), "a flood was read to its end");
}

/// Nobody asked for a body, so nobody waits for its end.
#[tokio::test]
async fn a_success_without_a_body_is_not_read() {
    let (wire, client) = limited().await;
    for operation in Spec::get().operations().iter().filter(|operation| operation.success().schema.is_none()) {
        for (name, reply) in too_large(200) {
            wire.reply(reply);
            let answer = call(&client, operation).await;
            assert!(answer.is_ok(), "{}, {name}: {answer:?}", operation.id);
        }
    }
    assert!(wire.flooded() < BUFFERED, "a flood was read to its end");
}

#[tokio::test]
async fn the_limit_itself_is_no_excess() {
    let (wire, client) = limited().await;
    let mut body = br#"{"type": "T", "message": "m"}"#.to_vec();
    body.resize(LIMIT, b' ');
    for reply in [
        Reply::Whole(head(404, [("content-length", "4096")]).chain(&body)),
        Reply::Whole(head(404, [CHUNKED]).chain(&[b"1000\r\n", &body[..], b"\r\n0\r\n\r\n"].concat())),
        Reply::Close(head(404, []).chain(&body)),
    ] {
        wire.reply(reply);
        for operation in Spec::get().operations() {
            let error = api_error(&client, operation).await;
            assert_eq!((error.code(), error.message(), error.is_body_complete()), (Some("T"), "m", true));
        }
    }
    let mut body = br#"{"id": "C"}"#.to_vec();
    body.resize(LIMIT, b' ');
    wire.answer(200, &[], &body);
    assert_eq!(client.get_customer().customer_id("C").send().await.expect("a customer").id, "C");
    body.push(b' ');
    wire.answer(200, &[], &body);
    assert!(client.get_customer().customer_id("C").send().await.is_err());
}

/// More than was announced: what is too much must not become the answer to the next call.
#[tokio::test]
async fn what_comes_after_the_announced_length_is_nobodys_answer() {
    let (wire, client) = limited().await;
    let smuggled = b"HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n{\"id\": \"S\"}";
    let success = head(200, [("content-length", "11")]).chain(&[b"{\"id\": \"C\"}", &smuggled[..]].concat());
    let failure = head(404, [("content-length", "2")]).chain(&[b"{}", &smuggled[..]].concat());
    for _ in 0..20 {
        wire.reply(Reply::Whole(Arc::clone(&success)));
        assert_eq!(client.get_customer().customer_id("C").send().await.expect("a customer").id, "C");
        wire.reply(Reply::Whole(Arc::clone(&failure)));
        let error = client.get_customer().customer_id("C").send().await.expect_err("the answer of another call");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(404), "{error}");
    }
}

/// Less than was announced: the connection ends within the body.
#[tokio::test]
async fn a_body_that_ends_early_keeps_the_status() {
    let (wire, client) = limited().await;
    for operation in Spec::get().operations() {
        for (name, headers) in [("a length", [("content-length", "4000")]), ("chunks", [CHUNKED])] {
            let body: &[u8] = if name == "chunks" { b"fa0\r\n{\"type\": \"T\"" } else { b"{\"type\": \"T\"" };
            wire.reply(Reply::Close(head(502, headers).chain(body)));
            let error = api_error(&client, operation).await;
            assert_eq!((error.status().as_u16(), error.code()), (502, None), "{}, {name}", operation.id);
            assert_eq!(error.body(), b"{\"type\": \"T\"", "{}, {name}", operation.id);
            assert!(!error.is_body_complete(), "{}, {name}", operation.id);

            if operation.success().schema.is_none() {
                continue;
            }
            wire.reply(Reply::Close(head(200, headers).chain(body)));
            let error = failure(&client, operation).await;
            assert!(matches!(error, Error::Transport(_)), "{}, {name}: {error}", operation.id);
            assert_eq!(error.status().map(|status| status.as_u16()), Some(200), "{}, {name}", operation.id);
            assert!(error.may_have_been_processed(), "{}, {name}", operation.id);
        }
    }
}
