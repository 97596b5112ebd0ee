//! The sandbox for code without async.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use imprint_sandbox::{Decision, Outcome, Sandbox};

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
    sandbox.freeze_clock_at(sandbox.now() + Duration::from_secs(1)).expect("it is later");
    assert!(sandbox.now() >= before + Duration::from_secs(60));
    let refused = sandbox.apply("no secret").last_name("approve").complete().expect_err("no such session");
    assert_eq!(refused.code(), Some("INVALID_CLIENT_SECRET"));
    assert!(sandbox.decide("none", Decision::Approve).is_err());

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
        "POST /v2/customer_sessions HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer sandbox-key\r\n\
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
    let decided = sandbox.decide(&application_id, Decision::Approve);
    assert!(matches!(decided, Ok(Outcome::Approved { .. })), "{decided:?}");
}

/// A receiver that answers every request with a status, in a thread that ends when nothing comes any more.
fn receiver(status: u16, answers: usize) -> (String, std::thread::JoinHandle<Vec<String>>) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/imprint", listener.local_addr().expect("an address"));
    let thread = std::thread::spawn(move || {
        let take = |_| {
            let (mut stream, _) = listener.accept().expect("a connection");
            stream.set_read_timeout(Some(Duration::from_secs(5))).expect("a timeout");
            let mut request = Vec::new();
            let mut part = [0; 4_096];
            let is_whole = |request: &[u8]| {
                let text = String::from_utf8_lossy(request).to_ascii_lowercase();
                let (head, body) = text.split_once("\r\n\r\n")?;
                let length = head.lines().find_map(|line| line.strip_prefix("content-length: "))?;
                Some(body.len() >= length.parse::<usize>().ok()?)
            };
            while is_whole(&request) != Some(true) {
                let read = stream.read(&mut part).expect("a request");
                assert_ne!(read, 0, "the request ends early");
                request.extend_from_slice(&part[..read]);
            }
            write!(stream, "HTTP/1.1 {status} -\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").expect("an answer");
            String::from_utf8_lossy(&request).into_owned()
        };
        (0..answers).map(take).collect()
    });
    (url, thread)
}

#[test]
fn webhooks_are_sent_settled_and_replayed() {
    let sandbox = Sandbox::blocking().expect("a sandbox");
    let (url, thread) = receiver(200, 3);
    sandbox.webhook(url).expect("an endpoint");
    sandbox.customer("PARTNER_USER_456").approved().expect("a customer");
    sandbox.settled().expect("both are acknowledged");
    assert_eq!(sandbox.wait_for("PAYMENT_METHOD").expect("an event").object, "PAYMENT_METHOD");
    let id = sandbox.deliveries()[0].id.clone();
    assert!(sandbox.replay(&id).expect("an attempt").is_success());
    let requests = thread.join().expect("three requests");
    assert!(requests.iter().all(|request| request.starts_with("POST /imprint HTTP/1.1\r\n")), "{requests:?}");
    assert!(!sandbox.replay_with_old_signature(&id).expect("an attempt").is_success(), "nothing listens any more");
}

#[test]
fn a_receiver_is_checked_without_a_runtime() {
    let (url, thread) = receiver(200, 18);
    let report = imprint_sandbox::blocking::check_receiver(&url, "a made-up token").expect("a report");
    assert_eq!((report.is_ok(), report.checks.len()), (false, thread.join().expect("18 requests").len()), "{report}");
    let (url, thread) = receiver(400, 19);
    let sandbox = Sandbox::blocking().expect("a sandbox");
    let report = sandbox.check_receiver(&url).expect("a report");
    assert!(!report.is_ok() && thread.join().is_ok(), "{report}");
}
