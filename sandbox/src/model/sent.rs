//! What requests have sent about a row, kept for the fields that answers name as well.

use serde_json::{Map, Value};

/// Adds what a later request sends. A field that is null counts as one that was not sent, and keeps its value.
pub fn merge(kept: &mut Map<String, Value>, sent: &Map<String, Value>) {
    let given = sent.iter().filter(|(_, value)| !value.is_null());
    kept.extend(given.map(|(name, value)| (name.clone(), value.clone())));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_null_changes_nothing() {
        let map = |value: Value| value.as_object().cloned().unwrap_or_default();
        let mut kept = map(json!({"a": 1, "b": 2}));
        merge(&mut kept, &map(json!({"a": null, "b": 3, "c": null, "d": {"e": null}})));
        assert_eq!(kept, map(json!({"a": 1, "b": 3, "d": {"e": null}})));
    }
}
