//! What requests have sent about a row, kept for the fields that answers name as well.

use std::slice;

use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};

/// The fields of requests, in a list as long as they are many: a map takes more than half a kibibyte for the first field,
/// and there are as many of these as there are rows.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(from = "Map<String, Value>")]
pub struct Sent(Box<[(Box<str>, Value)]>);

impl Sent {
    /// Adds what a later request sends. A field that is null counts as one that was not sent, and keeps its value.
    pub fn merge(&mut self, later: &Map<String, Value>) {
        let mut fields = std::mem::take(&mut self.0).into_vec();
        for (name, value) in later.iter().filter(|(_, value)| !value.is_null()) {
            match fields.iter_mut().find(|(known, _)| **known == **name) {
                Some((_, known)) => known.clone_from(value),
                None => fields.push((name.as_str().into(), value.clone())),
            }
        }
        // A snapshot is the same whether a field came with the first request or with a later one.
        fields.sort_by(|(one, _), (other, _)| one.cmp(other));
        self.0 = fields.into();
    }

    /// The value of a field.
    #[cfg(test)]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.into_iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }
}

impl From<Map<String, Value>> for Sent {
    fn from(fields: Map<String, Value>) -> Self {
        Self(fields.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }
}

impl From<&Map<String, Value>> for Sent {
    fn from(fields: &Map<String, Value>) -> Self {
        Self(fields.iter().map(|(name, value)| (name.as_str().into(), value.clone())).collect())
    }
}

impl Serialize for Sent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self)
    }
}

impl<'a> IntoIterator for &'a Sent {
    type Item = (&'a str, &'a Value);
    type IntoIter = std::iter::Map<slice::Iter<'a, (Box<str>, Value)>, fn(&'a (Box<str>, Value)) -> Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter().map(|(name, value)| (name, value))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_null_changes_nothing() {
        let map = |value: Value| value.as_object().cloned().unwrap_or_default();
        let mut kept = Sent::from(map(json!({"a": 1, "b": 2})));
        kept.merge(&map(json!({"a": null, "b": 3, "c": null, "d": {"e": null}})));
        assert_eq!(kept, Sent::from(map(json!({"a": 1, "b": 3, "d": {"e": null}}))));
    }

    #[test]
    fn a_snapshot_has_it_as_an_object() {
        let text = r#"{"a":1,"b":{"c":null}}"#;
        let sent: Sent = serde_json::from_str(text).expect("an object");
        assert_eq!((sent.get("a"), serde_json::to_string(&sent).ok().as_deref()), (Some(&json!(1)), Some(text)));
        assert_eq!(serde_json::to_string(&Sent::default()).ok().as_deref(), Some("{}"));
    }
}
