//! The spans and events that the feature `tracing` records for a call.

use std::time::Duration;

use imprint_client::{Client, Clock, Method, Pause, RetryPolicy};
use tracing::Level;

use crate::capture::{Capture, Fields};
use crate::clock::RecordingClock;
use crate::raw_server::{RawReply, RawServer, response_head};
use crate::table;
use imprint_sandbox::contract::Contract;

fn client(server: &RawServer) -> Client {
    server.client_with(|builder| builder.retry(RetryPolicy::default()).clock(RecordingClock::default()))
}

const CUSTOMER: &[u8] = br#"{"id":"C","created_at":"2025-02-13T19:08:07Z","updated_at":"2025-02-13T19:08:07Z"}"#;

fn get<'a>(fields: &'a Fields, name: &str) -> Option<&'a str> {
    fields.get(name).map(String::as_str)
}

#[tokio::test]
async fn a_call_is_a_span() {
    let server = RawServer::start().await;
    server.respond_with(200, &[], CUSTOMER);
    let client = client(&server);
    let capture = Capture::start();
    client.get_customer().customer_id("C-1").send().await.expect("an answer");
    let spans = capture.spans();
    let [span] = &spans[..] else { panic!("{spans:?}") };
    assert_eq!((span.name, span.level), ("imprint_call", Level::INFO));
    for (name, value) in [
        ("otel.name", "GET /v2/customers/{customer_id}"),
        ("otel.kind", "client"),
        ("imprint.operation_id", "getCustomer"),
        ("imprint.attempts", "1"),
        ("http.request.method", "GET"),
        ("http.response.status_code", "200"),
        ("url.template", "/v2/customers/{customer_id}"),
        ("server.address", "127.0.0.1"),
    ] {
        assert_eq!(get(&span.fields, name), Some(value), "{name}");
    }
    for absent in ["error.type", "otel.status_code", "http.request.resend_count", "url.full"] {
        assert_eq!(get(&span.fields, absent), None, "{absent}");
    }
    let port: u16 = get(&span.fields, "server.port").expect("a port").parse().expect("a number");
    assert!(port > 1024, "{port}");
    let elapsed: f64 = get(&span.fields, "http.client.request.duration").expect("a time").parse().expect("a number");
    assert!(elapsed > 0.0 && elapsed < 10.0, "{elapsed}");
    assert!(capture.events().is_empty(), "{:?}", capture.events());
}

#[tokio::test]
async fn a_retry_is_an_event() {
    let server = RawServer::start().await;
    server.respond_with(503, &[("retry-after", "7")], b"");
    let client = client(&server);
    let capture = Capture::start();
    client.get_customer().customer_id("C-1").send().await.expect_err("a failure");

    let spans = capture.spans();
    assert_eq!(spans.len(), 1);
    for (name, value) in [
        ("imprint.attempts", "3"),
        ("http.request.resend_count", "2"),
        ("http.response.status_code", "503"),
        ("error.type", "503"),
        ("otel.status_code", "ERROR"),
    ] {
        assert_eq!(get(&spans[0].fields, name), Some(value), "{name}");
    }
    let events = capture.events();
    let recorded: Vec<_> = events
        .iter()
        .map(|event| {
            ["imprint.attempts", "imprint.pause", "imprint.reason", "error.type"].map(|n| get(&event.fields, n))
        })
        .collect();
    assert_eq!(
        recorded,
        [
            [Some("1"), Some("7.0"), None, Some("503")],
            [Some("2"), Some("7.0"), None, Some("503")],
            [Some("3"), None, Some("attempts used up"), Some("503")],
        ]
    );
    assert!(events.iter().all(|event| event.level == Level::WARN));
}

#[tokio::test]
async fn every_kind_of_error_has_an_error_type() {
    let server = RawServer::start().await;
    let once = server.client();
    let closed = RawReply::Close(response_head(200, [("content-length", "9")]).chain(b"{"));
    server.respond_with(200, &[], b"[]");
    let capture = Capture::start();
    once.get_customer().customer_id("C").send().await.expect_err("no customer");
    once.get_customer().customer_id("..").send().await.expect_err("no id");
    server.set_reply(closed);
    once.get_customer().customer_id("C").send().await.expect_err("a broken answer");
    server.respond_with(404, &[], b"");
    once.delete_order().order_id("O").send().await.expect_err("no order");
    server.respond_with(200, &[], br#"{"error":{"type":"T","message":"m"}}"#);
    once.get_customer().customer_id("C").send().await.expect_err("the body of an error");
    let small = server.client_with(|builder| builder.max_response_bytes(1));
    server.respond_with(200, &[], CUSTOMER);
    small.get_customer().customer_id("C").send().await.expect_err("too large");
    let named: Vec<_> = capture.spans().iter().map(|span| get(&span.fields, "error.type").map(str::to_owned)).collect();
    let expected = ["decode", "invalid_request", "transport", "404", "error_body", "response_too_large"];
    assert_eq!(named, expected.map(|name| Some(name.to_owned())));
    // None of these failures is retried, so there are no retry events.
    assert!(capture.events().is_empty(), "{:?}", capture.events());
}

#[tokio::test]
async fn the_id_of_the_request_is_recorded_without_secrets() {
    let server = RawServer::start().await;
    let client = server.client();
    let mut recorded = Vec::new();
    for (status, body, id) in [
        (200, CUSTOMER, "the-id-of-a-success"),
        (404, b"", "the-id-of-an-error"),
        (200, b"[]", "the-id-of-a-wrong-body"),
        (200, CUSTOMER, crate::support::KEY),
        (404, b"", "4111111592341815"),
        (200, CUSTOMER, ""),
    ] {
        server.respond_with(status, &[("x-request-id", id)], body);
        let capture = Capture::start();
        let _ = client.get_customer().customer_id("C-1").send().await;
        recorded.push(get(&capture.spans()[0].fields, "imprint.request_id").map(str::to_owned));
    }
    let expected = ["the-id-of-a-success", "the-id-of-an-error", "the-id-of-a-wrong-body", "[REDACTED]", "[REDACTED]"];
    assert_eq!(recorded, expected.map(|id| Some(id.to_owned())).into_iter().chain([None]).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_dropped_call_is_recorded_as_cancelled() {
    let server = RawServer::start().await;
    server.set_reply(RawReply::KeepOpen(response_head(200, [("content-length", "9")]).chain(b"{")));
    let client = client(&server);
    let capture = Capture::start();
    let call = client.get_customer().customer_id("C").send();
    tokio::time::timeout(Duration::from_millis(50), call).await.expect_err("the response never ends");
    let spans = capture.spans();
    assert_eq!(get(&spans[0].fields, "error.type"), Some("cancelled"));
    assert_eq!(get(&spans[0].fields, "otel.status_code"), Some("ERROR"));
}

#[tokio::test]
async fn a_raw_request_does_not_record_its_path() {
    let server = RawServer::start().await;
    server.respond_with(200, &[], b"{}");
    let capture = Capture::start();
    server.client().request(Method::GET, "/v2/things/T-17").send::<serde_json::Value>().await.expect("an answer");
    let spans = capture.spans();
    assert_eq!(get(&spans[0].fields, "otel.name"), Some("GET request"));
    assert_eq!(get(&spans[0].fields, "url.template"), None);
    assert!(!capture.text().contains("T-17"), "{}", capture.text());
}

#[tokio::test]
async fn every_operation_records_its_path_template() {
    let server = RawServer::start().await;
    server.respond_with(500, &[], b"");
    let client = server.client();
    for operation in Contract::shared().operations() {
        let capture = Capture::start();
        table::call(&client, operation).await.expect_err("a failure");
        let spans = capture.spans();
        assert_eq!(spans.len(), 1, "{}", operation.id);
        assert_eq!(get(&spans[0].fields, "url.template"), Some(operation.path.as_str()));
        assert_eq!(get(&spans[0].fields, "imprint.operation_id"), Some(operation.id.as_str()));
    }
}

#[tokio::test]
async fn a_subscriber_for_errors_gets_no_span() {
    let server = RawServer::start().await;
    server.respond_with(200, &[], CUSTOMER);
    let client = client(&server);
    let capture = Capture::up_to(Level::ERROR);
    client.get_customer().customer_id("C-1").send().await.expect("an answer");
    assert!(capture.spans().is_empty());
}

/// A clock that counts how often the client reads the time.
#[derive(Clone, Default)]
struct CountingClock(std::sync::Arc<std::sync::atomic::AtomicUsize>);

impl Clock for CountingClock {
    fn now(&self) -> std::time::Instant {
        self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        std::time::Instant::now()
    }

    fn sleep(&self, _: Duration) -> Pause {
        Box::pin(std::future::ready(()))
    }
}

#[tokio::test]
async fn nothing_is_computed_without_a_subscriber() {
    let server = RawServer::start().await;
    server.respond_with(200, &[], CUSTOMER);
    let clock = CountingClock::default();
    let client = server.client_with(|builder| builder.clock(clock.clone()));
    client.get_customer().customer_id("C").send().await.expect("an answer");
    let without_subscriber = clock.0.swap(0, std::sync::atomic::Ordering::Relaxed);
    let _capture = Capture::start();
    client.get_customer().customer_id("C").send().await.expect("an answer");
    let with_subscriber = clock.0.load(std::sync::atomic::Ordering::Relaxed);
    assert_eq!(
        (without_subscriber, with_subscriber),
        (1, 3),
        "the retry loop reads the clock once, and the span twice"
    );
}
