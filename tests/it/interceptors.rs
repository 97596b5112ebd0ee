//! Interceptors hear of every request of a client, whatever makes it: operations, streams, helpers and raw requests.

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::TryStreamExt;
use imprint_client::interceptor::{Attempt, AttemptReport, CallReport};
use imprint_client::{Client, Interceptor, Method, RetryPolicy, types};
use serde_json::{Value, json};

use crate::clock::RecordingClock;
use crate::raw_server::RawServer;
use crate::{support, table};
use imprint_sandbox::contract::Contract;

/// What the server repeats in its answers.
const SIGNATURE: &str = "signature_of_the_attempt_abc";

/// Counts the hooks, and sets a header.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Counts>>);

#[derive(Debug, Default)]
struct Counts {
    before: usize,
    after: usize,
    calls: usize,
    /// The sum of the attempts that the reports of calls name.
    attempts: usize,
    operations: Vec<&'static str>,
}

impl Heard {
    fn take(&self) -> Counts {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn note(&self, change: impl FnOnce(&mut Counts)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Interceptor for Heard {
    fn before_attempt(&self, attempt: &mut Attempt<'_>) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        self.note(|counts| {
            counts.before += 1;
            counts.operations.push(attempt.operation().id());
        });
        Ok(attempt.set_header("x-signature", SIGNATURE)?)
    }

    fn after_attempt(&self, _: &AttemptReport<'_>) {
        self.note(|counts| counts.after += 1);
    }

    fn after_call(&self, call: &CallReport<'_>) {
        self.note(|counts| {
            counts.calls += 1;
            counts.attempts += call.attempts() as usize;
        });
    }
}

fn client(server: &RawServer, heard: &Heard) -> Client {
    let heard = heard.clone();
    server.client_with(|builder| {
        builder.retry(RetryPolicy::default().without_budget()).clock(RecordingClock::default()).interceptor(heard)
    })
}

/// Compares the hooks with the requests that reached the server, and returns how many requests there were.
fn compare(what: &str, server: &RawServer, heard: &Heard) -> usize {
    let (requests, counts) = (server.lines().len(), heard.take());
    assert_eq!((counts.before, counts.after, counts.attempts), (requests, requests, requests), "{what}: {counts:?}");
    assert!(counts.calls > 0 && counts.calls <= requests, "{what}: {counts:?}");
    requests
}

#[tokio::test]
async fn every_operation_and_every_retry_passes_through_the_hooks() {
    let (server, heard) = (RawServer::start().await, Heard::default());
    let client = client(&server, &heard);
    server.respond_with(503, &[], b"");
    let mut retries = 0;
    for operation in Contract::shared().operations() {
        table::call(&client, operation).await.expect_err("a failure");
        let counts = heard.take();
        assert_eq!(counts.calls, 1, "{}", operation.id);
        assert!(counts.operations.iter().all(|id| *id == operation.id), "{counts:?}");
        assert_eq!((counts.before, counts.attempts), (server.lines().len(), counts.after), "{}", operation.id);
        retries += counts.before - 1;
    }
    assert!(retries > 10, "{retries}");
    client.request(Method::GET, "/v2/things").send::<()>().await.expect_err("a failure");
    assert_eq!(heard.take().operations, ["request"; 3]);
}

#[tokio::test]
async fn streams_pass_through_the_hooks() {
    let (server, heard) = (RawServer::start().await, Heard::default());
    let client = client(&server, &heard);
    let page = |last: bool| json!({"data": [customer()], "has_more": !last}).to_string();
    // The second page repeats the first one, which ends the stream.
    server.respond_with(200, &[], page(false).as_bytes());
    let calls = || client.search_customers();
    calls().stream().try_collect::<Vec<_>>().await.expect_err("a repeated item");
    assert_eq!(compare("stream", &server, &heard), 2);
    calls().stream().prefetch().try_collect::<Vec<_>>().await.expect_err("a repeated item");
    assert_eq!(compare("stream with prefetch", &server, &heard), 2);
    calls().pages().try_collect::<Vec<_>>().await.expect_err("a repeated item");
    assert_eq!(compare("pages", &server, &heard), 2);
    server.respond_with(200, &[], page(true).as_bytes());
    calls().pages().prefetch().try_collect::<Vec<_>>().await.expect("one page");
    assert_eq!(compare("one page", &server, &heard), 1);
    server.respond_with(502, &[], b"");
    calls().stream().try_collect::<Vec<_>>().await.expect_err("a failure");
    assert_eq!(compare("a failing stream", &server, &heard), 3);
}

#[tokio::test]
async fn helpers_pass_through_the_hooks_and_show_no_header_of_them() {
    let (server, heard) = (RawServer::start().await, Heard::default());
    let client = client(&server, &heard);
    let key = r#"{"key":"test_new_4eC39HqLyjWDarjtT1zdp7dc","created_at":"2025-02-13T19:08:07Z"}"#;
    let echo = json!({"type": SIGNATURE, "message": format!("no {SIGNATURE}"), "param": SIGNATURE}).to_string();
    let item =
        json!({"data": [{"id": "A", SIGNATURE: 1, "metadata": {SIGNATURE: [1]}}], "has_more": false}).to_string();
    for (status, body) in [(200, key), (503, "{}"), (400, &echo), (409, &echo), (200, &echo), (200, &item)] {
        server.respond_with(status, &[], body.as_bytes());
        let order = types::OrderBase::builder().partner_order_id("o-1").payment_method_id("PM").total_order_amount(1);
        let errors: [Option<Box<dyn std::error::Error>>; 6] = [
            client.rotate_key(async |_| Ok::<(), String>(())).await.err().map(Into::into),
            client.ensure_linked("C", "P").await.err().map(Into::into),
            client.find_customer("P").await.err().map(Into::into),
            client.confirm_issued("R").await.err().map(Into::into),
            client.create_order_once(order).await.err().map(Into::into),
            client.find_order_event("E").await.err().map(Into::into),
        ];
        assert!(compare("helpers", &server, &heard) >= errors.len(), "{status} {body}");
        for error in errors.into_iter().flatten() {
            let mut next: Option<&dyn std::error::Error> = Some(&*error);
            while let Some(error) = next {
                assert!(!format!("{error} {error:?}").contains(SIGNATURE), "{error} {error:?}");
                next = error.source();
            }
        }
    }
}

#[tokio::test]
async fn errors_of_items_do_not_show_the_headers_of_hooks() {
    let (server, heard) = (RawServer::start().await, Heard::default());
    let client = client(&server, &heard);
    let mut customer = customer();
    // A key of a map that looks like the name of a field is shown in the path of an error.
    customer["statuses"] = json!({ SIGNATURE: [] });
    server.respond_with(200, &[], json!({"data": [customer], "has_more": false}).to_string().as_bytes());
    let error = client.search_customers().stream().try_next().await.map(drop).expect_err("a status must be a text");
    let found = client.find_customer("PARTNER_USER_456").await.map(drop).expect_err("the same");
    for shown in [format!("{error} {error:?}"), format!("{found} {found:?}")] {
        assert!(shown.contains("statuses") && !shown.contains(SIGNATURE), "{shown}");
    }
}

fn customer() -> Value {
    support::json(&support::payload("getCustomer--openapi-composed.json"))
}

/// Hooks may log their reports: a report shows what a metric needs, and no header and no body.
#[tokio::test]
async fn reports_show_the_operation_and_how_it_ended_and_nothing_of_the_answer() {
    #[derive(Clone, Default)]
    struct Shown(Arc<Mutex<Vec<String>>>);

    impl Interceptor for Shown {
        fn after_attempt(&self, attempt: &AttemptReport<'_>) {
            assert_eq!((attempt.operation().id(), attempt.elapsed().is_zero()), ("getCustomer", false));
            let cookie = attempt.headers().expect("an answer").get("set-cookie").expect("a cookie");
            assert_eq!(cookie, "session_of_the_answer");
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(format!("{attempt:?}"));
        }

        fn after_call(&self, call: &CallReport<'_>) {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(format!("{call:?}"));
        }
    }

    let (server, shown) = (RawServer::start().await, Shown::default());
    let body = br#"{"type":"T","message":"text_of_the_answer"}"#;
    server.respond_with(503, &[("set-cookie", "session_of_the_answer")], body);
    let client = server.client_with(|builder| builder.interceptor(shown.clone()));
    client.get_customer().customer_id("id_of_the_customer").send().await.expect_err("a failure");
    let shown = shown.0.lock().unwrap_or_else(PoisonError::into_inner).join("\n");
    for (part, times) in [
        ("AttemptReport", 1),
        ("CallReport", 1),
        ("operation_id: \"getCustomer\"", 2),
        ("status: Some(503)", 2),
        ("error_type: Some(\"503\")", 2),
        ("number: 1", 1),
        ("attempts: 1", 1),
        ("may_have_been_processed: true", 1),
        ("of_the_answer", 0),
        ("of_the_customer", 0),
    ] {
        assert_eq!(shown.matches(part).count(), times, "{part}: {shown}");
    }
}
