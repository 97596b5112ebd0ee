//! Bodies that are larger than the client accepts, and bodies that differ from their `Content-Length`.

use std::sync::Arc;

use imprint_client::{Client, Error};

use super::{call, expect_api_error, expect_failure};
use crate::raw_server::{RawReply, RawServer, response_head};
use imprint_sandbox::contract::{Contract, Operation};

const LIMIT: usize = 4096;

/// How much the sockets of both sides may buffer in addition to what the client has read.
const BUFFERED: usize = 16 << 20;

const CHUNKED: (&str, &str) = ("transfer-encoding", "chunked");

async fn server_and_client_with_limit() -> (RawServer, Client) {
    let server = RawServer::start().await;
    let client = server.client_with(|builder| builder.max_response_bytes(LIMIT));
    (server, client)
}

/// The operations whose success has a body. For the others, the client does not read the body.
fn operations_with_a_response_body() -> impl Iterator<Item = &'static Operation> {
    Contract::shared().operations().iter().filter(|operation| operation.success_body().is_some())
}

/// Responses over the limit.
fn too_large(status: u16) -> Vec<(&'static str, RawReply)> {
    let filler: Arc<[u8]> = Arc::from([b' '; 8192]);
    let chunk: Arc<[u8]> = [b"2000\r\n", &[b' '; 8192][..], b"\r\n"].concat().into();
    let announced = ("content-length", &*(LIMIT + 1).to_string());
    vec![
        ("a right length", RawReply::KeepOpen(response_head(status, [announced]).chain(&[b' '; LIMIT + 1]))),
        ("no length, until the end", RawReply::Close(response_head(status, []).chain(&[b' '; LIMIT + 1]))),
        ("no length, without an end", RawReply::Endless(response_head(status, []).chain(b""), Arc::clone(&filler))),
        ("chunks without an end", RawReply::Endless(response_head(status, [CHUNKED]).chain(b""), chunk)),
        (
            "a length and no end",
            RawReply::Endless(response_head(status, [("content-length", "9007199254740991")]).chain(b""), filler),
        ),
    ]
}

#[tokio::test]
async fn a_success_over_the_limit_is_response_too_large() {
    let (server, client) = server_and_client_with_limit().await;
    for operation in operations_with_a_response_body() {
        for (name, reply) in too_large(200) {
            server.set_reply(reply);
            let error = expect_failure(&client, operation).await;
            let Error::ResponseTooLarge(too_large) = &error else { panic!("{}, {name}: {error}", operation.id) };
            assert_eq!((too_large.limit(), too_large.status().as_u16()), (LIMIT, 200), "{name}");
            assert_eq!(too_large.operation_id(), operation.id, "{name}");
            assert!(error.to_string().contains("4096"), "{error}");
            assert!(error.may_have_been_processed() && !error.is_retryable(), "{name}");
        }
    }
    assert!((LIMIT..BUFFERED).contains(&server.endless_bytes()), "an endless body was read beyond the limit");
}

#[tokio::test]
async fn an_error_body_over_the_limit_is_cut_and_keeps_its_status() {
    let (server, client) = server_and_client_with_limit().await;
    for operation in Contract::shared().operations() {
        for (name, reply) in too_large(503) {
            server.set_reply(reply);
            let error = expect_api_error(&client, operation).await;
            assert_eq!(error.status().as_u16(), 503, "{}, {name}", operation.id);
            assert_eq!(error.body(), [b' '; LIMIT], "{}, {name}", operation.id);
            assert!(!error.is_body_complete(), "{}, {name}", operation.id);
        }
    }
    assert!((LIMIT..BUFFERED).contains(&server.endless_bytes()), "an endless body was read beyond the limit");
}

/// If the operation has no response body, the client does not wait for the end of one.
#[tokio::test]
async fn a_body_that_the_operation_does_not_have_is_not_read() {
    let (server, client) = server_and_client_with_limit().await;
    for operation in Contract::shared().operations().iter().filter(|operation| operation.success_body().is_none()) {
        for (name, reply) in too_large(200) {
            server.set_reply(reply);
            let answer = call(&client, operation).await;
            assert!(answer.is_ok(), "{}, {name}: {answer:?}", operation.id);
        }
    }
    assert!(server.endless_bytes() < BUFFERED, "an endless body was read beyond the limit");
}

#[tokio::test]
async fn a_body_of_exactly_the_limit_is_accepted() {
    let (server, client) = server_and_client_with_limit().await;
    let mut body = br#"{"type": "T", "message": "m"}"#.to_vec();
    body.resize(LIMIT, b' ');
    for reply in [
        RawReply::KeepOpen(response_head(404, [("content-length", "4096")]).chain(&body)),
        RawReply::KeepOpen(response_head(404, [CHUNKED]).chain(&[b"1000\r\n", &body[..], b"\r\n0\r\n\r\n"].concat())),
        RawReply::Close(response_head(404, []).chain(&body)),
    ] {
        server.set_reply(reply);
        for operation in Contract::shared().operations() {
            let error = expect_api_error(&client, operation).await;
            assert_eq!((error.code(), error.message(), error.is_body_complete()), (Some("T"), "m", true));
        }
    }
    let mut body = br#"{"id": "C"}"#.to_vec();
    body.resize(LIMIT, b' ');
    server.respond_with(200, &[], &body);
    assert_eq!(client.get_customer().customer_id("C").send().await.expect("a customer").id, "C");
    body.push(b' ');
    server.respond_with(200, &[], &body);
    assert!(client.get_customer().customer_id("C").send().await.is_err());
}

/// More bytes than announced: the excess must not be read as the response to the next call.
#[tokio::test]
async fn bytes_after_the_announced_length_are_not_the_next_response() {
    let (server, client) = server_and_client_with_limit().await;
    let smuggled = b"HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n{\"id\": \"S\"}";
    let success = response_head(200, [("content-length", "11")]).chain(&[b"{\"id\": \"C\"}", &smuggled[..]].concat());
    let failure = response_head(404, [("content-length", "2")]).chain(&[b"{}", &smuggled[..]].concat());
    for _ in 0..20 {
        server.set_reply(RawReply::KeepOpen(Arc::clone(&success)));
        assert_eq!(client.get_customer().customer_id("C").send().await.expect("a customer").id, "C");
        server.set_reply(RawReply::KeepOpen(Arc::clone(&failure)));
        let error = client.get_customer().customer_id("C").send().await.expect_err("the answer of another call");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(404), "{error}");
    }
}

/// Fewer bytes than announced: the connection ends within the body.
#[tokio::test]
async fn an_incomplete_body_keeps_the_status() {
    let (server, client) = server_and_client_with_limit().await;
    for operation in Contract::shared().operations() {
        for (name, headers) in [("a length", [("content-length", "4000")]), ("chunks", [CHUNKED])] {
            let body: &[u8] = if name == "chunks" { b"fa0\r\n{\"type\": \"T\"" } else { b"{\"type\": \"T\"" };
            server.set_reply(RawReply::Close(response_head(502, headers).chain(body)));
            let error = expect_api_error(&client, operation).await;
            assert_eq!((error.status().as_u16(), error.code()), (502, None), "{}, {name}", operation.id);
            assert_eq!(error.body(), b"{\"type\": \"T\"", "{}, {name}", operation.id);
            assert!(!error.is_body_complete(), "{}, {name}", operation.id);

            if operation.success_body().is_none() {
                continue;
            }
            server.set_reply(RawReply::Close(response_head(200, headers).chain(body)));
            let error = expect_failure(&client, operation).await;
            assert!(matches!(error, Error::Transport(_)), "{}, {name}: {error}", operation.id);
            assert_eq!(error.status().map(|status| status.as_u16()), Some(200), "{}, {name}", operation.id);
            assert!(error.may_have_been_processed(), "{}, {name}", operation.id);
        }
    }
}

/// Far more levels than calls fit on the stack of a thread. A decoder that calls itself for each level and counts
/// none would end the process, which no caller can catch. What is read is an error, and what no type has may be skipped.
#[tokio::test]
async fn an_answer_of_very_many_levels_is_refused_or_skipped_and_ends_nothing() {
    const LEVELS: usize = 20_000;
    let lists = format!("{}{}", "[".repeat(LEVELS), "]".repeat(LEVELS));
    let maps = format!("{}1{}", r#"{"a":"#.repeat(LEVELS), "}".repeat(LEVELS));
    let server = RawServer::start().await;
    let client = server.client();
    let (mut refused, mut skipped) = (0, 0);
    for deep in [&lists, &maps] {
        for body in [
            deep.clone(),
            // No end.
            deep[..deep.len() / 2].to_owned(),
            // In the place of known properties, and of one that the client does not know.
            format!(r#"{{"id":{deep}}}"#),
            format!(r#"{{"data":[{{"id":"I","new":{deep}}}],"has_more":false,"new":{deep}}}"#),
            format!(r#"{{"error":{{"type":"T","message":{deep},"details":{deep}}}}}"#),
            format!(r#"{{"type":{deep}}}"#),
        ] {
            for operation in operations_with_a_response_body().step_by(3) {
                server.respond_with(200, &[], body.as_bytes());
                match call(&client, operation).await {
                    Ok(_) => skipped += 1,
                    Err(Error::Decode(_) | Error::Api(_)) => refused += 1,
                    Err(error) => panic!("{}: {error}", operation.id),
                }
                server.respond_with(400, &[], body.as_bytes());
                let error = expect_api_error(&client, operation).await;
                assert_eq!(error.status().as_u16(), 400, "{}", operation.id);
                assert!(error.to_string().len() < 1_000, "{}: {error}", operation.id);
            }
        }
    }
    assert!(refused > skipped, "{refused} refused, {skipped} skipped");
}
