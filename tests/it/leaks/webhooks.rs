//! Deliveries filled with marker texts: no event, error or log line may show the signing token or a sensitive value.

use imprint_client::Secret;
use imprint_client::webhook::testing::Signer;
use imprint_client::webhook::{Event, Verifier};
use serde_json::{Value, json};

use super::marker::{contains_text, fill_with_markers, marker};
use super::names::is_suspicious;
use crate::capture::Capture;
use crate::support::{json, payload, payloads};

fn token() -> String {
    marker("the signing token")
}

/// Collects the texts of a value, each with the name of its field.
fn collect_texts(value: &Value, name: &str, found: &mut Vec<(String, String)>) {
    match value {
        Value::String(text) => found.push((name.to_owned(), text.clone())),
        Value::Array(items) => items.iter().for_each(|item| collect_texts(item, name, found)),
        Value::Object(fields) => fields.iter().for_each(|(name, value)| collect_texts(value, name, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[test]
fn debug_of_events_shows_no_sensitive_values() {
    let capture = Capture::start();
    let verifier = Verifier::new(token());
    let mut sensitive = 0;
    for name in payloads().iter().filter(|name| name.starts_with("webhook-") && !name.contains("signature")) {
        let mut delivery = json(&payload(name));
        fill_with_markers(&mut delivery["data"], "data");
        let event = Event::parse(delivery.to_string().as_bytes()).expect("an event");
        let signed = Signer::new(token()).event(&event);
        let verified = verifier.verify(&signed.signature, &signed.body).expect("the delivery is signed correctly");
        assert_eq!(verified, event);
        let shown = format!("{event:?}{event:#?}{verifier:?}{}", event.dedupe_key());
        let mut found = Vec::new();
        collect_texts(&delivery["data"], "", &mut found);
        for (field, text) in found {
            if is_suspicious(&field) && field != "authorization_code" && field != "merchant_key" {
                sensitive += 1;
                assert!(!contains_text(&shown, &text), "{name} shows {field}: {shown}");
            }
        }
        assert!(!contains_text(&shown, &token()), "{shown}");
    }
    assert!(sensitive > 0);
    assert!(!contains_text(&capture.text(), "leak of"), "{}", capture.text());
}

#[test]
fn unknown_events_and_broken_bodies_are_not_shown() {
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
        let broken = verifier.verify(&delivery.signature, &delivery.body).expect_err("the body is not an event");
        let forged = verifier.verify(&format!("t=1,s={text}"), &delivery.body).expect_err("the signature is not valid");
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
    assert!(!contains_text(&shown, "leak of"), "{shown}");
}
