//! Tests of `ensure_linked`.

use std::time::{Duration, Instant};

use imprint_client::helpers::LinkError;
use imprint_client::{Error, ErrorKind};
use serde_json::{Value, json};

use super::closure_server::{ClosureServer, Reply};
use crate::support::{json as parsed, payload};

const CUSTOMER: &str = "9B5E1EE0-2E1C-46E7-81B9-3C3917204BE4";
const ACCOUNT: &str = "PARTNER_USER_456";

fn link() -> Value {
    parsed(&payload("linkCustomerAccount--openapi-composed.json"))
}

/// The documented 409, whose existing link is changed by `change`.
fn conflict(change: impl FnOnce(&mut Value)) -> Value {
    let mut body = parsed(&payload("error-409-customer-already-linked--seed-001.json"));
    change(&mut body["error"]["existing_link"]);
    body
}

/// A server that always returns this response.
async fn server_returning(status: u16, body: Value) -> ClosureServer {
    ClosureServer::start(move |_| Reply::Json(status, body.clone())).await
}

#[tokio::test]
async fn a_blank_account_is_refused_before_anything_is_sent() {
    let server = server_returning(200, link()).await;
    for blank in ["", " "] {
        let error = server.client().ensure_linked(CUSTOMER, blank).await.unwrap_err();
        assert!(matches!(&error, LinkError::Call(Error::InvalidRequest(_))), "{error:?}");
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_new_link_is_created() {
    let server = server_returning(200, link()).await;
    let made = server.client().ensure_linked(CUSTOMER, ACCOUNT).await.unwrap();
    assert_eq!((made.customer_id.as_str(), made.partner_customer_id.as_str()), (CUSTOMER, ACCOUNT));
    let requests = server.requests();
    assert_eq!(requests.len(), 1);
    assert!(requests[0].is_call(&format!("POST /v2/customers/{CUSTOMER}/link")), "{requests:?}");
    assert_eq!(requests[0].body, json!({ "partner_customer_id": ACCOUNT }));
}

#[tokio::test]
async fn an_existing_link_of_the_same_pair_is_a_success() {
    let server = server_returning(409, conflict(|_| ())).await;
    let there = server.client().ensure_linked(CUSTOMER, ACCOUNT).await.unwrap();
    assert_eq!(there.metadata["store_id"], "store_789");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn an_existing_link_of_another_pair_is_an_error_with_both_pairs() {
    for (change, says) in [
        (json!({"partner_customer_id": "SOMEBODY_ELSE"}), "the customer is linked to another account"),
        (json!({"partner_customer_id": "partner_user_456"}), "the customer is linked to another account"),
        (json!({"customer_id": "SOMEBODY_ELSE"}), "the account of the partner is linked to another customer"),
        (json!({"customer_id": "C", "partner_customer_id": "P"}), "a link of another customer to another account"),
    ] {
        let changes = change.as_object().unwrap().clone();
        let body = conflict(|link| link.as_object_mut().unwrap().extend(changes));
        let server = server_returning(409, body).await;
        let error = server.client().ensure_linked(CUSTOMER, ACCOUNT).await.unwrap_err();
        assert!(error.to_string().starts_with(says), "{error}");
        let LinkError::LinkedElsewhere { existing, customer_id, partner_customer_id, .. } = error else {
            panic!("{error:?}");
        };
        assert_eq!((customer_id.as_str(), partner_customer_id.as_str()), (CUSTOMER, ACCOUNT));
        for (field, value) in change.as_object().unwrap() {
            assert_eq!(serde_json::to_value(&existing).unwrap()[field], *value);
        }
    }
}

#[tokio::test]
async fn the_letter_case_of_the_customer_id_is_ignored() {
    let lower = CUSTOMER.to_lowercase();
    let mut made = link();
    made["customer_id"] = json!(lower);
    let there = lower.clone();
    for (status, body) in [(409, conflict(move |link| link["customer_id"] = json!(there))), (200, made)] {
        let server = server_returning(status, body).await;
        assert_eq!(server.client().ensure_linked(CUSTOMER, ACCOUNT).await.unwrap().customer_id.as_str(), lower);
    }
}

#[tokio::test]
async fn a_success_with_another_link_is_an_error_that_contains_it() {
    for (field, value) in [("customer_id", "SOMEBODY_ELSE"), ("partner_customer_id", "partner_user_456")] {
        let mut made = link();
        made[field] = json!(value);
        let server = server_returning(200, made).await;
        let error = server.client().ensure_linked(CUSTOMER, ACCOUNT).await.unwrap_err();
        let LinkError::LinkedElsewhere { existing, .. } = &error else { panic!("{error:?}") };
        assert_eq!(json!(existing)[field], value);
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_conflict_without_the_existing_link_is_returned_as_the_call_error() {
    let without = conflict(|link| *link = Value::Null);
    for body in [without, json!({"type": "CUSTOMER_ALREADY_LINKED", "message": "linked"}), json!({})] {
        let server = server_returning(409, body).await;
        let error = server.client().ensure_linked(CUSTOMER, ACCOUNT).await.unwrap_err();
        assert!(matches!(&error, LinkError::Call(Error::Api(e)) if e.kind() == ErrorKind::Conflict), "{error:?}");
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn an_inactive_link_is_an_error() {
    let mut made = link();
    made["status"] = json!("INACTIVE");
    for (status, body) in [(409, conflict(|link| link["status"] = json!("INACTIVE"))), (200, made)] {
        let server = server_returning(status, body).await;
        let error = server.client().ensure_linked(CUSTOMER, ACCOUNT).await.unwrap_err();
        assert!(matches!(&error, LinkError::Inactive(link) if link.customer_id == CUSTOMER), "{error:?}");
    }
    // A status that this version does not know is returned to the caller.
    let server = server_returning(409, conflict(|link| link["status"] = json!("VERIFIED"))).await;
    assert_eq!(server.client().ensure_linked(CUSTOMER, ACCOUNT).await.unwrap().status.as_str(), "VERIFIED");
}

/// A server that records the link and loses the first response in this way; later requests are a 409.
async fn server_that_loses_the_first_response(lost: fn() -> Reply) -> ClosureServer {
    let mut linked = false;
    ClosureServer::start(move |_| match std::mem::replace(&mut linked, true) {
        false => lost(),
        true => Reply::Json(409, conflict(|_| ())),
    })
    .await
}

#[tokio::test]
async fn a_lost_response_is_resolved_by_a_second_request() {
    for lost in [|| Reply::Close, || Reply::Empty(502), || Reply::NeverRespond] {
        let server = server_that_loses_the_first_response(lost).await;
        let client = server.client_with(|builder| builder.attempt_timeout(Duration::from_millis(300)));
        assert_eq!(client.ensure_linked(CUSTOMER, ACCOUNT).await.unwrap().customer_id, CUSTOMER);
        assert_eq!(server.requests().len(), 2);
    }
}

#[tokio::test]
async fn at_most_two_requests_are_sent() {
    let server = server_returning(503, json!({})).await;
    let error = server.client().ensure_linked(CUSTOMER, ACCOUNT).await.unwrap_err();
    assert!(matches!(&error, LinkError::Call(e) if e.may_have_been_processed()), "{error:?}");
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn if_the_second_request_is_refused_the_first_may_have_been_processed() {
    let mut lost = false;
    let server = ClosureServer::start(move |_| match std::mem::replace(&mut lost, true) {
        false => Reply::Close,
        true => Reply::Empty(403),
    })
    .await;
    let error = server.client().ensure_linked(CUSTOMER, ACCOUNT).await.unwrap_err();
    assert!(matches!(&error, LinkError::Call(e) if e.may_have_been_processed()), "{error:?}");
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn the_first_request_leaves_time_for_the_second() {
    let timeout = Duration::from_millis(600);
    let mut calls = 0;
    let server = ClosureServer::start(move |_| {
        calls += 1;
        if calls == 1 { Reply::NeverRespond } else { Reply::Json(200, link()) }
    })
    .await;
    server.client().with_timeout(timeout).ensure_linked(CUSTOMER, ACCOUNT).await.unwrap();
    assert_eq!(server.requests().len(), 2);

    let server = ClosureServer::start(|_| Reply::NeverRespond).await;
    let start = Instant::now();
    let error = server.client().with_timeout(timeout).ensure_linked(CUSTOMER, ACCOUNT).await.unwrap_err();
    assert!(matches!(error, LinkError::Call(Error::Timeout(_))), "{error:?}");
    assert!(start.elapsed() < timeout * 3, "{:?}", start.elapsed());
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_refused_request_is_not_sent_again() {
    let server = server_returning(404, parsed(&payload("error-404-CustomerNotFoundError--openapi.json"))).await;
    let error = server.client().ensure_linked("nobody", ACCOUNT).await.unwrap_err();
    assert!(matches!(&error, LinkError::Call(Error::Api(e)) if e.kind() == ErrorKind::NotFound), "{error:?}");
    assert_eq!(server.requests().len(), 1);
    let error = server.client().ensure_linked("..", ACCOUNT).await.unwrap_err();
    assert!(matches!(error, LinkError::Call(Error::InvalidRequest(_))), "{error:?}");
    assert_eq!(server.requests().len(), 1);
}
