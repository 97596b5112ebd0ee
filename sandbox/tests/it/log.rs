//! What a test asserts about the log: counts that are exact although records are dropped, waiting, and messages.

use std::time::Duration;

use imprint_client::RetryPolicy;
use imprint_sandbox::Sandbox;
use serde_json::{Value, json};

use super::faults::panic_of;
use super::plain::send;

type Test = Result<(), Box<dyn std::error::Error>>;

#[tokio::test]
async fn counts_are_exact_although_records_are_dropped() -> Test {
    let sandbox = Sandbox::builder().log_size(3).start().await?;
    for _ in 0..5 {
        send(&sandbox, "POST", "/v2/customer_sessions", None).await;
        send(&sandbox, "GET", "/v2/customers/none", None).await;
    }
    let requests = sandbox.requests();
    assert_eq!((requests.len(), requests.dropped()), (3, 7));
    requests.assert_count(10);
    requests.clone().to("createSession").assert_count(5);
    requests.clone().method("GET").status(404).assert_count(5);
    requests.clone().to("getCustomer").status(200).assert_count(0);
    let sessions = requests.clone().to("createSession");
    let told = panic_of(|| sessions.assert_count(4));
    assert!(told.contains("5 requests to createSession instead of 4"), "{told}");
    assert!(told.contains("4 whose records were dropped") && told.contains("9: POST"), "{told}");
    requests.clone().to("createSession").assert_no_refusals();
    let told = panic_of(|| requests.assert_no_refusals());
    assert!(told.contains("refused: 5 requests\n"), "{told}");
    Ok(())
}

#[tokio::test]
async fn a_parameter_with_the_name_of_a_marked_field_is_hidden() -> Test {
    let sandbox = Sandbox::start().await?;
    send(&sandbox, "GET", "/v2/customers?email=jo@example.com&partner_customer_id=P", None).await;
    let requests = sandbox.requests();
    let shown = |name: &str| requests[0].query.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str());
    assert_eq!((shown("email"), shown("partner_customer_id")), (Some("[hidden]"), Some("P")));
    Ok(())
}

#[tokio::test]
async fn an_assertion_that_would_need_dropped_records_fails_and_says_so() -> Test {
    let sandbox = Sandbox::builder().log_size(1).start().await?;
    for source in ["web", "app"] {
        send(&sandbox, "POST", "/v2/customer_sessions", Some(json!({"source": source}))).await;
    }
    for _ in 0..2 {
        send(&sandbox, "GET", "/v2/customers", None).await;
    }
    // Searches may be repeated, so that those which were dropped do not matter.
    sandbox.requests().to("searchCustomers").assert_none_doubled();
    let all = sandbox.requests();
    let told = panic_of(|| all.assert_none_doubled());
    assert!(told.contains("dropped the records of 2 requests") && told.contains("Builder::log_size"), "{told}");
    let web = sandbox.requests().to("createSession").matching(|request| request.body == Some(json!({"source": "web"})));
    let told = panic_of(|| web.assert_count(1));
    assert!(told.contains("2 requests to createSession that match and cannot count"), "{told}");
    Ok(())
}

#[tokio::test]
async fn an_answer_by_example_is_told_although_its_record_was_dropped() -> Test {
    let mut document: Value = serde_json::from_str(imprint_client::openapi::DOCUMENT)?;
    document["paths"]["/v2/perks"]["post"] =
        json!({"operationId": "grantPerk", "responses": {"204": {"description": ""}}});
    let sandbox = Sandbox::builder().document(document.to_string()).log_size(1).start().await?;
    assert_eq!(send(&sandbox, "POST", "/v2/perks", None).await.status, 204);
    let told = sandbox.verify().expect_err("by example").to_string();
    assert_eq!(
        told,
        "answered by an example of the document, nothing was remembered: request 1: POST /v2/perks grantPerk 204 example\n"
    );
    send(&sandbox, "GET", "/v2/customers", None).await;
    let told = sandbox.verify().expect_err("by example").to_string();
    assert_eq!(told, "answered by an example of the document, but dropped from the log: 1 request\n");
    Ok(())
}

#[tokio::test]
async fn a_wrong_count_shows_what_came_and_what_was_meant() -> Test {
    let sandbox = Sandbox::start().await?;
    send(&sandbox, "GET", "/v2/customer", None).await;
    send(&sandbox, "GET", "/v2/customers", None).await;
    let requests = sandbox.requests().to("searchCustomers");
    let told = panic_of(|| requests.assert_count(2));
    let lines: Vec<_> = told.lines().collect();
    assert_eq!(
        lines,
        [
            "1 request to searchCustomers instead of 2",
            "  2: GET /v2/customers searchCustomers 200 state",
            "to no operation:",
            "  1: GET /v2/customer no operation 404 refusal; the nearest is searchCustomers: GET /v2/customers",
        ]
    );
    Ok(())
}

#[tokio::test]
async fn only_what_was_carried_out_and_is_the_same_is_doubled() -> Test {
    let sandbox = Sandbox::start().await?;
    let session = |body| send(&sandbox, "POST", "/v2/customer_sessions", Some(body));
    sandbox.on("createSession").next(2).status(503);
    for _ in 0..2 {
        session(json!({"partner_customer_id": "A"})).await;
    }
    session(json!({"partner_customer_id": "A"})).await;
    session(json!({"partner_customer_id": "B"})).await;
    // Of a body that is hidden in the log two different ones are not the same.
    let customer = sandbox.customer("C").create()?;
    for email in ["jo@example.com", "al@example.com"] {
        send(&sandbox, "POST", &format!("/v2/customers/{customer}"), Some(json!({"email": email}))).await;
    }
    for _ in 0..2 {
        send(&sandbox, "POST", "/v2/customers/none", Some(json!({"email": "jo@example.com"}))).await;
        send(&sandbox, "POST", "/v2/customers", Some(json!({"ssn": "123456789"}))).await;
    }
    let store = sandbox.client_builder().merchant_key("STORE").build()?;
    store.create_session().body_map(|b| b.partner_customer_id("A")).await?;
    sandbox.requests().assert_none_doubled();
    // The order of members and a fault before the second one make no difference: it was sent twice.
    sandbox.on("updateCustomer").next(1).refuse_before();
    let client = sandbox.client_builder().retry(RetryPolicy::off()).build()?;
    client.update_customer().customer_id(&customer).body_map(|b| b.email("al@example.com")).await.expect_err("refused");
    let log = sandbox.requests();
    let told = panic_of(|| log.assert_none_doubled());
    assert!(told.contains("refuse_before, not carried out\n    asks for the same as\n"), "{told}");
    assert!(!told.contains("al@example.com") && !format!("{log:?}").contains("al@example.com"), "{told}");
    Ok(())
}

#[tokio::test]
async fn waiting_ends_when_enough_have_come_and_is_bounded() -> Test {
    let sandbox = Sandbox::builder().log_size(2).start().await?;
    let later = sandbox.clone();
    let sending = tokio::spawn(async move {
        for _ in 0..4 {
            tokio::time::sleep(Duration::from_millis(10)).await;
            send(&later, "GET", "/v2/customers", None).await;
        }
    });
    let came = sandbox.requests().to("searchCustomers").wait_for(4).await?;
    came.assert_count(4);
    sending.await?;
    sandbox.requests().wait_for(0).await?;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn what_was_waited_for_in_vain_is_told() -> Test {
    let sandbox = Sandbox::start().await?;
    let began = tokio::time::Instant::now();
    let error = sandbox.requests().to("createSession").wait_for(1).await.expect_err("nobody calls");
    assert_eq!(began.elapsed().as_secs(), 10);
    assert_eq!(error.to_string(), "waited 10 seconds for 1 request to createSession, and 0 came");
    Ok(())
}

#[test]
fn code_without_async_waits_and_asserts_as_well() {
    let sandbox = Sandbox::blocking().expect("a sandbox");
    let fault = sandbox.on("createSession").next(1).refuse_before();
    let later = sandbox.clone();
    let sending = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let client = later.client_builder().retry(RetryPolicy::off()).build().expect("a client");
            client.create_session().await.expect_err("refused");
            client.create_session().await.expect("a session");
        });
    });
    let requests = sandbox.requests().to("createSession").wait_for(2).expect("two in time");
    sending.join().expect("both were sent");
    requests.assert_count(2);
    requests.clone().method("POST").status(201).matching(|request| request.carried_out).assert_count(1);
    requests.assert_none_doubled();
    assert_eq!((requests.len(), requests.into_iter().count(), fault.struck()), (2, 2, 1));
    sandbox.verify().expect("nothing is wrong");
}

#[tokio::test]
async fn a_long_body_is_not_kept_and_the_record_says_so() -> Test {
    let sandbox = Sandbox::start().await?;
    for length in [1_000, 70_000] {
        let body = json!({"partner_customer_id": "x".repeat(length)});
        assert_eq!(send(&sandbox, "POST", "/v2/customer_sessions", Some(body)).await.status, 201);
    }
    let log: Vec<_> = sandbox.requests().into_iter().collect();
    assert!(log[0].body.is_some() && log[0].notes.is_empty(), "{:?}", log[0].notes);
    assert!(log[1].body.is_none() && log[1].notes[0].contains("too long to be kept"), "{:?}", log[1].notes);
    Ok(())
}
