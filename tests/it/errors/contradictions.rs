//! The status of a success and the body of an error: an error from every operation, and no empty answer.

use imprint_client::{Error, ErrorKind, Method, OptionalExt};
use serde_json::{Value, json};

use super::{api_error, failure, nested};
use crate::spec::{Spec, Which};
use crate::stage::Stage;
use crate::table::call;

/// The forms of errors under which nothing of an answer is there.
fn errors() -> Vec<(Value, Option<&'static str>, &'static str)> {
    let body = json!({"type": "INVALID_REQUEST_ERROR", "message": "Invalid email format", "param": "email"});
    vec![
        (nested(body.clone()), Some("INVALID_REQUEST_ERROR"), "Invalid email format"),
        (json!({"success": false, "error": {"code": "E1", "message": "m"}}), Some("E1"), "m"),
        (body, Some("INVALID_REQUEST_ERROR"), "Invalid email format"),
        (json!({"code": "RATE_LIMITED", "message": "Too many requests"}), Some("RATE_LIMITED"), "Too many requests"),
        (json!({"error": "Bad Request", "status": 400, "path": "/v2", "details": []}), None, "Bad Request"),
    ]
}

#[tokio::test]
async fn the_body_of_an_error_is_an_error_from_every_operation() {
    let stage = Stage::start().await;
    for operation in Spec::get().operations() {
        for status in [200, 201] {
            for (body, code, message) in errors() {
                stage.answer(status, Some(&body));
                let error = api_error(&stage.client, operation).await;
                assert_eq!((error.code(), error.message()), (code, message), "{}: {body}", operation.id);
                assert_eq!((error.status().as_u16(), error.kind()), (status, ErrorKind::Other));
                assert_eq!(error.body(), body.to_string().as_bytes());
                assert!(error.is_body_complete());
                // It is no refusal: the status says that the call was carried out.
                assert!(error.may_have_been_processed() && !error.is_retryable(), "{}", operation.id);
                assert_eq!((error.attempts(), stage.arrived().len()), (1, 1), "{} was repeated", operation.id);
            }
        }
    }
}

#[tokio::test]
async fn an_object_called_error_is_one_beside_a_whole_answer_too() {
    let stage = Stage::start().await;
    for operation in Spec::get().operations() {
        let Some(schema) = &operation.success().schema else { continue };
        let whole = Spec::get().compose(schema, Which::All);
        let mut body = whole.clone();
        body["error"] = json!({"type": "PARTIAL", "message": "half of it failed"});
        stage.answer(200, Some(&body));
        assert_eq!(api_error(&stage.client, operation).await.code(), Some("PARTIAL"), "{}", operation.id);
        // The zero values that some servers write on success, and the names of errors as fields nobody knows.
        for error in [json!(null), json!({}), json!({"type": "", "message": "", "code": 0}), json!(""), json!("text")] {
            body["error"] = error;
            body["message"] = json!("done");
            body["code"] = json!("OK");
            stage.answer(200, Some(&body));
            let answer = call(&stage.client, operation).await.unwrap_or_else(|e| panic!("{body}: {e}"));
            assert_eq!(*answer, whole, "{}", operation.id);
        }
    }
}

#[tokio::test]
async fn what_a_partner_keeps_under_the_name_error_is_theirs() {
    let stage = Stage::start().await;
    let metadata = json!({"error": {"type": "T", "message": "m"}, "message": "m"});
    let mut customer = crate::support::json(&crate::support::payload("getCustomer--openapi-composed.json"));
    customer["metadata"] = metadata.clone();
    stage.answer(200, Some(&customer));
    let answer = stage.client.get_customer().customer_id("C").send().await.expect("a customer");
    assert_eq!(json!(answer.metadata), metadata);
    stage.answer(200, Some(&json!({"data": [customer]})));
    assert_eq!(stage.client.search_customers().send().await.expect("a page").data.len(), 1);
}

#[tokio::test]
async fn a_contradiction_is_not_the_news_that_there_is_no_such_thing() {
    let stage = Stage::start().await;
    stage.answer(200, Some(&nested(json!({"type": "CUSTOMER_NOT_FOUND_ERROR", "message": "m"}))));
    let error = stage.client.get_customer().customer_id("C").send().await.optional().expect_err("a status of 200");
    assert!(matches!(error, Error::Api(_)), "{error}");
}

#[tokio::test]
async fn calls_of_operations_nobody_knows_hear_of_it_as_well() {
    let stage = Stage::start().await;
    let send = async |body: Value| {
        stage.answer(200, Some(&body));
        stage.client.request(Method::GET, "/v2/new").send::<Value>().await
    };
    let nested = nested(json!({"type": "T", "message": "m"}));
    let error = send(nested).await.expect_err("an error");
    assert!(matches!(&error, Error::Api(error) if error.code() == Some("T")), "{error}");
    // The flat form may be the answer; it is an error where it is not.
    let flat = json!({"type": "T", "message": "m"});
    assert_eq!(*send(flat.clone()).await.expect("a value"), flat);
    let error = stage.client.request(Method::GET, "/v2/new").send::<Vec<u8>>().await.expect_err("no list");
    assert!(matches!(&error, Error::Api(error) if error.code() == Some("T")), "{error}");
}

/// A body where the document has none is read as far as it may be an error, and is no failure otherwise.
#[tokio::test]
async fn an_answer_without_a_body_is_not_an_error_for_having_one() {
    let stage = Stage::start().await;
    let long = json!({"error": {"message": "x".repeat(100_000)}});
    for operation in Spec::get().operations().iter().filter(|operation| operation.success().schema.is_none()) {
        for body in
            [json!({"message": "deleted"}), json!({"id": "O", "error": null}), json!({"error": {}}), long.clone()]
        {
            stage.answer(200, Some(&body));
            call(&stage.client, operation).await.unwrap_or_else(|e| panic!("{e}"));
        }
        stage.answer(200, Some(&nested(json!({"message": "m"}))));
        assert_eq!(failure(&stage.client, operation).await.status().map(|status| status.as_u16()), Some(200));
    }
}
