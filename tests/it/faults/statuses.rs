//! Answers that are no success, and what they ask for.

use std::time::{Duration, SystemTime};

use imprint_client::{Error, RetryPolicy};

use super::operations::{GET, OPERATIONS, POST};
use super::server::{Act, Server, answer, raw};
use super::{Configure, Ending, Fault, Kind, NotingClock, Outcome, ends};

/// A 429 that carries this `Retry-After`.
fn limited(retry_after: &str) -> Act {
    Act::Answer(answer(429, &[("retry-after", retry_after)], ""))
}

fn success(attempts: u32, pauses: &[u64]) -> Outcome {
    ends(Ending::Success, attempts).pauses(pauses)
}

fn refused() -> Outcome {
    ends(Ending::Api(429), 1)
}

#[tokio::test]
async fn failures_of_the_moment() {
    for status in [408, 500, 502, 503, 504, 520, 521, 522, 523, 524, 527, 530] {
        let once = ends(Ending::Api(status), 1).processed();
        let safe = ends(Ending::Api(status), 3).processed().retryable().pauses(&[250, 500]);
        Fault::always(Act::status(status)).meets(safe, once.clone(), once.clone()).await;
        Fault::once(Act::status(status)).meets(success(2, &[250]), once.clone(), once).await;
    }
}

#[tokio::test]
async fn failures_that_stay() {
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
        let once = Outcome { processed, ..ends(Ending::Api(status), 1) };
        // Not even when they ask for it.
        let act = Act::Answer(answer(status, &[("retry-after", "1")], ""));
        Fault::always(act).meets(once.clone(), once.clone(), once).await;
    }
}

/// Whatever becomes of the body, the status decides.
#[tokio::test]
async fn a_503_whose_body_breaks() {
    let head = "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 100\r\n\r\nabc";
    for act in [Act::Close(raw(head)), Act::Reset(raw(head))] {
        let once = ends(Ending::Api(503), 1).processed();
        let safe = ends(Ending::Api(503), 3).processed().retryable().pauses(&[250, 500]);
        Fault::always(act).meets(safe, once.clone(), once).await;
    }
    let once = ends(Ending::Api(503), 1).processed();
    let safe = ends(Ending::Api(503), 3).processed().retryable().pauses(&[250, 500]);
    Fault::always(Act::Stall(raw(head))).waits().meets(safe, once.clone(), once).await;
}

#[tokio::test]
async fn html() {
    let page = "<!DOCTYPE html><html><body>Bad gateway</body></html>";
    let once = ends(Ending::Api(502), 1).processed();
    let safe = ends(Ending::Api(502), 3).processed().retryable().pauses(&[250, 500]);
    let html = [("content-type", "text/html")];
    Fault::always(Act::Answer(answer(502, &html, page))).meets(safe, once.clone(), once).await;

    let decode = ends(Ending::Decode(200), 1).processed();
    let fault = Fault::always(Act::Answer(answer(200, &html, page)));
    fault.meets(decode.clone(), decode, success(1, &[])).await;
}

#[tokio::test]
async fn a_429_without_retry_after() {
    let safe = ends(Ending::Api(429), 3).retryable().pauses(&[250, 500]);
    Fault::always(Act::status(429)).meets(safe, refused(), refused()).await;
    Fault::once(Act::status(429)).meets(success(2, &[250]), refused(), refused()).await;
}

#[tokio::test]
async fn a_429_with_seconds() {
    for (seconds, pauses) in [("3", [3_000, 3_000]), ("0", [250, 500]), ("40", [40_000, 40_000])] {
        let failed = ends(Ending::Api(429), 3).retryable().pauses(&pauses);
        Fault::always(limited(seconds)).meets(failed.clone(), failed, refused()).await;
        let mended = success(2, &pauses[..1]);
        Fault::once(limited(seconds)).meets(mended.clone(), mended, refused()).await;
    }
}

/// A fraction is rounded up, and the longest of several waits counts, in one header or in several.
#[tokio::test]
async fn a_429_with_seconds_that_http_does_not_know() {
    for (text, pause) in [("2.0", 2_000), ("0.503", 1_000), ("2, 2", 2_000), ("2, 5", 5_000), ("3.1, 2", 4_000)] {
        let mended = success(2, &[pause]);
        Fault::once(limited(text)).meets(mended.clone(), mended, refused()).await;
    }
    let twice = Act::Answer(answer(429, &[("retry-after", "2"), ("retry-after", "4")], ""));
    let mended = success(2, &[4_000]);
    Fault::once(twice).meets(mended.clone(), mended, refused()).await;
}

/// It is the least that is waited: the back-off may be longer.
#[tokio::test]
async fn a_429_with_fewer_seconds_than_the_back_off() {
    let slow: Configure =
        |builder| builder.retry(RetryPolicy::default().backoff(Duration::from_secs(2), Duration::from_secs(8)));
    let failed = ends(Ending::Api(429), 3).retryable().pauses(&[3_000, 4_000]);
    Fault::always(limited("3")).configure(slow).meets(failed.clone(), failed, refused()).await;
}

/// What cannot be read counts as not there.
#[tokio::test]
async fn a_429_with_nonsense() {
    for text in ["soon", "-1", "1e3", "", "Wed, 21 Oct 2015"] {
        let safe = ends(Ending::Api(429), 3).retryable().pauses(&[250, 500]);
        Fault::always(limited(text)).meets(safe, refused(), refused()).await;
    }
}

/// The clock of the server is hours off: its own `Date` says by how much.
#[tokio::test]
async fn a_429_with_a_date_beside_the_date_of_the_answer() {
    for date in [SystemTime::now() + HOURS, SystemTime::now() - HOURS] {
        let until = httpdate::fmt_http_date(date + Duration::from_secs(30));
        let date = httpdate::fmt_http_date(date);
        let act = Act::Answer(answer(429, &[("date", &date), ("retry-after", &until)], ""));
        let mended = success(2, &[30_000]);
        Fault::once(act).meets(mended.clone(), mended, refused()).await;
    }
}

const HOURS: Duration = Duration::from_secs(5 * 3600);

#[tokio::test]
async fn a_429_with_a_date_alone() {
    for operation in OPERATIONS.iter().filter(|operation| operation.kind != Kind::Delete) {
        let until = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(50));
        let server = Server::following(vec![limited(&until)], Act::Good);
        let clock = NotingClock::default();
        let client = server.builder().clock(clock.clone()).build().expect("a client");
        operation.call(&client, "1").await.expect("a success");
        let pauses = clock.pauses();
        assert!(pauses.len() == 1 && pauses[0] > Duration::from_secs(35), "{}: {pauses:?}", operation.id);
        assert!(pauses[0] <= Duration::from_secs(50), "{}: {pauses:?}", operation.id);
    }
}

#[tokio::test]
async fn a_429_with_a_date_in_the_past() {
    let until = httpdate::fmt_http_date(SystemTime::now() - HOURS);
    let mended = success(2, &[250]);
    Fault::once(limited(&until)).meets(mended.clone(), mended, refused()).await;
}

/// The longest wait is 60 s. Two of them outlast the call, which may take 100.
#[tokio::test]
async fn as_long_as_one_may_be_asked_to_wait() {
    let mended = success(2, &[60_000]);
    Fault::once(limited("60")).meets(mended.clone(), mended, refused()).await;
    let failed = ends(Ending::Api(429), 2).retryable().pauses(&[60_000]);
    Fault::always(limited("60")).meets(failed.clone(), failed, refused()).await;
}

#[tokio::test]
async fn longer_than_one_may_be_asked_to_wait() {
    let late = httpdate::fmt_http_date(SystemTime::now() + HOURS);
    for retry_after in ["61", "86400", "99999999999999999999999", &late] {
        let failed = refused().retryable();
        Fault::always(limited(retry_after)).meets(failed.clone(), failed, refused()).await;
    }
    let server = Server::always(limited("61"));
    let Err(Error::Api(error)) = POST.call(&server.builder().build().expect("a client"), "1").await else {
        panic!("no error of the API")
    };
    assert_eq!(error.retry_after(), Some(Duration::from_secs(61)));
}

/// A 503 may ask for a pause too, but it does not say that the request was refused.
#[tokio::test]
async fn a_503_with_retry_after() {
    let act = Act::Answer(answer(503, &[("retry-after", "5")], ""));
    let once = ends(Ending::Api(503), 1).processed();
    Fault::once(act).meets(success(2, &[5_000]), once.clone(), once).await;
}

/// The last error is the caller's, and what an earlier attempt may have done is not forgotten.
#[tokio::test]
async fn one_failure_after_the_other() {
    let gone = ends(Ending::Api(404), 2).processed().pauses(&[250]);
    let once = ends(Ending::Api(503), 1).processed();
    Fault::first(Act::status(503), Act::status(404)).meets(gone, once.clone(), once).await;

    let failed = ends(Ending::Api(503), 3).processed().retryable().pauses(&[2_000, 500]);
    let other = ends(Ending::Api(503), 2).processed().pauses(&[2_000]);
    Fault::first(limited("2"), Act::status(503)).meets(failed, other, refused()).await;

    let gone = ends(Ending::Api(404), 2).pauses(&[2_000]);
    Fault::first(limited("2"), Act::status(404)).meets(gone.clone(), gone, refused()).await;
}

#[tokio::test]
async fn redirects_stay_here() {
    let elsewhere = Server::always(Act::Good);
    for status in [301, 302, 303, 307, 308] {
        let target = format!("{}/v2/customers/1", elsewhere.url());
        let act = Act::Answer(answer(status, &[("location", &target), ("retry-after", "1")], ""));
        let once = ends(Ending::Api(status), 1).processed();
        Fault::always(act).meets(once.clone(), once.clone(), once).await;
    }
    assert_eq!((elsewhere.connections(), elsewhere.requests()), (0, 0), "the key went to another host");
}

/// Interim answers are none.
#[tokio::test]
async fn interim_answers_are_skipped() {
    let before =
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: <x>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n";
    let good = success(1, &[]);
    Fault::always(Act::GoodAfter(raw(before))).meets(good.clone(), good.clone(), good).await;
}

/// Nobody asked for another protocol.
#[tokio::test]
async fn an_offer_to_switch_protocols_is_no_answer() {
    let act = Act::Stall(raw("HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n"));
    let once = ends(Ending::Api(101), 1).processed();
    Fault::always(act).meets(once.clone(), once.clone(), once).await;
}

/// The pause is a part of the back-off that chance decides; what the API asks for is waited for in full.
#[tokio::test]
async fn jitter() {
    for (jitter, pauses) in [(0.0, [0, 0]), (0.5, [125, 250]), (1.0, [250, 500]), (7.0, [250, 500]), (-1.0, [0, 0])] {
        let server = Server::always(Act::status(503));
        let clock = NotingClock::with_jitter(jitter);
        let client = server.builder().clock(clock.clone()).build().expect("a client");
        let error = GET.call(&client, "1").await.expect_err("a failure");
        assert_eq!(error.attempts(), 3);
        assert_eq!(clock.pauses(), pauses.map(Duration::from_millis), "{jitter}");

        let server = Server::following(vec![limited("2")], Act::Good);
        let clock = NotingClock::with_jitter(jitter);
        let client = server.builder().clock(clock.clone()).build().expect("a client");
        POST.call(&client, "1").await.expect("a success");
        assert_eq!(clock.pauses(), [Duration::from_secs(2)], "{jitter}");
    }
}
