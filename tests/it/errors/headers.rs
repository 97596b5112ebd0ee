//! The headers of error responses.

use std::time::Duration;

use futures_util::TryStreamExt;
use imprint_client::helpers::FindError;
use imprint_client::{Error, Method, types};
use serde_json::{Value, json};

use super::expect_api_error;
use crate::raw_server::RawServer;
use crate::support;
use imprint_sandbox::contract::Contract;

const DATE: (&str, &str) = ("date", "Wed, 21 Oct 2026 07:28:00 GMT");

#[tokio::test]
async fn retry_after_is_read_as_seconds_and_as_a_date() {
    let server = RawServer::start().await;
    let client = server.client();
    let seconds = |seconds| Some(Duration::from_secs(seconds));
    let forms = [
        ("7", seconds(7)),
        ("0", seconds(0)),
        ("86400", seconds(86_400)),
        ("Wed, 21 Oct 2026 07:28:30 GMT", seconds(30)),
        ("Wed, 21 Oct 2026 07:27:59 GMT", seconds(0)),
        // The two obsolete date formats of HTTP.
        ("Wednesday, 21-Oct-26 07:30:00 GMT", seconds(120)),
        ("Wed Oct 21 07:30:00 2026", seconds(120)),
        // A fraction is rounded up, and the longest of several waits is used.
        ("2.0", seconds(2)),
        ("0.503", seconds(1)),
        ("1.5", seconds(2)),
        ("2, 2", seconds(2)),
        ("2, 5", seconds(5)),
        ("soon", None),
        ("-1", None),
        ("1e3", None),
        ("", None),
    ];
    for (status, body) in [(429, "{}"), (503, "<html>"), (400, "")] {
        for (form, expected) in forms {
            server.respond_with(status, &[DATE, ("Retry-After", form)], body.as_bytes());
            for operation in Contract::shared().operations().iter().step_by(7) {
                let error = expect_api_error(&client, operation).await;
                assert_eq!(error.retry_after(), expected, "{} {status} {form}", operation.id);
            }
        }
    }
}

#[tokio::test]
async fn every_operation_returns_retry_after_if_it_was_sent() {
    let server = RawServer::start().await;
    let client = server.client();
    for operation in Contract::shared().operations() {
        server.respond_with(429, &[("retry-after", "12")], b"");
        assert_eq!(
            expect_api_error(&client, operation).await.retry_after(),
            Some(Duration::from_secs(12)),
            "{}",
            operation.id
        );
        server.respond_with(429, &[DATE], b"");
        assert_eq!(expect_api_error(&client, operation).await.retry_after(), None, "{}", operation.id);
    }
}

#[tokio::test]
async fn an_error_returns_all_headers() {
    let server = RawServer::start().await;
    let client = server.client();
    server.respond_with(500, &[("X-Request-Id", "abc"), ("set-cookie", "a=1"), ("set-cookie", "b=2")], b"{}");
    for operation in Contract::shared().operations() {
        let error = expect_api_error(&client, operation).await;
        assert_eq!(error.headers()["x-request-id"], "abc");
        assert_eq!(error.headers().get_all("set-cookie").iter().count(), 2);
    }
}

const ID: &str = "7f3a9c1e-2b4d-4e6f-8a9b-0c1d2e3f4a5b";

fn customer() -> Value {
    support::json(&support::payload("getCustomer--openapi-composed.json"))
}

fn page(customer: Value, has_more: bool) -> String {
    json!({"data": [customer], "has_more": has_more}).to_string()
}

/// Each error that a call, a stream or a lookup makes from an answer names the id of the request, as it came. The texts
/// show it, but no secret of the client in its place.
#[tokio::test]
async fn the_id_of_the_request_is_named_by_answers_and_errors() {
    let server = RawServer::start().await;
    for (id, shown_as) in [(ID, ID), (support::KEY, "[REDACTED]"), ("4111111592341815", "[REDACTED]")] {
        let client = server.client();
        let headers = [("cf-ray", "another"), ("X-Request-Id", id)];
        server.respond_with(200, &headers, customer().to_string().as_bytes());
        let answer = client.get_customer().customer_id("C").send().await.expect("an answer");
        assert_eq!(answer.request_id(), Some(id));
        assert_eq!(answer.map(|_| ()).request_id(), Some(id));

        let mut broken = customer();
        broken["statuses"] = json!(7);
        let mut errors = Vec::new();
        server.respond_with(404, &headers, b"");
        errors.push(client.get_customer().customer_id("C").send().await.map(drop));
        server.respond_with(200, &headers, br#"{"error":{"type":"T","message":"m"}}"#);
        errors.push(client.get_customer().customer_id("C").send().await.map(drop));
        server.respond_with(200, &headers, b"[]");
        errors.push(client.get_customer().customer_id("C").send().await.map(drop));
        errors.push(client.request(Method::GET, "/v2/things").send::<()>().await.map(drop));
        // An error about one item, one about a page, and one of a lookup.
        server.respond_with(200, &headers, page(broken, false).as_bytes());
        errors.push(client.search_customers().stream().try_next().await.map(drop));
        errors.push(client.find_customer("PARTNER_USER_456").await.map(drop).map_err(call_error));
        server.respond_with(200, &headers, page(customer(), true).as_bytes());
        errors.push(client.search_customers().stream().try_collect::<Vec<_>>().await.map(drop));
        errors.push(client.search_customers().pages().try_collect::<Vec<_>>().await.map(drop));
        for error in errors {
            let error = error.expect_err("a failure");
            let named = match &error {
                Error::Api(error) => error.request_id(),
                Error::Decode(error) => error.request_id(),
                other => panic!("{other}"),
            };
            assert_eq!(named, Some(id), "{error}");
            assert!(error.to_string().ends_with(&format!(", request id {shown_as}")), "{error}");
            assert!(id == shown_as || !format!("{error:?}").contains(id), "{error:?}");
        }
    }
    server.respond_with(404, &[("x-request-id", "")], b"");
    let Err(Error::Api(error)) = server.client().get_customer().customer_id("C").send().await else { panic!() };
    assert_eq!((error.request_id(), error.to_string().contains("request id")), (None, false));
}

fn call_error(error: FindError<types::Customer>) -> Error {
    match error {
        FindError::Call(error) => error,
        other => panic!("{other}"),
    }
}
