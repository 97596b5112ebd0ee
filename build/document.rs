//! Reads YAML or JSON text as a JSON value without losing anything.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess, Visitor};
use serde_json::{Map, Value};

use super::problem::Problem;

/// The key of YAML 1.1 whose value, a map or a list of maps, gives the map around it the entries that it lacks.
const MERGE: &str = "<<";

/// Reads a YAML or JSON document. Duplicate keys are refused, dates stay the text they are, integer keys such as an
/// unquoted `200:` become strings, and merge keys (`<<: *anchor`) are applied.
///
/// Not all JSON is YAML to its reader: halves of a pair of UTF-16 as `\ud83d\ude42`, keys of more than 1024 bytes and some
/// characters are not. So what begins as JSON does is read as JSON first.
pub fn parse(name: &str, text: &str) -> Result<Value, Problem> {
    let refuse = |message: String| {
        Problem::new(name, message, "mend the file; it has to be one YAML document of plain maps, lists and scalars")
    };
    // The mark with which some editors begin a file.
    let text = text.trim_start_matches('\u{feff}');
    let from_yaml = || AnyValue.deserialize(yaml_serde::Deserializer::from_str(text)).map_err(|e| e.to_string());
    let read = if text.trim_start().starts_with('{') {
        match from_json(text) {
            Ok(value) => Ok(value),
            // It is JSON, and something in it is wrong.
            Err(error) if error.is_data() => return Err(refuse(format!("not a document: {error}"))),
            Err(error) => from_yaml().map_err(|yaml| format!("not YAML: {yaml}; and not JSON: {error}")),
        }
    } else {
        from_yaml().map_err(|error| format!("not YAML: {error}"))
    };
    let mut value = read.map_err(refuse)?;
    merge(&mut value).map_err(refuse)?;
    if !value.is_object() {
        return Err(refuse("the document is not a map".into()));
    }
    Ok(sorted(value))
}

fn from_json(text: &str) -> Result<Value, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = AnyValue.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

/// Reads any value. Unlike serde_json's own reading, it refuses equal keys, of which the last would be kept without an error,
/// takes numbers and booleans as keys, and reads an integer of more than 64 bits as the nearest float.
#[derive(Clone, Copy)]
struct AnyValue;

impl<'de> DeserializeSeed<'de> for AnyValue {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map, a list or a scalar")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i128<E>(self, value: i128) -> Result<Value, E> {
        Ok((value as f64).into())
    }

    fn visit_u128<E>(self, value: u128) -> Result<Value, E> {
        Ok((value as f64).into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(self)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut entries = Map::new();
        while let Some(key) = map.next_key_seed(self)? {
            let key = match key {
                Value::String(key) => key,
                Value::Number(_) | Value::Bool(_) => key.to_string(),
                _ => return Err(A::Error::custom("a key that is no text")),
            };
            // How serde_json hands over a number if another crate has turned on its feature `arbitrary_precision`.
            if key == "$serde_json::private::Number" {
                let Value::String(text) = map.next_value_seed(self)? else {
                    return Err(A::Error::custom("a number that is no text"));
                };
                let whole = text.parse::<u64>().map(Value::from).or_else(|_| text.parse::<i64>().map(Value::from));
                return whole.or_else(|_| text.parse::<f64>().map(Value::from)).map_err(A::Error::custom);
            }
            if entries.contains_key(&key) {
                return Err(A::Error::custom(format!("duplicate entry with key {key:?}")));
            }
            let value = map.next_value_seed(self)?;
            entries.insert(key, value);
        }
        Ok(Value::Object(entries))
    }

    /// A value with a tag of its own, `!like this`: JSON has none, and the value is what counts.
    fn visit_enum<A: EnumAccess<'de>>(self, tagged: A) -> Result<Value, A::Error> {
        let (_, value) = tagged.variant_seed(self)?;
        value.newtype_variant_seed(self)
    }
}

/// Applies the merge keys of a value and of all that it holds. The entries of the map itself count more than those that are
/// merged into it, and of several maps in a list the first counts most.
fn merge(value: &mut Value) -> Result<(), String> {
    match value {
        Value::Object(map) => {
            // What is merged is merged itself first.
            map.values_mut().try_for_each(merge)?;
            let merged = match map.remove(MERGE) {
                None => Vec::new(),
                Some(Value::Array(maps)) => maps,
                Some(one) => vec![one],
            };
            for one in merged {
                let Value::Object(one) = one else {
                    return Err(format!("`{MERGE}` has to name a map, or a list of maps"));
                };
                for (key, value) in one {
                    map.entry(key).or_insert(value);
                }
            }
            Ok(())
        }
        Value::Array(items) => items.iter_mut().try_for_each(merge),
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
    fn json_that_is_no_yaml_is_read_and_equal_keys_are_refused_in_it() {
        let long = "k".repeat(2000);
        for (text, expected) in [
            (r#"{"a": "\ud83d\ude42"}"#.to_string(), json!({"a": "\u{1f642}"})),
            ("\u{feff}{\"a\": \"x\u{2028}y\"}".to_string(), json!({"a": "x\u{2028}y"})),
            (format!(r#"{{"{long}": 1}}"#), json!({long: 1})),
            ("\u{feff}a: 1\n".to_string(), json!({"a": 1})),
            // YAML that begins as JSON does.
            ("{a: 1, b: !mine x}".to_string(), json!({"a": 1, "b": "x"})),
            ("{\"a\": 1e3}".to_string(), json!({"a": 1000.0})),
            // As serde_json hands over numbers with its feature `arbitrary_precision`.
            (
                r#"{"a": [{"$serde_json::private::Number": "-1"}, {"$serde_json::private::Number": "1.5"}]}"#
                    .to_string(),
                json!({"a": [-1, 1.5]}),
            ),
        ] {
            assert_eq!(parse("d", &text).unwrap(), expected, "{text}");
        }
        let problem = parse("d", "{\n \"a\": \"\\ud83d\\ude42\",\n \"a\": 1\n}").unwrap_err().to_string();
        assert!(problem.contains("duplicate entry with key \"a\" at line 3 column"), "{problem}");
        let problem = parse("d", "{\n \"a\": [}").unwrap_err().to_string();
        assert!(problem.contains("not YAML") && problem.contains("line 2 column"), "{problem}");
        let problem = parse("d", "a: 1\nb:\n  c: 1\n  c: 2\n").unwrap_err().to_string();
        assert!(problem.contains("duplicate entry with key \"c\" at line 3 column"), "{problem}");
    }

    #[test]
    fn integers_of_more_than_64_bits_are_floats() {
        for text in
            ["{\"a\": 10000000000000000000000000}", "a: 10000000000000000000000000", "a: -10000000000000000000000000"]
        {
            let read = parse("d", text).unwrap();
            assert_eq!(read["a"].as_f64().map(f64::abs), Some(1e25), "{text}");
        }
        assert_eq!(parse("d", "a: 18446744073709551615").unwrap(), json!({"a": u64::MAX}));
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
