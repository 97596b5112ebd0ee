//! Tests how fields are read that are absent, `null`, or written in another way than documented.

use serde_json::json;

use super::*;

fn read<R: Reader<T>, T>(value: Value) -> Option<T> {
    R::read(value).ok()
}

#[test]
fn null_is_no_item() {
    let strings = |value| read::<List, Vec<String>>(value);
    assert_eq!(strings(json!(["a", null, "b"])), Some(vec!["a".into(), "b".into()]));
    assert_eq!(strings(json!([null])), Some(vec![]));
    assert_eq!(strings(json!(null)), Some(vec![]));
    assert_eq!(strings(json!([1])), None);
    assert_eq!(strings(json!({})), None);
    assert_eq!(<List as Reader<Vec<String>>>::absent(), Some(vec![]));
    assert_eq!(read::<Listed, Vec<String>>(json!(null)), Some(vec![]));
    assert_eq!(<Listed as Reader<Vec<String>>>::absent(), None);
    let free = |value| read::<Free, Vec<Value>>(value);
    assert_eq!(free(json!([null, 1])), Some(vec![json!(null), json!(1)]));
    assert_eq!(free(json!(null)), Some(vec![]));
    assert_eq!(free(json!({})), None);
}

#[test]
fn null_is_no_entry() {
    let strings = |value| read::<Map, BTreeMap<String, String>>(value).map(|map| json!(map));
    assert_eq!(strings(json!({"a": "b", "c": null})), Some(json!({"a": "b"})));
    assert_eq!(strings(json!(null)), Some(json!({})));
    assert_eq!(strings(json!({"a": 1})), None);
    let free = |value| read::<Free, serde_json::Map<String, Value>>(value).map(|map| json!(map));
    assert_eq!(free(json!({"a": null})), Some(json!({"a": null})));
    assert_eq!(free(json!(null)), Some(json!({})));
    let sorted = |value| read::<Free, BTreeMap<String, Value>>(value).map(|map| json!(map));
    assert_eq!(sorted(json!({"a": null})), Some(json!({"a": null})));
}

#[test]
fn an_empty_list_is_an_empty_map_and_no_other_list_is() {
    let texts = |value| read::<Map, BTreeMap<String, String>>(value).map(|map| map.len());
    let free = |value| read::<Free, serde_json::Map<String, Value>>(value).map(|map| map.len());
    let sorted = |value| read::<Free, BTreeMap<String, Value>>(value).map(|map| map.len());
    for (json, expected) in [
        (json!([]), Some(0)),
        (json!([[]]), None),
        (json!([null]), None),
        (json!(["a", "b"]), None),
        (json!([["a", "b"]]), None),
        (json!(7), None),
        (json!(1.5), None),
        (json!(""), None),
        (json!(false), None),
    ] {
        assert_eq!(texts(json.clone()), expected, "{json}");
        assert_eq!(free(json.clone()), expected, "{json}");
        assert_eq!(sorted(json.clone()), expected, "{json}");
        let text = json.to_string();
        let mut deserializer = serde_json::Deserializer::from_str(&text);
        let read: Result<serde_json::Map<String, Value>, _> = Free::read(&mut deserializer);
        assert_eq!(read.ok().map(|map| map.len()), expected, "{json}");
    }
}

#[test]
fn an_integer_may_have_a_fraction_of_nothing() {
    for (text, expected) in [
        ("100", Some(100)),
        ("100.0", Some(100)),
        ("-1e2", Some(-100)),
        ("9223372036854775807", Some(i64::MAX)),
        ("-9223372036854775808", Some(i64::MIN)),
        ("100.5", None),
        ("9223372036854775808", None),
        ("9007199254740993.0", None),
        ("18446744073709551616", None),
        ("-9223372036854775809", None),
        ("1e300", None),
        ("\"100\"", None),
        ("true", None),
        ("[]", None),
        ("[100]", None),
        ("{}", None),
        ("{\"a\":100}", None),
    ] {
        let value: Value = serde_json::from_str(text).unwrap();
        assert_eq!(read::<Integer, i64>(value.clone()), expected, "{text}");
        assert_eq!(read::<Integer, Option<i64>>(value), expected.map(Some), "{text}");
        let from_text: Option<i64> = Integer::read(&mut serde_json::Deserializer::from_str(text)).ok();
        assert_eq!(from_text, expected, "{text}");
    }
    assert_eq!(read::<Integer, i64>(json!(null)), None);
    assert_eq!(read::<Integer, Option<i64>>(json!(null)), Some(None));
}
