//! `ensure_linked`.

use std::time::{Duration, Instant};

use imprint_client::helpers::LinkError;
use imprint_client::{Error, ErrorKind};
use serde_json::{Value, json};

use super::server::{Reply, Server};
use crate::support::{json as parsed, payload};

const CUSTOMER: &str = "9B5E1EE0-2E1C-46E7-81B9-3C3917204BE4";
const ACCOUNT: &str = "PARTNER_USER_456";

fn link() -> Value {
    parsed(&payload("linkCustomerAccount--openapi-composed.json"))
}

/// The documented 409, with a link changed by `change`.
fn conflict(change: impl FnOnce(&mut Value)) -> Value {
    let mut body = parsed(&payload("error-409-customer-already-linked--seed-001.json"));
    change(&mut body["error"]["existing_link"]);
    body
}

/// A server that always gives this answer.
async fn always(status: u16, body: Value) -> Server {
    Server::start(move |_| Reply::Json(status, body.clone())).await
}

#[tokio::test]
async fn nobody_is_linked_to_a_blank_account() {
    let server = always(200, link()).await;
    for blank in ["", " "] {
        let error = server.client().ensure_linked(CUSTOMER, blank).await.unwrap_err();
        assert!(matches!(&error, LinkError::Call(Error::InvalidRequest(_))), "{error:?}");
    }
    assert!(server.got().is_empty());
}

#[tokio::test]
async fn a_new_link_is_made() {
    let server = always(200, link()).await;
    let made = server.client().ensure_linked(CUSTOMER, ACCOUNT).await.unwrap();
    assert_eq!((made.customer_id.as_str(), made.partner_customer_id.as_str()), (CUSTOMER, ACCOUNT));
    let got = server.got();
    assert_eq!(got.len(), 1);
    assert!(got[0].is(&format!("POST /v2/customers/{CUSTOMER}/link")), "{got:?}");
    assert_eq!(got[0].body, json!({ "partner_customer_id": ACCOUNT }));
}

#[tokio::test]
async fn the_same_link_that_is_there_already_is_success() {
    let server = always(409, conflict(|_| ())).await;
    let there = server.client().ensure_linked(CUSTOMER, ACCOUNT).await.unwrap();
    assert_eq!(there.metadata["store_id"], "store_789");
    assert_eq!(server.got().len(), 1);
}

#[tokio::test]
async fn another_link_is_an_error_with_both() {
    for (change, says) in [
        (json!({"partner_customer_id": "SOMEBODY_ELSE"}), "the customer is linked to another account"),
        (json!({"partner_customer_id": "partner_user_456"}), "the customer is linked to another account"),
        (json!({"customer_id": "SOMEBODY_ELSE"}), "the account of the partner is linked to another customer"),
        (json!({"customer_id": "C", "partner_customer_id": "P"}), "a link of another customer to another account"),
    ] {
        let changes = change.as_object().unwrap().clone();
        let body = conflict(|link| link.as_object_mut().unwrap().extend(changes));
        let server = always(409, body).await;
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
async fn the_customer_may_come_in_the_other_letter_case() {
    let lower = CUSTOMER.to_lowercase();
    let mut made = link();
    made["customer_id"] = json!(lower);
    let there = lower.clone();
    for (status, body) in [(409, conflict(move |link| link["customer_id"] = json!(there))), (200, made)] {
        let server = always(status, body).await;
        assert_eq!(server.client().ensure_linked(CUSTOMER, ACCOUNT).await.unwrap().customer_id.as_str(), lower);
    }
}

#[tokio::test]
async fn an_answer_with_another_link_is_an_error_that_carries_it() {
    for (field, value) in [("customer_id", "SOMEBODY_ELSE"), ("partner_customer_id", "partner_user_456")] {
        let mut made = link();
        made[field] = json!(value);
        let server = always(200, made).await;
        let error = server.client().ensure_linked(CUSTOMER, ACCOUNT).await.unwrap_err();
        let LinkError::LinkedElsewhere { existing, .. } = &error else { panic!("{error:?}") };
        assert_eq!(json!(existing)[field], value);
        assert_eq!(server.got().len(), 1);
    }
}

#[tokio::test]
async fn a_conflict_that_shows_no_link_cannot_be_told() {
    let without = conflict(|link| *link = Value::Null);
    for body in [without, json!({"type": "CUSTOMER_ALREADY_LINKED", "message": "linked"}), json!({})] {
        let server = always(409, body).await;
        let error = server.client().ensure_linked(CUSTOMER, ACCOUNT).await.unwrap_err();
        assert!(matches!(&error, LinkError::Call(Error::Api(e)) if e.kind() == ErrorKind::Conflict), "{error:?}");
        assert_eq!(server.got().len(), 1);
    }
}

#[tokio::test]
async fn a_link_that_is_not_in_force_is_no_success() {
    let mut made = link();
    made["status"] = json!("INACTIVE");
    for (status, body) in [(409, conflict(|link| link["status"] = json!("INACTIVE"))), (200, made)] {
        let server = always(status, body).await;
        let error = server.client().ensure_linked(CUSTOMER, ACCOUNT).await.unwrap_err();
        assert!(matches!(&error, LinkError::Inactive(link) if link.customer_id == CUSTOMER), "{error:?}");
    }
    // A status of tomorrow is for the caller to judge.
    let server = always(409, conflict(|link| link["status"] = json!("VERIFIED"))).await;
    assert_eq!(server.client().ensure_linked(CUSTOMER, ACCOUNT).await.unwrap().status.as_str(), "VERIFIED");
}

/// Makes the link, and loses the first answer in this way.
async fn forgetful(lost: fn() -> Reply) -> Server {
    let mut linked = false;
    Server::start(move |_| match std::mem::replace(&mut linked, true) {
        false => lost(),
        true => Reply::Json(409, conflict(|_| ())),
    })
    .await
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again() {
    for lost in [|| Reply::Drop, || Reply::Empty(502), || Reply::Stall] {
        let server = forgetful(lost).await;
        let client = server.client_with(|builder| builder.attempt_timeout(Duration::from_millis(300)));
        assert_eq!(client.ensure_linked(CUSTOMER, ACCOUNT).await.unwrap().customer_id, CUSTOMER);
        assert_eq!(server.got().len(), 2);
    }
}

#[tokio::test]
async fn it_is_asked_for_twice_and_not_for_ever() {
    let server = always(503, json!({})).await;
    let error = server.client().ensure_linked(CUSTOMER, ACCOUNT).await.unwrap_err();
    assert!(matches!(&error, LinkError::Call(e) if e.may_have_been_processed()), "{error:?}");
    assert_eq!(server.got().len(), 2);
}

#[tokio::test]
async fn a_refusal_of_the_second_leaves_the_first_in_doubt() {
    let mut lost = false;
    let server = Server::start(move |_| match std::mem::replace(&mut lost, true) {
        false => Reply::Drop,
        true => Reply::Empty(403),
    })
    .await;
    let error = server.client().ensure_linked(CUSTOMER, ACCOUNT).await.unwrap_err();
    assert!(matches!(&error, LinkError::Call(e) if e.may_have_been_processed()), "{error:?}");
    assert_eq!(server.got().len(), 2);
}

#[tokio::test]
async fn a_stalled_call_leaves_time_for_the_second() {
    let timeout = Duration::from_millis(600);
    let mut calls = 0;
    let server = Server::start(move |_| {
        calls += 1;
        if calls == 1 { Reply::Stall } else { Reply::Json(200, link()) }
    })
    .await;
    server.client().with_timeout(timeout).ensure_linked(CUSTOMER, ACCOUNT).await.unwrap();
    assert_eq!(server.got().len(), 2);

    let server = Server::start(|_| Reply::Stall).await;
    let start = Instant::now();
    let error = server.client().with_timeout(timeout).ensure_linked(CUSTOMER, ACCOUNT).await.unwrap_err();
    assert!(matches!(error, LinkError::Call(Error::Timeout(_))), "{error:?}");
    assert!(start.elapsed() < timeout * 3, "{:?}", start.elapsed());
    assert_eq!(server.got().len(), 2);
}

#[tokio::test]
async fn what_the_api_refuses_is_not_repeated() {
    let server = always(404, parsed(&payload("error-404-CustomerNotFoundError--openapi.json"))).await;
    let error = server.client().ensure_linked("nobody", ACCOUNT).await.unwrap_err();
    assert!(matches!(&error, LinkError::Call(Error::Api(e)) if e.kind() == ErrorKind::NotFound), "{error:?}");
    assert_eq!(server.got().len(), 1);
    let error = server.client().ensure_linked("..", ACCOUNT).await.unwrap_err();
    assert!(matches!(error, LinkError::Call(Error::InvalidRequest(_))), "{error:?}");
    assert_eq!(server.got().len(), 1);
}
