//! A success status with the body of an error: an error for every operation, and never an empty success.

use imprint_client::{Error, ErrorKind, Method, OptionalExt};
use serde_json::{Value, json};

use super::{expect_api_error, expect_failure, nested};
use crate::mock_api::MockApi;
use crate::table::call;
use imprint_sandbox::contract::{Contract, PropertySet};

/// Error bodies that contain nothing of a success, with the code and message that the error must return.
fn error_bodies() -> Vec<(Value, Option<&'static str>, &'static str)> {
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
    let api = MockApi::start().await;
    for operation in Contract::shared().operations() {
        for status in [200, 201] {
            for (body, code, message) in error_bodies() {
                api.respond_with(status, Some(&body));
                let error = expect_api_error(&api.client, operation).await;
                assert_eq!((error.code(), error.message()), (code, message), "{}: {body}", operation.id);
                assert_eq!((error.status().as_u16(), error.kind()), (status, ErrorKind::Other));
                assert_eq!(error.body(), body.to_string().as_bytes());
                assert!(error.is_body_complete());
                // The status says that the call was carried out, so this must not look like a refusal: repeating it
                // could do it twice.
                assert!(error.may_have_been_processed() && !error.is_retryable(), "{}", operation.id);
                assert_eq!((error.attempts(), api.take_requests().len()), (1, 1), "{} was repeated", operation.id);
            }
        }
    }
}

#[tokio::test]
async fn an_error_object_beside_a_complete_response_is_an_error() {
    let api = MockApi::start().await;
    for operation in Contract::shared().operations() {
        let Some(schema) = operation.success_body() else { continue };
        let whole = Contract::shared().compose(schema, PropertySet::All);
        let mut body = whole.clone();
        body["error"] = json!({"type": "PARTIAL", "message": "half of it failed"});
        api.respond_with(200, Some(&body));
        assert_eq!(expect_api_error(&api.client, operation).await.code(), Some("PARTIAL"), "{}", operation.id);
        // Empty values of `error` that some servers write on success, and error fields that are unknown fields here.
        for error in [json!(null), json!({}), json!({"type": "", "message": "", "code": 0}), json!(""), json!("text")] {
            body["error"] = error;
            body["message"] = json!("done");
            body["code"] = json!("OK");
            api.respond_with(200, Some(&body));
            let answer = call(&api.client, operation).await.unwrap_or_else(|e| panic!("{body}: {e}"));
            assert_eq!(*answer, whole, "{}", operation.id);
        }
    }
}

#[tokio::test]
async fn an_error_object_in_metadata_is_data_of_the_partner() {
    let api = MockApi::start().await;
    let metadata = json!({"error": {"type": "T", "message": "m"}, "message": "m"});
    let mut customer = crate::support::json(&crate::support::payload("getCustomer--openapi-composed.json"));
    customer["metadata"] = metadata.clone();
    api.respond_with(200, Some(&customer));
    let answer = api.client.get_customer().customer_id("C").send().await.expect("a customer");
    assert_eq!(json!(answer.metadata), metadata);
    api.respond_with(200, Some(&json!({"data": [customer]})));
    assert_eq!(api.client.search_customers().send().await.expect("a page").data.len(), 1);
}

#[tokio::test]
async fn a_success_status_with_a_not_found_code_is_an_error_for_optional() {
    let api = MockApi::start().await;
    api.respond_with(200, Some(&nested(json!({"type": "CUSTOMER_NOT_FOUND_ERROR", "message": "m"}))));
    let error =
        api.client.get_customer().customer_id("C").send().await.optional().expect_err("a 200 is not a not-found");
    assert!(matches!(error, Error::Api(_)), "{error}");
}

#[tokio::test]
async fn raw_requests_also_report_an_error_body_under_a_success() {
    let api = MockApi::start().await;
    let send = async |body: Value| {
        api.respond_with(200, Some(&body));
        api.client.request(Method::GET, "/v2/new").send::<Value>().await
    };
    let nested = nested(json!({"type": "T", "message": "m"}));
    let error = send(nested).await.expect_err("an error");
    assert!(matches!(&error, Error::Api(error) if error.code() == Some("T")), "{error}");
    // The flat form may be the response of an unknown operation. It is an error only if it cannot be decoded into the
    // requested type.
    let flat = json!({"type": "T", "message": "m"});
    assert_eq!(*send(flat.clone()).await.expect("a value"), flat);
    let error = api.client.request(Method::GET, "/v2/new").send::<Vec<u8>>().await.expect_err("no list");
    assert!(matches!(&error, Error::Api(error) if error.code() == Some("T")), "{error}");
}

/// If the document declares no body, a body is read only to find an error in it, and is ignored otherwise.
#[tokio::test]
async fn an_unexpected_body_is_ignored_unless_it_is_an_error() {
    let api = MockApi::start().await;
    let long = json!({"error": {"message": "x".repeat(100_000)}});
    for operation in Contract::shared().operations().iter().filter(|operation| operation.success_body().is_none()) {
        for body in
            [json!({"message": "deleted"}), json!({"id": "O", "error": null}), json!({"error": {}}), long.clone()]
        {
            api.respond_with(200, Some(&body));
            call(&api.client, operation).await.unwrap_or_else(|e| panic!("{e}"));
        }
        api.respond_with(200, Some(&nested(json!({"message": "m"}))));
        assert_eq!(expect_failure(&api.client, operation).await.status().map(|status| status.as_u16()), Some(200));
    }
}
