//! Which operations answer a list, and under which names the list may stand: found by shape.

use serde_json::Value;

use crate::build::lower::resolve;

/// What the lists of the API are called.
const DATA: &str = "data";

/// On the answer: other names that the document gives its list. The rule about required names sets it.
pub const ALSO: &str = "x-imprint-also";

/// The name of the list, where a schema is the answer of an operation that lists things.
///
/// That is an object with a list `data`, or one with a single list and beside it only numbers and booleans, such as a
/// count. An object with lists and text is a thing of its own, such as an order with its lines.
pub fn key<'a>(document: &'a Value, schema: &'a Value) -> Option<&'a str> {
    let properties = resolve(document, schema)["properties"].as_object()?;
    let kind = |schema| resolve(document, schema)["type"].as_str();
    if properties.get(DATA).is_some_and(|data| kind(data) == Some("array")) {
        return Some(DATA);
    }
    let mut lists = properties.iter().filter(|(_, schema)| kind(schema) == Some("array"));
    let (name, _) = lists.next()?;
    let others = properties.iter().filter(|(other, _)| *other != name);
    let are_scalars =
        others.map(|(_, schema)| kind(schema)).all(|kind| matches!(kind, Some("boolean" | "integer" | "number")));
    are_scalars.then_some(name)
}

/// All names of the list of an answer, the one of its property first; none for an answer that is no list.
pub fn names(document: &Value, answer: &Value) -> Vec<String> {
    let Some(key) = key(document, answer) else { return Vec::new() };
    let also = resolve(document, answer)[ALSO].as_array().into_iter().flatten().filter_map(Value::as_str);
    [key].into_iter().chain(also).map(str::to_string).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::build::lower::lower;

    fn names_of(answer: Value) -> Vec<String> {
        let content = json!({"application/json": {"schema": answer}});
        let document = json!({
            "openapi": "3.1.0",
            "info": {"title": "t", "version": "1"},
            "paths": {"/x": {"get": {
                "operationId": "one",
                "responses": {"200": {"description": "d", "content": content}},
            }}},
            "components": {"schemas": {"Pets": {"type": "array", "items": {"type": "string"}}}},
        });
        lower(document).unwrap().plan.operations["one"].list.clone()
    }

    fn object(properties: Value) -> Value {
        json!({"type": "object", "properties": properties})
    }

    #[test]
    fn a_list_answer_is_known_by_its_shape() {
        let list = json!({"type": "array", "items": {"type": "string"}});
        let named = json!({"$ref": "#/components/schemas/Pets"});
        let (text, count) = (json!({"type": "string"}), json!({"type": "integer"}));
        for (answer, expected) in [
            (object(json!({"data": list})), vec!["data"]),
            (object(json!({"data": named, "next": text, "warnings": list})), vec!["data"]),
            (object(json!({"pets": named, "total": count, "has_more": {"type": "boolean"}})), vec!["pets"]),
            (object(json!({"pets": list})), vec!["pets"]),
            // A thing that has lists.
            (object(json!({"id": text, "lines": list})), vec![]),
            (object(json!({"lines": list, "address": list})), vec![]),
            (object(json!({"lines": list, "owner": object(json!({"id": text}))})), vec![]),
            (object(json!({"data": object(json!({"lines": list}))})), vec![]),
            (object(json!({"id": text})), vec![]),
        ] {
            assert_eq!(names_of(answer.clone()), expected, "{answer}");
        }
    }

    #[test]
    fn a_required_name_without_a_property_is_another_name_of_the_list() {
        let list = json!({"type": "array", "items": {"type": "string"}});
        let mut answer = object(json!({"data": list}));
        answer["required"] = json!(["orders"]);
        assert_eq!(names_of(answer.clone()), ["data", "orders"]);
        answer["required"] = json!(["data", "orders"]);
        assert_eq!(names_of(answer), ["data", "orders"]);
        // Of a thing it is a name and no more.
        let mut thing = object(json!({"id": {"type": "string"}, "lines": list}));
        thing["required"] = json!(["brand"]);
        assert_eq!(names_of(thing), [""; 0]);
    }
}
