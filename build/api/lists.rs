//! Which operations answer a list, under which names the list may stand, and that the list has to be there.
//!
//! An answer without its list does not say that there is nothing: it says nothing at all. If an empty list were read
//! from it, a caller could take an order for not recorded and record it twice.

use serde_json::Value;

use super::{Api, Field, Operation, Type};
use crate::build::{
    lists::{Asked, key},
    problem::Problem,
    walk::resolve,
};

const ADVICE: &str = "give the answer a schema of its own by an overlay action";

/// All names of the list of an answer, the one of its property first; empty for an answer that is no list.
///
/// A name in `required` that is no property is another name of the list: the document contradicts itself there, and the
/// API may use either name.
pub fn names(document: &Value, answer: &Value, asked: Asked<'_>) -> Vec<String> {
    let Some(key) = key(document, answer, asked) else { return Vec::new() };
    let answer = resolve(document, answer);
    // The properties of an `allOf` may stand in another member.
    let required = answer["required"].as_array().filter(|_| answer.get("allOf").is_none());
    let required = required.into_iter().flatten().filter_map(Value::as_str);
    let undefined = required.filter(|name| answer["properties"].get(name).is_none());
    [key].into_iter().chain(undefined).map(str::to_string).collect()
}

/// Marks the lists that operations answer. Lists elsewhere in an answer, and in webhooks, may be left out, so a type
/// that is an answer and also stands within another type is refused.
pub fn require(api: &mut Api) -> Result<(), Problem> {
    let Api { structs, operations, .. } = api;
    for operation in operations.iter().filter(|operation| !operation.facts.list.is_empty()) {
        let problem = |operation: &Operation, what: String| {
            Err(operation.problem(format!("it answers a list, but {what}"), ADVICE))
        };
        let Some(ty) = operation.answer.clone() else {
            return problem(operation, "its answer has no type".to_string());
        };
        let within = |field: &Field| field.ty.contains(&ty);
        let name = ty.named().unwrap_or_default();
        if let Some(holder) = structs.iter().find(|holder| holder.fields.iter().any(within)) {
            return problem(operation, format!("its type `{name}` is also within `{}`", holder.name));
        }
        let wire = &operation.facts.list[0];
        let answer = structs.iter_mut().find(|structure| structure.name == name);
        let field = answer.and_then(|answer| answer.fields.iter_mut().find(|field| field.wire == *wire));
        match field.filter(|field| matches!(field.ty, Type::List(_))) {
            Some(field) => field.list = Some(operation.facts.list[1..].to_vec()),
            None => return problem(operation, format!("`{wire}` is no list in its type")),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::build::lower::normal;

    fn names_of(answer: Value) -> Vec<String> {
        names_at("/v1/pets", answer)
    }

    fn names_at(path: &str, answer: Value) -> Vec<String> {
        let content = json!({"application/json": {"schema": answer}});
        let document = json!({
            "openapi": "3.1.0",
            "info": {"title": "t", "version": "1"},
            "paths": { path: {"get": {
                "operationId": "one",
                "responses": {"200": {"description": "d", "content": content}},
            }}},
            "components": {"schemas": {"Pets": {"type": "array", "items": {"type": "string"}}}},
        });
        crate::build::api::document::read(&normal(document).unwrap()).unwrap().operations["one"].facts.list.clone()
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
            (object(json!({"open_pets": list, "paid": {"type": "boolean"}})), vec!["open_pets"]),
            (object(json!({"things": list, "total": count})), vec!["things"]),
            (
                json!({"type": "object", "properties": {"things": list, "paid": {"type": "boolean"}}, "required": ["things"]}),
                vec!["things"],
            ),
            // A thing that has lists.
            (object(json!({"tags": list, "enabled": {"type": "boolean"}})), vec![]),
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
    fn the_path_of_one_thing_names_no_list() {
        let pets = json!({"type": "array", "items": {"type": "string"}});
        let answer = object(json!({"blocked_pets": pets, "active": {"type": "boolean"}}));
        assert_eq!(names_at("/v1/pets", answer.clone()), ["blocked_pets"]);
        assert_eq!(names_at("/v1/pets/", answer.clone()), ["blocked_pets"]);
        assert_eq!(names_at("/v1/pets/{id}", answer), [""; 0]);
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
