//! Makes the dedupe key of an event, by which a receiver recognizes a repeated delivery.

mod instant;

use serde::Serialize;
use serde_json::{Map, Number, Value};
use sha2::{Digest, Sha256};

use super::canonical::{Escapes, Node};
use super::reading::hex;

/// The kind and a SHA-256 of the canonical JSON of an envelope. If all fields of `needed` are there, the envelope holds
/// these fields and those fields of `also` that are there; else, or if `needed` is empty, it holds all of the data.
///
/// The key holds a hash, so that all keys of a kind have the same length, and because a partner's own customer id may
/// be a mail address, which must not be readable in the key.
pub(super) fn key(object: &str, data: &impl Serialize, needed: &[&str], also: &[&str]) -> String {
    // The types of this crate can always be written as JSON. If one could not, the key would be made without its data.
    let mut data = serde_json::to_value(data).unwrap_or_default();
    settle(&mut data);
    let named = || -> Option<Map<String, Value>> {
        let field = |name: &&str| {
            let value = data.get(*name).filter(|value| !value.is_null() && *value != "")?;
            Some(((*name).to_owned(), value.clone()))
        };
        let mut fields: Map<String, Value> = needed.iter().map(field).collect::<Option<_>>()?;
        fields.extend(also.iter().filter_map(field));
        Some(fields)
    };
    let data = if needed.is_empty() { data } else { named().map_or(data, Value::Object) };
    let envelope = Value::from_iter([("data", data), ("object", object.into())]);
    let hash = Sha256::digest(Node::of(&envelope).write(Escapes::Few));
    // A kind is a word in capital letters. Any other text may be personal data, so it is not written into the key.
    let is_word = (1..=64).contains(&object.len()) && object.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
    format!("{}:{}", if is_word { object } else { "UNRECOGNIZED" }, *hex(&hash))
}

/// Gives equal values the same spelling: times, which the API writes with and without milliseconds, and numbers, which
/// keep the spelling of their sender if another crate in the build turns on `arbitrary_precision` of serde_json.
fn settle(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Some(utc) = instant::in_utc(text) {
                *text = utc;
            }
        }
        Value::Number(number) if number.as_f64() == Some(0.0) => *number = 0.into(),
        Value::Number(number) if number.is_i64() || number.is_u64() => {}
        Value::Number(number) => {
            if let Some(same) = number.as_f64().and_then(Number::from_f64) {
                *number = same;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(settle),
        Value::Object(fields) => fields.values_mut().for_each(settle),
        Value::Null | Value::Bool(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_key_is_the_hash_of_the_fields_named() {
        // printf '{"data":{"reward_id":"R","status":"PENDING"},"object":"REWARD"}' | openssl dgst -sha256
        let expected = "REWARD:d8e771ed2e757e5d337ca0becdfb13bf758d8d6810f3fe59ddd66f8639820d27";
        let data = json!({"status": "PENDING", "reward_id": "R", "amount": 5});
        let one = key("REWARD", &data, &["reward_id", "status"], &[]);
        assert_eq!(one, expected);
        assert_eq!(one, key("REWARD", &json!({"reward_id": "R", "status": "PENDING"}), &["status", "reward_id"], &[]));
        for other in [json!({"reward_id": "R", "status": "AVAILABLE"}), json!({"reward_id": "r", "status": "PENDING"})]
        {
            assert_ne!(one, key("REWARD", &other, &["reward_id", "status"], &[]));
        }
        assert_ne!(one, key("STREAK", &data, &["reward_id", "status"], &[]));
    }

    #[test]
    fn a_missing_field_makes_all_of_them_count() {
        let fields = ["reward_id", "status"];
        for missing in [json!(null), json!("")] {
            let with = |amount: u8| json!({"reward_id": "R", "status": missing, "amount": amount});
            assert_eq!(key("REWARD", &with(1), &fields, &[]), key("REWARD", &with(1), &[], &[]));
            assert_ne!(key("REWARD", &with(1), &fields, &[]), key("REWARD", &with(2), &fields, &[]));
        }
        assert_ne!(
            key("REWARD", &json!({"status": "X"}), &fields, &[]),
            key("REWARD", &json!({"status": "Y"}), &fields, &[])
        );
        assert_eq!(
            key("REWARD", &json!({"a": 1, "b": 2}), &[], &[]),
            key("REWARD", &json!({"b": 2, "a": 1}), &[], &[])
        );
        // Numbers without a canonical spelling have a key as well.
        assert_ne!(key("NEW", &json!({"a": 1e30}), &[], &[]), key("NEW", &json!({"a": 2e30}), &[], &[]));
        assert_ne!(key("NEW", &json!(null), &[], &[]), key("OTHER", &json!(null), &[], &[]));
    }

    #[test]
    fn further_fields_count_where_they_are_there() {
        let key = |data: Value| key("REWARD", &data, &["reward_id", "status"], &["amount", "created_at"]);
        // printf '{"data":{"amount":5,"reward_id":"R","status":"PENDING"},"object":"REWARD"}' | openssl dgst -sha256
        let expected = "REWARD:16e077c58dc0c6ef1e2e04c403f7b65eecdc98d7feb9dfbbee5df5f084288960";
        let one = json!({"reward_id": "R", "status": "PENDING", "amount": 5, "other": 1});
        assert_eq!(key(one.clone()), expected);
        for missing in [json!(null), json!("")] {
            let with = |other: u8| {
                key(json!({"reward_id": "R", "status": "PENDING", "amount": 5, "created_at": missing, "other": other}))
            };
            assert_eq!(with(1), expected);
            assert_eq!(with(2), expected);
        }
        for other in [
            json!({"reward_id": "R", "status": "PENDING", "amount": 6}),
            json!({"reward_id": "R", "status": "PENDING"}),
        ] {
            assert_ne!(key(other), expected);
        }
    }

    #[test]
    fn a_time_is_an_instant_and_a_number_a_value() {
        let key = |data: &str| key("NEW", &serde_json::from_str::<Value>(data).unwrap(), &[], &[]);
        for (one, same, other) in [
            (
                r#"{"at": "2025-02-13T19:08:07Z"}"#,
                r#"{"at": "2025-02-13T20:08:07.000+01:00"}"#,
                r#"{"at": "2025-02-13T19:08:08Z"}"#,
            ),
            (
                r#"[{"at": ["2025-02-13T19:08:07.10Z"]}]"#,
                r#"[{"at": ["2025-02-13T19:08:07.1Z"]}]"#,
                r#"[{"at": ["2025-02-13T19:08:07.01Z"]}]"#,
            ),
            (r#"{"a": 1.50}"#, r#"{"a": 15e-1}"#, r#"{"a": 1.5000001}"#),
            (r#"{"a": -0}"#, r#"{"a": 0.0}"#, r#"{"a": 1e-300}"#),
            (r#"{"a": 1e30}"#, r#"{"a": 10e29}"#, r#"{"a": 2e30}"#),
            (r#"{"a": 18446744073709551615}"#, r#"{"a" : 18446744073709551615}"#, r#"{"a": 18446744073709551614}"#),
        ] {
            assert_eq!(key(one), key(same), "{one}");
            assert_ne!(key(one), key(other), "{one}");
        }
    }

    #[test]
    fn nothing_of_the_event_can_be_read_in_it() {
        let data = json!({"partner_customer_id": "jane@example.com"});
        let key = |object| key(object, &data, &["partner_customer_id"], &[]);
        assert!(!key("CUSTOMER_LINK").contains("jane"));
        assert!(key("CUSTOMER_LINK").starts_with("CUSTOMER_LINK:"));
        let long = "A".repeat(65);
        for odd in ["jane@example.com", "", "4111111592341815", "lower", "A B", &long] {
            assert!(odd.is_empty() || !key(odd).contains(odd), "{odd}");
            assert!(key(odd).starts_with("UNRECOGNIZED:"), "{odd}");
        }
        assert_ne!(key("lower"), key("A B"));
    }
}
