//! Transactions: every step of the table, through the client, with each refusal.

use std::time::Duration;

use imprint_client::types::TransactionStatus;
use imprint_sandbox::{ApprovedCustomer, Product, Sandbox};
use serde_json::{Value, json};

use super::plain::{Plain, send};

type Test = Result<(), Box<dyn std::error::Error>>;

/// A sandbox with a customer, and their steps.
struct World {
    sandbox: Sandbox,
    customer: ApprovedCustomer,
}

impl World {
    async fn new() -> Result<Self, Box<dyn std::error::Error>> {
        Self::of(Product::default()).await
    }

    async fn of(product: Product) -> Result<Self, Box<dyn std::error::Error>> {
        let sandbox = Sandbox::builder().product(product).start().await?;
        let customer = sandbox.customer("A").approved().await?;
        Ok(Self { sandbox, customer })
    }

    async fn step(&self, status: &str, more: Value) -> Plain {
        let mut body = json!({"payment_method_id": self.customer.payment_method.as_str(), "status": status});
        let more = more.as_object().cloned().unwrap_or_default();
        body.as_object_mut().expect("a map").extend(more);
        send(&self.sandbox, "POST", "/v2/simulate_transaction_event", Some(body)).await
    }

    /// A step that is accepted: the ids of the transaction and the event.
    async fn accepted(&self, status: &str, more: Value) -> (String, String) {
        let answer = self.step(status, more).await;
        assert_eq!((answer.status, answer.body["status"].as_str()), (200, Some(status)), "{answer:?}");
        let id = |name: &str| answer.body[name].as_str().expect("an id").to_owned();
        (id("transaction_id"), id("event_id"))
    }

    /// A step that is refused, and of which nothing is left.
    async fn refused(&self, code: u16, status: &str, more: Value) -> Value {
        let events = self.sandbox.events().len();
        let now = self.sandbox.now();
        let answer = self.step(status, more).await;
        assert_eq!(answer.status, code, "{answer:?}");
        assert_eq!((self.sandbox.events().len(), self.sandbox.now()), (events, now), "a refused step leaves nothing");
        answer.body
    }

    async fn amount(&self, transaction: &str) -> Result<(i64, TransactionStatus), imprint_client::Error> {
        let read = self.sandbox.client().get_transaction().transaction_id(transaction).await?;
        Ok((read.amount, read.status.clone()))
    }
}

#[tokio::test]
async fn an_authorisation_is_updated_captured_and_refunded_in_parts() -> Test {
    let world = World::new().await?;
    let sent = json!({
        "amount": 5000, "currency": "USD", "authorization_code": "645432", "network_transaction_id": "n",
        "purchase_method": "CHIP", "merchant": {"name": "Target"}, "transaction_id": "", "customer_id": "ignored",
    });
    let (id, approved) = world.accepted("APPROVED", sent).await;
    world.accepted("UPDATED", json!({"transaction_id": id, "amount": 3546})).await;
    assert_eq!(world.amount(&id).await?, (3546, TransactionStatus::Updated));
    let (same, capture) = world.accepted("CAPTURED", json!({"transaction_id": id, "amount": 1000})).await;
    let (_, second) = world.accepted("CAPTURED", json!({"transaction_id": id})).await;
    assert_eq!((&same, world.amount(&id).await?), (&id, (3546, TransactionStatus::Captured)));
    world.accepted("REFUNDED", json!({"transaction_id": id, "event_id": capture, "amount": 400})).await;
    world.accepted("REFUNDED", json!({"transaction_id": id, "event_id": capture})).await;
    assert_eq!(world.amount(&id).await?, (3546, TransactionStatus::Refunded));
    world.accepted("CAPTURED", json!({"transaction_id": id, "amount": 7})).await;
    assert!(approved != capture && capture != second);

    let read = world.sandbox.client().get_transaction().transaction_id(&id).await?;
    assert_eq!(read.authorization_code.as_deref(), Some("645432"));
    assert_eq!(read.merchant.as_ref().and_then(|merchant| merchant.name.as_deref()), Some("Target"));
    assert_eq!(read.customer_id, world.customer.customer_id);
    let events = world.sandbox.events();
    let steps: Vec<_> = events.iter().filter(|e| e.object == "TRANSACTION").map(|e| &e.body["data"]).collect();
    let seen: Vec<_> = steps.iter().map(|s| (s["status"].as_str().unwrap_or_default(), s["amount"].as_i64())).collect();
    let expected = [
        ("APPROVED", 5000),
        ("UPDATED", 3546),
        ("CAPTURED", 1000),
        ("CAPTURED", 2546),
        ("REFUNDED", 400),
        ("REFUNDED", 600),
        ("CAPTURED", 7),
    ];
    assert_eq!(seen, expected.map(|(status, amount)| (status, Some(amount))));
    assert_eq!(
        (steps[0]["event_id"].as_str(), steps[0]["transaction_id"].as_str()),
        (Some(approved.as_str()), Some(id.as_str()))
    );
    world.sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn captures_and_refunds_may_stand_alone() -> Test {
    let world = World::new().await?;
    let (captured, event) = world.accepted("CAPTURED", json!({"amount": 400})).await;
    world.accepted("REFUNDED", json!({"transaction_id": captured, "event_id": event, "amount": 400})).await;
    let (blind, _) = world.accepted("REFUNDED", json!({"amount": 500})).await;
    assert_eq!(world.amount(&blind).await?, (500, TransactionStatus::Refunded));
    let listed = world.sandbox.client().get_transactions().customer_id(&world.customer.customer_id).await?;
    assert_eq!(listed.data.iter().map(|t| t.id.as_str()).collect::<Vec<_>>(), [captured.as_str(), blind.as_str()]);
    Ok(())
}

#[tokio::test]
async fn each_step_that_the_state_does_not_allow_is_a_flat_conflict() -> Test {
    let world = World::new().await?;
    let (id, approved) = world.accepted("APPROVED", json!({"amount": 100})).await;
    for (status, more) in [
        ("UPDATED", json!({"amount": 100})),
        ("VOIDED", json!({})),
        ("APPROVED", json!({"transaction_id": id, "amount": 100})),
        ("REFUNDED", json!({"transaction_id": id, "event_id": approved, "amount": 1})),
        ("UPDATED", json!({"transaction_id": id, "amount": 100, "currency": "EUR"})),
    ] {
        let body = world.refused(409, status, more).await;
        assert_eq!(body["type"], "CONFLICT_ERROR", "{body}");
        assert!(body["message"].is_string() && body.get("error").is_none());
    }
    let (_, capture) = world.accepted("CAPTURED", json!({"transaction_id": id, "amount": 60})).await;
    for (status, more) in [
        ("VOIDED", json!({"transaction_id": id})),
        ("UPDATED", json!({"transaction_id": id, "amount": 1})),
        ("REFUNDED", json!({"transaction_id": id, "event_id": capture, "amount": 61})),
    ] {
        world.refused(409, status, more).await;
    }
    let (voided, _) = world.accepted("APPROVED", json!({"amount": 100})).await;
    world.accepted("VOIDED", json!({"transaction_id": voided})).await;
    for status in ["VOIDED", "CAPTURED"] {
        world.refused(409, status, json!({"transaction_id": voided, "amount": 1})).await;
    }
    let other = world.sandbox.customer("B").approved().await?;
    let more = json!({"transaction_id": id, "payment_method_id": other.payment_method.as_str(), "amount": 1});
    world.refused(409, "CAPTURED", more).await;
    Ok(())
}

#[tokio::test]
async fn what_is_missing_or_unknown_is_refused() -> Test {
    let world = World::new().await?;
    for (code, status, more, param) in [
        (400, "APPROVED", json!({}), "amount"),
        (400, "CAPTURED", json!({}), "amount"),
        (400, "REFUNDED", json!({}), "amount"),
        (400, "APPROVED", json!({"amount": 0}), "amount"),
        (400, "APPROVED", json!({"amount": -1}), "amount"),
        (400, "SETTLED", json!({"amount": 1}), "status"),
    ] {
        let body = world.refused(code, status, more).await;
        assert_eq!(body["error"]["param"], param, "{status}: {body}");
    }
    let body = world.refused(404, "CAPTURED", json!({"transaction_id": "none", "amount": 1})).await;
    assert_eq!(
        (body["type"].as_str(), body["param"].as_str()),
        (Some("TRANSACTION_FOUND_ERROR"), Some("transaction_id"))
    );
    let body = world.refused(404, "APPROVED", json!({"payment_method_id": "none", "amount": 1})).await;
    assert_eq!(body["type"], "PAYMENT_METHOD_NOT_FOUND_ERROR");
    let (id, _) = world.accepted("CAPTURED", json!({"amount": i64::MAX})).await;
    let body = world.refused(400, "REFUNDED", json!({"transaction_id": id, "amount": 1})).await;
    assert_eq!(body["error"]["param"], "event_id");
    let (id, _) = world.accepted("APPROVED", json!({"amount": 1})).await;
    world.accepted("CAPTURED", json!({"transaction_id": id, "amount": i64::MAX})).await;
    let body = world.refused(400, "CAPTURED", json!({"transaction_id": id, "amount": 1})).await;
    assert_eq!(body["error"]["param"], "amount", "{body}");
    assert!(world.sandbox.bugs().is_empty());
    Ok(())
}

#[tokio::test]
async fn an_authorisation_that_is_not_captured_is_voided_after_a_week() -> Test {
    let world = World::new().await?;
    let (open, _) = world.accepted("APPROVED", json!({"amount": 100})).await;
    let (captured, _) = world.accepted("APPROVED", json!({"amount": 100})).await;
    world.accepted("CAPTURED", json!({"transaction_id": captured, "amount": 40})).await;
    world.sandbox.advance(Duration::from_secs(7 * 86_400 - 60)).await;
    assert_eq!(world.amount(&open).await?.1, TransactionStatus::Approved);
    world.sandbox.advance(Duration::from_secs(120)).await;
    assert_eq!(world.amount(&open).await?.1, TransactionStatus::Voided);
    assert_eq!(world.amount(&captured).await?.1, TransactionStatus::Captured);
    let last = world.sandbox.events().pop().ok_or("an event")?;
    assert_eq!(
        (last.body["data"]["status"].as_str(), last.body["data"]["transaction_id"].as_str()),
        (Some("VOIDED"), Some(open.as_str()))
    );
    world.refused(409, "CAPTURED", json!({"transaction_id": open, "amount": 1})).await;
    Ok(())
}

#[tokio::test]
async fn a_card_that_is_inactive_or_declined_authorises_nothing() -> Test {
    let world = World::new().await?;
    let card = world.sandbox.payment_method(world.customer.payment_method.as_str());
    card.decline().await?;
    world.refused(409, "APPROVED", json!({"amount": 1})).await;
    world.accepted("CAPTURED", json!({"amount": 1})).await;
    card.accept().await?;
    world.accepted("APPROVED", json!({"amount": 1})).await;
    card.deactivate().await?;
    world.refused(409, "APPROVED", json!({"amount": 1})).await;
    Ok(())
}

#[tokio::test]
async fn capturing_more_than_was_authorised_can_be_refused() -> Test {
    let world = World::of(Product::default().refuse_over_capture()).await?;
    let (id, _) = world.accepted("APPROVED", json!({"amount": 100})).await;
    world.refused(409, "CAPTURED", json!({"transaction_id": id, "amount": 101})).await;
    world.accepted("CAPTURED", json!({"transaction_id": id, "amount": 100})).await;
    Ok(())
}

#[tokio::test]
async fn a_purchase_belongs_to_the_intent_that_announced_it() -> Test {
    let world = World::new().await?;
    let announce = async |more: Value| {
        let mut body = json!({"customer_id": world.customer.customer_id.as_str(), "currency": "USD"});
        body.as_object_mut().expect("a map").extend(more.as_object().cloned().unwrap_or_default());
        let made = send(&world.sandbox, "POST", "/v2/transaction_intents", Some(body)).await;
        made.body["id"].as_str().expect("an id").to_owned()
    };
    let method = world.customer.payment_method.as_str();
    let by_amount = announce(json!({"amount": 500, "payment_method_id": method})).await;
    let by_network = announce(json!({"amount": 1, "network_transaction_id": "n"})).await;
    let intent = async |more: Value| -> Result<Option<String>, imprint_client::Error> {
        let (id, _) = world.accepted("APPROVED", more).await;
        let read = world.sandbox.client().get_transaction().transaction_id(&id).await?;
        Ok(read.intent_id.as_ref().map(ToString::to_string))
    };
    assert_eq!(intent(json!({"amount": 500, "network_transaction_id": "n"})).await?, Some(by_network));
    assert_eq!(intent(json!({"amount": 500})).await?, Some(by_amount));
    assert_eq!(intent(json!({"amount": 500})).await?, None, "an intent is of one purchase");
    Ok(())
}

#[tokio::test]
async fn ids_of_transaction_webhooks_can_be_in_lower_case() -> Test {
    let sandbox = Sandbox::builder().webhook_ids_in_lower_case().start().await?;
    let world = World { customer: sandbox.customer("A").approved().await?, sandbox };
    let (id, event) = world.accepted("CAPTURED", json!({"amount": 5000, "network_transaction_id": "TXN-A"})).await;
    let events = world.sandbox.events();
    let data = &events.iter().find(|e| e.object == "TRANSACTION").ok_or("an event")?.body["data"];
    for (name, own) in [
        ("transaction_id", id.as_str()),
        ("event_id", &event),
        ("customer_id", world.customer.customer_id.as_str()),
        ("payment_method_id", world.customer.payment_method.as_str()),
    ] {
        assert_eq!(data[name], own.to_ascii_lowercase(), "{name}");
    }
    assert_eq!((&data["network_transaction_id"], &data["partner_customer_id"]), (&json!("TXN-A"), &json!("A")));
    let reward = &events.iter().find(|e| e.object == "REWARD").ok_or("a reward")?.body["data"];
    assert_eq!(reward["transaction_id"], id);
    let refund =
        json!({"transaction_id": data["transaction_id"], "event_id": event.to_ascii_lowercase(), "amount": 5000});
    world.accepted("REFUNDED", refund).await;
    Ok(())
}

#[tokio::test]
async fn each_answer_names_the_guesses_that_it_rests_on() -> Test {
    let world = World::new().await?;
    let chosen = async |status: &str, more: Value| {
        let answer = world.step(status, more).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let id = |name: &str| answer.body[name].as_str().expect("an id").to_owned();
        let choices: Vec<String> = answer.choices().into_iter().map(str::to_owned).collect();
        (id("transaction_id"), id("event_id"), choices)
    };
    let has = |choices: &[String], id: &str| choices.iter().any(|choice| choice == id);

    let (id, _, choices) = chosen("APPROVED", json!({"amount": 1000})).await;
    assert!(!has(&choices, "updated-authorisation-goes-on"));
    let (_, _, choices) = chosen("UPDATED", json!({"transaction_id": id, "amount": 900})).await;
    assert!(!has(&choices, "updated-authorisation-goes-on"), "it is the first update");
    let (_, _, choices) = chosen("UPDATED", json!({"transaction_id": id, "amount": 800})).await;
    assert!(has(&choices, "updated-authorisation-goes-on"));
    let (_, _, choices) = chosen("VOIDED", json!({"transaction_id": id})).await;
    assert!(has(&choices, "updated-authorisation-goes-on"));

    let (id, _, _) = chosen("APPROVED", json!({"amount": 1000})).await;
    let (_, capture, choices) = chosen("CAPTURED", json!({"transaction_id": id, "amount": 1001})).await;
    assert!(has(&choices, "several-captures"), "more than was authorised: {choices:?}");
    let refund = json!({"transaction_id": id, "event_id": capture.to_ascii_lowercase(), "amount": 500});
    let (_, _, choices) = chosen("REFUNDED", refund).await;
    assert!(has(&choices, "ids-ignore-case") && has(&choices, "refund-is-pending-deduction"), "{choices:?}");
    let refund = json!({"transaction_id": id, "event_id": capture, "amount": 1});
    let (_, _, choices) = chosen("REFUNDED", refund).await;
    assert!(!has(&choices, "ids-ignore-case") && has(&choices, "reward-of-zero-is-not-made"), "{choices:?}");

    let customer = world.customer.customer_id.as_str();
    let lower = customer.to_ascii_lowercase();
    for (path, id) in [
        (format!("/v2/transactions/{id}"), "transaction-shows-sums"),
        (format!("/v2/customers/{customer}/transactions"), "transaction-shows-sums"),
        (format!("/v2/rewards?transaction_event_id={}", capture.to_ascii_lowercase()), "ids-ignore-case"),
        (format!("/v2/payment_methods?customer_id={lower}"), "ids-ignore-case"),
    ] {
        let answer = send(&world.sandbox, "GET", &path, None).await;
        assert!(answer.status == 200 && answer.choices().contains(&id), "{path}: {answer:?}");
    }
    let exact = send(&world.sandbox, "GET", &format!("/v2/rewards?transaction_event_id={capture}"), None).await;
    assert!(exact.body["total"] == 1 && !exact.choices().contains(&"ids-ignore-case"), "{exact:?}");
    let body = json!({"customer_id": customer, "amount": 1, "currency": "USD"});
    let intent = send(&world.sandbox, "POST", "/v2/transaction_intents", Some(body)).await.body;
    let path = format!("/v2/transaction_intents/{}", intent["id"].as_str().ok_or("an id")?);
    let body = json!({"customer_id": lower, "amount": 2, "status": "CONFIRMED"});
    let updated = send(&world.sandbox, "POST", &path, Some(body)).await;
    assert!(updated.status == 200 && updated.choices().contains(&"ids-ignore-case"), "{updated:?}");
    Ok(())
}
