//! The events of small documents.

use serde_json::{Value, json};

use super::super::tests::{client, document, run};
use crate::build::problem::Problem;

/// A document with a webhook for each schema, sent as `object`.
fn webhooks(payloads: Vec<(&str, &str, Value)>) -> Value {
    let (mut schemas, mut webhooks) = (json!({}), json!({}));
    for (name, object, mut payload) in payloads {
        payload["type"] = json!("object");
        payload["properties"]["object"] = json!({"type": "string", "enum": [object]});
        schemas[format!("{name}Payload")] = payload;
        let content = json!({"schema": {"$ref": format!("#/components/schemas/{name}Payload")}});
        let request = json!({"content": {"application/json": content}});
        webhooks[name] = json!({"post": {"operationId": format!("hook{name}"), "requestBody": request}});
    }
    let mut document = document(schemas, json!({}));
    document["webhooks"] = webhooks;
    document
}

/// A payload whose data has these properties.
fn data(properties: Value) -> Value {
    json!({"properties": {"data": {"type": "object", "description": "What it says.", "properties": properties}}})
}

fn text() -> Value {
    json!({"type": "string"})
}

fn problem(payloads: Vec<(&str, &str, Value)>) -> Problem {
    run(webhooks(payloads), &|_| true).expect_err("it is refused")
}

#[test]
fn a_new_webhook_is_a_new_kind_of_event() {
    let customer = json!({"customer_id": text(), "merchant_key": text()});
    let one = ("Reward", "REWARD", data(customer.clone()));
    let code = client(webhooks(vec![one.clone(), ("NewThing", "NEW_THING", data(customer))]));
    let kind = "/// `NEW_THING`. /// /// What it says. NewThing(NewThingPayloadData) { object: \"NEW_THING\", body: data, \
                dedupe: [], dedupe_also: [], customer_id: some, partner_customer_id: none, merchant_key: some, \
                customer_metadata: none, }";
    assert!(code.contains(kind), "{code}");
    let without = client(webhooks(vec![one]));
    assert!(!without.contains("NewThing") && without.contains("Reward(RewardPayloadData)"), "{without}");
}

#[test]
fn a_kind_may_lack_what_others_have_and_there_may_be_no_kind() {
    let metadata = json!({"type": "object", "additionalProperties": text()});
    let all = json!({"customer_id": text(), "partner_customer_id": text(), "merchant_key": text(), "customer_metadata": metadata});
    let code = client(webhooks(vec![("A", "A", data(all)), ("B", "B", data(json!({"x": text()})))]));
    for (kind, there) in [("A(APayloadData)", "some"), ("B(BPayloadData)", "none")] {
        let (_, after) = code.split_once(kind).expect(kind);
        for field in ["customer_id", "partner_customer_id", "merchant_key", "customer_metadata"] {
            let (kind, _) = after.split_once('}').expect("its end");
            assert!(kind.contains(&format!("{field}: {there},")), "{field}: {kind}");
        }
    }
    assert!(client(webhooks(vec![])).contains("events! { }"));
}

#[test]
fn nothing_is_required_of_an_event() {
    let mut payload = data(json!({"customer_id": text(), "merchant_key": text()}));
    payload["properties"]["data"]["required"] = json!(["customer_id", "merchant_key"]);
    let code = client(webhooks(vec![("A", "A", payload)]));
    assert!(code.contains("pub customer_id: Option<CustomerId>,"), "{code}");
    assert!(code.contains("customer_id: some,") && code.contains("merchant_key: some,"), "{code}");
}

#[test]
fn a_payload_without_an_object_of_data_is_the_event_itself() {
    for payload in
        [json!({"properties": {"customer_id": text()}}), json!({"properties": {"data": text(), "customer_id": text()}})]
    {
        let code = client(webhooks(vec![("Flat", "FLAT", payload)]));
        assert!(code.contains("Flat(FlatPayload) { object: \"FLAT\", body: whole,"), "{code}");
    }
}

#[test]
fn a_mark_says_what_makes_the_key() {
    let mut payload = data(json!({"reward_id": text(), "status": text(), "amount": {"type": "integer"}}));
    let code = client(webhooks(vec![("Reward", "REWARD", payload.clone())]));
    assert!(code.contains("dedupe: [], dedupe_also: [],"), "{code}");
    payload["x-imprint-dedupe"] = json!(["reward_id", "status"]);
    payload["x-imprint-dedupe-also"] = json!(["amount"]);
    let code = client(webhooks(vec![("Reward", "REWARD", payload.clone())]));
    assert!(code.contains(r#"dedupe: ["reward_id", "status"], dedupe_also: ["amount"],"#), "{code}");
    payload["x-imprint-dedupe-also"] = json!(["gone"]);
    let lacking = problem(vec![("Reward", "REWARD", payload.clone())]);
    assert_eq!(lacking.place, "/components/schemas/RewardPayload/x-imprint-dedupe-also");
    payload["x-imprint-dedupe"] = json!(["reward_id", "gone"]);
    let problem = problem(vec![("Reward", "REWARD", payload)]);
    assert_eq!(problem.place, "/components/schemas/RewardPayload/x-imprint-dedupe");
    assert!(problem.message.contains("`gone` is no field of what the webhook `Reward` carries"), "{problem}");
}

#[test]
fn events_that_could_not_be_told_apart_stop_the_build() {
    let some = || data(json!({"x": text()}));
    for (payloads, says) in [
        (vec![("A", "SAME", some()), ("B", "SAME", some())], "the `object` of this webhook is taken"),
        (vec![("Unrecognized", "A", some())], "the name of this webhook is taken"),
    ] {
        let last = payloads.last().map(|(name, ..)| format!("/webhooks/{name}")).unwrap_or_default();
        let problem = problem(payloads);
        assert_eq!(problem.place, last);
        assert!(problem.message.contains(says), "{problem}");
    }
}

#[test]
fn a_common_field_of_another_type_stops_the_build() {
    let problem = problem(vec![
        ("A", "A", data(json!({"merchant_key": text()}))),
        ("B", "B", data(json!({"merchant_key": {"type": "integer"}}))),
    ]);
    assert_eq!(problem.place, "/components/schemas/BPayload");
    assert!(problem.message.contains("`merchant_key` has another type here"), "{problem}");
}

#[test]
fn kinds_are_told_apart_by_whatever_property_has_another_value_in_each() {
    let payload = |kind: &str| {
        let one = |value: &str| json!({"type": "string", "enum": [value]});
        let properties =
            json!({"version": one("1"), "type": one("same"), "eventName": one(kind), "a": {"type": "string"}});
        json!({"content": {"application/json; charset=utf-8": {"schema": {"type": "object", "properties": properties}}}})
    };
    let mut document = document(json!({}), json!({}));
    document["webhooks"] = json!({
        "card.created": {"post": {"requestBody": payload("CARD_CREATED")}},
        "card.closed": {"post": {"requestBody": payload("CARD_CLOSED")}},
    });
    let code = client(document.clone());
    for part in [
        r#"const TAG: &str = "eventName";"#,
        r#"crate::value::object!(EventKind { object: Plain = "eventName" });"#,
        r#"CardClosed(CardClosedPayload) { object: "CARD_CLOSED", body: whole,"#,
        r#"CardCreated(CardCreatedPayload) { object: "CARD_CREATED", body: whole,"#,
    ] {
        assert!(code.contains(part), "{part}\n{code}");
    }
    document["webhooks"]["card.closed"]["post"]["requestBody"] = payload("CARD_CREATED");
    let problem = run(document, &|_| true).unwrap_err();
    assert!(problem.place.starts_with("/webhooks/card."), "{problem}");
    assert!(problem.message.contains("the event type of"), "{problem}");
}
