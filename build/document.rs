//! Reads YAML text as a JSON value without losing anything.

use serde_json::Value;

use super::problem::Problem;

/// The key of YAML 1.1 whose value, a map or a list of maps, gives the map around it the entries that it lacks.
const MERGE: &str = "<<";

/// Reads a YAML (or JSON) document. Duplicate keys are refused, dates stay the text they are, integer keys such as an
/// unquoted `200:` become strings, and merge keys (`<<: *anchor`) are applied.
pub fn parse(name: &str, text: &str) -> Result<Value, Problem> {
    let refuse = |message: String| {
        Problem::new(name, message, "mend the file; it has to be one YAML document of plain maps, lists and scalars")
    };
    // Through YAML's own value type, which refuses equal keys: serde_json would keep the last one without an error.
    let mut yaml: yaml_serde::Value = yaml_serde::from_str(text).map_err(|e| refuse(format!("not YAML: {e}")))?;
    merge(&mut yaml).map_err(refuse)?;
    let json = serde_json::to_value(&yaml).map_err(|e| refuse(format!("YAML that JSON cannot hold: {e}")))?;
    if !json.is_object() {
        return Err(refuse("the document is not a map".into()));
    }
    Ok(sorted(json))
}

/// Applies the merge keys of a value and of all that it holds. The entries of the map itself count more than those that are
/// merged into it, and of several maps in a list the first counts most.
///
/// What is merged is merged itself first. `apply_merge` of yaml_serde does not do so: it leaves the merge key of an anchor
/// that has one in the map that the anchor is merged into.
fn merge(value: &mut yaml_serde::Value) -> Result<(), String> {
    match value {
        yaml_serde::Value::Mapping(map) => {
            map.values_mut().try_for_each(merge)?;
            let merged = match map.remove(MERGE) {
                None => Vec::new(),
                Some(yaml_serde::Value::Sequence(maps)) => maps,
                Some(one) => vec![one],
            };
            for one in merged {
                let yaml_serde::Value::Mapping(one) = one else {
                    return Err(format!("`{MERGE}` has to name a map, or a list of maps"));
                };
                for (key, value) in one {
                    map.entry(key).or_insert(value);
                }
            }
            Ok(())
        }
        yaml_serde::Value::Sequence(items) => items.iter_mut().try_for_each(merge),
        yaml_serde::Value::Tagged(tagged) => merge(&mut tagged.value),
        _ => Ok(()),
    }
}

/// Sorts every map by key, so that the output does not depend on whether another crate in the graph turns on
/// serde_json's `preserve_order`.
pub fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(entries.into_iter().collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        scalar => scalar,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn dates_stay_text_and_status_keys_become_strings() {
        let value = parse("d", "a: 2025-02-13T19:08:07.000Z\nb: 2025-02-13\n200: ok\n").unwrap();
        assert_eq!(value, json!({"a": "2025-02-13T19:08:07.000Z", "b": "2025-02-13", "200": "ok"}));
    }

    #[test]
    fn duplicate_keys_broken_yaml_and_other_shapes_are_refused_by_name() {
        for (text, says) in [("a: 1\na: 2\n", "duplicate"), ("a: [", "not YAML"), ("- 1\n", "not a map")] {
            let problem = parse("openapi/openapi.yaml", text).unwrap_err().to_string();
            assert!(problem.contains("openapi/openapi.yaml") && problem.contains(says), "{problem}");
        }
    }

    #[test]
    fn merge_keys_are_applied_at_every_depth() {
        let text = "\
base: &base {a: 1, deep: {a: 1}}
more: &more {<<: *base, b: 2}
other: &other {a: 9, c: 3}
one: {<<: *base, a: 7}
list:
  - {<<: [*more, *other], d: 4}
";
        let value = parse("d", text).unwrap();
        assert_eq!(value["more"], json!({"a": 1, "b": 2, "deep": {"a": 1}}));
        assert_eq!(value["one"], json!({"a": 7, "deep": {"a": 1}}));
        assert_eq!(value["list"], json!([{"a": 1, "b": 2, "c": 3, "d": 4, "deep": {"a": 1}}]));
        for text in ["a: {<<: 1}", "a: {<<: [1]}"] {
            let problem = parse("openapi/openapi.yaml", text).unwrap_err().to_string();
            assert!(problem.contains("`<<` has to name a map"), "{problem}");
        }
    }

    #[test]
    fn maps_are_sorted_at_every_depth_and_lists_are_not() {
        let text = sorted(json!({"b": [{"z": 1, "y": 2}, 0], "a": 1})).to_string();
        assert_eq!(text, r#"{"a":1,"b":[{"y":2,"z":1},0]}"#);
    }
}
