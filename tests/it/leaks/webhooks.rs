//! Deliveries filled with markers: no event, no error and no log line shows a token or what is sensitive.

use imprint_client::Secret;
use imprint_client::webhook::testing::Signer;
use imprint_client::webhook::{Event, Verifier};
use serde_json::{Value, json};

use super::marker::{holds, mark, marker};
use super::names::is_suspicious;
use crate::capture::Capture;
use crate::support::{json, payload, payloads};

fn token() -> String {
    marker("the signing token")
}

/// The texts of a value, each with the name of its field.
fn texts(value: &Value, name: &str, found: &mut Vec<(String, String)>) {
    match value {
        Value::String(text) => found.push((name.to_owned(), text.clone())),
        Value::Array(items) => items.iter().for_each(|item| texts(item, name, found)),
        Value::Object(fields) => fields.iter().for_each(|(name, value)| texts(value, name, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[test]
fn events_show_no_more_than_types_do() {
    let capture = Capture::start();
    let verifier = Verifier::new(token());
    let mut sensitive = 0;
    for name in payloads().iter().filter(|name| name.starts_with("webhook-") && !name.contains("signature")) {
        let mut delivery = json(&payload(name));
        mark(&mut delivery["data"], "data");
        let event = Event::parse(delivery.to_string().as_bytes()).expect("an event");
        let signed = Signer::new(token()).event(&event);
        let verified = verifier.verify(&signed.signature, &signed.body).expect("it is signed");
        assert_eq!(verified, event);
        let shown = format!("{event:?}{event:#?}{verifier:?}{}", event.dedupe_key());
        let mut found = Vec::new();
        texts(&delivery["data"], "", &mut found);
        for (field, text) in found {
            if is_suspicious(&field) && field != "authorization_code" && field != "merchant_key" {
                sensitive += 1;
                assert!(!holds(&shown, &text), "{name} shows {field}: {shown}");
            }
        }
        assert!(!holds(&shown, &token()), "{shown}");
    }
    assert!(sensitive > 0);
    assert!(!holds(&capture.text(), "leak of"), "{}", capture.text());
}

#[test]
fn what_is_unknown_or_broken_is_not_shown() {
    let capture = Capture::start();
    let text = marker("a body");
    let verifier = Verifier::new(token());
    let signer = Signer::new(token());
    let unknown = signer.deliver(&marker("a kind"), &json!({"anything": text, "list": [text]}));
    let event = verifier.verify(&unknown.signature, &unknown.body).expect("an event of a new kind");
    let mut shown = format!("{event:?}{}", event.dedupe_key());
    for body in [
        json!({"object": "REWARD", "data": {"amount": text}}).to_string(),
        json!({"object": "REWARD", "data": [text]}).to_string(),
        json!({"object": [text]}).to_string(),
        format!("{text}{{"),
        format!("\"{text}\""),
    ] {
        let delivery = signer.sign(body);
        let broken = verifier.verify(&delivery.signature, &delivery.body).expect_err("no event");
        let forged = verifier.verify(&format!("t=1,s={text}"), &delivery.body).expect_err("no signature");
        for error in [broken, forged] {
            shown += &format!("{error}{error:?}{error:#?}");
            let mut source = std::error::Error::source(&error);
            while let Some(error) = source {
                shown += &format!("{error}{error:?}");
                source = error.source();
            }
        }
    }
    shown += &format!("{:?}{:?}{:?}", verifier, signer, Secret::from(token()));
    shown += &capture.text();
    assert!(!holds(&shown, "leak of"), "{shown}");
}
