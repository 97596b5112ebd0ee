//! Raw requests whose answers are taken as bytes.

use imprint_client::{Client, Error, Method, RawBody, Response, RetryPolicy, StatusCode};

use crate::clock::RecordingClock;
use crate::mock_api::MockApi;
use crate::raw_server::{RawReply, RawServer, response_head};

async fn get(client: &Client) -> Result<Response<RawBody>, Error> {
    client.request(Method::GET, "/v2/exports/{export_id}").path("export_id", "E 1").query("a", "b").send_raw().await
}

#[tokio::test]
async fn the_bytes_of_any_success_are_returned_as_they_came() {
    let server = RawServer::start().await;
    let client = server.client();
    for (status, content_type, body) in [
        (200, "application/pdf", &b"%PDF-1.7\xff\x00\r\n\r\n"[..]),
        (200, "text/csv; charset=utf-8", b"id;amount\n1;2\n"),
        (200, "text/html", b"<html>"),
        (201, "application/json", b"{\"a\": 1.10, \"a\": 2"),
        (204, "", b""),
        (206, "application/octet-stream", b"\xef\xbb\xbfpart"),
        // `send` makes errors of these.
        (200, "application/json", br#"{"error":{"type":"T","message":"m"}}"#),
        (200, "application/json", br#"{"type":"T","message":"m"}"#),
    ] {
        server.respond_with(status, &[("content-type", content_type), ("x-request-id", "id-1")], body);
        let answer = get(&client).await.expect("a success");
        assert_eq!((&**answer, answer.len()), (body, body.len()));
        assert_eq!((answer.status().as_u16(), answer.attempts(), answer.request_id()), (status, 1, Some("id-1")));
        assert_eq!(answer.headers()["content-type"], content_type);
        assert_eq!(Vec::from(answer.into_inner()), body);
    }
}

#[tokio::test]
async fn no_bytes_are_shown() {
    let server = RawServer::start().await;
    server.respond_with(200, &[], b"4111111592341815");
    let answer = get(&server.client()).await.expect("a success");
    assert_eq!(format!("{answer:?}"), "Response { status: 200, value: RawBody(16 bytes), .. }");
}

#[tokio::test]
async fn failures_are_those_of_every_other_call() {
    let server = RawServer::start().await;
    let client = server.client_with(|builder| {
        builder.max_response_bytes(100).retry(RetryPolicy::default()).clock(RecordingClock::default())
    });
    for (status, attempts) in [(302, 1), (404, 1), (503, 3)] {
        server.respond_with(status, &[], br#"{"type":"T_ERROR","message":"m"}"#);
        let Err(Error::Api(error)) = get(&client).await else { panic!("{status} is no success") };
        assert_eq!((error.status().as_u16(), error.attempts(), error.code()), (status, attempts, Some("T_ERROR")));
    }
    server.respond_with(200, &[], &[b'x'; 101]);
    assert!(matches!(get(&client).await, Err(Error::ResponseTooLarge(error)) if error.limit() == 100));
    server.respond_with(200, &[], &[b'x'; 100]);
    assert_eq!(get(&client).await.expect("within the limit").len(), 100);
    server.set_reply(RawReply::Close(response_head(200, [("content-length", "9")]).chain(b"half")));
    let error = get(&client).await.expect_err("half of a body");
    assert!(matches!(&error, Error::Transport(error) if error.status() == Some(StatusCode::OK)), "{error:?}");
    server.lines();
    for (method, path) in [(Method::TRACE, "/v2/a"), (Method::GET, "/v2/../a"), (Method::GET, "/v2/{a}")] {
        let error = client.request(method, path).send_raw().await.expect_err("a refusal");
        assert!(matches!(error, Error::InvalidRequest(_)), "{error:?}");
    }
    assert!(server.lines().is_empty());
}

#[tokio::test]
async fn the_request_is_that_of_send() {
    let api = MockApi::start().await;
    api.respond_with(200, Some(&serde_json::json!({"a": 1})));
    let request = || {
        let request = api.client.request(Method::POST, "/v2/things/{thing_id}").path("thing_id", "a b");
        request.query("q", "é").json(&serde_json::json!({"x": [1]}))
    };
    request().send::<serde_json::Value>().await.expect("a success");
    let typed = api.only_request();
    let raw = request().send_raw().await.expect("a success");
    assert_eq!(&**raw, br#"{"a":1}"#);
    let sent = api.only_request();
    assert_eq!(format!("{sent:?}"), format!("{typed:?}"));
    assert_eq!((sent.method.as_str(), sent.header("accept")), ("POST", Some("application/json")));
}
