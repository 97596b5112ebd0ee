//! What progenitor leaves out, or takes for something else.

use serde_json::{Value, json};

use super::{object, spoilt};

/// progenitor leaves out a property, a value, a parameter's type or a schema: each stops the build, at its place.
#[test]
fn what_progenitor_loses_stops_the_build() {
    let mut document = object(json!({
        "a": {"type": "string"},
        "kind": {"type": "string", "enum": ["X"]},
        "part": {"type": "object", "properties": {"b": {"type": "integer"}}},
        "list": {"type": "array", "items": {"type": "string"}},
        "either": {"oneOf": [{"type": "string"}, {"type": "integer"}]},
    }));
    let list = json!({"application/vnd.one+json": {"schema": {"type": "array", "items": {"type": "string"}}}});
    document["paths"]["/one"]["post"]["requestBody"] = json!({ "content": list });
    document["paths"]["/two"] =
        json!({"get": {"operationId": "two", "responses": {"200": {"description": "", "content": list}}}});
    document["paths"]["/one"]["post"]["parameters"] =
        json!([{"name": "q", "in": "query", "schema": {"type": "integer"}}]);
    let schemas = "/components/schemas";
    let sent = "requestBody/content/application~1json/schema";
    let answered = "responses/2XX/content/application~1json/schema";
    let cases: [(&str, Value, &str); 12] = [
        (&format!("{schemas}/S/properties/new"), json!({"type": "string"}), "/components/schemas/S/properties/new"),
        (&format!("{schemas}/S/properties/a/type"), json!("integer"), "/components/schemas/S/properties/a"),
        (&format!("{schemas}/S/properties/list/items/type"), json!("integer"), "/components/schemas/S/properties/list"),
        (&format!("{schemas}/S_kind/enum/1"), json!("T59"), "/components/schemas/S/properties/kind/enum"),
        (&format!("{schemas}/New"), json!({"type": "string"}), "/components/schemas/New"),
        (
            &format!("{schemas}/S/properties/part/$ref"),
            json!("#/components/schemas/Other"),
            "/components/schemas/S/properties/part",
        ),
        ("/paths/~1one/post/parameters/0/schema/type", json!("string"), "/paths/~1one/post/parameters/0/schema"),
        (
            &format!("{schemas}/S_either/properties/v1/type"),
            json!("boolean"),
            "/components/schemas/S/properties/either",
        ),
        (&format!("/paths/~1one/post/{sent}/items/type"), json!("integer"), "/paths/~1one/post/requestBody"),
        (&format!("/paths/~1one/post/{sent}"), json!({"type": "string"}), "/paths/~1one/post/requestBody"),
        (&format!("/paths/~1two/get/{answered}/items/type"), json!("integer"), "/paths/~1two/get/responses"),
        (&format!("/paths/~1two/get/{answered}"), json!({"type": "string"}), "/paths/~1two/get/responses"),
    ];
    for (pointer, value, place) in cases {
        let problem = spoilt(document.clone(), "check that nothing is lost", &|_, lowered| {
            let (holder, key) = pointer.rsplit_once('/').unwrap();
            match lowered.document.pointer_mut(holder).unwrap_or_else(|| panic!("{holder}")) {
                Value::Array(items) => items.push(value.clone()),
                map => map[key] = value.clone(),
            }
        });
        assert_eq!(problem.place, place, "{problem}");
    }
}
