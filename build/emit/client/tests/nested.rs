//! Values inside of values: builders of builders, and examples with them.

use serde_json::json;

use super::{client, one};

#[test]
fn nested_values_and_free_maps_are_finished_with_the_rest() {
    let text = json!({"type": "string"});
    let part = json!({"type": "object", "required": ["a"], "properties": {"a": text}});
    let code = client(one(json!({
        "type": "object",
        "required": ["part"],
        "properties": {
            "part": part,
            "parts": {"type": "array", "items": part},
            "texts": {"type": "array", "items": text},
            "maps": {"type": "array", "items": {"type": "object", "additionalProperties": text}},
            "metadata": {"type": "object", "additionalProperties": true},
            "labels": {"type": "object", "additionalProperties": text},
            "ssn": {"type": "object", "additionalProperties": text},
        },
    })));
    for line in [
        "pub(crate) part: Option<SPartBuilder>",
        "pub fn part<V, M>(mut self, value: V) -> Self where V: IntoField<SPartBuilder, M>,",
        r#"let part = __problems.nested("part", part);"#,
        "part: Some(value.part.into())",
        "pub(crate) parts: Vec<SPartsItemBuilder>",
        "pub fn parts<V, M>(mut self, value: V) -> Self where V: IntoList<SPartsItemBuilder, M>,",
        "`Vec::<SPartsItem>::new()`.",
        "`Vec::<String>::new()`.",
        r#"let parts = __problems.all_nested("parts", parts);"#,
        "pub fn texts<V, M>(mut self, value: V) -> Self where V: IntoList<String, M>,",
        "pub fn metadata<V>(mut self, value: V) -> Self where V: Serialize,",
        r#"let metadata = __problems.free_form("metadata", metadata);"#,
        r#"let labels = __problems.free_form("labels", labels);"#,
        // A secret does not go through JSON on its way.
        "V: IntoField<BTreeMap<String, Secret>, M>",
        r#"impl Build for SBuilder { type Built = super::S; const NAME: &'static str = "S";"#,
    ] {
        assert!(code.contains(line), "{line}\n{code}");
    }
    // What has arguments of its own has no short name to write. Once for the type, and once for the call.
    assert_eq!(code.matches("An empty list needs its type").count(), 4, "{code}");
}

#[test]
fn an_example_gives_nested_values_as_builders() {
    let code = client(one(json!({
        "type": "object",
        "required": ["lines", "kind", "at"],
        "properties": {
            "lines": {"type": "array", "items": {"type": "object", "required": ["rate"], "properties": {"rate": {"type": "integer", "example": 5_000_000_000_u64}}}},
            "kind": {"type": "string", "enum": ["A B"], "example": "A B"},
            "at": {"type": "object", "required": ["city"], "properties": {"city": {"type": "string", "example": "Rome"}}},
        },
    })));
    for part in [
        "use imprint_client::types;",
        ".one() /// .at(types::SAt::builder().city(\"Rome\"))",
        "types::SKind::AB",
        ".lines([types::SLinesItem::builder().rate(5_000_000_000_i64)])",
    ] {
        assert!(code.contains(part), "{part}\n{code}");
    }
}
