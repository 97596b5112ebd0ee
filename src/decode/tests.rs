//! Tests that faults are located correctly, and do not quote the body.

use std::collections::BTreeMap;

use super::*;
use crate::value::{Secret, Timestamp, object};

const PAN: &str = "4111111592341815";

#[derive(Clone, Debug)]
enum Network {
    Visa,
    Unrecognized(String),
}

crate::value::open_enum!(Network { Visa = "VISA" });

#[derive(Debug, PartialEq)]
struct Page {
    data: Vec<Item>,
    total: Option<i64>,
    count: Option<i32>,
}

object!(Page { data: List = "data", total: Integer = "total", count: Optional = "count" });

#[derive(Debug, PartialEq)]
struct Item {
    card: Option<Card>,
    metadata: serde_json::Map<String, serde_json::Value>,
    labels: BTreeMap<String, String>,
    at: Option<Timestamp>,
    live: Option<bool>,
    rate: Option<f64>,
}

object!(Item {
    card: Optional = "card",
    metadata: Free = "metadata",
    labels: Map = "labels",
    at: Optional = "at",
    live: Optional = "live",
    rate: Optional = "rate",
});

#[derive(Debug, PartialEq)]
struct Card {
    network: Network,
    pan: Option<Secret>,
}

object!(Card { network: Plain = "network", pan: Optional = "pan" });

fn fault(json: &str) -> (String, Fault) {
    let Finding { path, fault, .. } = body::<Page>(json.as_bytes()).unwrap_err();
    (path, fault)
}

#[test]
fn null_absent_and_empty_are_one() {
    let empty = Page { data: vec![], total: None, count: None };
    for json in ["{}", r#"{"data":null,"total":null}"#, r#"{"data":[],"extra":[{}]}"#] {
        assert_eq!(body::<Page>(json.as_bytes()), Ok(Page { data: vec![], ..empty }), "{json}");
    }
    let items = body::<Page>(br#"{"data":[{"metadata":null,"labels":null},{}]}"#).unwrap().data;
    assert_eq!(items[0], items[1]);
}

#[test]
fn faults_are_found_by_path() {
    let ok = r#"{"card":{"network":"VISA","pan":"1"},"metadata":{"data":[{"card":1}],"\"}":"]"}}"#;
    for (item, path, found, expected) in [
        (r#"{"card":{"network":7}}"#, "card.network", "an integer", "a string"),
        (r#"{"card":{"network":null}}"#, "card.network", "null", "a string"),
        (r#"{"card":{"network":{"a":1}}}"#, "card.network", "an object", "a string"),
        (r#"{"card":{"network":"VISA","pan": true }}"#, "card.pan", "a boolean", "a string"),
        (r#"{"card":"x"}"#, "card", "a string", "an object"),
        (r#"{"labels":{"b":"x","a_key":["y"]}}"#, "labels.a_key", "a list", "a string"),
        (r#"{"labels":{"Alice Smith":5}}"#, "labels.*", "an integer", "a string"),
        (r#"{"labels":{"4111111592341815":5}}"#, "labels.*", "an integer", "a string"),
        (r#"{"at":true}"#, "at", "a boolean", "a string"),
        (r#"{"at":[]}"#, "at", "a list", "a string"),
        (r#"{"at":[[1],{"b":2}]}"#, "at", "a list", "a string"),
        (r#"{"at":{"seconds":1,"of":{}}}"#, "at", "an object", "a string"),
        (r#"{"at":{}}"#, "at", "an object", "a string"),
        (r#"{"live":"yes"}"#, "live", "a string", "a boolean"),
        (r#"{"rate":"5.89"}"#, "rate", "a string", "a number"),
        (r#"{"card":["VISA","1"]}"#, "card", "a list", "an object"),
        (r#"{"card":[]}"#, "card", "a list", "an object"),
        (r#"{"metadata":[1,[2]]}"#, "metadata", "a list", "an object"),
        (r#"{"metadata":5}"#, "metadata", "an integer", "an object"),
        (r#"{"labels":["a"]}"#, "labels", "a list", "an object"),
        ("7", "", "an integer", "an object"),
    ] {
        let json = format!("{{\n \"data\" : [{ok},\n {item}], \"total\": 1}}");
        let path = if path.is_empty() { "data[1]".to_owned() } else { format!("data[1].{path}") };
        assert_eq!(fault(&json), (path, Fault::Type { found, expected }), "{json}");
    }
    assert_eq!(fault(r#"{"data":{}}"#), ("data".into(), Fault::Type { found: "an object", expected: "a list" }));
    for (total, found) in
        [("[]", "a list"), ("[1]", "a list"), ("{\"a\":1}", "an object"), ("1.5", "a number"), ("\"1\"", "a string")]
    {
        let expected = Fault::Type { found, expected: "an integer" };
        assert_eq!(fault(&format!("{{\"total\":{total}}}")), ("total".into(), expected), "{total}");
    }
    // With `arbitrary_precision` serde_json accepts this as a number; without it, this is not JSON.
    assert!(body::<Page>(br#"{"total":1e400}"#).is_err());
    assert_eq!(fault(r#"{"count":5000000000}"#), ("count".into(), Fault::Value { expected: "an integer" }));
    assert_eq!(fault(r#"{"total":1,"total":2}"#), ("total".into(), Fault::Duplicate));
    assert_eq!(fault(r#""x""#), (String::new(), Fault::Type { found: "a string", expected: "an object" }));
}

#[test]
fn a_missing_field_is_named_where_it_is_missing() {
    for json in [r#"{"data":[{},{"card":{"pan":"1"} }]}"#, r#"{"data":[{},{"card":{}}]}"#] {
        assert_eq!(fault(json), ("data[1].card.network".into(), Fault::Missing), "{json}");
    }
    assert_eq!(body::<Card>(b"{}").unwrap_err().path, "network");
}

#[test]
fn bodies_that_are_no_json_say_so() {
    for (text, expected) in [
        ("", Fault::Empty),
        (" \n", Fault::Empty),
        ("<html>", Fault::Html),
        (" \n<!DOCTYPE html>", Fault::Html),
        ("{\"data\":[", Fault::Truncated),
        ("{\"data\":\"abc", Fault::Truncated),
        ("upstream error", Fault::NotJson),
        ("{\"data\":[]} x", Fault::NotJson),
        ("{data:[]}", Fault::NotJson),
    ] {
        assert_eq!(fault(text), (String::new(), expected), "{text:?}");
    }
    assert_eq!(body::<Page>(b"\xff").unwrap_err().fault, Fault::NotJson);
    let finding = body::<Page>(b"{\"total\":1,\n \"data\":7}").unwrap_err();
    assert_eq!((finding.line, finding.column), (2, 9));
}

#[test]
fn a_hostile_value_cannot_speak() {
    let value = format!("{PAN}, expected a boolean at line 1 column 1");
    for value in [value.as_str(), "`, expected struct ", "x\", expected f64", PAN] {
        let json = serde_json::json!({"data": [{"live": value}]}).to_string();
        let (path, fault) = fault(&json);
        assert_eq!(path, "data[0].live");
        assert_eq!(fault, Fault::Type { found: "a string", expected: "a boolean" });
    }
    assert_eq!(expected(&format!("string \"x\", expected struct {PAN}")), Some("an object"));
    assert_eq!(expected(&format!("string \"x\", expected {PAN}")), None);
    assert_eq!(field("missing field `a b`", "missing field `"), None);
    assert_eq!(field(&format!("missing field `{PAN}`"), "missing field `"), None);
}

/// Breaks a page at every value in turn and compares the path with what decoding step by step finds.
#[test]
fn paths_agree_with_a_decoder_that_tracks_them() {
    let page = serde_json::json!({
        "data": [
            {"card": {"network": "VISA", "pan": "a\\\"b}"}, "labels": {"k": "[{,:"}, "at": "x", "live": true, "rate": 1.5},
            {"metadata": {"a": [1, {"b": "]"}]}, "card": {"network": "é\u{1F600}"}},
        ],
        "total": 3,
    });
    let pointers: Vec<String> = ["/data", "/data/0", "/data/1", "/total"]
        .into_iter()
        .chain(["/data/0/card", "/data/0/card/network", "/data/0/card/pan", "/data/0/labels", "/data/0/labels/k"])
        .chain(["/data/0/at", "/data/0/live", "/data/0/rate", "/data/1/metadata", "/data/1/card/network"])
        .map(str::to_owned)
        .collect();
    let mut broken = 0;
    for pointer in &pointers {
        for wrong in [
            serde_json::json!(PAN),
            serde_json::json!(7),
            serde_json::json!(-1.5),
            serde_json::json!(true),
            serde_json::json!({"x": [PAN]}),
            serde_json::json!([[], {}]),
            serde_json::json!([]),
        ] {
            let mut page = page.clone();
            *page.pointer_mut(pointer).unwrap() = wrong;
            for json in [page.to_string(), serde_json::to_string_pretty(&page).unwrap()] {
                let tracked: Result<Page, _> =
                    serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_str(&json));
                match (body::<Page>(json.as_bytes()), tracked) {
                    (Ok(ours), Ok(theirs)) => assert_eq!(ours, theirs),
                    (Err(Finding { path, fault, .. }), Err(error)) => {
                        broken += 1;
                        let tracked = error.path().to_string();
                        match fault {
                            Fault::Missing => assert!(path.starts_with(&tracked), "{path} {tracked}: {json}"),
                            // With `arbitrary_precision` serde_json may read a key to determine that the map is not a
                            // number.
                            Fault::Type { found: "an object", .. } => {
                                assert_eq!(path, tracked.trim_end_matches(".x"), "{json}");
                            }
                            _ => assert_eq!(path, tracked, "{json}"),
                        }
                    }
                    (ours, theirs) => panic!("{ours:?} {theirs:?}: {json}"),
                }
            }
        }
    }
    assert!(broken > 100, "{broken}");
}
