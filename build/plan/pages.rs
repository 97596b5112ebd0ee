//! Which operations come in pages, and what the cursor to the next page is: found by shape.

use std::collections::BTreeMap;

use heck::ToSnakeCase;
use serde_json::Value;

use super::Parameter;
use crate::build::{lower::resolve, problem::Problem, walk};

/// Where the cursor goes in.
const CURSOR: &str = "starting_after";

/// In the overlay, on an operation: the property of an item that is its cursor, where the rule does not find it.
const MARK: &str = "x-imprint-cursor";

const ADVICE: &str = "name the property of an item that `starting_after` takes by an overlay action: `x-imprint-cursor` on the operation";

/// The property of an item that is its cursor, for an operation that pages.
///
/// It is `id`, or `<singular>_id` where the items are called so: by their schema, by a name that stands for it, or by the
/// path. Another item's id, such as the `order_id` of an order event, is none.
pub fn cursor(
    document: &Value,
    aliases: &BTreeMap<String, String>,
    operation: &walk::Operation,
    (parameters, body, answer): (&[Parameter], &Value, &Value),
) -> Result<Option<String>, Problem> {
    let mark = operation.value.get(MARK);
    let goes_in = parameters.iter().any(|parameter| parameter.name == CURSOR && !parameter.in_path)
        || resolve(document, body)["properties"].get(CURSOR).is_some();
    let answer = &resolve(document, answer)["properties"];
    if !goes_in || answer["data"]["type"] != "array" || answer.get("has_more").is_none() {
        return match mark {
            Some(_) => Err(operation.problem("", format!("`{MARK}` on an operation without pages"), ADVICE)),
            None => Ok(None),
        };
    }
    let items = &answer["data"]["items"];
    let names = match mark {
        Some(mark) => vec![mark.as_str().unwrap_or_default().to_string()],
        None => candidates(items, aliases, operation.path),
    };
    let properties = &resolve(document, items)["properties"];
    let found = names.into_iter().find(|name| resolve(document, &properties[name.as_str()])["type"] == "string");
    let pointer = "/responses/2XX/content/application~1json/schema/properties/data/items";
    found.map(Some).ok_or_else(|| {
        operation.problem(pointer, "it pages, and its items have no id to ask for the next page with", ADVICE)
    })
}

fn candidates(items: &Value, aliases: &BTreeMap<String, String>, path: &str) -> Vec<String> {
    let schema = items["$ref"].as_str().and_then(|reference| walk::component_name(reference, "schemas"));
    let also = aliases.iter().filter(|(_, target)| Some(target.as_str()) == schema).map(|(name, _)| name.as_str());
    let in_path = path.rsplit('/').next().and_then(|last| last.strip_suffix('s'));
    let own = schema.into_iter().chain(also).chain(in_path);
    ["id".to_string()].into_iter().chain(own.map(|name| format!("{}_id", name.to_snake_case()))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::build::lower::lower;

    /// `GET` of a path that pages, with these properties of its items.
    fn list(path: &str, items: Value, schemas: Value) -> Value {
        let data = json!({"type": "array", "items": items});
        let page = json!({"type": "object", "properties": {"data": data, "has_more": {"type": "boolean"}}});
        json!({
            "openapi": "3.1.0",
            "info": {"title": "t", "version": "1"},
            "paths": {path: {"get": {
                "operationId": "list",
                "parameters": [{"name": "starting_after", "in": "query", "schema": {"type": "string"}}],
                "responses": {"200": {"description": "d", "content": {"application/json": {"schema": page}}}},
            }}},
            "components": {"schemas": schemas},
        })
    }

    fn object(properties: &[&str]) -> Value {
        let properties: serde_json::Map<_, _> =
            properties.iter().map(|name| (name.to_string(), json!({"type": "string"}))).collect();
        json!({"type": "object", "properties": properties})
    }

    fn cursor_of(document: Value) -> Result<Option<String>, Problem> {
        Ok(lower(document)?.plan.operations["list"].pages.clone())
    }

    #[test]
    fn the_cursor_is_the_items_own_id() {
        let named = json!({"$ref": "#/components/schemas/PetThing"});
        let schema = |properties: &[&str]| json!({"PetThing": object(properties)});
        let alias = json!({
            "PetThing": {"allOf": [{"$ref": "#/components/schemas/Base"}]},
            "Base": object(&["order_id", "pet_thing_id"]),
        });
        for (document, expected) in [
            (list("/x", named.clone(), schema(&["id", "pet_thing_id"])), "id"),
            (list("/x", named.clone(), schema(&["order_id", "pet_thing_id"])), "pet_thing_id"),
            (list("/x", named, alias), "pet_thing_id"),
            (list("/v2/pet_things", object(&["order_id", "pet_thing_id"]), json!({})), "pet_thing_id"),
        ] {
            assert_eq!(cursor_of(document).unwrap().as_deref(), Some(expected));
        }
    }

    #[test]
    fn items_without_an_id_stop_the_build_unless_the_cursor_is_marked() {
        let mut document = list("/x", object(&["order_id", "number"]), json!({}));
        let problem = cursor_of(document.clone()).unwrap_err();
        assert_eq!(problem.operation.as_deref(), Some("list"));
        assert!(problem.place.ends_with("/properties/data/items"), "{problem}");
        assert!(problem.message.contains("no id") && problem.advice.contains(MARK), "{problem}");

        document["paths"]["/x"]["get"][MARK] = json!("number");
        assert_eq!(cursor_of(document.clone()).unwrap().as_deref(), Some("number"));
        document["paths"]["/x"]["get"][MARK] = json!("nothing");
        assert!(cursor_of(document).is_err());
    }

    #[test]
    fn the_mark_belongs_on_a_list() {
        let mut document = list("/x", object(&["id"]), json!({}));
        document["paths"]["/x"]["get"]["parameters"] = json!([]);
        assert_eq!(cursor_of(document.clone()).unwrap(), None);
        document["paths"]["/x"]["get"][MARK] = json!("id");
        assert!(cursor_of(document).unwrap_err().message.contains("without pages"));
    }
}
