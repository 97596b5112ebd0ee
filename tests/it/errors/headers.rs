//! The headers of error responses.

use std::time::Duration;

use super::expect_api_error;
use crate::raw_server::RawServer;
use crate::spec::Spec;

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
            for operation in Spec::get().operations().iter().step_by(7) {
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
    for operation in Spec::get().operations() {
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
    for operation in Spec::get().operations() {
        let error = expect_api_error(&client, operation).await;
        assert_eq!(error.headers()["x-request-id"], "abc");
        assert_eq!(error.headers().get_all("set-cookie").iter().count(), 2);
    }
}
