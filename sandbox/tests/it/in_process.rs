//! Requests without a socket are answered as those of a connection, and are told what a fault does to it.

use std::time::Duration;

use imprint_sandbox::{AnswerKind, Arrival, Carried, Sandbox};
use serde_json::{Value, json};

use super::plain::send;

type Test = Result<(), Box<dyn std::error::Error>>;

fn deliver(sandbox: &Sandbox, method: &str, target: &str, body: &Value) -> Carried {
    let request = http::Request::builder().method(method).uri(target);
    let request = request.header("authorization", "Bearer sandbox-key").header("content-type", "application/json");
    let body = if body.is_null() { String::new() } else { body.to_string() };
    sandbox.answer_in_process(request.body(body.into()).expect("a request"))
}

/// Status and JSON of an answer that arrives whole.
fn whole(delivery: Carried) -> (u16, Value) {
    let Arrival::Answer(answer) = delivery.arrival else { panic!("no answer: {delivery:?}") };
    (answer.status().as_u16(), serde_json::from_slice(answer.body()).unwrap_or_default())
}

#[tokio::test]
async fn answers_are_those_of_a_connection() -> Test {
    let (one, other) = (Sandbox::start().await?, Sandbox::start().await?);
    for (method, target, body) in [
        ("POST", "/v2/customer_sessions", json!({"partner_customer_id": "P-1"})),
        ("GET", "/v2/customers?partner_customer_id=P-1&limit=2", Value::Null),
        ("GET", "/v2/customers?limit=0", Value::Null),
        ("POST", "/v2/orders", json!({"partner_order_id": 7})),
        ("GET", "/v2/nothing", Value::Null),
        ("PUT", "/v2/customers", Value::Null),
    ] {
        let sent = send(&other, method, target, Some(body.clone()).filter(|body| !body.is_null())).await;
        assert_eq!(whole(deliver(&one, method, target, &body)), (sent.status, sent.body), "{method} {target}");
    }
    let lines = |sandbox: &Sandbox| sandbox.requests().iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(lines(&one), lines(&other));
    let refused = http::Request::builder().uri("/v2/customers").body(Vec::new().into())?;
    assert_eq!(whole(one.answer_in_process(refused)).0, 401);
    let long = json!({"partner_customer_id": "x".repeat(1 << 20)});
    assert_eq!(whole(deliver(&one, "POST", "/v2/customer_sessions", &long)).0, 413);
    one.verify()?;
    Ok(())
}

#[tokio::test]
async fn what_a_fault_does_to_the_connection_is_told() -> Test {
    let sandbox = Sandbox::start().await?;
    let session = json!({"partner_customer_id": "P-1"});
    let fault = || sandbox.on("createSession").next(1);
    let deliver = || deliver(&sandbox, "POST", "/v2/customer_sessions", &session);
    let deliver = || {
        let delivery = deliver();
        assert_eq!(sandbox.requests().last().map(|request| request.carried_out), Some(delivery.carried_out));
        delivery
    };

    fault().lose_answer();
    assert!(matches!(deliver(), Carried { arrival: Arrival::Lost, carried_out: true, .. }));
    fault().refuse_before();
    assert!(matches!(deliver(), Carried { arrival: Arrival::Refused, carried_out: false, .. }));
    fault().hang();
    assert!(matches!(deliver(), Carried { arrival: Arrival::Nothing, carried_out: false, .. }));
    fault().hang().carried_out();
    assert!(matches!(deliver(), Carried { arrival: Arrival::Nothing, carried_out: true, .. }));
    fault().cut_body(5);
    let Carried { arrival: Arrival::Cut(answer, 5), carried_out: true, .. } = deliver() else { panic!("it is cut") };
    assert!(answer.body().len() > 5);
    fault().status(502).carried_out();
    assert!(deliver().carried_out);
    fault().status(503);
    assert_eq!(whole(deliver()).0, 503);
    assert_eq!(sandbox.requests().last().map(|request| request.answer), Some(AnswerKind::Fault));
    // Nobody waits; the time is told.
    fault().delay(Duration::from_secs(3_600)).slow_body(Duration::from_secs(60));
    let slow = deliver();
    assert_eq!((slow.after, whole(slow).0), (Duration::from_secs(3_660), 201));
    sandbox.verify()?;
    fault().cut_body(100_000);
    assert_eq!(whole(deliver()).0, 201);
    assert_eq!(sandbox.faults().unused().len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_moment_is_a_snapshot_that_is_not_written() -> Test {
    let sandbox = Sandbox::start().await?;
    let client = sandbox.client();
    sandbox.customer("P-1").approved().await?;
    let (moment, snapshot) = (sandbox.moment(), sandbox.snapshot());
    let written: Value = serde_json::from_str(snapshot.to_json())?;
    assert_eq!(moment.tables(), written["account"]);
    sandbox.customer("P-2").create()?;
    client.delete_key().await?;
    sandbox.back_to(&moment);
    assert_eq!(sandbox.snapshot(), snapshot);
    assert_eq!(client.search_customers().await?.data.len(), 1);
    assert!(!format!("{moment:?}").contains("P-1"));
    Ok(())
}
