//! `Event::dedupe_key`, which is equal for repeated deliveries of an event and different for different events.

use std::collections::BTreeSet;

use imprint_client::webhook::Event;
use serde_json::{Value, json};

use super::{KINDS, body, event};
use crate::support::json;

/// For each kind: the fields that must be present to identify an event, and further fields that are part of the key if
/// they are present.
const FIELDS: [(&str, &[&str], &[&str]); 7] = [
    ("ACCOUNT_STATUS", &["merchant_key", "customer_id", "status", "updated_at"], &[]),
    ("APPLICATION", &["merchant_key", "customer_id", "status", "created_at", "updated_at"], &[]),
    ("CUSTOMER_LINK", &["merchant_key", "customer_id", "partner_customer_id", "status", "updated_at"], &["created_at"]),
    (
        "PAYMENT_METHOD",
        &["payment_method_id", "new_status", "updated_at"],
        &["previous_status", "card_type", "card_design_id", "created_at"],
    ),
    ("REWARD", &["reward_id", "status"], &["amount", "currency", "created_at"]),
    ("STREAK", &["streak_id", "event", "current_period"], &["created_at"]),
    ("TRANSACTION", &["event_id"], &["status", "amount", "created_at"]),
];

fn key(value: &Value) -> String {
    event(&value.to_string()).dedupe_key()
}

#[test]
fn a_repeated_delivery_has_the_same_key() {
    for (kind, needed, also) in FIELDS {
        let whole = json(&body(kind));
        assert_eq!(event(&serde_json::to_string_pretty(&whole).expect("JSON")).dedupe_key(), key(&whole));
        for name in whole["data"].as_object().expect("an object").keys() {
            let mut changed = whole.clone();
            // A field that does not identify the event may be missing when the event is sent again.
            changed["data"].as_object_mut().expect("an object").remove(name);
            let counts = needed.contains(&name.as_str()) || also.contains(&name.as_str());
            assert_eq!(key(&changed) == key(&whole), !counts, "{kind} {name}");
        }
    }
}

#[test]
fn different_events_have_different_keys() {
    for (kind, needed, also) in FIELDS {
        let whole = json(&body(kind));
        for name in needed.iter().chain(also) {
            let mut changed = whole.clone();
            changed["data"][name] = if whole["data"][name].is_i64() { json!(11) } else { json!("another") };
            assert_ne!(key(&changed), key(&whole), "{kind} {name}");
        }
    }
    let keys: BTreeSet<String> = KINDS.iter().map(|kind| event(&body(kind)).dedupe_key()).collect();
    assert_eq!(keys.len(), KINDS.len());
}

#[test]
fn if_an_identifying_field_is_missing_all_fields_are_part_of_the_key() {
    for (kind, needed, _) in FIELDS {
        for name in needed {
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
fn a_missing_optional_key_field_does_not_add_other_fields_to_the_key() {
    for (kind, _, also) in FIELDS {
        for name in also {
            let mut without = json(&body(kind));
            without["data"].as_object_mut().expect("an object").remove(*name);
            without["data"]["customer_metadata"] = json!({"loyalty_id": "another"});
            for missing in [json!(null), json!("")] {
                // `amount` is a number and cannot be an empty text.
                if *name == "amount" && missing.is_string() {
                    continue;
                }
                let mut with = json(&body(kind));
                with["data"][name] = missing;
                assert_eq!(key(&with), key(&without), "{kind} {name}");
            }
        }
    }
}

/// Imprint's documents write the same time as `07Z`, `07.000Z` and `07+00:00`.
#[test]
fn equal_instants_in_different_formats_have_the_same_key() {
    let mut times = 0;
    for (kind, ..) in FIELDS {
        let whole = json(&body(kind));
        for (name, value) in whole["data"].as_object().expect("an object") {
            let Some(time) = value.as_str().filter(|_| name.ends_with("_at")) else { continue };
            let second = &time[.."2025-02-13T19:08:07".len()];
            let mut with = |time: &str| {
                times += 1;
                let mut changed = whole.clone();
                changed["data"][name] = json!(time);
                key(&changed)
            };
            let one = with(&format!("{second}.500Z"));
            assert_eq!(one, with(&format!("{second}.5Z")), "{kind} {name}");
            assert_eq!(one, with(&format!("{second}.5+00:00")), "{kind} {name}");
            assert_eq!(with(&format!("{second}Z")), with(&format!("{second}.000Z")), "{kind} {name}");
            if name != "current_period_start_at"
                && name != "current_period_end_at"
                && (kind, name.as_str()) != ("TRANSACTION", "updated_at")
            {
                assert_ne!(one, with(&format!("{second}.501Z")), "{kind} {name}");
            }
        }
    }
    assert!(times > 40, "{times}");
    let unknown = |time: &str| key(&json!({"object": "NEW", "data": {"list": [{"at": time}]}}));
    assert_eq!(unknown("2025-02-13T19:08:07Z"), unknown("2025-02-13T20:08:07.000+01:00"));
    assert_ne!(unknown("2025-02-13T19:08:07Z"), unknown("2025-02-13T19:08:07+01:00"));
}

/// Integers beyond 64 bits would lose digits as floating-point numbers, and different events would get the same key.
#[test]
fn long_integers_keep_their_digits() {
    let of = |text: String| event(&text);
    let unknown = |number: &str| of(format!(r#"{{"object": "NEW", "data": {{"id": {number}, "ids": [[{number}]]}}}}"#));
    let without_id =
        |number: &str| of(format!(r#"{{"object": "REWARD", "data": {{"metadata": {{"id": {number}}}}}}}"#));
    for of_number in [&unknown as &dyn Fn(&str) -> Event, &without_id] {
        for (one, other) in [
            ("18446744073709551616", "18446744073709551617"),
            ("-9223372036854775809", "-9223372036854775810"),
            ("340282366920938463463374607431768211455", "340282366920938463463374607431768211454"),
            ("18446744073709551615", "18446744073709551614"),
        ] {
            let (one_event, other_event) = (of_number(one), of_number(other));
            assert_ne!(one_event.dedupe_key(), other_event.dedupe_key(), "{one}");
            assert_eq!(one_event.dedupe_key(), of_number(one).dedupe_key());
            assert!(serde_json::to_string(&one_event).expect("JSON").contains(one), "{one}");
        }
    }
    // A numeric field of a known event is still read as a number.
    let Event::Transaction(transaction) =
        of(r#"{"object": "TRANSACTION", "data": {"amount": 7, "unknown": 18446744073709551616}}"#.to_owned())
    else {
        panic!("the event must be a transaction");
    };
    assert_eq!(transaction.amount, Some(7));
}

#[test]
fn all_fields_of_an_unknown_event_are_part_of_the_key() {
    let one = json!({"object": "NEW", "data": {"a": 1, "b": [{"c": "x"}]}});
    assert_eq!(key(&one), event(r#"{"data": {"b": [{"c": "x"}], "a": 1}, "object": "NEW"}"#).dedupe_key());
    for other in [json!({"object": "NEW", "data": {"a": 2}}), json!({"object": "NEWER", "data": one["data"]})] {
        assert_ne!(key(&one), key(&other));
    }
}

#[test]
fn keys_do_not_change_between_versions() {
    // printf
    // '{"data":{"amount":5000,"created_at":"2025-02-27T18:11:32.358Z","event_id":"e2806932-5f1b-4518-8b15-156d773e9496","status":"APPROVED"},"object":"TRANSACTION"}'
    // | openssl dgst -sha256
    let expected = "TRANSACTION:18dbb05421ab08c46189d2268cd15a059b0357923292ab608a22d320c6728da2";
    assert_eq!(event(&body("TRANSACTION")).dedupe_key(), expected);
    assert!(expected.len() <= 160);
    let streak = event(&body("STREAK"));
    // printf
    // '{"data":{"created_at":"2026-05-01T12:00:01Z","current_period":12,"event":"STREAK_COMPLETED","streak_id":"11111111-2222-3333-4444-555555555555"},"object":"STREAK"}'
    // | openssl dgst -sha256
    assert_eq!(streak.dedupe_key(), "STREAK:f067f3d320d847daea92aaa6041398d0ea107a1b96c84b10159ad8171c934cc5");
    assert!(matches!(streak, Event::Streak(_)));
}
