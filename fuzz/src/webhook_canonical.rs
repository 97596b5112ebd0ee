//! The canonical form of webhook payloads. The input is the body of a delivery.

use imprint_client::webhook::testing::Signer;
use imprint_client::webhook::{BodyReading, KeyReading, Reading, Verifier};
use serde_json::Value;

use crate::json;

const TOKEN: &str = "whtok_9f8e7d6c";

/// More values or bytes than this have no canonical form.
const MAX_VALUES: usize = 10_000;
const MAX_BYTES: usize = 128 << 10;

fn reading(body: BodyReading) -> Reading {
    Reading::new(KeyReading::Token, body)
}

pub fn check(body: &[u8]) {
    let verifier = |body| Verifier::new(TOKEN).accept_any_age().pin(reading(body));
    let signer = |body| Signer::new(TOKEN).reading(reading(body));
    let sorted = verifier(BodyReading::Sorted);

    // The raw body is signed whatever it is, and no other body has its signature.
    let delivery = signer(BodyReading::Raw).sign(body);
    assert!(verifier(BodyReading::Raw).verify_signature(&delivery.signature, body).is_ok());
    let parsed = serde_json::from_slice::<Value>(body);
    for mutated in mutations(body) {
        let Ok(verified) = Verifier::new(TOKEN).accept_any_age().verify_signature(&delivery.signature, &mutated) else {
            continue;
        };
        assert_ne!(verified.reading.body, BodyReading::Raw, "another body has the same signature");
        let mutated = serde_json::from_slice::<Value>(&mutated).expect("what has a canonical form is JSON");
        assert_eq!(Some(&mutated), parsed.as_ref().ok(), "another value has the same canonical form");
    }

    let Ok(value) = parsed else {
        // Neither a text that is not JSON nor one that is not Unicode has a canonical form.
        let text = String::from_utf8_lossy(body);
        for signed in [body, text.as_bytes()] {
            assert!(sorted.verify_signature(&signer(BodyReading::Raw).header(signed), body).is_err());
        }
        return;
    };
    // What a parser makes of a body with a key twice depends on the parser.
    let canonical = value.to_string();
    let accepted = sorted.verify_signature(&signer(BodyReading::Raw).header(canonical.as_bytes()), body).is_ok();
    let is_twice = json::colons(body) != json::members(&value);
    assert!(!is_twice || !accepted, "a body with a key twice has a canonical form");
    let is_small = body.len() <= MAX_BYTES && json::values(&value) <= MAX_VALUES;
    if is_twice || json::has_unusual_number(&value) || !is_small {
        return;
    }
    assert!(accepted, "the canonical form is not what serde_json writes with sorted keys");

    // The same JSON in another spelling has the same form; the raw bodies differ, so only the form can match.
    let other = json::spelled_out(&value);
    if other.len() <= MAX_BYTES {
        for form in [BodyReading::Sorted, BodyReading::SortedGo] {
            let header = signer(form).header(other.as_bytes());
            assert!(verifier(form).verify_signature(&header, body).is_ok(), "{other} has another form");
        }
    }
}

/// The body with one byte changed, one left out, and one twice, at a place that depends on the body.
fn mutations(body: &[u8]) -> Vec<Vec<u8>> {
    let sum: usize = body.iter().map(|byte| usize::from(*byte)).sum();
    let Some(at) = (sum * 31).checked_rem(body.len()) else { return vec![b"0".to_vec()] };
    let bit = 1 << (sum % 8);
    let changed: Vec<u8> = body.iter().enumerate().map(|(i, byte)| if i == at { byte ^ bit } else { *byte }).collect();
    let shorter = [&body[..at], &body[at + 1..]].concat();
    let longer = [&body[..=at], &body[at..]].concat();
    [changed, shorter, longer].into_iter().filter(|mutated| mutated != body).collect()
}
