//! The sandbox for code without async.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use imprint_sandbox::{Outcome, Sandbox};

/// Sends a request and returns the whole answer.
fn get(sandbox: &imprint_sandbox::blocking::Sandbox, path: &str) -> String {
    let address = sandbox.url().trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(&address).expect("a connection");
    stream.set_read_timeout(Some(Duration::from_secs(5))).expect("a timeout");
    let key = sandbox.key().expose().to_owned();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {key}\r\nconnection: close\r\n\r\n"
    )
    .expect("a request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

#[test]
fn it_runs_in_a_thread_of_its_own_without_a_runtime() {
    let sandbox = Sandbox::blocking().expect("a sandbox");
    let customer = sandbox.customer("PARTNER_USER_456").last_name("Doe").approved().expect("a customer");
    let answer = get(&sandbox, &format!("/v2/payment_methods/{}", customer.payment_method));
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("\"ACTIVE\""), "{answer}");
    sandbox.payment_method(customer.payment_method.as_str()).cancel().expect("it was active");
    assert!(get(&sandbox, &format!("/v2/payment_methods/{}", customer.payment_method)).contains("\"CANCELED\""));

    let before = sandbox.now();
    sandbox.advance(Duration::from_secs(60));
    assert!(sandbox.now() >= before + Duration::from_secs(60));
    let refused = sandbox.apply("no secret").last_name("approve").complete().expect_err("no such session");
    assert_eq!(refused.code(), Some("INVALID_CLIENT_SECRET"));
    assert!(sandbox.decide("none", true).is_err());

    let streak = sandbox.streak(&customer.customer_id).benefit("FREE_SHIPPING").metadata("tier", 1);
    let streak = streak.period_type("WEEK").period_length(Duration::from_secs(7 * 86_400)).enroll("CONFIG", 2);
    let streak = streak.expect("a streak");
    streak.complete_period().expect("it is in progress");
    streak.fail().expect("it is in progress");
    assert!(streak.complete_period().is_err());
    let kinds = || sandbox.events().into_iter().map(|event| event.object).collect::<Vec<_>>();
    assert_eq!(kinds().iter().filter(|kind| *kind == "STREAK").count(), 3);
    sandbox.close_account(&customer.customer_id, sandbox.now()).expect("it is open");
    assert_eq!(kinds().last().map(String::as_str), Some("ACCOUNT_STATUS"), "the card was canceled before");
    let screened = sandbox.customer("SCREENED").prescreened().create();
    assert!(screened.is_ok() && get(&sandbox, "/v2/offers?partner_customer_id=SCREENED").contains(":true"));

    let other = sandbox.account("other");
    assert!(get(&other, "/v2/customers").contains("\"total\":0"));
    let made = other.customer("PARTNER_USER_456").create().expect("a customer");
    assert!(get(&other, &format!("/v2/customers/{made}")).starts_with("HTTP/1.1 200"));
    assert!(get(&sandbox, &format!("/v2/customers/{made}")).starts_with("HTTP/1.1 404"));
}

#[test]
fn an_application_is_filled_in_and_completed() {
    let sandbox = Sandbox::builder().start_blocking().expect("a sandbox");
    let address = sandbox.url().trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(&address).expect("a connection");
    stream.set_read_timeout(Some(Duration::from_secs(5))).expect("a timeout");
    write!(
        stream,
        "POST /v2/customer_sessions HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer sandbox\r\n\
         content-length: 0\r\nconnection: close\r\n\r\n"
    )
    .expect("a request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    let body = answer.split("\r\n\r\n").nth(1).expect("a body");
    let session: serde_json::Value = serde_json::from_str(body).expect("JSON");
    let secret = session["client_secret"].as_str().expect("a secret");
    let outcome = sandbox.apply(secret).last_name("review").phone("+14155552671").otp("888888").complete();
    let Ok(Outcome::ActionRequired { application_id, .. }) = outcome else { panic!("{outcome:?}") };
    let decided = sandbox.decide(&application_id, true);
    assert!(matches!(decided, Ok(Outcome::Approved { .. })), "{decided:?}");
}
