//! Orders.

use imprint_client::helpers::FindError;
use imprint_client::types::{OrderBase, OrderLine};
use imprint_sandbox::{ApprovedCustomer, Permissions, Product, Sandbox, Validation};
use serde_json::{Value, json};

use super::plain::{code, send, send_with};

type Test = Result<(), Box<dyn std::error::Error>>;

async fn with_customer() -> Result<(Sandbox, ApprovedCustomer), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::start().await?;
    let customer = sandbox.customer("A").approved().await?;
    Ok((sandbox, customer))
}

/// An order of one line, by plain HTTP.
fn order(customer: &ApprovedCustomer, partner_order_id: &str) -> Value {
    json!({
        "payment_method_id": customer.payment_method.as_str(), "partner_order_id": partner_order_id,
        "total_order_amount": 200, "total_rewards_amount": 10,
        "order_lines": [{"name": "Couch", "quantity": 2, "rate": 100, "rewards_rate": 5}],
    })
}

/// The same by the client.
fn order_base(customer: &ApprovedCustomer, partner_order_id: &str) -> Result<OrderBase, imprint_client::Error> {
    let line = OrderLine::builder().name("Couch").quantity(2).rate(100).rewards_rate(5).build()?;
    let order = OrderBase::builder().payment_method_id(&customer.payment_method).partner_order_id(partner_order_id);
    order.order_lines([line]).total_order_amount(200).total_rewards_amount(10).build()
}

#[tokio::test]
async fn everything_that_is_sent_comes_back_except_what_is_imprints() -> Test {
    let (sandbox, customer) = with_customer().await?;
    let mut sent = order(&customer, "o-1");
    sent["merchant_id"] = json!("m-1");
    sent["merchant_name"] = Value::Null;
    sent["merchant_address"] = json!([{"city": "Austin", "country": "USA"}]);
    sent["order_lines"][0]["product_url"] = json!("www.example.com/couch");
    sent["currency"] = json!("CAD");
    sent["customer_id"] = json!(customer.customer_id.as_str().to_ascii_lowercase());
    let mut with_ids = sent.clone();
    with_ids["id"] = json!("MINE");
    with_ids["created_at"] = json!("2001-01-01T00:00:00Z");
    with_ids["updated_at"] = json!("2001-01-01T00:00:00Z");
    let made = send(&sandbox, "POST", "/v2/orders", Some(with_ids)).await;
    assert_eq!((made.status, made.header("x-imprint-sandbox-answer")), (200, "state"));
    assert_eq!(made.choices(), ["ids-ignore-case"]);
    for (name, value) in sent.as_object().ok_or("a map")? {
        match name.as_str() {
            "customer_id" => assert_eq!(made.body[name], customer.customer_id.as_str()),
            _ => assert_eq!(&made.body[name], value, "{name}"),
        }
    }
    let id = made.body["id"].as_str().ok_or("an id")?;
    assert!(id.len() == 36 && !id.contains(|c: char| c.is_ascii_uppercase()), "{id}");
    assert_eq!(
        (&made.body["created_at"], &made.body["updated_at"]),
        (&json!("2026-01-01T00:00:00Z"), &json!("2026-01-01T00:00:00Z"))
    );
    let listed = send(&sandbox, "GET", &format!("/v2/orders?id={id}"), None).await;
    assert_eq!(listed.body, json!({"data": [made.body]}));
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn what_is_left_out_is_filled_in_or_stays_absent() -> Test {
    let (sandbox, customer) = with_customer().await?;
    let mut body = order(&customer, "o-1");
    body.as_object_mut().ok_or("a map")?.remove("total_rewards_amount");
    let made = send(&sandbox, "POST", "/v2/orders", Some(body)).await;
    assert_eq!(made.body["customer_id"], customer.customer_id.as_str());
    assert_eq!((&made.body["currency"], made.body.get("total_rewards_amount")), (&json!("USD"), None));
    let choices = made.choices();
    assert!(
        choices.contains(&"order-currency-is-shown") && choices.contains(&"order-rewards-may-be-omitted"),
        "{choices:?}"
    );

    let bare = json!({"payment_method_id": customer.payment_method.as_str(), "partner_order_id": "o-2", "total_order_amount": 7,
        "total_rewards_amount": 3, "currency": "USD"});
    let made = send(&sandbox, "POST", "/v2/orders", Some(bare.clone())).await;
    assert_eq!((made.status, made.choices()), (200, vec![]), "without lines there is nothing to compare");
    let mut empty = bare;
    empty["order_lines"] = json!([]);
    let made = send(&sandbox, "POST", "/v2/orders", Some(empty)).await;
    assert_eq!((made.status, &made.body["order_lines"]), (200, &json!([])));
    assert!(made.choices().contains(&"empty-order-lines-are-none"));
    Ok(())
}

#[tokio::test]
async fn a_replacement_keeps_id_and_time_of_creation_and_nothing_else() -> Test {
    let (sandbox, customer) = with_customer().await?;
    let other = sandbox.customer("B").approved().await?;
    let client = sandbox.client();
    let made = client.create_order().body(order_base(&customer, "o-1")?).merchant_name("Shop").currency("CAD").await?;
    let id = made.id.clone().ok_or("an id")?;
    sandbox.advance(std::time::Duration::from_secs(60)).await;
    let replaced = client.put_order().order_id(&id).payment_method_id(&other.payment_method).partner_order_id("o-2");
    let replaced = replaced.total_order_amount(7).await?;
    assert_eq!((replaced.id.as_ref(), &replaced.created_at), (Some(&id), &made.created_at));
    assert_eq!(replaced.updated_at.as_ref().map(|at| at.as_str()), Some("2026-01-01T00:01:00Z"));
    assert_eq!(replaced.customer_id.as_ref(), Some(&other.customer_id));
    assert_eq!(
        (replaced.total_order_amount, replaced.total_rewards_amount, replaced.currency.as_deref()),
        (7, None, Some("USD"))
    );
    assert!(replaced.order_lines.is_empty() && replaced.merchant_name.is_none());
    let found = client.find_order("o-2").await?.ok_or("the order")?;
    assert_eq!(serde_json::to_value(&found)?, serde_json::to_value(&*replaced)?);
    assert!(client.find_order("o-1").await?.is_none());

    // An order that was read can be changed and sent back.
    let back = client.put_order().order_id(&id).body(found).total_order_amount(8).await?;
    assert_eq!((back.total_order_amount, &back.created_at), (8, &made.created_at));
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn orders_are_listed_without_pages_by_id_and_by_the_partners_id() -> Test {
    let (sandbox, customer) = with_customer().await?;
    let client = sandbox.client();
    let mut ids = Vec::new();
    for number in 0..12 {
        let made = client.create_order().body(order_base(&customer, &format!("o-{number}"))?).await?;
        ids.push(made.id.clone().ok_or("an id")?);
    }
    let all = client.list_orders().await?;
    assert_eq!(all.data.iter().filter_map(|order| order.id.clone()).collect::<Vec<_>>(), ids);
    let one = client.list_orders().id(&ids[3]).await?;
    assert_eq!(one.data.iter().map(|order| order.partner_order_id.as_str()).collect::<Vec<_>>(), ["o-3"]);
    assert_eq!(client.list_orders().id(&ids[3]).partner_order_id("o-4").await?.data.len(), 0);
    assert_eq!(client.list_orders().partner_order_id("o-4").await?.data.len(), 1);
    assert_eq!(client.list_orders().partner_order_id("O-4").await?.data.len(), 0, "ids of the partner are exact");
    assert_eq!(client.list_orders().id("none").await?.data.len(), 0);
    let upper = send(&sandbox, "GET", &format!("/v2/orders?id={}", ids[0].as_str().to_ascii_uppercase()), None).await;
    assert_eq!(upper.body["data"].as_array().map(Vec::len), Some(1));
    assert!(upper.choices().contains(&"ids-ignore-case"));
    assert_eq!(upper.body.as_object().map(|body| body.len()), Some(1), "the list has no counts");
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn a_deleted_order_is_gone_and_its_events_stay() -> Test {
    let (sandbox, customer) = with_customer().await?;
    let client = sandbox.client();
    let made = client.create_order().body(order_base(&customer, "o-1")?).await?;
    let id = made.id.as_ref().ok_or("an id")?;
    let event = json!({"order_id": id.as_str(), "type": "CAPTURED", "amount": 1, "network_transaction_id": "n"});
    assert_eq!(send(&sandbox, "POST", "/v2/order_events", Some(event.clone())).await.status, 200);
    let deleted = send(&sandbox, "DELETE", &format!("/v2/orders/{}", id.as_str().to_ascii_uppercase()), None).await;
    assert_eq!((deleted.status, &deleted.body), (204, &Value::Null));
    assert!(deleted.choices().contains(&"deleted-order-keeps-its-events"));
    assert!(client.list_orders().await?.data.is_empty());

    let events = send(&sandbox, "GET", &format!("/v2/order_events?order_id={id}"), None).await;
    assert_eq!(events.body["total"], 1);
    assert!(events.choices().contains(&"deleted-order-keeps-its-events"));
    let late = send(&sandbox, "POST", "/v2/order_events", Some(event)).await;
    assert_eq!(late.flat(), (404, "ORDER_NOT_FOUND_ERROR", "order_id"));
    for method in ["DELETE", "PUT"] {
        let body = (method == "PUT").then(|| order(&customer, "o-1"));
        let again = send(&sandbox, method, &format!("/v2/orders/{id}"), body).await;
        assert_eq!(again.flat(), (404, "ORDER_NOT_FOUND_ERROR", "order_id"));
        for choice in ["order-unknown", "error-type", "undeclared-error"] {
            assert!(again.choices().contains(&choice), "{choice}: {again:?}");
        }
    }
    client.delete_order().order_id("none").await.expect_err("there is no such order");
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn each_wrong_order_is_refused_by_name_and_changes_nothing() -> Test {
    let (sandbox, customer) = with_customer().await?;
    let other = sandbox.customer("B").create()?;
    let made = send(&sandbox, "POST", "/v2/orders", Some(order(&customer, "o-1"))).await;
    let path = format!("/v2/orders/{}", made.body["id"].as_str().ok_or("an id")?);
    let huge = json!([{"name": "Couch", "quantity": 2, "rate": i64::MAX, "rewards_rate": 0}]);
    let huge_rewards = json!([{"name": "Couch", "quantity": 2, "rate": 100, "rewards_rate": i64::MAX}]);
    let negative = json!([{"name": "Couch", "quantity": 2, "rate": 100, "rewards_rate": -1}]);
    let partial = json!([{"name": "Couch", "quantity": 2, "rate": 100}]);
    let now = sandbox.now();
    for (field, value, param, choice) in [
        ("total_order_amount", json!(201), "total_order_amount", "order-totals-are-checked"),
        ("total_rewards_amount", json!(11), "total_rewards_amount", "order-totals-are-checked"),
        ("order_lines", huge, "total_order_amount", "order-totals-are-checked"),
        ("order_lines", huge_rewards, "total_rewards_amount", "order-totals-are-checked"),
        ("order_lines", negative, "order_lines[0].rewards_rate", "order-lines-are-not-negative"),
        ("order_lines", partial, "order_lines[0].rewards_rate", "undeclared-error"),
        ("total_order_amount", json!(-1), "total_order_amount", "amounts-are-not-negative"),
        ("total_order_amount", json!(9_223_372_036_854_775_808_u64), "total_order_amount", "undeclared-error"),
        ("total_order_amount", Value::Null, "total_order_amount", "undeclared-error"),
        ("payment_method_id", json!("none"), "payment_method_id", "order-of-unknown-payment-method"),
        ("customer_id", json!(other.as_str()), "customer_id", "payment-method-of-another-customer"),
        ("partner_order_id", json!(""), "partner_order_id", "empty-text-is-absent"),
    ] {
        let mut body = order(&customer, "o-2");
        body[field] = value;
        for (method, path) in [("POST", "/v2/orders"), ("PUT", path.as_str())] {
            let refused = send(&sandbox, method, path, Some(body.clone())).await;
            assert_eq!(refused.nested(), (400, "INVALID_REQUEST_ERROR", param), "{method} {body}");
            assert!(refused.choices().contains(&choice), "{choice}: {:?}", refused.choices());
        }
    }
    let list = send(&sandbox, "GET", "/v2/orders", None).await;
    assert_eq!((list.body, sandbox.now()), (json!({"data": [made.body]}), now));
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn what_the_client_finds_wrong_with_totals_the_sandbox_refuses() -> Test {
    let (sandbox, customer) = with_customer().await?;
    let client = sandbox.client();
    for (amount, rewards) in [(200, Some(10)), (200, None), (201, Some(10)), (200, Some(11)), (0, Some(0))] {
        let mut order = order_base(&customer, "o")?;
        (order.total_order_amount, order.total_rewards_amount) = (amount, rewards);
        let checked = order.check_totals();
        let sent = client.create_order().body(order).await;
        match (checked, sent) {
            (Ok(()), Ok(_)) => {}
            (Err(found), Err(refused)) => {
                assert_eq!(code(&refused), 400);
                let field = found.to_string().split(' ').next().map(str::to_owned);
                let imprint_client::Error::Api(error) = refused else { panic!("an answer of the API") };
                assert_eq!(error.param().map(str::to_owned), field);
            }
            (checked, sent) => panic!("{amount} {rewards:?}: {checked:?}, {sent:?}"),
        }
    }
    Ok(())
}

#[tokio::test]
async fn the_helpers_record_an_order_once_and_find_it() -> Test {
    let (sandbox, customer) = with_customer().await?;
    let client = sandbox.client();
    assert!(client.find_order("o-1").await?.is_none());
    let recorded = client.create_order_once(order_base(&customer, "o-1")?).await?;
    assert_eq!((recorded.was_found(), recorded.sends()), (false, 1));
    let found = client.find_order("o-1").await?.ok_or("the order")?;
    assert_eq!(found.id, recorded.id);

    let again = send(&sandbox, "POST", "/v2/orders", Some(order(&customer, "o-1"))).await;
    assert!(again.status == 200 && again.choices().contains(&"partner-order-id-may-repeat"));
    let path = format!("/v2/orders/{}", again.body["id"].as_str().ok_or("an id")?);
    let several = client.find_order("o-1").await;
    assert!(matches!(&several, Err(FindError::Several(orders)) if orders.len() == 2), "{several:?}");
    assert_eq!(sandbox.requests().to("createOrder").len(), 2);
    // An order that is replaced is not in its own way.
    for (partner_order_id, repeats) in [("o-1", true), ("o-2", false), ("o-2", false)] {
        let replaced = send(&sandbox, "PUT", &path, Some(order(&customer, partner_order_id))).await;
        assert_eq!(replaced.choices().contains(&"partner-order-id-may-repeat"), repeats, "{partner_order_id}");
    }
    assert!(client.find_order("o-1").await?.is_some());
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn orders_of_another_product_do_not_exist_and_a_key_that_only_reads_changes_none() -> Test {
    let products = ["ONE", "TWO"].map(|key| Product::default().merchant_key(key));
    let [one, two] = products;
    let sandbox = Sandbox::builder().product(one).product(two).start().await?;
    let customer = sandbox.customer("A").approved().await?;
    let made = send(&sandbox, "POST", "/v2/orders", Some(order(&customer, "o-1"))).await;
    let path = format!("/v2/orders/{}", made.body["id"].as_str().ok_or("an id")?);
    let authorization = format!("Bearer {}", sandbox.key().expose());
    let of_two = [("authorization", authorization.as_str()), ("x-imprint-merchant-key", "TWO")];
    let list = send_with(&sandbox, "GET", "/v2/orders?partner_order_id=o-1", None, &of_two).await;
    assert_eq!(list.body, json!({"data": []}));
    assert_eq!(send_with(&sandbox, "DELETE", &path, None, &of_two).await.flat().0, 404);
    let refused = send_with(&sandbox, "POST", "/v2/orders", Some(order(&customer, "o-2")), &of_two).await;
    assert_eq!(refused.nested(), (400, "INVALID_REQUEST_ERROR", "payment_method_id"));

    let reader = format!("Bearer {}", sandbox.add_key("reader", Permissions::READ_ONLY).expose());
    let reader = [("authorization", reader.as_str())];
    for (method, path, body) in [
        ("POST", "/v2/orders", Some(order(&customer, "o-2"))),
        ("PUT", path.as_str(), Some(order(&customer, "o-2"))),
        ("DELETE", path.as_str(), None),
    ] {
        let refused = send_with(&sandbox, method, path, body, &reader).await;
        assert_eq!(refused.nested(), (403, "FORBIDDEN_ERROR", ""), "{method}");
    }
    let list = send_with(&sandbox, "GET", "/v2/orders", None, &reader).await;
    assert_eq!(list.body, json!({"data": [made.body]}));
    Ok(())
}

#[tokio::test]
async fn a_payment_method_need_not_be_active() -> Test {
    let (sandbox, customer) = with_customer().await?;
    sandbox.payment_method(customer.payment_method.as_str()).cancel().await?;
    let made = send(&sandbox, "POST", "/v2/orders", Some(order(&customer, "o-1"))).await;
    assert_eq!(made.status, 200);
    assert!(made.choices().contains(&"order-on-any-payment-method"));
    Ok(())
}

#[tokio::test]
async fn lines_are_compared_also_if_nothing_else_is_validated() -> Test {
    let sandbox = Sandbox::builder().validation(Validation::Off).start().await?;
    let customer = sandbox.customer("A").approved().await?;
    for (field, value, param) in [
        ("order_lines", json!("none"), "order_lines"),
        ("order_lines", json!([7]), "order_lines[0].quantity"),
        ("order_lines", json!([{"quantity": 2, "rate": "100", "rewards_rate": 5}]), "order_lines[0].rate"),
        ("order_lines", json!([{"quantity": 2, "rate": 100, "rewards_rate": 5.5}]), "order_lines[0].rewards_rate"),
        ("total_order_amount", json!("200"), "total_order_amount"),
        ("total_rewards_amount", json!(11), "total_rewards_amount"),
        ("payment_method_id", json!(7), "payment_method_id"),
        ("partner_order_id", json!(7), "partner_order_id"),
    ] {
        let mut body = order(&customer, "o-1");
        body[field] = value;
        let refused = send(&sandbox, "POST", "/v2/orders", Some(body)).await;
        assert_eq!(refused.nested(), (400, "INVALID_REQUEST_ERROR", param));
    }
    // A line without a name is taken, and not shown, since the document does not allow it in an answer.
    let mut body = order(&customer, "o-1");
    body["order_lines"] = json!([{"quantity": 2, "rate": 100, "rewards_rate": 5}]);
    let made = send(&sandbox, "POST", "/v2/orders", Some(body)).await;
    assert_eq!((made.status, made.body.get("order_lines")), (200, None));
    assert!(sandbox.bugs().is_empty(), "{:?}", sandbox.bugs());
    Ok(())
}
