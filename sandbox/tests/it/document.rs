//! Another document than the client's: what is new in it is answered without a line of code, and an answer that it does
//! not allow is a bug that is told.

use imprint_sandbox::{Sandbox, StartError};
use serde_json::{Value, json};

use super::plain::send;

type Test = Result<(), Box<dyn std::error::Error>>;

/// The document of the client with changes.
fn document(change: impl FnOnce(&mut Value)) -> String {
    let mut document: Value = serde_json::from_str(imprint_client::openapi::DOCUMENT).expect("JSON");
    change(&mut document);
    document.to_string()
}

#[tokio::test]
async fn a_new_operation_a_new_value_and_a_new_field_are_answered_without_code() -> Test {
    let text = document(|document| {
        let schemas = &mut document["components"]["schemas"];
        // A new value of an enum, a new field of a resource with state, and one that an answer must not get wrong.
        schemas["CustomerProgramStatus"]["enum"] = json!(["OPEN", "CLOSED", "PAUSED"]);
        schemas["Customer"]["properties"]["nickname"] = json!({"type": "string"});
        schemas["CustomerSession"]["properties"]["channel"] = json!({"type": "string", "enum": ["APP", "WEB"]});
        let update = document
            .pointer_mut(
                "/paths/~1v2~1customers~1{customer_id}/post/requestBody/content/application~1json/schema/properties",
            )
            .expect("the fields of an update");
        update["nickname"] = json!({"type": "string"});
        let session = document
            .pointer_mut("/paths/~1v2~1customer_sessions/post/requestBody/content/application~1json/schema/properties")
            .expect("the fields of a session");
        session["channel"] = json!({"type": "string"});
        document["paths"]["/v2/perks/{perk_id}"]["post"] = json!({
            "operationId": "grantPerk",
            "parameters": [{"name": "perk_id", "in": "path", "required": true, "schema": {"type": "string"}}],
            "requestBody": {"required": true, "content": {"application/json": {"schema": {
                "type": "object", "required": ["customer_id"],
                "properties": {"customer_id": {"type": "string"}, "amount": {"type": "integer"}},
            }}}},
            "responses": {"200": {"description": "", "content": {"application/json": {"schema": {
                "type": "object", "required": ["id", "customer_id", "status"],
                "properties": {
                    "id": {"type": "string"}, "customer_id": {"type": "string"}, "amount": {"type": "integer"},
                    "status": {"type": "string", "enum": ["GRANTED", "TAKEN"]},
                },
            }}}}},
        });
    });
    let sandbox = Sandbox::builder().document(text).start().await?;
    let perk = send(&sandbox, "POST", "/v2/perks/P1", Some(json!({"customer_id": "C", "amount": 5}))).await;
    assert_eq!((perk.status, perk.header("x-imprint-sandbox-answer")), (200, "example"));
    assert_eq!(perk.body, json!({"id": "P1", "customer_id": "C", "amount": 5, "status": "GRANTED"}));
    assert_eq!(send(&sandbox, "POST", "/v2/perks/P1", Some(json!({}))).await.status, 400);

    let customer = sandbox.customer("A").create()?;
    let path = format!("/v2/customers/{customer}");
    let updated = send(&sandbox, "POST", &path, Some(json!({"nickname": "Jo"}))).await;
    assert_eq!((updated.status, updated.body["nickname"].as_str()), (200, Some("Jo")));
    for read in [path.as_str(), "/v2/customers"] {
        let shown = send(&sandbox, "GET", read, None).await.body;
        assert!(shown.to_string().contains(r#""nickname":"Jo""#), "{shown}");
    }
    let session = send(&sandbox, "POST", "/v2/customer_sessions", Some(json!({"channel": "APP"}))).await;
    assert_eq!(session.body["channel"], "APP");
    // A value that the answer must not have is not shown.
    let odd = send(&sandbox, "POST", "/v2/customer_sessions", Some(json!({"channel": "FAX"}))).await;
    assert_eq!((odd.status, odd.body.get("channel")), (201, None));
    assert!(sandbox.bugs().is_empty());
    Ok(())
}

#[tokio::test]
async fn a_field_that_a_webhook_gains_is_sent_without_code() -> Test {
    let text = document(|document| {
        let body =
            "/paths/~1v2~1simulate_transaction_event/post/requestBody/content/application~1json/schema/properties";
        document.pointer_mut(body).expect("the fields")["terminal"] = json!({"type": "string"});
        let data = "/components/schemas/TransactionWebhookPayload/properties/data/properties";
        document.pointer_mut(data).expect("the data")["terminal"] = json!({"type": "string"});
    });
    let sandbox = Sandbox::builder().document(text).start().await?;
    let customer = sandbox.customer("A").approved().await?;
    let bought = json!({
        "payment_method_id": customer.payment_method.as_str(), "status": "CAPTURED", "amount": 1, "terminal": "T7",
    });
    assert_eq!(send(&sandbox, "POST", "/v2/simulate_transaction_event", Some(bought)).await.status, 200);
    let events = sandbox.events();
    let event = events.iter().find(|event| event.object == "TRANSACTION").ok_or("an event")?;
    assert_eq!(event.body["data"]["terminal"], "T7");
    sandbox.verify()?;
    Ok(())
}

/// The answer to a request in a world with an approved customer, when the document is changed under the sandbox.
async fn with(change: impl FnOnce(&mut Value), path: &str) -> Result<(Value, Sandbox), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::builder().document(document(change)).start().await?;
    let customer = sandbox.customer("A").approved().await?;
    let path = path.replace("{customer}", customer.customer_id.as_str());
    let answer = send(&sandbox, "GET", &path.replace("{method}", customer.payment_method.as_str()), None).await;
    assert_eq!(answer.status, 500, "{answer:?}");
    assert_eq!(answer.header("x-imprint-sandbox-answer"), "bug");
    Ok((answer.body, sandbox))
}

#[tokio::test]
async fn the_client_shows_the_words_of_a_bug_although_it_hides_its_key() -> Test {
    let change = |document: &mut Value| {
        let customer = &mut document["components"]["schemas"]["Customer"];
        customer["properties"]["tier"] = json!({"type": "string"});
        customer["required"] = json!(["id", "tier"]);
    };
    let (body, sandbox) = with(change, "/v2/customers/{customer}").await?;
    let message = body["error"]["message"].as_str().ok_or("a message")?;
    assert!(message.contains("imprint-sandbox"), "{message}");
    let error = sandbox.client().search_customers().await.expect_err("it is a bug").to_string();
    assert!(error.contains("SANDBOX_BUG") && error.contains("imprint-sandbox"), "{error}");
    assert!(!error.contains("REDACTED"), "{error}");
    Ok(())
}

#[tokio::test]
async fn a_field_that_a_view_drops_is_a_bug_that_names_it() -> Test {
    // For the answer check a field that the document begins to require is one that the view has dropped.
    let change = |document: &mut Value| {
        let customer = &mut document["components"]["schemas"]["Customer"];
        customer["properties"]["tier"] = json!({"type": "string"});
        customer["required"] = json!(["id", "tier"]);
    };
    for (path, pointer) in [("/v2/customers/{customer}", "/tier"), ("/v2/customers", "/data/0/tier")] {
        let (body, sandbox) = with(change, path).await?;
        assert_eq!(body["error"]["type"], "SANDBOX_BUG");
        let message = body["error"]["message"].as_str().unwrap_or_default();
        assert!(message.contains(&format!("{pointer} of the answer 200 is required")), "{message}");
        assert_eq!(sandbox.bugs().len(), 1);
        let error = sandbox.verify().expect_err("a bug was found").to_string();
        assert!(error.contains(pointer) && error.contains("please report it"), "{error}");
    }
    Ok(())
}

#[tokio::test]
async fn a_value_that_a_view_changes_is_a_bug_that_names_it() -> Test {
    for (schema, pointer, path, place) in [
        ("PaymentMethod", "/properties/status/enum", "/v2/payment_methods/{method}", "/status"),
        ("PaymentMethod", "/properties/card/properties/network/enum", "/v2/payment_methods/{method}", "/card/network"),
        ("CustomerProgramStatus", "/enum", "/v2/customers/{customer}", "/statuses/Sandbox Card"),
    ] {
        let change = |document: &mut Value| {
            let values = document["components"]["schemas"][schema].pointer_mut(pointer).expect("an enum");
            *values = json!(["SOMETHING_ELSE"]);
        };
        let (body, sandbox) = with(change, path).await?;
        let message = body["error"]["message"].as_str().unwrap_or_default();
        assert!(message.contains(&format!("{place} of the answer 200 has to be")), "{message}");
        assert!(!message.contains("VISA") && sandbox.verify().is_err());
    }
    Ok(())
}

#[tokio::test]
async fn a_status_that_the_document_does_not_declare_is_a_bug() -> Test {
    let change = |document: &mut Value| {
        let responses = document.pointer_mut("/paths/~1v2~1customers/get/responses").expect("responses");
        let answer = responses["200"].take();
        *responses = json!({"201": answer});
        document["paths"]["/v2/keys"]["post"]["responses"] = json!({"200": {"description": "", "content": {
            "application/json": {"schema": {"type": "object", "required": ["never"], "properties": {"never": {}}}},
        }}});
    };
    let sandbox = Sandbox::builder().document(document(change)).start().await?;
    // The status of a success is the one that the document declares.
    assert_eq!(send(&sandbox, "GET", "/v2/customers", None).await.status, 201);
    // A request that was carried out and whose answer is wrong says so: the key exists.
    assert_eq!(send(&sandbox, "POST", "/v2/keys", None).await.status, 500);
    assert!(sandbox.requests().to("createKey")[0].carried_out);
    Ok(())
}

const DANGLING: &str = r##"{"openapi": "3.1.0", "paths": {"/a": {"get": {"operationId": "a", "responses": {"200": {"$ref": "#/nowhere"}}}}}}"##;

#[tokio::test]
async fn a_document_that_cannot_be_read_is_an_error_of_the_start() {
    for text in ["", "[]", DANGLING] {
        let error = Sandbox::builder().document(text).start().await.expect_err("no document");
        assert!(matches!(error, StartError::Document(_)), "{error:?}");
    }
}

#[tokio::test]
async fn a_webhook_that_the_document_does_not_allow_is_a_bug() -> Test {
    let client = imprint_client::openapi::DOCUMENT;
    let changed = client.replace("\"OFFER_ACCEPTED\"", "\"OFFER_TAKEN\"");
    assert_ne!(changed, client);
    let sandbox = Sandbox::builder().document(changed).start().await?;
    sandbox.customer("A").approved().await?;
    let bugs = sandbox.bugs();
    assert_eq!(bugs.len(), 1, "{bugs:?}");
    assert!(bugs[0].to_string().starts_with("the webhook APPLICATION: /data/status has to be"), "{bugs:?}");
    assert!(sandbox.verify().expect_err("a bug was found").to_string().contains("the webhook APPLICATION"));
    Ok(())
}
