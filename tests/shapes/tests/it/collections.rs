//! Lists and maps of every kind of value: what is null where the document allows it is kept.

use serde_json::{Value, json};
use shapes::types::{Collections, CollectionsOpen};

fn read(value: Value) -> Collections {
    serde_json::from_str(&value.to_string()).unwrap_or_else(|error| panic!("{value}: {error}"))
}

#[test]
fn every_kind_of_collection_comes_back_as_it_was() {
    for (name, value) in [
        ("nullable_texts", json!({"a": "x", "b": null})),
        ("lists", json!({"a": [1, 2]})),
        ("free_objects", json!({"a": {"b": [null]}})),
        ("any_values", json!({"a": null, "b": 1})),
        ("nullable_parts", json!({"a": {"a": "x"}, "b": null})),
        ("nullable_items", json!([1, null, 3])),
        ("nested", json!([["a"], []])),
        ("nested_any", json!([[null, 1]])),
        ("free_items", json!([{"a": null}])),
        ("lists_of_maps", json!([{"a": null, "b": "x"}])),
        ("matrix", json!([[1.5], []])),
        ("flag", json!(true)),
        ("ratio", json!(1.5)),
        ("moment", json!("2025-02-13T19:08:07.000Z")),
        ("level", json!(2)),
    ] {
        let value = json!({ name: value });
        assert_eq!(serde_json::to_value(read(value.clone())).unwrap(), value);
    }
}

/// A field that drifts does not cost the answer.
#[test]
fn null_is_an_empty_collection_and_null_where_it_is_not_declared_is_left_out() {
    let read = read(json!({
        "nullable_texts": null, "lists": {"a": null, "b": [1]}, "nullable_items": null, "nested": [null, ["a"]],
        "free_items": [null, {}], "free_objects": {"a": null}, "matrix": null,
    }));
    assert_eq!(
        serde_json::to_value(read).unwrap(),
        json!({"lists": {"b": [1]}, "nested": [["a"]], "free_items": [{}]})
    );
}

#[test]
fn values_that_may_be_null_are_set_as_options() {
    let texts = [("a".to_owned(), Some("x".to_owned())), ("b".to_owned(), None)];
    let built = Collections::builder()
        .nullable_texts(std::collections::BTreeMap::from(texts))
        .nullable_items([Some(1), None])
        .nested([["a".to_owned()].to_vec()])
        .build()
        .unwrap();
    let expected = json!({"nullable_texts": {"a": "x", "b": null}, "nullable_items": [1, null], "nested": [["a"]]});
    assert_eq!(serde_json::to_value(built).unwrap(), expected);
}

#[test]
fn properties_that_have_no_name_are_kept() {
    let value = json!({"known": "k", "other": [{"b": "x"}]});
    let open: CollectionsOpen = serde_json::from_value(value.clone()).unwrap();
    assert_eq!(open.extra["other"][0].b.as_deref(), Some("x"));
    assert_eq!(serde_json::to_value(open).unwrap(), value);
}
