//! Tells whether two requests ask for the same, although what they ask for is hidden in the log.

use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::{BuildHasher, Hash, Hasher};

use serde_json::Value;

/// A hash of a request. It is keyed by a number that is made anew for each log, so that nobody can find out a hidden value
/// by trying the possible ones, and it is not shown.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint(u64);

/// Makes the fingerprints of one log.
#[derive(Default)]
pub struct Fingerprints(RandomState);

impl Fingerprints {
    /// The fingerprint of a request: of its target and its body. For JSON the order of members and spaces do not count.
    /// `read` is the body as JSON if it was read already.
    pub fn of(&self, target: [&str; 4], read: Option<&Value>, body: &[u8]) -> Fingerprint {
        let mut hasher = self.0.build_hasher();
        target.hash(&mut hasher);
        match read {
            Some(value) => json(value, &mut hasher),
            None if body.is_empty() => body.hash(&mut hasher),
            None => match serde_json::from_slice(body) {
                Ok(value) => json(&value, &mut hasher),
                Err(_) => body.hash(&mut hasher),
            },
        }
        Fingerprint(hasher.finish())
    }
}

fn json(value: &Value, hasher: &mut impl Hasher) {
    match value {
        Value::Object(map) => {
            (6_u8, map.len()).hash(hasher);
            let mut member = |(name, part): (&String, &Value)| {
                name.hash(hasher);
                json(part, hasher);
            };
            // Another crate may have turned on the feature of serde_json that keeps the order of members.
            if map.keys().is_sorted() {
                map.iter().for_each(member);
            } else {
                let mut members: Vec<_> = map.iter().collect();
                members.sort_by_key(|(name, _)| *name);
                members.into_iter().for_each(&mut member);
            }
        }
        Value::Array(items) => {
            (5_u8, items.len()).hash(hasher);
            items.iter().for_each(|item| json(item, hasher));
        }
        Value::String(text) => (4_u8, text).hash(hasher),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => (3_u8, whole).hash(hasher),
            None => (7_u8, number.to_string()).hash(hasher),
        },
        Value::Bool(yes) => (2_u8, yes).hash(hasher),
        Value::Null => 1_u8.hash(hasher),
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fingerprint(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_requests_have_equal_fingerprints_and_others_do_not() {
        let fingerprints = Fingerprints::default();
        let of = |body: &str| fingerprints.of(["POST", "/v2/orders", "", "STORE"], None, body.as_bytes());
        assert_eq!(of(r#"{"a": 1, "b": [{}]}"#), of(r#"{"b":[{}],"a":1}"#));
        assert_eq!(of("no JSON"), of("no JSON"));
        let text = r#"{"b":[{}],"a":-1.5}"#;
        let read: Value = serde_json::from_str(text).expect("JSON");
        let of_read = fingerprints.of(["POST", "/v2/orders", "", "STORE"], Some(&read), text.as_bytes());
        assert_eq!(of_read, of(text), "whether it was read already makes no difference");
        let different = [
            "",
            "{}",
            "[]",
            "null",
            r#"{"a":1}"#,
            r#"{"a":1.5}"#,
            r#"{"a":"1"}"#,
            r#"{"a":true}"#,
            "[[],1]",
            "[[1]]",
            "x",
        ];
        for (index, one) in different.iter().enumerate() {
            assert!(different[..index].iter().all(|other| of(one) != of(other)), "{one}");
        }
        assert_ne!(of("{}"), fingerprints.of(["POST", "/v2/orders", "", "SHOP"], None, b"{}"));
        assert_ne!(of("{}"), Fingerprints::default().of(["POST", "/v2/orders", "", "STORE"], None, b"{}"));
    }
}
