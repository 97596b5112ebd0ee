//! Order events.

use std::collections::BTreeSet;

use imprint_client::helpers::{FindError, OnceError};
use imprint_client::types::OrderEventBaseType::{Captured, Refunded};
use imprint_client::types::{OrderEventBase, OrderLine};
use imprint_sandbox::{Product, Sandbox, Validation};
use serde_json::{Value, json};

use super::plain::{Plain, code, send, send_with};

type Test = Result<(), Box<dyn std::error::Error>>;

/// A sandbox with an order, and the id of the order.
async fn with_order() -> Result<(Sandbox, String), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::start().await?;
    let id = new_order(&sandbox).await?;
    Ok((sandbox, id))
}

async fn new_order(sandbox: &Sandbox) -> Result<String, Box<dyn std::error::Error>> {
    let customer = sandbox.customer("A").approved().await?;
    let order = sandbox.client().create_order().payment_method_id(&customer.payment_method).partner_order_id("o-1");
    let made = order.total_order_amount(274_999).await?;
    Ok(made.id.as_ref().ok_or("an id")?.to_string())
}

/// An event of one line, by plain HTTP.
fn event(order_id: &str, partner_event_id: &str) -> Value {
    json!({
        "order_id": order_id, "partner_event_id": partner_event_id, "type": "CAPTURED", "amount": 200,
        "rewards_amount": 10, "network_transaction_id": "n-1", "currency": "USD",
        "order_lines": [{"name": "Couch", "quantity": 2, "rate": 100, "rewards_rate": 5}],
    })
}

/// The same by the client.
fn event_base(order_id: &str, partner_event_id: &str) -> Result<OrderEventBase, imprint_client::Error> {
    let line = OrderLine::builder().name("Couch").quantity(2).rate(100).rewards_rate(5).build()?;
    let event = OrderEventBase::builder().order_id(order_id).partner_event_id(partner_event_id).type_(Captured);
    event.order_lines([line]).amount(200).rewards_amount(10).network_transaction_id("n-1").build()
}

async fn post(sandbox: &Sandbox, body: Value) -> Plain {
    send(sandbox, "POST", "/v2/order_events", Some(body)).await
}

#[tokio::test]
async fn an_event_is_recorded_with_an_id_of_imprints_and_need_not_meet_the_order() -> Test {
    let (sandbox, order) = with_order().await?;
    let sent = event(&order, "e-1");
    let mut with_id = sent.clone();
    with_id["order_event_id"] = json!("MINE");
    with_id["order_id"] = json!(order.to_ascii_uppercase());
    let made = post(&sandbox, with_id).await;
    assert_eq!((made.status, made.header("x-imprint-sandbox-answer")), (200, "state"));
    for (name, value) in sent.as_object().ok_or("a map")? {
        assert_eq!(&made.body[name], value, "{name}");
    }
    let id = made.body["order_event_id"].as_str().ok_or("an id")?;
    assert!(id.len() == 36 && !id.contains(|c: char| c.is_ascii_uppercase()), "{id}");
    assert!(made.choices().contains(&"order-events-earn-no-rewards") && made.choices().contains(&"ids-ignore-case"));

    let bare = json!({"order_id": order, "type": "REFUNDED", "amount": 0, "network_transaction_id": "n-2"});
    let made = post(&sandbox, bare).await;
    assert_eq!((&made.body["currency"], &made.body["type"]), (&json!("USD"), &json!("REFUNDED")));
    assert!(made.body.get("rewards_amount").is_none() && made.body.get("partner_event_id").is_none());
    let mut without_rewards = event(&order, "e-2");
    without_rewards.as_object_mut().ok_or("a map")?.remove("rewards_amount");
    let made = post(&sandbox, without_rewards).await;
    assert_eq!(made.body.get("rewards_amount"), None);
    assert!(made.choices().contains(&"order-rewards-may-be-omitted"));
    assert_eq!(sandbox.events().iter().filter(|event| event.object == "REWARD").count(), 0);
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn events_are_found_by_each_filter_and_by_all_together() -> Test {
    let (sandbox, order) = with_order().await?;
    let client = sandbox.client();
    let other = new_order(&sandbox).await?;
    let mut ids = Vec::new();
    for (order, partner, network) in [(&order, "e-1", "n-1"), (&order, "e-2", "n-2"), (&other, "e-3", "n-1")] {
        let mut event = event_base(order, partner)?;
        event.network_transaction_id = network.into();
        ids.push(client.post_order_event().body(event).await?.order_event_id.clone().ok_or("an id")?);
    }
    let names = |list: &imprint_client::types::OrderEventsResponse| {
        let names = list.data.iter().filter_map(|event| event.partner_event_id.as_ref().map(ToString::to_string));
        assert_eq!((list.total, list.has_more), (i64::try_from(list.data.len()).ok(), Some(false)));
        names.collect::<Vec<_>>()
    };
    let list = || client.list_order_events();
    assert_eq!(names(&*list().await?), ["e-1", "e-2", "e-3"]);
    assert_eq!(names(&*list().order_id(&order).await?), ["e-1", "e-2"]);
    assert_eq!(names(&*list().network_transaction_id("n-1").await?), ["e-1", "e-3"]);
    assert_eq!(names(&*list().partner_event_id("e-2").await?), ["e-2"]);
    assert_eq!(names(&*list().order_event_id(&ids[2]).await?), ["e-3"]);
    assert_eq!(names(&*list().order_id(&order).network_transaction_id("n-1").await?), ["e-1"]);
    let all = list().order_event_id(&ids[0]).order_id(&order).network_transaction_id("n-1").partner_event_id("e-1");
    assert_eq!(names(&*all.await?), ["e-1"]);
    for none in [
        list().order_event_id(&ids[0]).order_id(&other),
        list().order_event_id(&ids[0]).network_transaction_id("n-2"),
        list().order_event_id(&ids[0]).partner_event_id("e-2"),
        list().partner_event_id("E-1"),
        list().order_id("none"),
    ] {
        assert!(names(&*none.await?).is_empty());
    }
    let path = format!("/v2/order_events?order_event_id={}", ids[1].as_str().to_ascii_uppercase());
    let upper = send(&sandbox, "GET", &path, None).await;
    assert_eq!(upper.body["data"][0]["partner_event_id"], "e-2");
    assert!(upper.choices().contains(&"ids-ignore-case"));
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn pages_go_on_while_events_are_deleted_and_added_in_between() -> Test {
    let (sandbox, order) = with_order().await?;
    let client = sandbox.client();
    let mut ids = Vec::new();
    for number in 0..23 {
        let event = event_base(&order, &format!("e-{number}"))?;
        ids.push(client.post_order_event().body(event).await?.order_event_id.clone().ok_or("an id")?);
    }
    for limit in [1, 7, 10, 22, 23, 100] {
        let pages = client.list_order_events().order_id(&order).limit(limit).stream().collect_all(100).await?;
        assert_eq!(pages.iter().filter_map(|event| event.order_event_id.clone()).collect::<Vec<_>>(), ids, "{limit}");
    }
    let mut seen = Vec::new();
    let mut cursor: Option<String> = None;
    for round in 0.. {
        let page = client.list_order_events().order_id(&order).limit(5).starting_after(cursor.clone()).await?;
        seen.extend(page.data.iter().filter_map(|event| event.order_event_id.clone()));
        let Some(last) = page.data.last().and_then(|event| event.order_event_id.clone()) else { break };
        // The item that the next page starts after goes, and so does one that lies ahead.
        let ahead = ids.get(round * 5 + 7).filter(|_| round < 3);
        for gone in [Some(&last), ahead].into_iter().flatten() {
            client.delete_order_event().order_event_id(gone).await?;
        }
        if round == 1 {
            client.post_order_event().body(event_base(&order, "e-late")?).await?;
        }
        cursor = Some(last.to_string());
        assert!(round < 10, "the pages have an end");
    }
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), seen.len(), "none is shown twice");
    assert_eq!(seen.len(), 23 - 3 + 1, "those that were deleted ahead are missing, and the late one is there");
    let path = format!("/v2/order_events?starting_after={}", ids[4]);
    let after_deleted = send(&sandbox, "GET", &path, None).await;
    assert!(after_deleted.status == 200 && after_deleted.choices().contains(&"list-cursor-deleted"));
    let unknown = send(&sandbox, "GET", "/v2/order_events?starting_after=none", None).await;
    assert_eq!(unknown.nested(), (400, "INVALID_REQUEST_ERROR", "starting_after"));
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn each_wrong_event_is_refused_by_name_and_changes_nothing() -> Test {
    let (sandbox, order) = with_order().await?;
    assert_eq!(post(&sandbox, event(&order, "e-1")).await.status, 200);
    let now = sandbox.now();
    let huge = json!([{"name": "Couch", "quantity": i64::MAX, "rate": 100, "rewards_rate": 0}]);
    let huge_rewards = json!([{"name": "Couch", "quantity": 2, "rate": 100, "rewards_rate": i64::MAX}]);
    let negative = json!([{"name": "Couch", "quantity": -2, "rate": 100, "rewards_rate": 5}]);
    for (field, value, param, choice) in [
        ("amount", json!(199), "amount", "order-totals-are-checked"),
        ("rewards_amount", json!(0), "rewards_amount", "order-totals-are-checked"),
        ("order_lines", huge, "amount", "order-totals-are-checked"),
        ("order_lines", huge_rewards, "rewards_amount", "order-totals-are-checked"),
        ("order_lines", negative, "order_lines[0].quantity", "order-lines-are-not-negative"),
        ("amount", json!(-200), "amount", "amounts-are-not-negative"),
        ("rewards_amount", json!(-10), "rewards_amount", "amounts-are-not-negative"),
        ("type", json!("VOIDED"), "type", "undeclared-error"),
        ("network_transaction_id", json!(""), "network_transaction_id", "empty-text-is-absent"),
    ] {
        let mut body = event(&order, "e-2");
        body[field] = value;
        let refused = post(&sandbox, body.clone()).await;
        assert_eq!(refused.nested(), (400, "INVALID_REQUEST_ERROR", param), "{body}");
        assert!(refused.choices().contains(&choice), "{choice}: {:?}", refused.choices());
    }
    let unknown = post(&sandbox, event("none", "e-2")).await;
    assert_eq!(unknown.flat(), (404, "ORDER_NOT_FOUND_ERROR", "order_id"));
    assert!(unknown.choices().contains(&"event-of-unknown-order"));
    let taken = post(&sandbox, event(&order, "e-1")).await;
    assert_eq!(taken.nested(), (409, "CONFLICT_ERROR", "partner_event_id"));
    assert!(taken.choices().contains(&"partner-event-id-is-unique"));
    let missing = send(&sandbox, "DELETE", "/v2/order_events/none", None).await;
    assert_eq!(missing.flat(), (404, "ORDER_EVENT_NOT_FOUND_ERROR", "order_event_id"));
    assert!(missing.choices().contains(&"order-unknown"));
    assert_eq!((sandbox.client().list_order_events().await?.total, sandbox.now()), (Some(1), now));
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn a_deleted_event_is_gone_and_its_partners_id_is_free_again() -> Test {
    let (sandbox, order) = with_order().await?;
    let client = sandbox.client();
    let made = client.post_order_event().body(event_base(&order, "e-1")?).await?;
    let id = made.order_event_id.as_ref().ok_or("an id")?;
    let deleted = send(&sandbox, "DELETE", &format!("/v2/order_events/{id}"), None).await;
    assert_eq!((deleted.status, &deleted.body), (204, &Value::Null));
    assert!(client.find_order_event("e-1").await?.is_none());
    let error = client.delete_order_event().order_event_id(id).await.expect_err("it is gone");
    assert_eq!(code(&error), 404);
    let again = client.post_order_event().body(event_base(&order, "e-1")?).await?;
    assert_ne!(again.order_event_id, made.order_event_id);
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn the_helpers_record_an_event_once_and_find_it() -> Test {
    let (sandbox, order) = with_order().await?;
    let client = sandbox.client();
    let event = event_base(&order, "e-1")?;
    event.check_totals()?;
    let recorded = client.post_order_event_once(event.clone()).await?;
    assert_eq!((recorded.was_found(), recorded.sends()), (false, 1));
    // After a conflict the helper looks the event up, and finds it.
    let again = client.post_order_event_once(event.clone()).await?;
    assert_eq!((again.was_found(), &again.order_event_id), (true, &recorded.order_event_id));
    let found = client.find_order_event("e-1").await?.ok_or("the event")?;
    assert_eq!(found.order_event_id, recorded.order_event_id);
    assert_eq!(client.list_order_events().await?.total, Some(1));

    let mut different = event.clone();
    different.type_ = Refunded;
    let refused = client.post_order_event_once(different).await;
    assert!(matches!(refused, Err(OnceError::Different { .. })), "{refused:?}");
    let mut wrong = event_base(&order, "e-2")?;
    wrong.amount = 201;
    assert!(wrong.check_totals().is_err());
    let refused = client.post_order_event_once(wrong).await;
    assert!(matches!(refused, Err(OnceError::Refused(_))), "{refused:?}");
    let empty = client.find_order_event("").await;
    assert!(matches!(empty, Err(FindError::Call(_))), "{empty:?}");
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn events_of_another_product_do_not_exist_and_are_in_nobodys_way() -> Test {
    let [one, two] = ["ONE", "TWO"].map(|key| Product::default().merchant_key(key));
    let sandbox = Sandbox::builder().product(one).product(two).start().await?;
    let order = new_order(&sandbox).await?;
    let made = post(&sandbox, event(&order, "e-1")).await;
    let authorization = format!("Bearer {}", sandbox.key().expose());
    let of_two = [("authorization", authorization.as_str()), ("x-imprint-merchant-key", "TWO")];
    let list = send_with(&sandbox, "GET", "/v2/order_events?network_transaction_id=n-1", None, &of_two).await;
    assert_eq!(list.body["total"], 0);
    let path = format!("/v2/order_events/{}", made.body["order_event_id"].as_str().ok_or("an id")?);
    assert_eq!(send_with(&sandbox, "DELETE", &path, None, &of_two).await.status, 404);
    let refused = send_with(&sandbox, "POST", "/v2/order_events", Some(event(&order, "e-2")), &of_two).await;
    assert_eq!(refused.flat(), (404, "ORDER_NOT_FOUND_ERROR", "order_id"));

    let customer = sandbox.customer("B").merchant_key("TWO").approved().await?;
    let body = json!({"payment_method_id": customer.payment_method.as_str(), "partner_order_id": "o-1", "total_order_amount": 1});
    let order = send_with(&sandbox, "POST", "/v2/orders", Some(body), &of_two).await;
    let body = event(order.body["id"].as_str().ok_or("an id")?, "e-1");
    let same_id = send_with(&sandbox, "POST", "/v2/order_events", Some(body), &of_two).await;
    assert_eq!(same_id.status, 200);
    Ok(())
}

#[tokio::test]
async fn a_type_has_to_be_one_of_the_documents_also_if_nothing_else_is_validated() -> Test {
    let sandbox = Sandbox::builder().validation(Validation::Off).start().await?;
    let order = new_order(&sandbox).await?;
    for (field, value) in [("type", json!("VOIDED")), ("type", json!(7)), ("network_transaction_id", Value::Null)] {
        let mut body = event(&order, "e-1");
        body[field] = value;
        assert_eq!(post(&sandbox, body).await.nested(), (400, "INVALID_REQUEST_ERROR", field));
    }
    assert!(sandbox.bugs().is_empty(), "{:?}", sandbox.bugs());
    Ok(())
}

#[tokio::test]
async fn a_type_that_the_document_gains_is_taken_without_code() -> Test {
    let mut document: Value = serde_json::from_str(imprint_client::openapi::DOCUMENT)?;
    let types = document.pointer_mut("/components/schemas/OrderEventBase/properties/type/enum").ok_or("the types")?;
    types.as_array_mut().ok_or("a list")?.push(json!("EXCHANGED"));
    let sandbox = Sandbox::builder().document(document.to_string()).start().await?;
    let order = new_order(&sandbox).await?;
    let mut body = event(&order, "e-1");
    body["type"] = json!("EXCHANGED");
    let made = post(&sandbox, body).await;
    assert_eq!((made.status, &made.body["type"]), (200, &json!("EXCHANGED")));
    assert!(sandbox.bugs().is_empty(), "{:?}", sandbox.bugs());
    Ok(())
}
