//! What is wrong with a request is said in a sentence, and nothing has changed.

use serde_json::{Value, json};

use super::{Api, message};
use crate::process::client;

#[tokio::test]
async fn what_is_wrong_is_said_and_what_was_meant() {
    let api = Api::start(&[]);
    for (method, path, body, expected) in [
        ("POST", "accounts", json!({ "nmae": "a" }), "nmae: is unknown, did you mean name?"),
        ("POST", "accounts", json!({ "name": "a b" }), "name: "),
        ("POST", "clock/advance", json!({}), "body: "),
        ("POST", "clock/advance", json!({ "days": -1 }), "days: "),
        ("POST", "clock/advance", json!({ "days": 1.5 }), "days: has to be an integer"),
        ("POST", "clock/advance", json!({ "dyas": 1 }), "dyas: is unknown, did you mean days?"),
        ("POST", "clock/freeze", json!({ "at": "tomorrow" }), "at: "),
        ("POST", "customers", json!({ "partner_customer_id": "P", "applied": "yes" }), "approve, review, reject"),
        ("POST", "customers", json!({ "partner_customer_id": "P", "date_of_birth": { "yaer": 1 } }), "date_of_birth."),
        ("POST", "endpoints", json!({ "url": "http://127.0.0.1:9/", "kinds": ["REWRAD"] }), "REWARD"),
        (
            "POST",
            "faults",
            json!({ "operation": "createSesion", "next": 1, "hang": true }),
            "did you mean createSession?",
        ),
        ("POST", "faults", json!({ "next": 1 }), "give an effect"),
        ("POST", "faults", json!({ "next": 1, "carried_out": true }), "give an effect"),
        ("POST", "faults", json!({ "hang": true }), "give one of next"),
        ("POST", "faults", json!({ "next": 1, "nth": 2, "hang": true }), "exclude each other"),
        ("POST", "faults", json!({ "next": 1, "hang": true, "lose_answer": true }), "exclude each other"),
        ("POST", "faults", json!({ "next": 1, "html": true, "body": "x" }), "exclude each other"),
        ("POST", "faults", json!({ "next": 1, "null": ["status"] }), "null[0]: "),
        ("POST", "faults", json!({ "chance": 2, "hang": true }), "chance: "),
        ("POST", "requests/verify", json!({ "counts": { "createSesion": 1 } }), "did you mean createSession?"),
        ("POST", "requests/wait", json!({ "count": 0 }), "count: "),
        ("GET", "requests?operation=createSesion", Value::Null, "did you mean createSession?"),
        ("GET", "requests?limit=0", Value::Null, "limit: "),
        ("GET", "events?kind=REWRAD", Value::Null, "there are ACCOUNT_STATUS"),
        ("GET", "events?after=1", Value::Null, "after: "),
        ("GET", "events?wait=61", Value::Null, "wait: "),
        ("GET", "events?wait=1&wait=2", Value::Null, "wait: is there twice"),
        ("GET", "deliveries?status=GONE", Value::Null, "WAITING"),
        ("GET", "imprint-openapi.json?for=some", Value::Null, "for: "),
    ] {
        let refused = api.expect(400, method, path, (!body.is_null()).then_some(body.clone())).await;
        assert!(message(&refused).contains(expected), "{path} {body}: {refused}");
    }
    assert_eq!(api.get("faults").await, json!({ "faults": [] }));
    assert_eq!(api.get("accounts").await["accounts"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_path_or_method_that_there_is_not_is_answered_with_those_that_there_are() {
    let api = Api::start(&[]);
    let (status, answer) = api.call("GET", "acounts", None).await;
    assert!(status == 404 && message(&answer).contains("/_sandbox/accounts"), "{answer}");
    let (status, answer) = api.call("GET", "", None).await;
    assert!(status == 404 && message(&answer).contains("/_sandbox/openapi.yaml"), "{answer}");
    let url = format!("{}/_sandbox/state", api.program.url());
    let answer = client().delete(&url).send().await.expect("an answer");
    assert_eq!((answer.status().as_u16(), &answer.headers()["allow"]), (405, &"GET, PUT".parse().expect("a header")));
    let head = client().head(format!("{}/_sandbox/health", api.program.url())).send().await.expect("an answer");
    assert_eq!(head.status().as_u16(), 200);
}

#[tokio::test]
async fn no_secret_of_a_request_comes_back_in_an_error() {
    let api = Api::start(&[]);
    let secret = "made-up-4111111111111111";
    for (path, body) in [
        ("applications", json!({ "client_secret": secret })),
        ("applications", json!({ "client_secret": [secret] })),
        ("endpoints", json!({ "url": "http://example.com/", "token": secret })),
        ("endpoints", json!({ "url": format!("http://127.0.0.1:9/{}", " ?s=") + secret, "token": secret })),
        ("customers", json!({ "partner_customer_id": "P", "ssn": secret })),
        ("faults", json!({ "next": 1, "body": secret, "html": true })),
        ("receivers/check", json!({ "url": "http://example.com/", "token": secret })),
    ] {
        let refused = api.expect(400, "POST", path, Some(body)).await;
        assert!(!refused.to_string().contains(secret), "{path}: {refused}");
    }
    let body = json!({ "next": 9, "body": secret });
    assert!(!api.expect(201, "POST", "faults", Some(body)).await.to_string().contains(secret));
}
