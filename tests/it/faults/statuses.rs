//! Error statuses: which are retried, and after which pause.

use std::time::{Duration, SystemTime};

use imprint_client::{Error, RetryPolicy};

use super::fault_server::{FaultServer, ServerAction, raw_bytes, response};
use super::operations::{GET, OPERATIONS, POST};
use super::{CallOutcome, Configure, Ending, FaultTest, RecordingClock, RetryClass, outcome};

/// A 429 that carries this `Retry-After`.
fn status_429(retry_after: &str) -> ServerAction {
    ServerAction::Respond(response(429, &[("retry-after", retry_after)], ""))
}

fn success(attempts: u32, pauses: &[u64]) -> CallOutcome {
    outcome(Ending::Success, attempts).pauses(pauses)
}

fn refused() -> CallOutcome {
    outcome(Ending::Api(429), 1)
}

#[tokio::test]
async fn temporary_statuses_are_retried_for_repeatable_operations() {
    for status in [408, 500, 502, 503, 504, 520, 521, 522, 523, 524, 527, 530] {
        let once = outcome(Ending::Api(status), 1).may_be_processed();
        let safe = outcome(Ending::Api(status), 3).may_be_processed().retryable().pauses(&[250, 500]);
        FaultTest::always(ServerAction::status(status)).check(safe, once.clone(), once.clone()).await;
        FaultTest::once(ServerAction::status(status)).check(success(2, &[250]), once.clone(), once).await;
    }
}

#[tokio::test]
async fn permanent_statuses_are_not_retried() {
    for (status, processed) in [
        (400, false),
        (401, false),
        (403, false),
        (404, false),
        (409, false),
        (422, false),
        (425, false),
        (499, true),
        (501, true),
        (505, true),
        (519, true),
        (525, true),
        (526, true),
        (528, true),
        (531, true),
        (599, true),
    ] {
        let once = CallOutcome { processed, ..outcome(Ending::Api(status), 1) };
        // `Retry-After` does not make these statuses retryable.
        let act = ServerAction::Respond(response(status, &[("retry-after", "1")], ""));
        FaultTest::always(act).check(once.clone(), once.clone(), once).await;
    }
}

/// The status decides about the retry even if the body is incomplete.
#[tokio::test]
async fn a_503_with_an_incomplete_body_is_retried() {
    let head = "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 100\r\n\r\nabc";
    for act in [ServerAction::Close(raw_bytes(head)), ServerAction::Reset(raw_bytes(head))] {
        let once = outcome(Ending::Api(503), 1).may_be_processed();
        let safe = outcome(Ending::Api(503), 3).may_be_processed().retryable().pauses(&[250, 500]);
        FaultTest::always(act).check(safe, once.clone(), once).await;
    }
    let once = outcome(Ending::Api(503), 1).may_be_processed();
    let safe = outcome(Ending::Api(503), 3).may_be_processed().retryable().pauses(&[250, 500]);
    FaultTest::always(ServerAction::Stall(raw_bytes(head))).with_short_attempts().check(safe, once.clone(), once).await;
}

#[tokio::test]
async fn html_is_an_api_error_or_a_decode_error_by_its_status() {
    let page = "<!DOCTYPE html><html><body>Bad gateway</body></html>";
    let once = outcome(Ending::Api(502), 1).may_be_processed();
    let safe = outcome(Ending::Api(502), 3).may_be_processed().retryable().pauses(&[250, 500]);
    let html = [("content-type", "text/html")];
    FaultTest::always(ServerAction::Respond(response(502, &html, page))).check(safe, once.clone(), once).await;

    let decode = outcome(Ending::Decode(200), 1).may_be_processed();
    let fault = FaultTest::always(ServerAction::Respond(response(200, &html, page)));
    fault.check(decode.clone(), decode, success(1, &[])).await;
}

#[tokio::test]
async fn a_429_without_retry_after_is_retried_for_repeatable_operations_only() {
    let safe = outcome(Ending::Api(429), 3).retryable().pauses(&[250, 500]);
    FaultTest::always(ServerAction::status(429)).check(safe, refused(), refused()).await;
    FaultTest::once(ServerAction::status(429)).check(success(2, &[250]), refused(), refused()).await;
}

#[tokio::test]
async fn a_429_with_retry_after_seconds_is_retried_after_them() {
    for (seconds, pauses) in [("3", [3_000, 3_000]), ("0", [250, 500]), ("40", [40_000, 40_000])] {
        let failed = outcome(Ending::Api(429), 3).retryable().pauses(&pauses);
        FaultTest::always(status_429(seconds)).check(failed.clone(), failed, refused()).await;
        let succeeded = success(2, &pauses[..1]);
        FaultTest::once(status_429(seconds)).check(succeeded.clone(), succeeded, refused()).await;
    }
}

/// A fraction is rounded up, and the longest of several waits is used, whether they are in one header or in several.
#[tokio::test]
async fn retry_after_with_fractions_or_several_values_is_understood() {
    for (text, pause) in [("2.0", 2_000), ("0.503", 1_000), ("2, 2", 2_000), ("2, 5", 5_000), ("3.1, 2", 4_000)] {
        let succeeded = success(2, &[pause]);
        FaultTest::once(status_429(text)).check(succeeded.clone(), succeeded, refused()).await;
    }
    let twice = ServerAction::Respond(response(429, &[("retry-after", "2"), ("retry-after", "4")], ""));
    let succeeded = success(2, &[4_000]);
    FaultTest::once(twice).check(succeeded.clone(), succeeded, refused()).await;
}

/// The client waits at least for `Retry-After`; its backoff may be longer.
#[tokio::test]
async fn the_backoff_is_used_if_it_is_longer_than_retry_after() {
    let slow: Configure =
        |builder| builder.retry(RetryPolicy::default().backoff(Duration::from_secs(2), Duration::from_secs(8)));
    let failed = outcome(Ending::Api(429), 3).retryable().pauses(&[3_000, 4_000]);
    FaultTest::always(status_429("3")).configure(slow).check(failed.clone(), failed, refused()).await;
}

/// A `Retry-After` that cannot be parsed is ignored.
#[tokio::test]
async fn a_retry_after_that_cannot_be_parsed_is_ignored() {
    for text in ["soon", "-1", "1e3", "", "Wed, 21 Oct 2015"] {
        let safe = outcome(Ending::Api(429), 3).retryable().pauses(&[250, 500]);
        FaultTest::always(status_429(text)).check(safe, refused(), refused()).await;
    }
}

/// The clock of the server is wrong by hours, so the date is compared with the server's own `Date` header.
#[tokio::test]
async fn a_retry_after_date_is_compared_with_the_date_header() {
    for date in [SystemTime::now() + FIVE_HOURS, SystemTime::now() - FIVE_HOURS] {
        let until = httpdate::fmt_http_date(date + Duration::from_secs(30));
        let date = httpdate::fmt_http_date(date);
        let act = ServerAction::Respond(response(429, &[("date", &date), ("retry-after", &until)], ""));
        let succeeded = success(2, &[30_000]);
        FaultTest::once(act).check(succeeded.clone(), succeeded, refused()).await;
    }
}

const FIVE_HOURS: Duration = Duration::from_secs(5 * 3600);

#[tokio::test]
async fn a_retry_after_date_without_a_date_header_is_compared_with_the_local_clock() {
    for operation in OPERATIONS.iter().filter(|operation| operation.kind != RetryClass::Delete) {
        let until = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(50));
        let server = FaultServer::with_actions(vec![status_429(&until)], ServerAction::Succeed);
        let clock = RecordingClock::default();
        let client = server.builder().clock(clock.clone()).build().expect("a client");
        operation.call(&client, "1").await.expect("a success");
        let pauses = clock.pauses();
        assert!(pauses.len() == 1 && pauses[0] > Duration::from_secs(35), "{}: {pauses:?}", operation.id);
        assert!(pauses[0] <= Duration::from_secs(50), "{}: {pauses:?}", operation.id);
    }
}

#[tokio::test]
async fn a_retry_after_date_in_the_past_adds_no_wait() {
    let until = httpdate::fmt_http_date(SystemTime::now() - FIVE_HOURS);
    let succeeded = success(2, &[250]);
    FaultTest::once(status_429(&until)).check(succeeded.clone(), succeeded, refused()).await;
}

/// The longest accepted wait is 60 s. Two such waits exceed the timeout of the call, which is 100 s.
#[tokio::test]
async fn a_retry_after_of_60_seconds_is_waited_for() {
    let succeeded = success(2, &[60_000]);
    FaultTest::once(status_429("60")).check(succeeded.clone(), succeeded, refused()).await;
    let failed = outcome(Ending::Api(429), 2).retryable().pauses(&[60_000]);
    FaultTest::always(status_429("60")).check(failed.clone(), failed, refused()).await;
}

#[tokio::test]
async fn a_retry_after_of_more_than_60_seconds_ends_the_call() {
    let late = httpdate::fmt_http_date(SystemTime::now() + FIVE_HOURS);
    for retry_after in ["61", "86400", "99999999999999999999999", &late] {
        let failed = refused().retryable();
        FaultTest::always(status_429(retry_after)).check(failed.clone(), failed, refused()).await;
    }
    let server = FaultServer::always(status_429("61"));
    let Err(Error::Api(error)) = POST.call(&server.builder().build().expect("a client"), "1").await else {
        panic!("the call must fail with an API error")
    };
    assert_eq!(error.retry_after(), Some(Duration::from_secs(61)));
}

/// A 503 may ask for a pause too, but it does not say that the request was not processed, so a POST is not retried.
#[tokio::test]
async fn a_503_with_retry_after_is_not_retried_for_a_post() {
    let act = ServerAction::Respond(response(503, &[("retry-after", "5")], ""));
    let once = outcome(Ending::Api(503), 1).may_be_processed();
    FaultTest::once(act).check(success(2, &[5_000]), once.clone(), once).await;
}

/// The caller gets the last error, which still says that an earlier attempt may have been processed.
#[tokio::test]
async fn the_last_error_reports_what_earlier_attempts_may_have_done() {
    let gone = outcome(Ending::Api(404), 2).may_be_processed().pauses(&[250]);
    let once = outcome(Ending::Api(503), 1).may_be_processed();
    FaultTest::first(ServerAction::status(503), ServerAction::status(404)).check(gone, once.clone(), once).await;

    let failed = outcome(Ending::Api(503), 3).may_be_processed().retryable().pauses(&[2_000, 500]);
    let other = outcome(Ending::Api(503), 2).may_be_processed().pauses(&[2_000]);
    FaultTest::first(status_429("2"), ServerAction::status(503)).check(failed, other, refused()).await;

    let gone = outcome(Ending::Api(404), 2).pauses(&[2_000]);
    FaultTest::first(status_429("2"), ServerAction::status(404)).check(gone.clone(), gone, refused()).await;
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let elsewhere = FaultServer::always(ServerAction::Succeed);
    for status in [301, 302, 303, 307, 308] {
        let target = format!("{}/v2/customers/1", elsewhere.url());
        let act = ServerAction::Respond(response(status, &[("location", &target), ("retry-after", "1")], ""));
        let once = outcome(Ending::Api(status), 1).may_be_processed();
        FaultTest::always(act).check(once.clone(), once.clone(), once).await;
    }
    assert_eq!((elsewhere.connections(), elsewhere.requests()), (0, 0), "the key went to another host");
}

/// A 1xx response is followed by the real response.
#[tokio::test]
async fn interim_responses_are_skipped() {
    let before =
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: <x>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n";
    let good = success(1, &[]);
    FaultTest::always(ServerAction::SucceedAfter(raw_bytes(before))).check(good.clone(), good.clone(), good).await;
}

/// The client did not ask for another protocol.
#[tokio::test]
async fn a_101_is_an_api_error() {
    let act = ServerAction::Stall(raw_bytes(
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n",
    ));
    let once = outcome(Ending::Api(101), 1).may_be_processed();
    FaultTest::always(act).check(once.clone(), once.clone(), once).await;
}

/// The jitter selects a part of the backoff. A pause that the API asks for is waited for in full.
#[tokio::test]
async fn the_jitter_selects_a_part_of_the_backoff() {
    for (jitter, pauses) in [(0.0, [0, 0]), (0.5, [125, 250]), (1.0, [250, 500]), (7.0, [250, 500]), (-1.0, [0, 0])] {
        let server = FaultServer::always(ServerAction::status(503));
        let clock = RecordingClock::with_jitter(jitter);
        let client = server.builder().clock(clock.clone()).build().expect("a client");
        let error = GET.call(&client, "1").await.expect_err("a failure");
        assert_eq!(error.attempts(), 3);
        assert_eq!(clock.pauses(), pauses.map(Duration::from_millis), "{jitter}");

        let server = FaultServer::with_actions(vec![status_429("2")], ServerAction::Succeed);
        let clock = RecordingClock::with_jitter(jitter);
        let client = server.builder().clock(clock.clone()).build().expect("a client");
        POST.call(&client, "1").await.expect("a success");
        assert_eq!(clock.pauses(), [Duration::from_secs(2)], "{jitter}");
    }
}
