//! Time, choices, and what the sandbox tells about its answers.

use std::time::{Duration, SystemTime};

use imprint_sandbox::{Builder, Choice, Clock, Sandbox};
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
