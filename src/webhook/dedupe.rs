//! The key that tells a repeated delivery.

use serde::Serialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::canonical::{Escapes, Node};
use super::reading::hex;

/// The kind and a SHA-256 of the canonical JSON of an envelope with what makes the event: these fields of the data if
/// all are there, else all of the data.
///
/// It is a hash so that the key has one length, and because a partner's own customer id may be a mail address.
pub(crate) fn key(object: &str, data: &impl Serialize, fields: &[&str]) -> String {
    // No type of ours fails to be written; one that did would still have a key.
    let data = serde_json::to_value(data).unwrap_or_default();
    let named = || -> Option<Map<String, Value>> {
        let value = |name: &&str| data.get(*name).filter(|value| !value.is_null() && *value != "").cloned();
        fields.iter().map(|name| Some(((*name).to_owned(), value(name)?))).collect()
    };
    let data = if fields.is_empty() { data } else { named().map_or(data, Value::Object) };
    let envelope = Value::from_iter([("data", data), ("object", object.into())]);
    let hash = Sha256::digest(Node::of(&envelope).write(Escapes::Few));
    // A kind is a word in capitals; what is something else may be somebody's data.
    let is_word = (1..=64).contains(&object.len()) && object.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
    format!("{}:{}", if is_word { object } else { "UNRECOGNIZED" }, *hex(&hash))
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
        let one = key("REWARD", &data, &["reward_id", "status"]);
        assert_eq!(one, expected);
        assert_eq!(one, key("REWARD", &json!({"reward_id": "R", "status": "PENDING"}), &["status", "reward_id"]));
        for other in [json!({"reward_id": "R", "status": "AVAILABLE"}), json!({"reward_id": "r", "status": "PENDING"})]
        {
            assert_ne!(one, key("REWARD", &other, &["reward_id", "status"]));
        }
        assert_ne!(one, key("STREAK", &data, &["reward_id", "status"]));
    }

    #[test]
    fn a_missing_field_makes_all_of_them_count() {
        let fields = ["reward_id", "status"];
        for missing in [json!(null), json!("")] {
            let with = |amount: u8| json!({"reward_id": "R", "status": missing, "amount": amount});
            assert_eq!(key("REWARD", &with(1), &fields), key("REWARD", &with(1), &[]));
            assert_ne!(key("REWARD", &with(1), &fields), key("REWARD", &with(2), &fields));
        }
        assert_ne!(key("REWARD", &json!({"status": "X"}), &fields), key("REWARD", &json!({"status": "Y"}), &fields));
        assert_eq!(key("REWARD", &json!({"a": 1, "b": 2}), &[]), key("REWARD", &json!({"b": 2, "a": 1}), &[]));
        // Numbers without a canonical spelling have a key as well.
        assert_ne!(key("NEW", &json!({"a": 1e30}), &[]), key("NEW", &json!({"a": 2e30}), &[]));
        assert_ne!(key("NEW", &json!(null), &[]), key("OTHER", &json!(null), &[]));
    }

    #[test]
    fn nothing_of_the_event_can_be_read_in_it() {
        let data = json!({"partner_customer_id": "jane@example.com"});
        let key = |object| key(object, &data, &["partner_customer_id"]);
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
