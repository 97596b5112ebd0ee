//! Which operations answer a list, under which names the list may stand, and that the list has to be there.
//!
//! An answer without its list does not say that there is nothing: it says nothing at all. If an empty list were read
//! from it, a caller could take an order for not recorded and record it twice.

use heck::ToSnakeCase;
use serde_json::Value;

use super::{Api, Field, Operation, Type};
use crate::build::{problem::Problem, walk::resolve};

/// What the lists of the API are called.
const DATA: &str = "data";

const ADVICE: &str = "give the answer a schema of its own by an overlay action";

/// Names of a list that say that there is nothing else to the answer.
const USUAL: [&str; 5] = [DATA, "items", "results", "values", "records"];

/// Parameters by which a caller chooses a page, in snake case.
const PAGING: [&str; 16] = [
    "after",
    "before",
    "continuation_token",
    "count",
    "cursor",
    "ending_before",
    "limit",
    "max_results",
    "offset",
    "page",
    "page_number",
    "page_size",
    "page_token",
    "per_page",
    "skip",
    "starting_after",
];

/// Properties of an answer that say how much more there is, in snake case.
const COUNTS: [&str; 7] = ["count", "has_more", "has_next", "has_next_page", "total", "total_count", "total_pages"];

/// What is asked for: the path, and the names of the parameters.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    pub path: &'a str,
    pub parameters: &'a [&'a str],
}

impl Asked<'_> {
    fn is_for_pages(&self) -> bool {
        self.parameters.iter().any(|name| PAGING.contains(&name.to_snake_case().as_str()))
    }

    /// Whether the path ends with the name of a list, `/v1/active-pets` with `pets`.
    fn is_for(&self, list: &str) -> bool {
        let mut segments = self.path.rsplit('/').filter(|segment| !segment.is_empty() && !segment.starts_with('{'));
        let Some(asked) = segments.next().map(ToSnakeCase::to_snake_case) else { return false };
        let list = list.to_snake_case();
        let singular = |word: &str| word.strip_suffix('s').unwrap_or(word).to_string();
        let (asked, list) = (singular(&asked), singular(&list));
        asked == list || asked.ends_with(&format!("_{list}")) || list.ends_with(&format!("_{asked}"))
    }
}

/// The name of the list, where a schema is the answer of an operation that lists things.
///
/// That is an object with a list `data`, or one with a single list and beside it only numbers and booleans, such as a
/// count. An object with lists and text is a thing of its own, such as an order with its lines. So is one whose list may be missing
/// and that nothing else shows to be a list, such as settings with tags: it could not be read without them.
pub fn key<'a>(document: &'a Value, schema: &'a Value, asked: Asked<'_>) -> Option<&'a str> {
    let target = resolve(document, schema);
    let properties = target["properties"].as_object()?;
    let kind = |schema| resolve(document, schema)["type"].as_str();
    if properties.get(DATA).is_some_and(|data| kind(data) == Some("array")) {
        return Some(DATA);
    }
    let mut lists = properties.iter().filter(|(_, schema)| kind(schema) == Some("array"));
    let (name, _) = lists.next()?;
    let mut others = properties.iter().filter(|(other, _)| *other != name);
    let are_scalars = others
        .clone()
        .map(|(_, schema)| kind(schema))
        .all(|kind| matches!(kind, Some("boolean" | "integer" | "number")));
    let is_required = target["required"].as_array().is_some_and(|required| required.iter().any(|other| other == name));
    let mut is_listed = || {
        is_required
            || USUAL.contains(&name.as_str())
            || asked.is_for_pages()
            || asked.is_for(name)
            || others.any(|(other, _)| COUNTS.contains(&other.to_snake_case().as_str()))
    };
    (are_scalars && is_listed()).then_some(name)
}

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
        let content = json!({"application/json": {"schema": answer}});
        let document = json!({
            "openapi": "3.1.0",
            "info": {"title": "t", "version": "1"},
            "paths": {"/v1/pets": {"get": {
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
