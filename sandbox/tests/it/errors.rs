//! The shapes of errors, and refusals before an operation is reached.

use imprint_client::OptionalExt;
use imprint_sandbox::{ErrorShapes, Sandbox};
use serde_json::{Value, json};

use super::plain::{code, send, send_with};

type Test = Result<(), Box<dyn std::error::Error>>;

#[tokio::test]
async fn each_status_has_the_shape_that_the_document_declares_for_it() -> Test {
    let sandbox = Sandbox::start().await?;
    let customer = sandbox.customer("A").create()?;
    let link = format!("/v2/customers/{customer}/link");
    let flat = send(&sandbox, "GET", "/v2/customers/none", None).await;
    assert_eq!((flat.status, flat.body["type"].as_str()), (404, Some("CUSTOMER_NOT_FOUND_ERROR")));
    let spring = send(&sandbox, "POST", &link, Some(json!({"partner_customer_id": 1}))).await;
    assert_eq!(
        (spring.status, spring.body["error"].as_str(), spring.body["status"].as_i64()),
        (400, Some("Bad Request"), Some(400))
    );
    assert_eq!(spring.body["timestamp"], "2026-01-01T00:00:00.001+00:00");
    let undeclared = send(&sandbox, "GET", "/v2/customers?limit=0", None).await;
    assert_eq!((undeclared.status, undeclared.body["error"]["type"].as_str()), (400, Some("INVALID_REQUEST_ERROR")));
    assert!(undeclared.choices().contains(&"undeclared-error") && !spring.choices().contains(&"undeclared-error"));
    let empty = send_with(&sandbox, "POST", "/v2/keys", None, &[]).await;
    assert_eq!((empty.status, empty.body), (401, Value::Null));
    assert_eq!(empty.headers.get("x-imprint-sandbox-answer").map(|v| v.as_bytes()), Some(&b"refusal"[..]));
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn another_shape_can_be_asked_for_and_the_client_reads_all() -> Test {
    for (shapes, pointer) in
        [(ErrorShapes::Nested, "/error/message"), (ErrorShapes::Flat, "/message"), (ErrorShapes::Spring, "/details/0")]
    {
        let sandbox = Sandbox::builder().error_shapes(shapes).start().await?;
        let plain = send(&sandbox, "GET", "/v2/customers/none", None).await;
        assert!(plain.body.pointer(pointer).is_some_and(Value::is_string), "{shapes:?}: {}", plain.body);
        let error = sandbox.client().get_customer().customer_id("none").await.expect_err("no such customer");
        assert_eq!(code(&error), 404, "{shapes:?}");
        assert!(error.to_string().contains("no customer has the id none"), "{shapes:?}: {error}");
        sandbox.verify()?;
    }
    let sandbox = Sandbox::builder().error_shapes(ErrorShapes::Rotating).start().await?;
    let mut seen = Vec::new();
    for _ in 0..3 {
        let body = send(&sandbox, "GET", "/v2/customers/none", None).await.body;
        seen.push(body.as_object().map(|body| body.len()));
    }
    seen.sort();
    seen.dedup();
    assert!(seen.len() > 1, "{seen:?}");
    Ok(())
}

#[tokio::test]
async fn wrong_paths_and_methods_say_what_there_is() -> Test {
    let sandbox = Sandbox::start().await?;
    let near = send(&sandbox, "GET", "/v2/customer", None).await;
    assert_eq!((near.status, near.body["type"].as_str()), (404, Some("UNKNOWN_PATH_ERROR")));
    assert!(near.body["message"].as_str().is_some_and(|text| text.contains("GET /v2/customers")), "{}", near.body);
    // For the client a wrong path is no proof that a resource does not exist.
    let raw = sandbox.client_builder().base_url(format!("{}/v3", sandbox.url())).build()?;
    assert!(raw.get_customer().customer_id("none").await.optional().is_err());
    let method = send(&sandbox, "PUT", "/v2/customers", None).await;
    assert_eq!((method.status, method.header("allow")), (405, "GET, POST"));
    Ok(())
}

#[tokio::test]
async fn bodies_that_cannot_be_read_are_refused() -> Test {
    let sandbox = Sandbox::start().await?;
    let key = [("authorization", "Bearer sandbox-key")];
    let long = json!({"partner_customer_id": "x".repeat(1 << 20)});
    assert_eq!(send_with(&sandbox, "POST", "/v2/customer_sessions", Some(long), &key).await.status, 413);

    let client = reqwest::Client::builder().no_proxy().build()?;
    let post = |kind: &'static str, body: &'static str| {
        let request = client.post(format!("{}/v2/customer_sessions", sandbox.url())).bearer_auth("sandbox-key");
        request.header("content-type", kind).body(body).send()
    };
    assert_eq!(post("text/plain", "{}").await?.status(), 415);
    assert_eq!(post("application/json; charset=utf-8", "{}").await?.status(), 201);
    assert_eq!(post("application/vnd.partner+json", "{}").await?.status(), 201);
    let broken = post("application/json", r#"{"partner_customer_id": "A"#).await?;
    assert_eq!(broken.status(), 400);
    let text = broken.text().await?;
    assert!(text.contains("line 1") && !text.contains("\"A"), "{text}");
    assert_eq!(post("application/json", "[]").await?.status(), 400);
    let missing = send(&sandbox, "POST", "/v2/customers", None).await;
    assert_eq!((missing.status, missing.body["error"]["param"].as_str()), (400, Some("body")));
    Ok(())
}
