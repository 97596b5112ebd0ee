//! The key that tells a repeated delivery from another event.

use std::collections::BTreeSet;

use imprint_client::webhook::Event;
use serde_json::{Value, json};

use super::{KINDS, body, event};
use crate::support::json;

/// What makes an event of each kind the event it is.
const FIELDS: [(&str, &[&str]); 7] = [
    ("ACCOUNT_STATUS", &["merchant_key", "customer_id", "status", "updated_at"]),
    ("APPLICATION", &["merchant_key", "customer_id", "status", "created_at", "updated_at"]),
    ("CUSTOMER_LINK", &["merchant_key", "customer_id", "partner_customer_id", "status", "updated_at"]),
    ("PAYMENT_METHOD", &["payment_method_id", "new_status", "updated_at"]),
    ("REWARD", &["reward_id", "status"]),
    ("STREAK", &["streak_id", "event", "current_period"]),
    ("TRANSACTION", &["event_id"]),
];

fn key(value: &Value) -> String {
    event(&value.to_string()).dedupe_key()
}

#[test]
fn a_repeated_delivery_has_the_same_key() {
    for (kind, fields) in FIELDS {
        let whole = json(&body(kind));
        assert_eq!(event(&serde_json::to_string_pretty(&whole).expect("JSON")).dedupe_key(), key(&whole));
        for name in whole["data"].as_object().expect("an object").keys() {
            let mut changed = whole.clone();
            // Sent again by a later version of the service: what does not make the event may have changed.
            changed["data"].as_object_mut().expect("an object").remove(name);
            assert_eq!(key(&changed) == key(&whole), !fields.contains(&name.as_str()), "{kind} {name}");
        }
    }
}

#[test]
fn another_event_has_another_key() {
    for (kind, fields) in FIELDS {
        let whole = json(&body(kind));
        for name in fields {
            let mut changed = whole.clone();
            changed["data"][name] = if whole["data"][name].is_i64() { json!(11) } else { json!("another") };
            assert_ne!(key(&changed), key(&whole), "{kind} {name}");
        }
    }
    let keys: BTreeSet<String> = KINDS.iter().map(|kind| event(&body(kind)).dedupe_key()).collect();
    assert_eq!(keys.len(), KINDS.len());
}

#[test]
fn an_event_that_lacks_what_makes_it_is_told_by_all_it_says() {
    for (kind, fields) in FIELDS {
        for name in fields {
            let mut without = json(&body(kind));
            without["data"].as_object_mut().expect("an object").remove(*name);
            let mut other = without.clone();
            other["data"]["customer_metadata"] = json!({"loyalty_id": "another"});
            assert_ne!(key(&without), key(&other), "{kind} without {name}");
        }
        let empty = event(&json!({ "object": kind }).to_string()).dedupe_key();
        assert!(empty.starts_with(&format!("{kind}:")), "{empty}");
    }
}

#[test]
fn an_unknown_event_is_told_by_all_it_says() {
    let one = json!({"object": "NEW", "data": {"a": 1, "b": [{"c": "x"}]}});
    assert_eq!(key(&one), event(r#"{"data": {"b": [{"c": "x"}], "a": 1}, "object": "NEW"}"#).dedupe_key());
    for other in [json!({"object": "NEW", "data": {"a": 2}}), json!({"object": "NEWER", "data": one["data"]})] {
        assert_ne!(key(&one), key(&other));
    }
}

#[test]
fn a_key_stays_as_it_is_from_version_to_version() {
    // printf '{"data":{"event_id":"e2806932-5f1b-4518-8b15-156d773e9496"},"object":"TRANSACTION"}' | openssl dgst -sha256
    let expected = "TRANSACTION:06caeb195ac0f618f32a0510b259d0dcdbefff0e9eb9709cda756fe4ed0b5b26";
    assert_eq!(event(&body("TRANSACTION")).dedupe_key(), expected);
    assert!(expected.len() <= 160);
    let streak = event(&body("STREAK"));
    // printf '{"data":{"current_period":12,"event":"STREAK_COMPLETED","streak_id":"11111111-2222-3333-4444-555555555555"},"object":"STREAK"}' | openssl dgst -sha256
    assert_eq!(streak.dedupe_key(), "STREAK:38f0026b946fa91622134b5876bea1b0db9f4e226d9d5685c7c662230ce92969");
    assert!(matches!(streak, Event::Streak(_)));
}
