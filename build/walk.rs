//! Walks a document by position, so that data is never taken for a keyword.
//!
//! A map under `example`, or a property that is called `required`, looks like a schema and is none.

use serde_json::{Map, Value};

use super::problem::Problem;

/// The methods an OpenAPI path item can hold.
pub const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// How the schema at a place is used by what contains it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// `#/components/schemas/{name}`.
    Named(String),
    /// A property; `owner` is the named schema that holds it directly.
    Property { name: String, owner: Option<String> },
    /// The schema of a parameter. Headers are not kept by logs and proxies as URLs are.
    Parameter { name: String, in_header: bool },
    /// An item, a member of a union, a body.
    Other,
}

/// A place of the document that has a schema.
#[derive(Clone, Debug)]
pub struct Place {
    /// JSON pointer from the document's root.
    pub pointer: String,
    /// The operation it belongs to, if any.
    pub operation: Option<String>,
    pub role: Role,
}

impl Place {
    pub fn problem(&self, message: impl Into<String>, advice: impl Into<String>) -> Problem {
        let problem = Problem::new(&self.pointer, message, advice);
        match &self.operation {
            Some(operation) => problem.in_operation(operation),
            None => problem,
        }
    }

    /// The API's name of the property or parameter here.
    pub fn name(&self) -> Option<&str> {
        match &self.role {
            Role::Property { name, .. } | Role::Parameter { name, .. } => Some(name),
            Role::Named(_) | Role::Other => None,
        }
    }

    fn child(&self, pointer: String, role: Role) -> Place {
        Place { pointer, operation: self.operation.clone(), role }
    }
}

/// One segment of a JSON pointer (RFC 6901).
pub fn escape(segment: &str) -> String {
    segment.replace('~', "~0").replace('/', "~1")
}

/// The name of the component that a local reference points to.
pub fn component_name<'a>(reference: &'a str, kind: &str) -> Option<&'a str> {
    let name = reference.strip_prefix("#/components/")?.strip_prefix(kind)?.strip_prefix('/')?;
    (!name.contains('/')).then_some(name)
}

/// The schema itself, or the one that its `$ref` leads to.
pub fn resolve<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let mut schema = schema;
    // A reference to a reference is legal; a circle of them is refused by lowering.
    for _ in 0..16 {
        let Some(name) = schema["$ref"].as_str().and_then(|r| component_name(r, "schemas")) else { break };
        schema = &document["components"]["schemas"][name];
    }
    schema
}

/// Whether a key of `responses` is that of a success: `200`, `2XX`.
pub fn is_success(status: &str) -> bool {
    status.starts_with('2')
}

/// The named schema of a webhook's payload, given its entry under `webhooks`.
pub fn payload(webhook: &Value) -> Option<&str> {
    let schema = &webhook["post"]["requestBody"]["content"]["application/json"]["schema"];
    component_name(schema["$ref"].as_str()?, "schemas")
}

/// Whether a map with a property is anywhere in a value. It is far cheaper than a walk: rules ask it first whether there is
/// anything for them. It takes data for schemas, too, so it may say yes where a walk finds nothing.
pub fn any_map(value: &Value, is_it: &dyn Fn(&Map<String, Value>) -> bool) -> bool {
    match value {
        Value::Object(map) => is_it(map) || map.values().any(|value| any_map(value, is_it)),
        Value::Array(items) => items.iter().any(|item| any_map(item, is_it)),
        _ => false,
    }
}

/// Calls `visit` for every schema of the document, each before its parts. The walk continues with the schema as `visit`
/// has changed it.
pub fn schemas(
    document: &mut Value,
    visit: &mut dyn FnMut(&mut Value, &Place) -> Result<(), Problem>,
) -> Result<(), Problem> {
    if let Some(named) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) {
        for (name, value) in named {
            let pointer = format!("/components/schemas/{}", escape(name));
            schema(value, &Place { pointer, operation: None, role: Role::Named(name.clone()) }, visit)?;
        }
    }
    operations(document, &mut |operation| {
        let id = operation.id.map(str::to_string);
        let root = Place { pointer: operation.pointer.clone(), operation: id, role: Role::Other };
        of_operation(operation.value, &root, visit)
    })
}

/// The same for every schema that stands anywhere in the document: also in the parameters, bodies and answers under
/// `components`, in the parameters of path items, and in `webhooks`. The normal form copies the first two into the
/// operations. Schemas of headers in answers are left out, as they are everywhere.
pub fn schemas_anywhere(
    document: &mut Value,
    visit: &mut dyn FnMut(&mut Value, &Place) -> Result<(), Problem>,
) -> Result<(), Problem> {
    schemas(document, visit)?;
    let root = |pointer: String| Place { pointer, operation: None, role: Role::Other };
    for (kind, holders) in entries(document, "components") {
        for (name, holder) in holders.as_object_mut().into_iter().flatten() {
            let root = root(format!("/components/{kind}/{}", escape(name)));
            match kind.as_str() {
                "parameters" => parameter(holder, &root, visit)?,
                "requestBodies" | "responses" => content(holder, &root.pointer, &root, visit)?,
                "pathItems" => path_item(holder, &root, visit)?,
                _ => {}
            }
        }
    }
    for (path, item) in entries(document, "paths") {
        if let Some(list) = item.get_mut("parameters") {
            parameters(list, &root(format!("/paths/{}", escape(path))), visit)?;
        }
    }
    for (name, item) in entries(document, "webhooks") {
        path_item(item, &root(format!("/webhooks/{}", escape(name))), visit)?;
    }
    Ok(())
}

/// The parameters and operations of a path item that is not under `paths`.
fn path_item(
    item: &mut Value,
    root: &Place,
    visit: &mut dyn FnMut(&mut Value, &Place) -> Result<(), Problem>,
) -> Result<(), Problem> {
    for (key, value) in item.as_object_mut().into_iter().flatten() {
        if key == "parameters" {
            parameters(value, root, visit)?;
        }
        let Some(value) = value.as_object_mut().filter(|_| METHODS.contains(&key.as_str())) else { continue };
        let id = value.get("operationId").and_then(Value::as_str).map(str::to_string);
        let root = Place { pointer: format!("{}/{key}", root.pointer), operation: id, role: Role::Other };
        of_operation(value, &root, visit)?;
    }
    Ok(())
}

/// The entries of a map of the document that may be missing.
fn entries<'a>(document: &'a mut Value, key: &str) -> impl Iterator<Item = (&'a String, &'a mut Value)> {
    document.get_mut(key).and_then(Value::as_object_mut).into_iter().flatten()
}

fn of_operation(
    operation: &mut Map<String, Value>,
    root: &Place,
    visit: &mut dyn FnMut(&mut Value, &Place) -> Result<(), Problem>,
) -> Result<(), Problem> {
    for (key, value) in operation {
        match (key.as_str(), value) {
            ("parameters", list) => parameters(list, root, visit)?,
            ("requestBody", body) => content(body, &format!("{}/requestBody", root.pointer), root, visit)?,
            ("responses", Value::Object(responses)) => {
                for (status, response) in responses {
                    let pointer = format!("{}/responses/{}", root.pointer, escape(status));
                    content(response, &pointer, root, visit)?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// The parameters of an operation or a path item, whose place is `root`.
fn parameters(
    list: &mut Value,
    root: &Place,
    visit: &mut dyn FnMut(&mut Value, &Place) -> Result<(), Problem>,
) -> Result<(), Problem> {
    for (index, value) in list.as_array_mut().into_iter().flatten().enumerate() {
        parameter(value, &root.child(format!("{}/parameters/{index}", root.pointer), Role::Other), visit)?;
    }
    Ok(())
}

fn parameter(
    value: &mut Value,
    place: &Place,
    visit: &mut dyn FnMut(&mut Value, &Place) -> Result<(), Problem>,
) -> Result<(), Problem> {
    let name = value["name"].as_str().unwrap_or_default().to_string();
    let in_header = value["in"] == "header";
    let Some(value) = value.get_mut("schema") else { return Ok(()) };
    schema(value, &place.child(format!("{}/schema", place.pointer), Role::Parameter { name, in_header }), visit)
}

fn content(
    holder: &mut Value,
    pointer: &str,
    root: &Place,
    visit: &mut dyn FnMut(&mut Value, &Place) -> Result<(), Problem>,
) -> Result<(), Problem> {
    let Some(types) = holder.get_mut("content").and_then(Value::as_object_mut) else { return Ok(()) };
    for (media, value) in types {
        if let Some(value) = value.get_mut("schema") {
            let pointer = format!("{pointer}/content/{}/schema", escape(media));
            schema(value, &root.child(pointer, Role::Other), visit)?;
        }
    }
    Ok(())
}

/// Calls `visit` for one schema and, after it, for its parts.
pub fn schema(
    value: &mut Value,
    place: &Place,
    visit: &mut dyn FnMut(&mut Value, &Place) -> Result<(), Problem>,
) -> Result<(), Problem> {
    visit(value, place)?;
    let Some(map) = value.as_object_mut() else { return Ok(()) };
    for (keyword, part) in map {
        let pointer = format!("{}/{}", place.pointer, escape(keyword));
        match (keyword.as_str(), part) {
            ("properties", Value::Object(properties)) => {
                let owner = match &place.role {
                    Role::Named(name) => Some(name.clone()),
                    _ => None,
                };
                for (name, property) in properties {
                    let role = Role::Property { name: name.clone(), owner: owner.clone() };
                    schema(property, &place.child(format!("{pointer}/{}", escape(name)), role), visit)?;
                }
            }
            ("items" | "additionalProperties" | "not", part @ Value::Object(_)) => {
                schema(part, &place.child(pointer, Role::Other), visit)?;
            }
            ("allOf" | "anyOf" | "oneOf", Value::Array(members)) => {
                for (index, member) in members.iter_mut().enumerate() {
                    schema(member, &place.child(format!("{pointer}/{index}"), Role::Other), visit)?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// One operation of the document.
pub struct Operation<'a> {
    pub path: &'a str,
    pub method: &'a str,
    pub id: Option<&'a str>,
    pub pointer: String,
    pub value: &'a mut Map<String, Value>,
}

impl Operation<'_> {
    pub fn problem(&self, below: &str, message: impl Into<String>, advice: impl Into<String>) -> Problem {
        let problem = Problem::new(format!("{}{below}", self.pointer), message, advice);
        problem.in_operation(self.id.unwrap_or("without an id"))
    }
}

/// Calls `visit` for every operation under `paths`.
pub fn operations(
    document: &mut Value,
    visit: &mut dyn FnMut(Operation<'_>) -> Result<(), Problem>,
) -> Result<(), Problem> {
    let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) else { return Ok(()) };
    for (path, item) in paths {
        let Some(item) = item.as_object_mut() else { continue };
        for (method, value) in item {
            if !METHODS.contains(&method.as_str()) {
                continue;
            }
            let Some(value) = value.as_object_mut() else { continue };
            let id = value.get("operationId").and_then(Value::as_str).map(str::to_string);
            let pointer = format!("/paths/{}/{method}", escape(path));
            visit(Operation { path, method, id: id.as_deref(), pointer, value })?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keywords_are_found_by_position_only() {
        let mut document = json!({
            "components": {"schemas": {"A": {
                "type": "object",
                "example": {"properties": {"not": {"type": "schema"}}},
                "properties": {"properties": {"type": "string"}, "items": {"type": "array", "items": {"$ref": "x"}}},
            }}},
            "paths": {"/a/{b}": {"get": {
                "operationId": "g",
                "parameters": [{"name": "b", "schema": {"type": "string"}}],
                "requestBody": {"content": {"application/json": {"schema": {"allOf": [{}]}}}},
                "responses": {"200": {"content": {"application/json": {"schema": {}}}}},
            }}},
        });
        let mut seen = Vec::new();
        schemas(&mut document, &mut |_, place| {
            seen.push(place.pointer.clone());
            Ok(())
        })
        .unwrap();
        seen.sort();
        assert_eq!(
            seen,
            [
                "/components/schemas/A",
                "/components/schemas/A/properties/items",
                "/components/schemas/A/properties/items/items",
                "/components/schemas/A/properties/properties",
                "/paths/~1a~1{b}/get/parameters/0/schema",
                "/paths/~1a~1{b}/get/requestBody/content/application~1json/schema",
                "/paths/~1a~1{b}/get/requestBody/content/application~1json/schema/allOf/0",
                "/paths/~1a~1{b}/get/responses/200/content/application~1json/schema",
            ]
        );
    }

    #[test]
    fn schemas_of_components_path_items_and_webhooks_are_found_and_the_document_is_left_as_it_is() {
        let body = json!({"content": {"application/json": {"schema": {}}}});
        let mut document = json!({
            "components": {
                "schemas": {"A": {}},
                "parameters": {"P": {"name": "p", "schema": {}}, "Without": {"name": "w"}},
                "requestBodies": {"B": body},
                "responses": {"R/1": body},
                "examples": {"schema": {"schema": {}}},
            },
            "paths": {"/a": {"parameters": [{"name": "q", "schema": {}}], "summary": "s", "get": {}}, "/b": {}},
            "webhooks": {"E": {"summary": "s", "post": {"operationId": "e", "requestBody": body}}},
        });
        let before = document.clone();
        let mut seen = Vec::new();
        schemas_anywhere(&mut document, &mut |_, place| {
            seen.push((place.pointer.clone(), place.name().map(str::to_string), place.operation.clone()));
            Ok(())
        })
        .unwrap();
        seen.sort();
        let expected = [
            ("/components/parameters/P/schema", Some("p"), None),
            ("/components/requestBodies/B/content/application~1json/schema", None, None),
            ("/components/responses/R~11/content/application~1json/schema", None, None),
            ("/components/schemas/A", None, None),
            ("/paths/~1a/parameters/0/schema", Some("q"), None),
            ("/webhooks/E/post/requestBody/content/application~1json/schema", None, Some("e")),
        ];
        let expected = expected.map(|(pointer, name, operation)| {
            (pointer.to_string(), name.map(str::to_string), operation.map(str::to_string))
        });
        assert_eq!(seen, expected);
        assert_eq!(document, before);
    }
}
