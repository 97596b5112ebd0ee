//! Decoding events: the seven kinds, missing fields, unknown kinds, and bodies that are not events.

use imprint_client::types;
use imprint_client::webhook::testing::Signer;
use imprint_client::webhook::{Event, Verifier, WebhookError};
use serde_json::{Value, json};

use super::{KINDS, TOKEN, body, event};
use crate::support::json;

#[test]
fn every_payload_of_the_documentation_is_an_event_of_its_kind() {
    for kind in KINDS {
        let event = event(&body(kind));
        assert_eq!(event.object(), kind);
        let known = match &event {
            Event::AccountStatus(data) => data.status == Some(types::AccountStatusValue::Closed),
            Event::Application(data) => data.status == Some(types::ApplicationEventDataStatus::OfferAccepted),
            Event::CustomerLink(data) => data.status == Some(types::CustomerLinkEventDataStatus::Active),
            Event::PaymentMethod(data) => data.new_status == Some(types::PaymentMethodStatus::Active),
            Event::Reward(data) => data.status == Some(types::RewardStatus::Pending),
            Event::Streak(data) => data.current_period == Some(12),
            Event::Transaction(data) => data.amount == Some(5000),
            _ => false,
        };
        assert!(known, "{kind}: {event:?}");
        let mut expected = json(&body(kind));
        // An empty map means the same as an absent one.
        expected["data"].as_object_mut().expect("an object").retain(|_, value| *value != json!({}));
        assert_eq!(serde_json::to_value(&event).expect("JSON"), expected, "{kind} loses something");
    }
}

#[test]
fn the_common_fields_are_read_for_each_kind() {
    for kind in KINDS {
        let event = event(&body(kind));
        let data = &json(&body(kind))["data"];
        assert_eq!(event.customer_id().map(|id| id.as_str()), data["customer_id"].as_str(), "{kind}");
        assert!(event.customer_id().is_some(), "{kind}");
        assert_eq!(event.merchant_key(), Some("MERCHANT_ABC"), "{kind}");
        assert_eq!(event.customer_metadata()["membership_tier"], "gold", "{kind}");
        // A reward event has no `partner_customer_id`.
        let partner = event.partner_customer_id().map(|id| id.as_str());
        assert_eq!(partner, data["partner_customer_id"].as_str(), "{kind}");
        assert_eq!(partner.is_none(), kind == "REWARD", "{kind}");
    }
}

#[test]
fn an_unknown_kind_is_kept_and_not_shown_by_debug() {
    let body =
        r#"{"object": "STATEMENT_4111111592341815", "data": {"name": "Jane Roe", "list": [1, 2.50]}, "sent": 1}"#;
    let event = event(body);
    let Event::Unrecognized { object, data } = &event else { panic!("{event:?}") };
    assert_eq!(object, "STATEMENT_4111111592341815");
    assert_eq!(*data, json!({"name": "Jane Roe", "list": [1, 2.5]}));
    assert_eq!(event.object(), object);
    assert_eq!(format!("{event:?}"), "Unrecognized { .. }");
    assert_eq!((event.customer_id(), event.partner_customer_id(), event.merchant_key()), (None, None, None));
    assert!(event.customer_metadata().is_empty());
    assert_eq!(event.clone(), event);
    let nothing = super::event(r#"{"object": ""}"#);
    assert_eq!(nothing, Event::Unrecognized { object: String::new(), data: Value::Null });
}

#[test]
fn any_field_may_be_missing_or_null() {
    for kind in KINDS {
        for text in [
            format!(r#"{{"object": "{kind}"}}"#),
            format!(r#"{{"object": "{kind}", "data": null}}"#),
            format!(r#"{{"data": {{}}, "object": "{kind}"}}"#),
        ] {
            let event = event(&text);
            assert_eq!(event.object(), kind);
            assert_eq!((event.customer_id(), event.merchant_key()), (None, None));
            assert!(event.customer_metadata().is_empty());
        }
        let whole = json(&body(kind));
        for name in whole["data"].as_object().expect("an object").keys() {
            let mut without = whole.clone();
            without["data"].as_object_mut().expect("an object").remove(name);
            let mut null = whole.clone();
            null["data"][name] = Value::Null;
            assert_eq!(event(&without.to_string()), event(&null.to_string()), "{kind} {name}");
        }
    }
}

/// Every value in an event, at any depth, by its JSON pointer.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    let members: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), value)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(index, item)| (index.to_string(), item)).collect(),
        _ => Vec::new(),
    };
    for (name, value) in members {
        let pointer = format!("{at}/{name}");
        pointers(value, &pointer, found);
        found.push(pointer);
    }
}

#[test]
fn any_nested_field_may_be_missing_or_null() {
    let mut cases = 0;
    for kind in KINDS {
        let whole = json(&body(kind));
        let mut found = Vec::new();
        pointers(&whole["data"], "/data", &mut found);
        for pointer in &found {
            let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
            let mut null = whole.clone();
            *null.pointer_mut(pointer).expect("a value") = Value::Null;
            assert_eq!(event(&null.to_string()).object(), kind, "{pointer} is null");
            let mut without = whole.clone();
            if let Some(members) = without.pointer_mut(parent).and_then(Value::as_object_mut) {
                members.remove(name);
                assert_eq!(event(&without.to_string()), event(&null.to_string()), "{kind} without {pointer}");
            }
            // A nested object may also be empty.
            let mut empty = whole.clone();
            let at = empty.pointer_mut(pointer).expect("a value");
            if at.is_object() {
                *at = json!({});
                assert_eq!(event(&empty.to_string()).object(), kind, "{pointer} is empty");
            }
            cases += 1;
        }
    }
    assert!(cases > 100, "{cases}");
    let Event::PaymentMethod(method) = event(r#"{"object":"PAYMENT_METHOD","data":{"tokens":[{"type":"ADYEN"},{}]}}"#)
    else {
        panic!("the event must be a payment method")
    };
    assert_eq!(method.tokens[0].type_, Some(types::PaymentMethodTokenType::Adyen));
    assert_eq!((&method.tokens[0].token, &method.tokens[1].type_), (&None, &None));
}

#[test]
fn an_array_in_the_place_of_an_object_is_an_error() {
    let mut cases = 0;
    for kind in KINDS {
        let whole = json(&body(kind));
        let mut found = Vec::new();
        pointers(&whole, "", &mut found);
        for pointer in found.iter().filter(|pointer| !pointer.ends_with("metadata")) {
            let mut changed = whole.clone();
            let at = changed.pointer_mut(pointer).expect("a value");
            let Some(members) = at.as_object() else { continue };
            *at = members.values().cloned().collect();
            let error = Event::parse(changed.to_string().as_bytes()).expect_err(pointer);
            assert!(error.to_string().contains(" is a list, not an object (line 1, "), "{pointer}: {error}");
            cases += 1;
        }
    }
    assert!(cases > 8, "{cases}");
}

#[test]
fn an_event_with_invalid_unicode_is_read_and_verified_by_its_bytes() {
    let part = |bytes: &[u8]| [&br#"{"object":"REWARD","data":{"reward_id":"M"#[..], bytes, br#"ller"}}"#].concat();
    for (body, expected) in [
        (part(b"\xFC"), "M\u{FFFD}ller"),
        (part(br"\ud83d"), "M\u{FFFD}ller"),
        (part(br"\\ud83d\udc00"), "M\\ud83d\u{FFFD}ller"),
        ([b"\xEF\xBB\xBF", &part(b"\xC3\xBC")[..]].concat(), "M\u{FC}ller"),
        ([b"\xEF\xBB\xBF", &part(b"\xFC")[..]].concat(), "M\u{FFFD}ller"),
    ] {
        let delivery = Signer::new(TOKEN).sign(body.clone());
        assert_eq!(delivery.body, body);
        let event = Verifier::new(TOKEN).verify(&delivery.signature, &delivery.body).expect("the signature matches");
        let Event::Reward(reward) = &event else { panic!("{event:?}") };
        assert_eq!(reward.reward_id.as_ref().map(|id| id.as_str()), Some(expected));
        // The signature does not match the repaired text, because the original bytes were signed.
        let text = String::from_utf8_lossy(&body).replace('\u{FEFF}', "");
        if text.as_bytes() != body {
            assert!(Verifier::new(TOKEN).verify(&delivery.signature, text.as_bytes()).is_err());
        }
        let unknown = String::from_utf8_lossy(&body).replace("REWARD", "NEW");
        assert!(matches!(Event::parse(unknown.as_bytes()), Ok(Event::Unrecognized { .. })));
    }
}

#[test]
fn new_values_and_fields_are_accepted() {
    for kind in KINDS {
        let mut changed = json(&body(kind));
        changed["sent_at"] = json!("now");
        changed["data"]["new_field"] = json!({"a": [1]});
        changed["data"]["status"] = json!("BRAND_NEW");
        assert_eq!(event(&changed.to_string()).object(), kind);
    }
    let event = event(r#"{"object": "REWARD", "data": {"type": "TRANSACTIONAL"}}"#);
    let Event::Reward(reward) = event else { panic!("{event:?}") };
    assert_eq!(reward.type_, Some(types::RewardType::Unrecognized("TRANSACTIONAL".into())));
}

#[test]
fn a_body_that_is_not_an_event_is_an_error_that_shows_no_value() {
    let secret = "4111111592341815";
    for (body, says) in [
        (String::new(), "the webhook is no event: the body is empty"),
        (format!("<html>{secret}"), "the webhook is no event: the body is HTML or XML, not JSON"),
        (format!("upstream {secret}"), "the webhook is no event: the body is not JSON (line 1, column 1)"),
        (
            format!("[\"REWARD\", \"{secret}\"]"),
            "the webhook is no event: the body is a list, not an object (line 1, column 0)",
        ),
        (format!("\"{secret}\""), "the webhook is no event: the body is a string, not an object (line 1, column 18)"),
        (r#"{"data": {}}"#.into(), "the webhook is no event: object is missing (line 1, column 12)"),
        (
            format!("{{\"object\": [\"{secret}\"]}}"),
            "the webhook is no event: object is a list, not a string (line 1, column 11)",
        ),
        (
            r#"{"object": "REWARD", "object": "STREAK"}"#.into(),
            "the webhook is no event: object is there twice (line 1, column 29)",
        ),
        (
            r#"{"object": "REWARD", "data": {}, "data": {}}"#.into(),
            "the webhook is no event: data is there twice (line 1, column 39)",
        ),
        (
            format!("{{\"object\": \"REWARD\",\n\"data\": {{\"amount\": \"{secret}\"}}}}"),
            "the webhook is no event: data.amount is a string, not an integer (line 2, column 37)",
        ),
        (
            format!("{{\"object\": \"STREAK\", \"data\": \"{secret}\"}}"),
            "the webhook is no event: data is a string, not an object (line 1, column 47)",
        ),
        (
            format!("{{\"object\": \"NEW\", \"data\": {{\"a\": \"{secret}\""),
            "the webhook is no event: the body ends before its JSON does (line 1, column 50)",
        ),
    ] {
        let error = Event::parse(body.as_bytes()).expect_err(&body);
        assert_eq!(error.to_string(), says, "{body}");
        assert_eq!(error.body(), body.as_bytes());
        assert!(!format!("{error} {error:?} {error:#?}").contains(secret), "{error:?}");
        // A signed delivery returns the same error, with the body for a dead-letter queue.
        let delivery = Signer::new(TOKEN).sign(body.clone());
        let verifier = Verifier::new(TOKEN);
        assert!(verifier.verify_signature(&delivery.signature, &delivery.body).is_ok());
        match verifier.verify(&delivery.signature, &delivery.body) {
            Err(WebhookError::Unreadable(error)) => assert_eq!(error.into_body(), body.as_bytes()),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn the_error_for_a_body_signed_in_sorted_form_contains_the_original_body() {
    use imprint_client::webhook::{BodyReading, KeyReading, Reading};
    let body = "{\"object\": \"REWARD\",\n \"data\": {\"amount\": \"a lot\"}}";
    let signer = Signer::new(TOKEN).reading(Reading::new(KeyReading::Token, BodyReading::Sorted));
    let delivery = signer.sign(body);
    match Verifier::new(TOKEN).verify(&delivery.signature, &delivery.body) {
        Err(WebhookError::Unreadable(error)) => {
            // The position refers to the sorted form that was signed, which has one line.
            assert_eq!((error.path(), error.line(), error.expected()), ("data.amount", 1, Some("an integer")));
            assert_eq!(error.body(), body.as_bytes());
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn debug_of_an_event_redacts_like_its_type() {
    let shown = format!("{:?}", event(&body("PAYMENT_METHOD")));
    assert!(shown.starts_with("PaymentMethod(PaymentMethodEventData {"), "{shown}");
    assert!(shown.contains("[REDACTED]") && !shown.contains("<string>"), "{shown}");
    let shown = format!("{:?}", event(&body("TRANSACTION")));
    assert!(!shown.contains("123 Main St"), "{shown}");
}

#[test]
fn each_error_has_the_status_for_the_response() {
    let verifier = Verifier::new(TOKEN);
    let status = |error: WebhookError| error.status().as_u16();
    let refused = |header: &str| verifier.verify(header, b"{}").expect_err("the delivery is refused");
    let hex = "0".repeat(64);
    assert_eq!(status(refused("")), 400);
    assert_eq!(status(refused("t=1")), 400);
    assert_eq!(status(refused(&format!("t=1,s={hex}"))), 401);
    assert_eq!(status(refused(&format!("t=99999999999,s={hex}"))), 401);
    assert_eq!(status(refused(&Signer::new("another").sign("{}").signature)), 401);
    assert_eq!(status(refused(&Signer::new(TOKEN).sign("{}").signature)), 400);
    assert_eq!(status(Verifier::new(" ").verify("", b"").expect_err("no token")), 500);
    let large = vec![b' '; imprint_client::webhook::MAX_BODY_BYTES + 1];
    assert_eq!(status(verifier.verify(&format!("t=1,s={hex}"), &large).expect_err("too large")), 413);
    let said = refused(&format!("t=1,s={hex}")).to_string();
    assert!(said.starts_with("the webhook is too old: it was signed 1") && said.ends_with(" s ago"), "{said}");
}
