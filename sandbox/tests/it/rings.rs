//! What a sandbox keeps the last ones of only: nothing that a test is told becomes less because of it, and however much a
//! sandbox is asked, what it remembers of that stays bounded.

use std::collections::BTreeMap;

use imprint_sandbox::{Arrival, DeliveryStatus, Endpoint, Retry, Sandbox, Snapshot};
use serde_json::{Value, json};

use super::receiver_of_webhooks::{Reaction, Receiver};

type Test = Result<(), Box<dyn std::error::Error>>;

/// Locks and unlocks a card this often; each time is an event.
async fn switch(sandbox: &Sandbox, payment_method: &str, times: usize) -> Test {
    let card = sandbox.payment_method(payment_method);
    for _ in 0..times {
        card.deactivate().await?;
        card.activate().await?;
    }
    Ok(())
}

#[tokio::test]
async fn events_that_were_dropped_are_counted_and_never_missing_in_silence() -> Test {
    let sandbox = Sandbox::builder().event_log_size(5).start().await?;
    let customer = sandbox.customer("A").approved().await?;
    switch(&sandbox, customer.payment_method.as_str(), 1).await?;
    assert_eq!(sandbox.wait_for_events("PAYMENT_METHOD", 3).await?.len(), 3);
    switch(&sandbox, customer.payment_method.as_str(), 2).await?;
    assert_eq!(sandbox.events().len(), 5);

    let refused = sandbox.wait_for_events("PAYMENT_METHOD", 7).await.expect_err("two of them were dropped");
    let told = refused.to_string();
    assert!(told.contains("of 7 the first 2 were") && told.contains("Builder::event_log_size"), "{told}");
    assert_eq!(sandbox.wait_for("PAYMENT_METHOD").await?.body["data"]["new_status"], "ACTIVE");
    let refused = sandbox.wait_for("APPLICATION").await.expect_err("the only one was dropped");
    assert!(refused.to_string().contains("the last one was"), "{refused}");

    // Those of a kind of which none was dropped are given.
    let other = sandbox.customer("B").create()?;
    sandbox.link_in_app(&other, "L").await?;
    assert_eq!(sandbox.wait_for_events("CUSTOMER_LINK", 1).await?.len(), 1);

    // The count is part of the state.
    let other = Sandbox::builder().event_log_size(5).start().await?;
    other.restore(&sandbox.snapshot())?;
    switch(&other, customer.payment_method.as_str(), 1).await?;
    let refused = other.wait_for_events("PAYMENT_METHOD", 9).await.expect_err("some of them were dropped");
    assert!(refused.to_string().contains("of 9 the first"), "{refused}");
    Ok(())
}

#[tokio::test]
async fn a_snapshot_from_before_events_were_counted_has_all_of_them() -> Test {
    let sandbox = Sandbox::start().await?;
    let customer = sandbox.customer("A").approved().await?;
    let mut old: Value = serde_json::from_str(sandbox.snapshot().to_json())?;
    let account = old["account"].as_object_mut().ok_or("an account")?;
    assert!(account.remove("tallies").is_some());
    sandbox.restore(&Snapshot::from_json(old.to_string())?)?;
    switch(&sandbox, customer.payment_method.as_str(), 1).await?;
    assert_eq!(sandbox.wait_for_events("PAYMENT_METHOD", 3).await?.len(), 3);
    Ok(())
}

#[tokio::test]
async fn dead_deliveries_that_were_dropped_are_failures_all_the_same() -> Test {
    let sandbox = Sandbox::builder().delivery_log_size(2).webhook_retry(Retry::Off).start().await?;
    let receiver = Receiver::start(sandbox.webhook_token()).await;
    receiver.always(Reaction::Answer(500, String::new()));
    let endpoint = sandbox.register(Endpoint::at(receiver.url("/")).only(["PAYMENT_METHOD"]))?;
    let customer = sandbox.customer("A").approved().await?;
    switch(&sandbox, customer.payment_method.as_str(), 2).await?;

    let error = sandbox.settled().await.expect_err("nothing was acknowledged");
    assert_eq!((error.failed.len(), error.dropped), (2, 3));
    let told = error.to_string();
    assert!(told.starts_with("webhooks were not acknowledged: 5") && told.contains("\n3 more"), "{told}");
    let error = sandbox.verify().expect_err("they are dead");
    assert_eq!((error.dead.len(), error.dropped_dead), (2, 3));
    assert!(error.to_string().contains("not kept any more: 3"), "{error}");

    // Those that were acknowledged do not push out the dead ones.
    receiver.always(Reaction::Answer(200, String::new()));
    switch(&sandbox, customer.payment_method.as_str(), 2).await?;
    assert_eq!(sandbox.settled().await.expect_err("the old ones are still dead").dropped, 3);
    let of = |status| sandbox.deliveries().iter().filter(|delivery| delivery.status == status).count();
    assert_eq!((of(DeliveryStatus::Dead), of(DeliveryStatus::Acknowledged)), (2, 2));

    // With the endpoint its failures are forgotten.
    endpoint.remove();
    sandbox.settled().await?;
    sandbox.verify()?;
    assert_eq!(sandbox.deliveries().len(), 2);
    Ok(())
}

#[tokio::test]
async fn deliveries_that_chaos_drops_are_no_more_than_are_kept() -> Test {
    let sandbox = Sandbox::builder().delivery_log_size(3).start().await?;
    sandbox.webhook("http://127.0.0.1:9/")?;
    sandbox.chaos().drop_next(100);
    let customer = sandbox.customer("A").approved().await?;
    switch(&sandbox, customer.payment_method.as_str(), 4).await?;
    let deliveries = sandbox.deliveries();
    assert!(deliveries.iter().all(|delivery| delivery.status == DeliveryStatus::Dropped));
    assert_eq!(deliveries.len(), 3);
    Ok(())
}

/// Answers a request without a socket; its JSON.
fn answer(sandbox: &Sandbox, method: &str, target: &str, body: Value) -> Value {
    let request = http::Request::builder().method(method).uri(target);
    let request = request.header("authorization", "Bearer sandbox-key").header("content-type", "application/json");
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let carried = sandbox.answer_in_process(request.body(body.into()).expect("a request"));
    let Arrival::Answer(answer) = carried.arrival else { panic!("no answer: {carried:?}") };
    assert!(answer.status().is_success(), "{method} {target}: {answer:?}");
    serde_json::from_slice(answer.body()).unwrap_or_default()
}

/// How many rows each table has, and how many places of rows that were removed.
fn rows(sandbox: &Sandbox) -> BTreeMap<String, (usize, usize)> {
    let tables = sandbox.moment().tables();
    let count = |table: &Value, name: &str| table[name].as_array().map_or(0, Vec::len);
    let tables = tables.as_object().into_iter().flatten().filter(|(_, table)| table.get("rows").is_some());
    tables.map(|(name, table)| (name.clone(), (count(table, "rows"), count(table, "removed")))).collect()
}

/// All that can be asked without making something that the API shows afterwards: what is left are events, deliveries,
/// records of requests and places of removed rows, and of these as many as are kept.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn twenty_thousand_requests_leave_no_more_than_a_thousand() -> Test {
    let kept = 200;
    let builder = Sandbox::builder().log_size(kept).delivery_log_size(kept).event_log_size(kept);
    let sandbox = builder.start().await?;
    let receiver = Receiver::start(sandbox.webhook_token()).await;
    sandbox.webhook(receiver.url("/"))?;
    let customer = sandbox.customer("A").approved().await?;
    let (id, method) = (customer.customer_id.as_str(), customer.payment_method.as_str());
    let some = |requests: usize| {
        for number in 0..requests / 5 {
            answer(&sandbox, "GET", &format!("/v2/customers/{id}"), Value::Null);
            answer(&sandbox, "GET", "/v2/customers?limit=3", Value::Null);
            answer(
                &sandbox,
                "POST",
                &format!("/v2/customers/{id}"),
                json!({"email": format!("a{number}@example.com")}),
            );
            let order = json!({"payment_method_id": method, "partner_order_id": "o", "total_order_amount": 5});
            let order = answer(&sandbox, "POST", "/v2/orders", order);
            answer(
                &sandbox,
                "DELETE",
                &format!("/v2/orders/{}", order["id"].as_str().unwrap_or_default()),
                Value::Null,
            );
        }
    };
    some(1_000);
    switch(&sandbox, method, kept).await?;
    sandbox.settled().await?;
    let before = rows(&sandbox);
    assert_eq!((before["events"].0, before["deliveries"].0, before["orders"]), (kept, kept, (0, 200)), "{before:?}");
    some(20_000);
    switch(&sandbox, method, kept).await?;
    sandbox.settled().await?;
    let mut after = rows(&sandbox);
    // The places of removed orders, of which there may be ten thousand: a list can go on behind each.
    assert_eq!(after.insert("orders".into(), (0, 200)), Some((0, 4_200)));
    assert_eq!(after, before);
    assert_eq!(sandbox.requests().iter().count(), kept);
    sandbox.requests().assert_count(21_000);
    Ok(())
}
