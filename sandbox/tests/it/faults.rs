//! Faults as the client sees them: other answers, lost ones, and JSON that the document does not allow; how they are
//! counted, and whom they strike.

use std::time::{Duration, SystemTime};

use futures_util::future::join_all;
use imprint_client::{Error, OptionalExt, RetryPolicy};
use imprint_sandbox::{AnswerKind, Builder, ErrorShapes, Sandbox};
use serde_json::{Value, json};

use super::plain::{code, send};

type Test = Result<(), Box<dyn std::error::Error>>;

fn retries() -> RetryPolicy {
    RetryPolicy::default().backoff(Duration::from_millis(1), Duration::from_millis(2))
}

#[tokio::test]
async fn a_lost_answer_leaves_open_what_happened_and_it_happened_once() -> Test {
    let sandbox = Sandbox::start().await?;
    sandbox.on("createSession").next(1).lose_answer();
    let client = sandbox.client_builder().retry(retries()).build()?;
    let create = || client.create_session().body_map(|b| b.partner_customer_id("A"));
    let error = create().await.expect_err("the answer was lost");
    assert!(matches!(error, Error::Transport(_)), "{error:?}");
    // The client does not repeat what may have been carried out.
    assert_eq!((error.may_have_been_processed(), error.is_retryable(), error.attempts()), (true, false, 1));
    assert_eq!(client.search_customers().partner_customer_id("A").await?.total, Some(1));
    let requests = sandbox.requests().to("createSession");
    requests.assert_count(1);
    assert!(requests[0].carried_out);
    sandbox.requests().assert_none_doubled();
    // A partner who simply calls again is found out.
    create().await?;
    let log = sandbox.requests();
    let told = panic_of(move || log.assert_none_doubled());
    assert!(
        told.contains("1 request sent again what was carried out before") && told.contains("asks for the same as"),
        "{told}"
    );
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn what_may_be_repeated_is_and_succeeds() -> Test {
    let sandbox = Sandbox::start().await?;
    let customer = sandbox.customer("A").create()?;
    let with = sandbox.client_builder().retry(retries()).build()?;
    let without = sandbox.client_builder().retry(RetryPolicy::off()).build()?;
    sandbox.on("getCustomer").next(1).lose_answer();
    assert_eq!(with.get_customer().customer_id(&customer).await?.id, customer);
    sandbox.requests().to("getCustomer").assert_count(2);
    sandbox.on("getCustomer").next(1).refuse_before();
    assert!(without.get_customer().customer_id(&customer).await.expect_err("off").is_retryable());
    sandbox.on("searchCustomers").next(2).status(503);
    assert_eq!(with.search_customers().await?.total, Some(1));
    // A 429 with the header is an answer that the client may believe for any operation.
    sandbox.on("createSession").next(1).retry_after(0);
    with.create_session().await?;
    let sessions = sandbox.requests().to("createSession");
    let outcomes: Vec<_> = sessions.iter().map(|request| (request.status, request.carried_out)).collect();
    assert_eq!(outcomes, [(429, false), (201, true)]);
    // An update that says how things are to be may be made again by hand.
    sandbox.on("updateCustomer").next(1).lose_answer();
    let update = || without.update_customer().customer_id(&customer).body_map(|b| b.email("jo@example.com"));
    assert!(update().await.expect_err("lost").may_have_been_processed());
    assert_eq!(update().await?.id, customer);
    sandbox.requests().to("createSession").assert_none_doubled();
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn a_status_has_the_declared_shape_or_the_one_that_is_asked_for() -> Test {
    let sandbox = Sandbox::start().await?;
    let get = "/v2/customers/none";
    sandbox.on("getCustomer").next(1).status(404);
    let declared = send(&sandbox, "GET", get, None).await;
    assert_eq!((declared.status, declared.body["type"].as_str()), (404, Some("CUSTOMER_NOT_FOUND_ERROR")));
    assert_eq!(
        (declared.header("x-imprint-sandbox-answer"), declared.header("x-imprint-sandbox-fault")),
        ("fault", "error, status 404")
    );
    for (shape, pointer) in
        [(ErrorShapes::Nested, "/error/message"), (ErrorShapes::Flat, "/message"), (ErrorShapes::Spring, "/details/0")]
    {
        sandbox.on("getCustomer").next(1).status(500).shape(shape);
        let answer = send(&sandbox, "GET", get, None).await;
        assert_eq!((answer.status, answer.body.pointer(pointer).is_some()), (500, true), "{}", answer.body);
    }
    sandbox.on("getCustomer").next(1).status(503).retry_after(7);
    assert_eq!(send(&sandbox, "GET", get, None).await.header("retry-after"), "7");
    sandbox.on("getCustomer").next(1).retry_after_date(SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600));
    let limited = send(&sandbox, "GET", get, None).await;
    assert_eq!((limited.status, limited.header("retry-after")), (429, "Thu, 01 Jan 2026 00:00:00 GMT"));
    // A 404 that a fault makes is one for the client, too.
    let customer = sandbox.customer("A").create()?;
    sandbox.on("getCustomer").next(1).status(404);
    assert!(sandbox.client().get_customer().customer_id(&customer).await.optional()?.is_none());
    sandbox.requests().to("getCustomer").status(404).assert_no_refusals();
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn pages_nothing_and_other_texts_take_the_place_of_answers() -> Test {
    let sandbox = Sandbox::start().await?;
    let client = sandbox.client_builder().retry(RetryPolicy::off()).build()?;
    sandbox.on("createSession").next(1).html(502);
    let error = client.create_session().await.expect_err("a page");
    assert_eq!((code(&error), error.may_have_been_processed()), (502, true));
    sandbox.on("createSession").next(1).html(504).carried_out();
    assert_eq!(code(&client.create_session().await.expect_err("a page")), 504);
    sandbox.on("createSession").next(1).empty();
    assert!(matches!(client.create_session().await, Err(Error::Decode(_))));
    sandbox.on("createSession").next(1).body(r#"{"id": "#);
    assert!(matches!(client.create_session().await, Err(Error::Decode(_))));
    sandbox.on("createSession").next(1).body("upstream").status(503);
    assert_eq!(code(&client.create_session().await.expect_err("an error")), 503);
    let seen: Vec<_> = sandbox.requests().iter().map(|r| (r.status, r.carried_out, r.answer)).collect();
    let fault = AnswerKind::Fault;
    assert_eq!(
        seen,
        [
            (502, false, fault),
            (504, true, AnswerKind::State),
            (201, false, fault),
            (201, false, fault),
            (503, false, fault)
        ]
    );
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn contents_are_changed_after_the_answer_was_checked_and_are_no_bug() -> Test {
    let sandbox = Sandbox::start().await?;
    let customer = sandbox.customer("A").approved().await?;
    let client = sandbox.client();
    let get = || client.get_payment_method().payment_method_id(&customer.payment_method);
    let whole = get().await?;
    sandbox.on("getPaymentMethod").next(1).unknown_enum("/status");
    assert_eq!(get().await?.status.as_str(), "VALUE_THAT_THE_DOCUMENT_DOES_NOT_HAVE");
    sandbox.on("getPaymentMethod").next(1).null("/status");
    assert!(matches!(get().await, Err(Error::Decode(_))));
    sandbox.on("getPaymentMethod").next(1).without("/customer_id");
    assert!(matches!(get().await, Err(Error::Decode(_))));
    sandbox.on("getPaymentMethod").next(1).extra_fields();
    assert_eq!(get().await?.status, whole.status);
    sandbox.on("getPaymentMethod").next(1).lower_case_ids();
    let lower = get().await?;
    assert_eq!(lower.id.as_str(), whole.id.as_str().to_ascii_lowercase());
    sandbox.on("searchCustomers").next(1).null("/data/*/id").extra_fields();
    let list = send(&sandbox, "GET", "/v2/customers", None).await;
    assert_eq!(
        (&list.body["data"][0]["id"], &list.body["data"][0]["sandbox_extra_text"]),
        (&Value::Null, &json!("new"))
    );
    assert_eq!(list.header("x-imprint-sandbox-fault"), r#"null "/data/*/id", extra_fields"#);
    sandbox.on("getCustomer").next(1).as_200();
    let plain = send(&sandbox, "GET", "/v2/customers/none", None).await;
    assert_eq!((plain.status, plain.body["type"].as_str()), (200, Some("CUSTOMER_NOT_FOUND_ERROR")));
    sandbox.on("createSession").next(1).status(500).as_200();
    assert!(matches!(client.create_session().await, Err(Error::Decode(_) | Error::Api(_))));
    assert!(sandbox.bugs().is_empty());
    sandbox.verify()?;

    sandbox.on("getPaymentMethod").next(1).unknown_enum("/stauts");
    get().await?;
    let told = sandbox.verify().expect_err("it changed nothing").to_string();
    assert!(told.contains("changed nothing in request") && told.contains("/stauts"), "{told}");
    sandbox.faults().clear();
    sandbox.verify()?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn counts_are_exact_under_fifty_requests_at_once() -> Test {
    let sandbox = Sandbox::start().await?;
    let (first, second) =
        (sandbox.on("createSession").next(7).status(503), sandbox.on("createSession").next(5).status(502));
    let nth = sandbox.on("createSession").nth(13).status(500);
    let client = sandbox.client_builder().retry(RetryPolicy::off()).build()?;
    let calls =
        (0..50).map(|number| client.create_session().body_map(|b| b.partner_customer_id(format!("P{number}"))).send());
    let outcomes = join_all(calls).await;
    let with = |status| outcomes.iter().filter(|outcome| outcome.as_ref().is_err_and(|e| code(e) == status)).count();
    assert_eq!((with(503), with(502), with(500)), (7, 5, 1));
    assert_eq!((first.struck(), second.struck(), nth.struck()), (7, 5, 1));
    sandbox.requests().to("createSession").status(201).assert_count(37);
    sandbox.requests().to("createSession").matching(|request| request.carried_out).assert_count(37);
    sandbox.requests().assert_none_doubled();
    assert_eq!(client.search_customers().await?.total, Some(37));
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn each_kind_of_turn_strikes_what_it_says() -> Test {
    /// The statuses of six searches.
    async fn statuses(sandbox: &Sandbox) -> Vec<u16> {
        let mut statuses = Vec::new();
        for _ in 0..6 {
            statuses.push(send(sandbox, "GET", "/v2/customers", None).await.status);
        }
        statuses
    }
    let sandbox = Sandbox::start().await?;
    let fault = sandbox.on("searchCustomers").every(3).status(503);
    assert_eq!(statuses(&sandbox).await, [200, 200, 503, 200, 200, 503]);
    fault.remove();
    sandbox.on("searchCustomers").nth(2).status(503);
    assert_eq!(statuses(&sandbox).await, [200, 503, 200, 200, 200, 200]);
    sandbox.on_any().always().status(503);
    assert_eq!(statuses(&sandbox).await, [503; 6]);
    sandbox.faults().clear();
    let by_chance = async |seed| -> Result<Vec<u16>, Box<dyn std::error::Error>> {
        let sandbox = Sandbox::builder().seed_number(seed).start().await?;
        sandbox.on("searchCustomers").with_chance(0.5).status(503);
        Ok(statuses(&sandbox).await)
    };
    let first = by_chance(1).await?;
    assert_eq!(first, by_chance(1).await?);
    assert!(first.contains(&503) && first.contains(&200), "{first:?}");
    Ok(())
}

#[tokio::test]
async fn a_fault_is_for_its_account_and_its_product_alone() -> Test {
    let sandbox = Sandbox::start().await?;
    let other = sandbox.account("other");
    sandbox.on("searchCustomers").always().status(503);
    assert_eq!(send(&sandbox, "GET", "/v2/customers", None).await.status, 503);
    assert_eq!(send(&other, "GET", "/v2/customers", None).await.status, 200);
    sandbox.faults().clear();
    sandbox.on_any().merchant_key("STORE").always().status(503);
    let client = sandbox.client_builder().retry(RetryPolicy::off()).build()?;
    client.search_customers().await?;
    client.search_customers().merchant_key("SHOP").await?;
    assert_eq!(code(&client.search_customers().merchant_key("STORE").await.expect_err("struck")), 503);
    sandbox.faults().clear();
    client.search_customers().merchant_key("STORE").await?;
    Ok(())
}

#[tokio::test]
async fn a_fault_comes_before_every_refusal() -> Test {
    let sandbox = Sandbox::start().await?;
    sandbox.on("createSession").next(1).status(503);
    let refused = super::plain::send_with(&sandbox, "POST", "/v2/customer_sessions", None, &[]).await;
    assert_eq!(refused.status, 503, "a request without a key");
    sandbox.on("createSession").next(1).status(503);
    assert_eq!(send(&sandbox, "POST", "/v2/customer_sessions", Some(json!([]))).await.status, 503, "a wrong body");
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn unused_faults_are_listed_and_fail_the_verification() -> Test {
    let sandbox = Sandbox::start().await?;
    let half = sandbox.on("createSession").next(2).lose_answer();
    sandbox.on_any().merchant_key("STORE").always().hang();
    let _silent = sandbox.on("getCustomer").next(1);
    sandbox.client().create_session().await.expect_err("lost");
    let told = sandbox.verify().expect_err("three are unused").to_string();
    let lines: Vec<_> = told.lines().collect();
    assert_eq!(
        lines,
        [
            "unused: fault 1 on createSession, next 2: lose_answer; struck 1 of 2",
            "unused: fault 2 on any operation for STORE, always: hang; struck 0 of 1",
            "unused: fault 3 on getCustomer, next 1: it was not told what to do; struck 0 of 1",
        ]
    );
    assert_eq!((sandbox.faults().unused().len(), sandbox.faults().all().len(), half.struck()), (3, 3, 1));
    half.remove();
    assert_eq!(sandbox.faults().all().len(), 2);
    sandbox.faults().clear();
    sandbox.client().create_session().await?;
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn an_operation_that_a_new_document_has_can_go_wrong_too() -> Test {
    let mut document: Value = serde_json::from_str(imprint_client::openapi::DOCUMENT)?;
    let schema = json!({"type": "object", "required": ["id", "status"], "properties": {
        "id": {"type": "string"}, "status": {"type": "string", "enum": ["GRANTED", "TAKEN"]},
    }});
    document["paths"]["/v2/perks/{perk_id}"]["post"] = json!({
        "operationId": "grantPerk",
        "parameters": [{"name": "perk_id", "in": "path", "required": true, "schema": {"type": "string"}}],
        "responses": {"201": {"description": "", "content": {"application/json": {"schema": schema}}}},
    });
    let sandbox = Builder::default().document(document.to_string()).start().await?;
    sandbox.on("grantPerk").next(1).unknown_enum("/status").extra_fields();
    let perk = send(&sandbox, "POST", "/v2/perks/P1", None).await;
    assert_eq!((perk.status, perk.body["id"].as_str()), (201, Some("P1")));
    assert!(perk.body["status"] != "GRANTED" && perk.body["sandbox_extra_text"] == "new", "{}", perk.body);
    sandbox.on("grantPerk").next(1).status(503);
    assert_eq!(send(&sandbox, "POST", "/v2/perks/P1", None).await.status, 503);
    assert!(sandbox.faults().unused().is_empty());
    // The client's own document has no such operation.
    let plain = Sandbox::start().await?;
    let told = panic_of(move || drop(plain.on("grantPerk")));
    assert!(told.contains("the document has no operation grantPerk"), "{told}");
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_meant_is_told_where_it_is_written() -> Test {
    let sandbox = Sandbox::start().await?;
    let with = |set: fn(&Sandbox)| {
        let sandbox = sandbox.clone();
        panic_of(move || set(&sandbox))
    };
    for (set, sentence) in [
        (
            (|s| drop(s.on("creatSession"))) as fn(&Sandbox),
            "the document has no operation creatSession; did you mean createSession?",
        ),
        (|s| drop(s.on("x")), "the document has no operation x"),
        (|s| drop(s.on_any().next(0)), "strikes nothing"),
        (|s| drop(s.on_any().nth(0)), "counted from 1"),
        (|s| drop(s.on_any().every(0)), "every 0th"),
        (|s| drop(s.on_any().with_chance(1.5)), "from 0 to 1"),
        (|s| drop(s.on_any().always().status(42)), "from 200 to 599"),
        (|s| drop(s.on_any().always().null("status")), "/status instead of status"),
        (|s| drop(s.on_any().always().without("")), "use empty"),
        (|s| drop(s.requests().to("creatSession")), "did you mean createSession?"),
    ] {
        assert!(with(set).contains(sentence), "{}", with(set));
    }
    Ok(())
}

/// The message of a panic.
pub fn panic_of(run: impl FnOnce()) -> String {
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).expect_err("it panics");
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).expect("a text")
}

#[tokio::test]
async fn a_fault_that_changes_nothing_says_so() -> Test {
    let sandbox = Sandbox::start().await?;
    let alone = sandbox.on("searchCustomers").next(1).carried_out();
    assert_eq!(send(&sandbox, "GET", "/v2/customers", None).await.status, 200);
    let unseen = sandbox.on("searchCustomers").next(1).lose_answer().null("/data");
    let client = sandbox.client_builder().retry(RetryPolicy::off()).build()?;
    client.search_customers().await.expect_err("the answer was lost");
    assert_eq!((alone.struck(), unseen.struck()), (1, 1));
    let told = sandbox.verify().expect_err("both changed nothing").to_string();
    for why in ["nothing that it sets changes an answer", "no answer was sent that null \"/data\" could change"] {
        assert!(told.contains(why), "{told}");
    }
    Ok(())
}
