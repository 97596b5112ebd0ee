//! Guesses which of what is gone has come back under another name.

use serde_json::Value;

/// Keywords that say nothing about the shape.
pub const PROSE: [&str; 7] = ["description", "summary", "example", "examples", "externalDocs", "title", "deprecated"];

/// A schema without its prose, at every depth. A property that is called `description` is no prose: it is a map.
pub fn bare(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let is_prose = |key: &str, value: &Value| {
                PROSE.contains(&key) && (matches!(key, "example" | "examples") || !value.is_object())
            };
            let kept = map.iter().filter(|(key, value)| !is_prose(key, value));
            Value::Object(kept.map(|(key, value)| (key.clone(), bare(value))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(bare).collect()),
        scalar => scalar.clone(),
    }
}

/// How much alike two names are, from 0 to 1; a name with a word more or less is much alike.
pub fn alike(one: &str, other: &str) -> f64 {
    let [one, other] = [one, other].map(|name| name.to_lowercase().replace(['_', '-'], ""));
    let part = one.len() > 3 && other.len() > 3 && (one.contains(&other) || other.contains(&one));
    strsim::normalized_damerau_levenshtein(&one, &other).max(if part { 0.8 } else { 0.0 })
}

/// The least likeness that makes a guess.
const ENOUGH: f64 = 0.6;

/// Pairs what is gone with what is new: of those that `same` accepts, the most alike, each once.
pub fn pairs<'a>(gone: &[&'a str], come: &[&'a str], same: &dyn Fn(&str, &str) -> bool) -> Vec<(&'a str, &'a str)> {
    let mut candidates: Vec<(f64, &str, &str)> = Vec::new();
    for old in gone {
        for new in come.iter().filter(|new| same(old, new)) {
            let likeness = alike(old, new);
            if likeness >= ENOUGH {
                candidates.push((likeness, old, new));
            }
        }
    }
    candidates.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| (a.1, a.2).cmp(&(b.1, b.2))));
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    for (_, old, new) in candidates {
        if pairs.iter().all(|pair| pair.0 != old && pair.1 != new) {
            pairs.push((old, new));
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn prose_is_dropped_and_properties_of_that_name_are_not() {
        let schema = json!({"description": "d", "example": {"a": 1}, "properties": {"description": {"type": "string", "title": "t"}}});
        assert_eq!(bare(&schema), json!({"properties": {"description": {"type": "string"}}}));
    }

    #[test]
    fn the_most_alike_are_paired_and_each_once() {
        let any = |_: &str, _: &str| true;
        assert_eq!(
            pairs(&["amount", "total"], &["amounts", "amount_cents", "elsewhere"], &any),
            [("amount", "amounts")]
        );
        assert_eq!(pairs(&["source"], &["reference"], &any), []);
        assert_eq!(pairs(&["amount"], &["amounts"], &|_, _| false), []);
    }
}
