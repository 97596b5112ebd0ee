//! Errors and responses that users make for their tests are those of real calls.

use std::time::Duration;

use imprint_client::error::TimeoutPhase;
use imprint_client::operation::{self, Operation};
use imprint_client::types::{LinkCustomerAccountBody, Reward};
use imprint_client::{ApiError, Error, ErrorKind, OptionalExt, testing};
use serde_json::{Value, json};

use super::bodies::{documented_bodies, undocumented_bodies};
use super::{call, expect_api_error, link};
use crate::raw_server::RawServer;
use imprint_sandbox::contract::Contract;

const STATUSES: [u16; 12] = [301, 400, 401, 403, 404, 408, 409, 429, 499, 500, 503, 599];

fn of_id(id: &str) -> &'static Operation {
    operation::ALL.iter().find(|operation| operation.id() == id).expect("an operation of the document")
}

/// What an error says, apart from the host and the secrets, which only a client has.
#[derive(Debug, PartialEq)]
struct Said {
    text: String,
    /// The code, the message, the parameter and the id of the request.
    texts: [Option<String>; 4],
    details: Vec<String>,
    retry_after: Option<Duration>,
    attempts: u32,
    body: Vec<u8>,
    /// Whether it is retryable, may have been processed, has its whole body, and has a link.
    is: [bool; 4],
}

fn said(error: &ApiError) -> Said {
    let mut text = error.to_string();
    if let Some(from) = text.find(" (sent to ") {
        let to = from + text[from..].find(')').expect("the other end");
        text.replace_range(from..=to, "");
    }
    let texts = [error.code(), Some(error.message()), error.param(), error.request_id()];
    let is_complete = error.is_body_complete();
    Said {
        text,
        texts: texts.map(|text| text.map(str::to_owned)),
        details: error.details().to_vec(),
        retry_after: error.retry_after(),
        attempts: error.attempts(),
        body: error.body().to_vec(),
        is: [error.is_retryable(), error.may_have_been_processed(), is_complete, error.existing_link().is_some()],
    }
}

fn expect_made(error: Error) -> ApiError {
    let Error::Api(error) = error else { panic!("no error of the API: {error}") };
    error
}

#[tokio::test]
async fn an_error_made_by_hand_says_what_a_real_one_says() {
    let server = RawServer::start().await;
    let client = server.client();
    let headers = [("retry-after", "7"), ("x-request-id", "7f3a"), ("x-request-id", "second")];
    let bodies: Vec<_> = documented_bodies().into_iter().chain(undocumented_bodies()).collect();
    let mut operations = Contract::shared().operations().iter().cycle();
    for status in STATUSES {
        for body in &bodies {
            server.respond_with(status, &headers, &body.body);
            let operation = operations.next().expect("a cycle");
            let real = expect_api_error(&client, operation).await;
            let made = testing::api_error(of_id(real.operation_id()), status).body(&*body.body);
            let made = headers.iter().fold(made, |made, (name, value)| made.header(name, value));
            assert_eq!(said(&expect_made(made.build())), said(&real), "{} {status} {}", operation.id, body.name);
        }
    }
}

#[tokio::test]
async fn an_answer_made_by_hand_is_read_as_a_real_one_is() {
    let server = RawServer::start().await;
    let client = server.client();
    let reward = json!({"id": "R", "customer_id": "C", "type": "REWARD", "status": "NEW", "amount": 5,
        "created_at": "2025-02-13T19:08:07Z"});
    let without = |name: &str| {
        let mut reward = reward.clone();
        reward.as_object_mut().expect("an object").remove(name);
        reward
    };
    let bodies: [Vec<u8>; 8] = [
        reward.to_string().into(),
        without("amount").to_string().into(),
        without("customer_id").to_string().into(),
        json!({"type": "CUSTOMER_NOT_FOUND_ERROR", "message": "no"}).to_string().into(),
        json!([reward]).to_string().into(),
        b"{\"id\":".to_vec(),
        b"null".to_vec(),
        Vec::new(),
    ];
    let mut kinds = [0; 3];
    for (status, body) in [200, 201, 404].into_iter().flat_map(|status| bodies.iter().map(move |body| (status, body))) {
        server.respond_with(status, &[("x-request-id", "7f3a")], body);
        let real = client.get_reward().reward_id("R").send().await;
        let made = testing::answer(&operation::GET_REWARD, status).header("x-request-id", "7f3a").body(&**body);
        match (made.read::<Reward>(), real) {
            (Ok(made), Ok(real)) => {
                kinds[0] += 1;
                assert_eq!(*made, *real);
                assert_eq!((made.status(), made.attempts()), (real.status(), real.attempts()));
                assert_eq!(made.request_id(), real.request_id());
            }
            (Err(Error::Decode(made)), Err(Error::Decode(real))) => {
                kinds[1] += 1;
                assert_eq!(made.to_string(), real.to_string());
                assert_eq!((made.path(), made.status()), (real.path(), real.status()));
            }
            (Err(Error::Api(made)), Err(Error::Api(real))) => {
                kinds[2] += 1;
                assert_eq!(said(&made), said(&real));
            }
            (made, real) => panic!("{status} {}: {made:?} {real:?}", String::from_utf8_lossy(body)),
        }
    }
    assert_eq!(kinds, [2, 12, 10]);
}

#[tokio::test]
async fn success_and_its_absence_are_read_for_every_operation() {
    let server = RawServer::start().await;
    let client = server.client();
    for (documented, body) in
        Contract::shared().operations().iter().flat_map(|one| [(one, "{}"), (one, ""), (one, "[]")])
    {
        server.respond_with(200, &[], body.as_bytes());
        let real = call(&client, documented).await;
        let answer = testing::answer(of_id(&documented.id), 200).body(body);
        // Whether a body is that of a `T` depends on the type, which this test does not know; it knows the rest.
        match answer.read::<Value>() {
            Err(Error::Api(made)) => assert!(matches!(real, Err(Error::Api(_))), "{}: {made}", documented.id),
            _ => assert!(!matches!(real, Err(Error::Api(_))), "{}", documented.id),
        }
    }
}

#[test]
fn fields_make_the_body_that_the_document_describes() {
    let error = || testing::api_error(&operation::CREATE_ORDER, 400).code("A").message("b").param("c");
    let made = expect_made(error().detail("d").detail("e").build());
    let body: Value = serde_json::from_slice(made.body()).expect("JSON");
    assert_eq!(body, json!({"type": "A", "message": "b", "param": "c", "details": ["d", "e"]}));
    assert_eq!((made.code(), made.message(), made.param()), (Some("A"), "b", Some("c")));
    assert_eq!((made.details(), made.kind()), (&["d".to_owned(), "e".to_owned()][..], ErrorKind::BadRequest));

    let replaced = expect_made(error().json(&json!({"error": {"type": "B", "existing_link": link()}})).build());
    assert_eq!((replaced.code(), replaced.message()), (Some("B"), "Bad Request"));
    assert!(replaced.existing_link().is_some());
    let replaced = expect_made(testing::api_error(&operation::CREATE_ORDER, 400).body("<html>").code("A").build());
    assert_eq!(replaced.body(), br#"{"type":"A"}"#);
    assert_eq!(expect_made(testing::api_error(&operation::CREATE_ORDER, 418).build()).body(), b"");
}

#[test]
fn attempts_before_the_last_one_are_what_the_test_says() {
    let refused = || testing::api_error(&operation::GET_CUSTOMER, 404).code("CUSTOMER_NOT_FOUND_ERROR");
    let error = refused().attempts(3).build();
    assert_eq!((error.attempts(), error.may_have_been_processed()), (3, false));
    let error = refused().earlier_may_have_been_processed().attempts(1).build();
    assert_eq!((error.attempts(), error.may_have_been_processed()), (2, true));
    assert!(error.to_string().ends_with(", after 2 attempts"), "{error}");
    assert!(Err::<imprint_client::Response<()>, _>(error).optional().expect("a 404 of the API").is_none());

    for (phase, unsent) in [(TimeoutPhase::Connect, true), (TimeoutPhase::Attempt, false), (TimeoutPhase::Call, false)]
    {
        let made = || testing::timeout(&operation::CREATE_ORDER, phase).limit(Duration::from_millis(1500));
        let shown = format!("{:?}", made().attempts(2));
        let expected = format!("operation_id: \"createOrder\", phase: {phase:?}, limit: 1.5s, attempts: 2");
        assert!(shown.contains(&expected), "{shown}");
        let Error::Timeout(error) = made().attempts(2).build() else { panic!("no timeout") };
        assert_eq!((error.phase(), error.limit(), error.attempts()), (phase, Duration::from_millis(1500), 2));
        assert_eq!((error.is_retryable(), error.may_have_been_processed()), (unsent, !unsent));
        assert_eq!((error.status(), error.operation_id()), (None, "createOrder"));
        assert!(made().earlier_may_have_been_processed().build().may_have_been_processed());
    }
}

#[test]
fn a_response_keeps_what_it_is_given() {
    let body = LinkCustomerAccountBody::builder().partner_customer_id("U").build().expect("a body");
    let response = testing::response(body.clone());
    let response = response.status(201).header("x-request-id", "7f3a").header("set-cookie", "hunter2").attempts(2);
    assert!(!format!("{response:?}").contains("hunter2"), "{response:?}");
    let response = response.build();
    assert_eq!((response.status().as_u16(), response.attempts(), &*response), (201, 2, &body));
    assert_eq!((response.request_id(), response.headers().len()), (Some("7f3a"), 2));
}

/// What no answer can be is refused in the test, at its own line.
#[test]
fn what_cannot_be_is_refused() {
    let cases: [(fn(), &str); 8] = [
        (|| drop(testing::api_error(&operation::GET_OFFER, 99)), "99 is no status: use one from 100 to 999"),
        (|| drop(testing::answer(&operation::GET_OFFER, 1000)), "1000 is no status: use one from 100 to 999"),
        (|| drop(testing::response(()).status(404)), "404 is no success: use `testing::api_error`"),
        (|| drop(testing::response(()).attempts(0)), "an answer comes after at least one attempt"),
        (|| drop(testing::response(()).header("a b", "")), "`a b` cannot be the name of a header"),
        (|| drop(testing::response(()).header("a", "hunter2\n")), "the value of `a` cannot be sent in a header"),
        (
            || drop(testing::api_error(&operation::GET_OFFER, 200).json(&json!({"id": "K"})).build()),
            "an answer with the status 200 OK and no body of an error is no error of the API",
        ),
        (
            || drop(testing::answer(&operation::GET_OFFER, 200).json(&std::collections::HashMap::from([((1, 2), 3)]))),
            "the body cannot be written as JSON",
        ),
    ];
    for (case, message) in cases {
        let panic = std::panic::catch_unwind(case).expect_err(message);
        let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref().copied());
        assert_eq!(text, Some(message));
    }
    let contradiction = testing::api_error(&operation::CREATE_ORDER, 200).code("A_ERROR").message("no").build();
    assert!(contradiction.may_have_been_processed() && !contradiction.is_retryable());
}
