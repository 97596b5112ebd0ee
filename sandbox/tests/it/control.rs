//! Time, choices, and what the sandbox tells about its answers.

use std::time::{Duration, SystemTime};

use imprint_sandbox::{Builder, Choice, Clock, Permissions, Retry, Sandbox};
use serde_json::{Value, json};

use super::plain::send;

type Test = Result<(), Box<dyn std::error::Error>>;

#[tokio::test]
async fn a_frozen_clock_moves_with_changes_only() -> Test {
    let sandbox = Sandbox::start().await?;
    let client = sandbox.client();
    let start = sandbox.now();
    client.search_customers().await?;
    assert!(client.get_customer().customer_id("none").await.is_err());
    assert_eq!(sandbox.now(), start, "reading and refusing change nothing");
    let session = client.create_session().await?;
    assert_eq!(sandbox.now(), start + Duration::from_millis(1));
    assert_eq!(session.expires_at.as_str(), "2026-01-01T01:00:00.001Z");
    sandbox.advance(Duration::from_secs(86_400)).await;
    assert_eq!(sandbox.now(), start + Duration::from_millis(1) + Duration::from_secs(86_400));
    Ok(())
}

#[tokio::test]
async fn a_running_clock_passes_and_can_be_put_forward() -> Test {
    let sandbox = Sandbox::builder().clock(Clock::Running).start().await?;
    let ahead = |by: u64| sandbox.now().duration_since(SystemTime::now() + Duration::from_secs(by)).is_ok();
    sandbox.advance(Duration::from_secs(7_200)).await;
    assert!(ahead(7_190) && !ahead(7_210));
    let session = sandbox.client().create_session().await?;
    sandbox.advance(Duration::from_secs(3_601)).await;
    assert!(sandbox.apply(&session).last_name("approve").complete().await.is_err(), "it has expired");
    Ok(())
}

#[tokio::test]
async fn two_runs_are_the_same_and_another_seed_is_not() -> Test {
    let run = async |seed: u64| -> Result<String, Box<dyn std::error::Error>> {
        let sandbox = Sandbox::builder().seed_number(seed).start().await?;
        let customer = sandbox.customer("A").approved().await?;
        let method = send(&sandbox, "GET", &format!("/v2/payment_methods/{}", customer.payment_method), None).await;
        let key = send(&sandbox, "POST", "/v2/keys", None).await;
        Ok(format!("{} {}", method.body, key.body))
    };
    assert_eq!(run(0).await?, run(0).await?);
    assert_ne!(run(0).await?, run(1).await?);
    Ok(())
}

/// A sandbox whose document has an operation that the sandbox has no behaviour for.
fn with_a_new_operation() -> Builder {
    let mut document: Value = serde_json::from_str(imprint_client::openapi::DOCUMENT).expect("JSON");
    document["paths"]["/v2/perks"]["get"] = json!({
        "operationId": "getPerk",
        "responses": {"200": {"description": "", "content": {"application/json": {"schema": {"type": "object"}}}}},
    });
    Sandbox::builder().document(document.to_string())
}

#[tokio::test]
async fn every_answer_says_what_it_is() -> Test {
    let sandbox = with_a_new_operation().start().await?;
    let state = send(&sandbox, "GET", "/v2/customers", None).await;
    assert_eq!(state.header("x-imprint-sandbox"), env!("CARGO_PKG_VERSION"));
    assert_eq!(state.header("x-imprint-sandbox-answer"), "state");
    let known: Vec<_> = Choice::ALL.iter().map(|choice| choice.id()).collect();
    assert!(
        !state.choices().is_empty() && state.choices().iter().all(|id| known.contains(id)),
        "{:?}",
        state.choices()
    );
    let example = send(&sandbox, "GET", "/v2/perks", None).await;
    assert_eq!((example.status, example.header("x-imprint-sandbox-answer")), (200, "example"));
    let error = sandbox.verify().expect_err("an example is not remembered").to_string();
    assert!(error.contains("GET /v2/perks getPerk 200 example"), "{error}");
    Ok(())
}

#[tokio::test]
async fn examples_can_be_refused() -> Test {
    let sandbox = with_a_new_operation().refuse_examples().start().await?;
    let refused = send(&sandbox, "GET", "/v2/perks", None).await;
    assert_eq!((refused.status, refused.body["error"]["type"].as_str()), (501, Some("NOT_IMPLEMENTED_ERROR")));
    assert!(refused.body["error"]["message"].as_str().is_some_and(|text| text.contains("getPerk")));
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn a_clock_is_frozen_put_to_a_time_and_let_go_on() -> Test {
    let sandbox = Sandbox::builder().clock(Clock::Running).start().await?;
    assert_eq!(sandbox.clock(), Clock::Running);
    sandbox.freeze_clock();
    let frozen = sandbox.now();
    assert_eq!(sandbox.clock(), Clock::Frozen(frozen));
    let session = sandbox.client().create_session().await?;
    let later = frozen + Duration::from_secs(7_200);
    sandbox.freeze_clock_at(later).await?;
    assert_eq!(sandbox.now(), later);
    let expired = sandbox.apply(&session).last_name("approve").complete().await.expect_err("it has expired");
    assert_eq!(expired.code(), Some("INVALID_CLIENT_SECRET"));
    let refused = sandbox.freeze_clock_at(frozen).await.expect_err("never back");
    assert!(refused.to_string().contains("never put back"), "{refused}");
    assert_eq!(sandbox.clock(), Clock::Frozen(later));
    sandbox.run_clock();
    tokio::time::sleep(Duration::from_millis(5)).await;
    let passed = sandbox.now().duration_since(later)?;
    assert!(!passed.is_zero() && passed < Duration::from_secs(30), "{passed:?}");
    Ok(())
}

#[tokio::test]
async fn a_webhook_that_waits_is_sent_when_the_clock_is_let_go_on() -> Test {
    let sandbox = Sandbox::builder().webhook_retry(Retry::Fast).start().await?;
    sandbox.webhook("http://127.0.0.1:9/imprint")?;
    sandbox.customer("P").approved().await?;
    assert!(sandbox.settled().await.is_err());
    let attempts = || sandbox.deliveries()[0].attempts.len();
    assert_eq!(attempts(), 1, "time stands still");
    sandbox.run_clock();
    let end = std::time::Instant::now() + Duration::from_secs(10);
    while attempts() < 3 {
        assert!(std::time::Instant::now() < end, "it is not sent again");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}

#[tokio::test]
async fn an_emptied_account_keeps_its_keys_and_nothing_else() -> Test {
    let sandbox = Sandbox::start().await?;
    let key = sandbox.add_key("reports", Permissions::READ_ONLY);
    let first = sandbox.customer("P").approved().await?;
    sandbox.webhook("http://127.0.0.1:9/imprint")?;
    sandbox.keep_as_seed();
    sandbox.advance(Duration::from_secs(60)).await;
    sandbox.reset_to_empty();
    assert!(sandbox.events().is_empty() && sandbox.endpoints().is_empty() && sandbox.requests().is_empty());
    assert_eq!(sandbox.clock(), Clock::Frozen(std::time::UNIX_EPOCH + Duration::from_secs(1_767_225_600)));
    let reports = sandbox.client_builder().api_key(key).build()?;
    assert_eq!(reports.search_customers().await?.total, Some(0));
    assert_eq!(sandbox.customer("P").approved().await?, first, "ids begin anew");
    // A key that is made now is none of those that were kept.
    sandbox.client_builder().api_key(sandbox.add_key("more", Permissions::NORMAL)).build()?.create_session().await?;
    assert_eq!(reports.search_customers().await?.total, Some(2));
    // The endpoint has the id of the one before, and is sent to all the same.
    sandbox.webhook("http://127.0.0.1:9/imprint")?;
    sandbox.customer("Q").approved().await?;
    let undelivered = sandbox.settled().await.expect_err("nothing listens there");
    assert_eq!(undelivered.failed.len(), 2);
    sandbox.reset();
    assert_eq!((sandbox.endpoints().len(), sandbox.events().len()), (1, 2), "the seed is what it was");
    Ok(())
}

#[tokio::test]
async fn endpoints_are_listed_until_they_are_removed() -> Test {
    let sandbox = Sandbox::start().await?;
    sandbox.endpoint("http://127.0.0.1:9/a?s=hidden").only(["REWARD"]).merchant_keys(["B", "A"]).register()?;
    sandbox.webhook("http://127.0.0.1:9/b")?;
    let endpoints = sandbox.endpoints();
    assert_eq!(endpoints[0].url(), "http://127.0.0.1:9/a");
    assert_eq!(endpoints[0].kinds(), Some(&["REWARD".to_owned()][..]));
    assert_eq!(endpoints[0].merchant_keys(), Some(&["A".to_owned(), "B".to_owned()][..]));
    assert_eq!((endpoints[1].kinds(), endpoints[1].merchant_keys()), (None, None));
    assert_ne!(endpoints[0].id(), endpoints[1].id());
    endpoints[0].remove();
    let left = sandbox.endpoints();
    assert_eq!((left.len(), left[0].id()), (1, endpoints[1].id()));
    Ok(())
}
