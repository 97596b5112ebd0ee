//! The events of small documents.

use serde_json::{Value, json};

use crate::build::harden::tests::{client, document, run};
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
    for part in [
        "/// `NEW_THING`. /// /// What it says. NewThing(types::NewThingPayloadData),",
        r#"Self::NewThing(_) => "NEW_THING","#,
        r#""NEW_THING" => Self::NewThing(crate::webhook::envelope::data(body)?),"#,
        r#"Self::NewThing(data) => f.debug_tuple("NewThing").field(data).finish(),"#,
        r#"Self::NewThing(data) => { crate::webhook::envelope::write(serializer, "NEW_THING", data) }"#,
        "Self::NewThing(data) => data.customer_id.as_ref(),",
        "Self::NewThing(data) => data.merchant_key.as_deref(),",
    ] {
        assert!(code.contains(part), "{part}\n{code}");
    }
    let without = client(webhooks(vec![one]));
    assert!(!without.contains("NewThing") && without.contains("Reward(types::RewardPayloadData)"), "{without}");
}

#[test]
fn a_kind_may_lack_what_others_have_and_all_may() {
    let metadata = json!({"type": "object", "additionalProperties": text()});
    let all = json!({"customer_id": text(), "partner_customer_id": text(), "merchant_key": text(), "customer_metadata": metadata});
    let code = client(webhooks(vec![("A", "A", data(all)), ("B", "B", data(json!({"x": text()})))]));
    let method = |name: &str| {
        let (_, after) = code.split_once(&format!("pub fn {name}(")).expect(name);
        after.split_once("/// ").map_or(after, |(method, _)| method).to_owned()
    };
    assert!(method("customer_id").contains("Self::B(data) => ::std::option::Option::None,"), "{code}");
    assert!(method("customer_id").contains("-> ::std::option::Option<&types::CustomerId>"), "{code}");
    assert!(method("merchant_key").contains("-> ::std::option::Option<&str>"), "{code}");
    let metadata = method("customer_metadata");
    assert!(metadata.contains("Self::A(data) => &data.customer_metadata, Self::B(data) => &EMPTY,"), "{metadata}");
    // Nobody has any, and there is no webhook at all.
    for document in [webhooks(vec![("B", "B", data(json!({"x": text()})))]), webhooks(vec![])] {
        let code = client(document);
        for name in ["customer_id", "partner_customer_id", "merchant_key", "customer_metadata"] {
            assert!(code.contains(&format!("pub fn {name}(&self) -> ::std::option::Option<&str>")), "{name}\n{code}");
        }
    }
}

#[test]
fn no_field_of_an_event_is_sure_to_be_there() {
    let mut payload = data(json!({"customer_id": text(), "merchant_key": text()}));
    payload["properties"]["data"]["required"] = json!(["customer_id", "merchant_key"]);
    let code = client(webhooks(vec![("A", "A", payload)]));
    assert!(code.contains("pub customer_id: ::std::option::Option<CustomerId>,"), "{code}");
    assert!(code.contains("Self::A(data) => data.customer_id.as_ref(),"), "{code}");
    assert!(code.contains("Self::A(data) => data.merchant_key.as_deref(),"), "{code}");
}

#[test]
fn a_payload_without_an_object_of_data_is_the_event_itself() {
    for payload in
        [json!({"properties": {"customer_id": text()}}), json!({"properties": {"data": text(), "customer_id": text()}})]
    {
        let code = client(webhooks(vec![("Flat", "FLAT", payload)]));
        for part in [
            "Flat(types::FlatPayload),",
            r#""FLAT" => Self::Flat(crate::decode::body(body)?),"#,
            "Self::Flat(data) => ::serde::Serialize::serialize(data, serializer),",
            "Self::Flat(data) => data.customer_id.as_ref(),",
        ] {
            assert!(code.contains(part), "{part}\n{code}");
        }
    }
}

#[test]
fn a_mark_says_what_makes_the_key() {
    let mut payload = data(json!({"reward_id": text(), "status": text(), "amount": {"type": "integer"}}));
    let code = client(webhooks(vec![("Reward", "REWARD", payload.clone())]));
    assert!(code.contains(r#"crate::webhook::dedupe::key("REWARD", data, &[], &[])"#), "{code}");
    payload["x-imprint-dedupe"] = json!(["reward_id", "status"]);
    payload["x-imprint-dedupe-also"] = json!(["amount"]);
    let code = client(webhooks(vec![("Reward", "REWARD", payload.clone())]));
    let key = r#"crate::webhook::dedupe::key( "REWARD", data, &["reward_id", "status"], &["amount"], )"#;
    let code = code.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(code.contains(key), "{code}");
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
fn a_field_of_two_types_stops_the_build() {
    let problem = problem(vec![
        ("A", "A", data(json!({"merchant_key": text()}))),
        ("B", "B", data(json!({"merchant_key": {"type": "integer"}}))),
    ]);
    assert_eq!(problem.place, "/components/schemas/BPayload");
    assert!(problem.message.contains("`merchant_key` has another type here"), "{problem}");
}
