//! Transaction intents.

use imprint_client::types::TransactionIntentStatus::{Canceled, Confirmed};
use imprint_sandbox::{Product, Sandbox};
use serde_json::json;

use super::plain::{code, send};

type Test = Result<(), Box<dyn std::error::Error>>;

#[tokio::test]
async fn an_intent_is_confirmed_changed_and_canceled_for_good() -> Test {
    let sandbox = Sandbox::start().await?;
    let customer = sandbox.customer("A").approved().await?;
    let client = sandbox.client();
    let body = json!({
        "customer_id": customer.customer_id.as_str(), "payment_method_id": customer.payment_method.as_str(),
        "amount": 5000, "currency": "USD", "metadata": {"store": 1}, "network_transaction_id": "n",
    });
    let made = send(&sandbox, "POST", "/v2/transaction_intents", Some(body.clone())).await.body;
    for (name, value) in body.as_object().ok_or("a map")? {
        assert_eq!(&made[name], value, "{name}");
    }
    assert_eq!(made["status"], "CONFIRMED");
    let id = made["id"].as_str().ok_or("an id")?;
    let update = |status, amount: i64| {
        client
            .update_transaction_intent()
            .intent_id(id)
            .customer_id(&customer.customer_id)
            .amount(amount)
            .status(status)
    };
    let changed = update(Confirmed, 6000).await?;
    assert_eq!((changed.amount, &changed.status), (6000, &Confirmed));
    assert_eq!(update(Canceled, 6000).await?.status, Canceled);
    assert_eq!(code(&update(Confirmed, 1).await.expect_err("it is canceled")), 400);
    let read = client.get_transaction_intent().intent_id(id).await?;
    assert_eq!((read.amount, &read.status), (6000, &Canceled));
    assert_eq!(client.get_transaction_intents().customer_id(&customer.customer_id).await?.data.len(), 1);
    assert_eq!(client.search_transaction_intents().type_(Canceled).await?.total, Some(1));
    assert_eq!(client.search_transaction_intents().type_(Confirmed).await?.total, Some(0));
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn what_is_unknown_or_of_another_is_refused_and_changes_nothing() -> Test {
    let sandbox = Sandbox::start().await?;
    let (one, two) = (sandbox.customer("A").approved().await?, sandbox.customer("B").approved().await?);
    let (customer, method) = (one.customer_id.as_str(), one.payment_method.as_str());
    for (body, field) in [
        (json!({"customer_id": "none", "amount": 1, "currency": "USD"}), "customer_id"),
        (
            json!({"customer_id": customer, "payment_method_id": "none", "amount": 1, "currency": "USD"}),
            "payment_method_id",
        ),
        (
            json!({"customer_id": two.customer_id.as_str(), "payment_method_id": method, "amount": 1, "currency": "USD"}),
            "payment_method_id",
        ),
        (json!({"customer_id": customer, "amount": -1, "currency": "USD"}), "amount"),
        (json!({"customer_id": customer, "currency": "USD"}), "amount"),
    ] {
        let refused = send(&sandbox, "POST", "/v2/transaction_intents", Some(body)).await;
        let detail = refused.body["details"][0].as_str().unwrap_or_default();
        assert!(refused.status == 400 && detail.starts_with(&format!("{field}: ")), "{}", refused.body);
    }
    assert_eq!(sandbox.client().search_transaction_intents().await?.total, Some(0));
    let body = json!({"customer_id": customer, "amount": 1, "currency": "USD"});
    let made = send(&sandbox, "POST", "/v2/transaction_intents", Some(body)).await.body;
    let path = format!("/v2/transaction_intents/{}", made["id"].as_str().ok_or("an id")?);
    let other = json!({"customer_id": two.customer_id.as_str(), "amount": 1, "status": "CANCELED"});
    assert_eq!(send(&sandbox, "POST", &path, Some(other)).await.status, 400);
    let missing = send(&sandbox, "GET", "/v2/transaction_intents/none", None).await;
    assert_eq!((missing.status, missing.body["type"].as_str()), (404, Some("TRANSACTION_INTENT_FOUND_ERROR")));
    let missing = send(&sandbox, "GET", "/v2/customers/none/transaction_intents", None).await;
    assert_eq!(missing.flat(), (404, "TRANSACTION_FOUND_ERROR", "transaction_id"));
    Ok(())
}

#[tokio::test]
async fn of_a_product_with_two_steps_a_new_one_waits_for_confirmation() -> Test {
    let sandbox = Sandbox::builder().product(Product::default().two_step_intents()).start().await?;
    let customer = sandbox.customer("A").create()?;
    let client = sandbox.client();
    let made =
        client.create_transaction_intent().body_map(|b| b.customer_id(&customer).amount(100).currency("USD")).await?;
    assert_eq!(made.status.as_str(), "REQUIRES_CONFIRMATION");
    let confirmed = client.update_transaction_intent().intent_id(&made.id).customer_id(&customer).amount(100);
    assert_eq!(confirmed.status(Confirmed).await?.status, Confirmed);
    sandbox.verify()?;
    Ok(())
}
