//! Which operations answer in pages, and what the cursor to the next page is: found by shape.

use heck::ToSnakeCase;
use serde_json::Value;

use super::{Api, CursorPlace, Field, Operation, Paging, ParameterFacts, Shape, Struct, Type};
use crate::build::{
    http::Place,
    problem::Problem,
    walk::{self, component_name, resolve},
};

/// The parameter, or property of the body, that takes the cursor, and the properties of a page.
const CURSOR: &str = "starting_after";
const DATA: &str = "data";
const HAS_MORE: &str = "has_more";

/// In the overlay, on an operation: the property of an item that is its cursor, where the rule does not find it.
const MARK: &str = "x-imprint-cursor";

const ADVICE: &str = "name the property of an item that `starting_after` takes by an overlay action: `x-imprint-cursor` on the operation";

/// The property of an item that is its cursor, for an operation that pages.
///
/// It is `id`, or `<singular>_id` where the items are called so: by their schema, by a name that stands for it, or by
/// the path. The id of something else, such as the `order_id` of an order event, is not a cursor.
pub fn declared(
    document: &Value,
    operation: &walk::Operation<'_>,
    (parameters, body, answer): (&[ParameterFacts], &Value, &Value),
) -> Result<Option<String>, Problem> {
    let mark = operation.value.get(MARK);
    let goes_in = parameters.iter().any(|parameter| parameter.wire == CURSOR && parameter.place == Place::Query)
        || resolve(document, body)["properties"].get(CURSOR).is_some();
    let answer = &resolve(document, answer)["properties"];
    let data = resolve(document, &answer[DATA]);
    if !goes_in || data["type"] != "array" || answer.get(HAS_MORE).is_none() {
        return match mark {
            Some(_) => Err(operation.problem("", format!("`{MARK}` on an operation without pages"), ADVICE)),
            None => Ok(None),
        };
    }
    let items = &data["items"];
    // Of items that may be one of several things, or whose id is no text, nobody can say what comes after.
    let is_text = |schema: &Value| !matches!(resolve(document, schema)["type"].as_str(), Some("integer" | "number"));
    let taken = &resolve(document, body)["properties"][CURSOR];
    let declared = operation.value.get("parameters").and_then(Value::as_array).into_iter().flatten();
    let mut declared = declared.filter(|parameter| parameter["name"] == CURSOR);
    let takes_text = declared.all(|parameter| is_text(&parameter["schema"])) && is_text(taken);
    let are_one = resolve(document, items)["properties"].is_object();
    let id = &resolve(document, items)["properties"]["id"];
    if mark.is_none() && !(takes_text && are_one && is_text(id)) {
        return Ok(None);
    }
    let names = match mark {
        Some(mark) => vec![mark.as_str().unwrap_or_default().to_string()],
        None => candidates(document, items, operation.path),
    };
    let properties = &resolve(document, items)["properties"];
    let found = names.into_iter().find(|name| resolve(document, &properties[name.as_str()])["type"] == "string");
    let pointer = "/responses/2XX/content/application~1json/schema/properties/data/items";
    found.map(Some).ok_or_else(|| {
        operation.problem(pointer, "it pages, and its items have no id to ask for the next page with", ADVICE)
    })
}

fn candidates(document: &Value, items: &Value, path: &str) -> Vec<String> {
    let in_path = path.rsplit('/').next().and_then(|last| last.strip_suffix('s')).map(str::to_string);
    let own = names_of(document, items).into_iter().chain(in_path);
    ["id".to_string()].into_iter().chain(own.map(|name| format!("{}_id", name.to_snake_case()))).collect()
}

/// The name of the schema that a reference leads to, and then all names that stand for it.
fn names_of(document: &Value, schema: &Value) -> Vec<String> {
    let named = document["components"]["schemas"].as_object();
    let leads_to = |schema: &Value| -> Option<String> {
        let mut name = component_name(schema["$ref"].as_str()?, "schemas")?;
        // A reference to a reference is legal; a circle of them is refused by lowering.
        for _ in 0..16 {
            let Some(next) = named?.get(name)?["$ref"].as_str() else { break };
            name = component_name(next, "schemas")?;
        }
        Some(name.to_string())
    };
    let Some(target) = leads_to(schema) else { return Vec::new() };
    let others = named.into_iter().flatten().filter(|(_, schema)| leads_to(schema).as_ref() == Some(&target));
    let others: Vec<String> = others.map(|(name, _)| name.clone()).collect();
    [target].into_iter().chain(others).collect()
}

/// Finds, for each operation with a cursor, the fields that the document names among the types.
pub fn find(api: &mut Api) -> Result<(), Problem> {
    for index in 0..api.operations.len() {
        let operation = &api.operations[index];
        let Some(id) = &operation.facts.cursor else { continue };
        let paging = paging(api, operation, id).map_err(|what| {
            let advice = "give it the shape of the other lists by an overlay action";
            operation.problem(format!("it pages, but {what}"), advice)
        })?;
        api.operations[index].paging = Some(paging);
    }
    Ok(())
}

fn paging(api: &Api, operation: &Operation, id_wire: &str) -> Result<Paging, String> {
    let is_text = |field: &&Field| api.is_text(&field.ty) && field.shape != Shape::Collection;
    let cursor = match operation.parameters.iter().find(|parameter| parameter.facts.wire == CURSOR) {
        Some(parameter) => api.is_text(&parameter.ty).then(|| CursorPlace::Query(parameter.name.clone())),
        None => {
            let body = operation.body.as_ref().and_then(|body| api.structure(body.structure()?));
            field(body, CURSOR).filter(is_text).map(|field| CursorPlace::Body(field.name.clone()))
        }
    };
    let cursor = cursor.ok_or_else(|| format!("`{CURSOR}` is no text"))?;
    let answer = operation.answer.as_ref().and_then(Type::named).and_then(|name| api.structure(name));
    let data = field(answer, DATA).ok_or_else(|| format!("`{DATA}` is no field of the answer"))?;
    let Type::List(item) = &data.ty else { return Err(format!("`{DATA}` is no list")) };
    let has_more = field(answer, HAS_MORE)
        .filter(|field| field.ty == Type::Bool)
        .ok_or_else(|| format!("`{HAS_MORE}` is no boolean"))?;
    let id = field(item.named().and_then(|name| api.structure(name)), id_wire)
        .filter(is_text)
        .ok_or_else(|| format!("`{id_wire}` of its items, the cursor, is no text that can be sent"))?;
    Ok(Paging {
        cursor,
        item: (**item).clone(),
        data: data.name.clone(),
        has_more: (has_more.name.clone(), has_more.shape),
        id: (id.name.clone(), id.shape),
        id_wire: id_wire.to_string(),
    })
}

fn field<'a>(structure: Option<&'a Struct>, wire: &str) -> Option<&'a Field> {
    structure?.fields.iter().find(|field| field.wire == wire)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::build::{api::document, lower::normal};

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
        Ok(document::read(&normal(document)?)?.operations["list"].facts.cursor.clone())
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
    fn ids_that_are_numbers_and_items_of_several_kinds_are_not_followed() {
        let one = object(&["id"]);
        let number = json!({"type": "object", "properties": {"id": {"type": "integer"}}});
        for items in [json!({"oneOf": [one.clone(), object(&["id", "a"])]}), number] {
            assert_eq!(cursor_of(list("/x", items, json!({}))).unwrap(), None);
        }
        let mut document = list("/x", one, json!({}));
        document["paths"]["/x"]["get"]["parameters"][0]["schema"]["type"] = json!("integer");
        assert_eq!(cursor_of(document).unwrap(), None);
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
