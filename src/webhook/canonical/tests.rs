//! Tests the canonical form of a body, and the bounds on the work of making it.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn few(json: &str) -> Option<String> {
    Node::parse(json.as_bytes()).map(|node| node.write(Escapes::Few))
}

fn go(json: &str) -> String {
    Node::parse(json.as_bytes()).unwrap().write(Escapes::Go)
}

#[test]
fn the_example_of_the_documentation() {
    assert_eq!(few(r#"{"hello": "world", "amount": 5000}"#).unwrap(), r#"{"amount":5000,"hello":"world"}"#);
}

#[test]
fn white_space_goes_and_keys_are_sorted_by_their_bytes_at_every_depth() {
    let json = "\t{ \"b\" : [ 1 , { \"z\" : null , \"a\" : true } , [ ] , { } ] ,\r\n \"B\":\"x\", \"é\":1, \"z\":2, \"\":3 } ";
    assert_eq!(few(json).unwrap(), "{\"\":3,\"B\":\"x\",\"b\":[1,{\"a\":true,\"z\":null},[],{}],\"z\":2,\"é\":1}");
    // In the order of bytes U+FF5E comes before U+1F600; in the order of UTF-16 units it would come after.
    assert_eq!(few("{\"\u{1F600}\":1,\"\u{FF5E}\":2}").unwrap(), "{\"\u{FF5E}\":2,\"\u{1F600}\":1}");
}

#[test]
fn strings_have_the_fewest_escapes_or_those_of_go() {
    let json = r#""<a> & \u003cb\u003e \/ \u00e9 \" \\ \n \t \u0001 \u2028\u2029 \ud83d\ude00""#;
    assert_eq!(few(json).unwrap(), "\"<a> & <b> / é \\\" \\\\ \\n \\t \\u0001 \u{2028}\u{2029} \u{1F600}\"");
    assert_eq!(
        go(json),
        "\"\\u003ca\\u003e \\u0026 \\u003cb\\u003e / é \\\" \\\\ \\n \\t \\u0001 \\u2028\\u2029 \u{1F600}\""
    );
    assert_eq!(go(r#"{"<":1}"#), r#"{"\u003c":1}"#);
}

#[test]
fn every_character_is_escaped_as_serde_json_does_it() {
    for code in (0..0x300).chain([0x2028, 0x2029, 0xD7FF, 0xFFFF, 0x1F600]) {
        let text: String = ['a', char::from_u32(code).unwrap(), 'b'].iter().collect();
        let mut written = String::new();
        write_text(&mut written, &text, Escapes::Few);
        assert_eq!(written, serde_json::to_string(&text).unwrap());
    }
}

#[test]
fn a_body_beyond_the_bounds_has_none() {
    let sized = |length: usize| format!("\"{}\"", "x".repeat(length - 2));
    assert_eq!(few(&sized(MAX_BYTES)), Some(sized(MAX_BYTES)));
    assert_eq!(few(&sized(MAX_BYTES + 1)), None);
    // The list itself counts as a value.
    let list = |items: usize| format!("[0{}]", ",{}".repeat(items - 1));
    assert_eq!(few(&list(MAX_NODES - 1)), Some(list(MAX_NODES - 1)));
    assert_eq!(few(&list(MAX_NODES)), None);
}

#[test]
fn a_key_twice_has_no_canonical_form() {
    for json in [r#"{"a":1,"a":1}"#, r#"{"a":1,"b":2,"\u0061":3}"#, r#"[{"x":{"a":1,"a":2}}]"#] {
        assert_eq!(few(json), None, "{json}");
    }
}

#[test]
fn a_number_has_one_spelling() {
    let settled = ["0", "5000", "-1", "9007199254740993", "18446744073709551615", "-9223372036854775808"];
    for number in settled.into_iter().chain(["5.89", "-0.5", "0.000001", "123456789.25", "100000000000000000000"]) {
        assert_eq!(few(number).as_deref(), Some(number));
    }
    for number in ["-0", "1.0", "5.890", "1e2", "1E2", "1e-7", "0.0000001", "-0.0", "1e999", "1000000000000000000000"] {
        assert_eq!(few(number), None, "{number}");
        assert_eq!(few(&format!("{{\"a\":[{number}]}}")), None, "{number}");
    }
    // These have more digits than a double can hold.
    assert_eq!(few("0.1234567890123456789"), None);
    assert_eq!(few("18446744073709551617"), None);
}

#[test]
fn what_is_no_json_has_none() {
    for json in ["", " ", "{", "{\"a\":1,}", "[1,]", "[,1]", "{\"a\" 1}", "01", "\"\u{1}\"", "nul", "1 2", "\"\\x\""] {
        assert_eq!(few(json), None, "{json:?}");
    }
    assert_eq!(few(r#""\ud83d""#), None, "half of a pair");
    assert!(Node::parse(b"\"\xff\"").is_none());
    assert!(few(&"[".repeat(100_000)).is_none());
    let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(few(&deep(127)).is_some());
    assert!(few(&deep(200)).is_none());
}

/// Any JSON value without floats.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..8).prop_map(|map| json!(map)),
        ]
    })
}

proptest! {
    #[test]
    fn the_meaning_stays_and_the_form_is_one(value in value()) {
        for spelled in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
            let node = Node::parse(spelled.as_bytes()).unwrap();
            prop_assert_eq!(&node, &Node::of(&value));
            for escapes in [Escapes::Few, Escapes::Go] {
                let written = node.write(escapes);
                prop_assert_eq!(&serde_json::from_str::<Value>(&written).unwrap(), &value);
                prop_assert_eq!(Node::parse(written.as_bytes()).unwrap().write(escapes), written);
            }
        }
    }

    #[test]
    fn nothing_makes_it_panic(json in any::<Vec<u8>>(), text in "[\\[\\]{}\",:0-9a\\\\ .eE+-]{0,40}") {
        let _ = Node::parse(&json);
        // A text that has a canonical form is JSON, and its canonical form is read as the same value.
        if let Some(node) = Node::parse(text.as_bytes()) {
            let value: Value = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(serde_json::from_str::<Value>(&node.write(Escapes::Few)).unwrap(), value);
        }
    }
}

#[test]
fn whether_both_forms_are_the_same_text_is_seen_in_the_first() {
    for json in [
        r#"{"a":"b"}"#,
        r#"["<"]"#,
        r#"{"&":1}"#,
        "[\"\u{2028}\"]",
        "[\"\u{2029}\"]",
        "[\"\u{2027}€\"]",
        r#"["\u003e\n\"\\"]"#,
        "[1]",
    ] {
        let node = Node::parse(json.as_bytes()).unwrap();
        let (few, go) = (node.write(Escapes::Few), node.write(Escapes::Go));
        assert_eq!(differs_in_go(&few), few != go, "{json}");
    }
}
