//! Stops the build at what the pipeline cannot generate, with the place and advice.
//!
//! Without these rules progenitor would panic, name another operation, or generate a type that loses data.

use serde_json::Value;

use super::Lowered;
use crate::build::{
    http,
    problem::Problem,
    walk::{self, component_name},
};

/// Keywords of OpenAPI 3.1 (JSON Schema 2020-12) that have no Rust shape here.
const KEYWORDS: [&str; 6] =
    ["$dynamicRef", "dependentSchemas", "else", "then", "unevaluatedItems", "unevaluatedProperties"];

/// What the keyword `type` may say.
const TYPES: [&str; 6] = ["array", "boolean", "integer", "number", "object", "string"];

/// Refuses a `$ref` that does not name an existing schema: progenitor would report another operation.
pub fn references(lowered: &mut Lowered) -> Result<(), Problem> {
    let known = lowered.document.pointer("/components/schemas").cloned().unwrap_or_default();
    walk::schemas(&mut lowered.document, &mut |schema, place| {
        let Some(reference) = schema.get("$ref") else { return Ok(()) };
        let name = reference.as_str().and_then(|reference| component_name(reference, "schemas"));
        if name.is_some_and(|name| known.get(name).is_some()) {
            return Ok(());
        }
        Err(place.problem(
            format!("`$ref: {reference}` does not resolve to a named schema"),
            "only `#/components/schemas/<name>` is understood: define the schema there by an overlay action, and let `$ref` name it",
        ))
    })
}

pub fn forms(lowered: &mut Lowered) -> Result<(), Problem> {
    walk::schemas(&mut lowered.document, &mut |schema, place| {
        let Some(map) = schema.as_object() else {
            return Err(place.problem(
                "a schema that is not a map",
                "write `{}` for any value, or describe it by an overlay action",
            ));
        };
        // Closed or open by a boolean, an object or list is read as an open one.
        let is_refused = |keyword: &&&str| {
            map.get(**keyword).is_some_and(|value| !(keyword.starts_with("unevaluated") && value.is_boolean()))
        };
        if let Some(keyword) = KEYWORDS.iter().find(is_refused) {
            return Err(place.problem(
                format!("`{keyword}` is not supported"),
                "replace the schema by an overlay action with the shape callers are to see",
            ));
        }
        if map.contains_key("const") {
            return Err(place.problem(
                "`const` of a value that is no scalar",
                "describe the shape of the value by an overlay action",
            ));
        }
        if map.get("enum").and_then(Value::as_array).is_some_and(|values| values.iter().all(Value::is_null)) {
            return Err(place.problem("an enum without values", "list its values, or drop it, by an overlay action"));
        }
        match map.get("type") {
            Some(Value::Array(types)) => {
                let named: Vec<_> = types.iter().filter(|name| *name != "null").collect();
                if named.len() != 1 {
                    return Err(place.problem(
                        format!("{} types at once", named.len()),
                        "pick one by an overlay action, or use `{}` for any value",
                    ));
                }
            }
            Some(name) if !name.as_str().is_some_and(|name| TYPES.contains(&name)) => {
                return Err(place.problem(
                    format!("`type: {name}` is none of the types of OpenAPI"),
                    format!("write one of {} by an overlay action, or `{{}}` for any value", TYPES.join(", ")),
                ));
            }
            _ => {}
        }
        Ok(())
    })
}

pub fn operations(lowered: &mut Lowered) -> Result<(), Problem> {
    let known = lowered.document.clone();
    let mut seen = std::collections::BTreeMap::new();
    walk::operations(&mut lowered.document, &mut |operation| {
        // Nobody could say which of the two keeps its method.
        let id = operation.id.unwrap_or_default().to_string();
        if let Some(other) = seen.insert(id, operation.pointer.clone()) {
            return Err(operation.problem(
                "/operationId",
                format!("the operationId is taken by {other}"),
                "rename one of the two by an overlay action",
            ));
        }
        parameters(&operation, &known)
    })
}

fn parameters(operation: &walk::Operation<'_>, known: &Value) -> Result<(), Problem> {
    let none = Vec::new();
    let parameters = operation.value.get("parameters").and_then(Value::as_array).unwrap_or(&none);
    let mut in_path = Vec::new();
    for (index, parameter) in parameters.iter().enumerate() {
        let name = parameter["name"].as_str().unwrap_or_default();
        let refuse = |what: &str, advice: &str| {
            Err(operation.problem(&format!("/parameters/{index}"), format!("parameter `{name}` {what}"), advice))
        };
        if let Some(old @ ("body" | "formData")) = parameter["in"].as_str() {
            return refuse(
                &format!("is `in: {old}`, which is of Swagger 2.0"),
                "describe it as a `requestBody` by an overlay action, or convert the document before it is vendored",
            );
        }
        let Some(place) = http::place(parameter) else {
            return refuse(
                "is neither in the path nor in the query nor a header, and has to be there",
                "the client keeps no cookies: remove the parameter by an overlay action, and send it by the option \
                 `header` of a call where it is needed",
            );
        };
        let Some(schema) = parameter.get("schema") else {
            return refuse(
                "has no schema",
                "give it a `schema`, or a `content` of JSON, by an overlay action: how another media type is written there is \
                 not known",
            );
        };
        let Some(style) = http::style(place, parameter) else {
            return refuse(
                "has a style that is not supported there",
                "`simple` is supported in paths and headers, and `form`, `spaceDelimited`, `pipeDelimited` and `deepObject` in \
                 queries: choose one of them by an overlay action",
            );
        };
        let resolved = walk::resolve(known, schema);
        let kind = resolved["type"].as_str();
        if place == http::Place::Path {
            in_path.push(name);
        }
        match (place, style, kind) {
            (http::Place::Path, _, Some("array" | "object")) => {
                return refuse(
                    "is a list or an object in the path",
                    "only a single value can be a part of a path: describe the text that belongs there as a string by an overlay \
                     action",
                );
            }
            (http::Place::Header, http::Style::Simple, Some("object")) => {
                return refuse(
                    "is an object in a header",
                    "describe the text of the header as a string by an overlay action",
                );
            }
            (_, http::Style::Deep, Some(kind)) if kind != "object" && kind != "array" => {
                return refuse(
                    "has the style `deepObject` and is neither an object nor a list",
                    "choose another style, or describe the object, by an overlay action",
                );
            }
            _ => {}
        }
    }
    template(operation, &in_path)
}

/// Refuses a path whose parameters cannot be told apart, or that does not fit the parameters of the operation.
fn template(operation: &walk::Operation<'_>, in_path: &[&str]) -> Result<(), Problem> {
    let refuse = |below: &str, what: String, advice: &str| Err(operation.problem(below, what, advice));
    let mut braces = operation.path.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0));
    if let Some(pattern) = braces.find(|name| name.contains(['=', '*'])) {
        return refuse(
            "",
            format!("`{{{pattern}}}` in the path is a pattern, and no name of a parameter"),
            "write a parameter for each part that varies, as in `/projects/{project}`, by an overlay action",
        );
    }
    let Some(pieces) = http::template(operation.path) else {
        return refuse(
            "",
            format!("the braces of the path `{}` do not match", operation.path),
            "correct the path by an overlay action",
        );
    };
    if !operation.path.starts_with('/') {
        return refuse(
            "",
            format!("the path `{}` does not begin with a slash", operation.path),
            "correct the path by an overlay action",
        );
    }
    if operation.path.contains(['?', '#']) {
        return refuse(
            "",
            format!("the path `{}` holds a query or a fragment", operation.path),
            "declare what stands behind the `?` as parameters of the query by an overlay action",
        );
    }
    let touching = pieces.windows(2).find_map(|pair| match pair {
        [http::Piece::Parameter(one), http::Piece::Parameter(two)] => Some((one, two)),
        _ => None,
    });
    if let Some((one, two)) = touching {
        return refuse(
            "",
            format!("nothing stands between `{{{one}}}` and `{{{two}}}` in the path"),
            "nobody could tell where one ends: make one parameter of them by an overlay action",
        );
    }
    let template = http::names(operation.path);
    match in_path.iter().find(|name| !template.contains(name)) {
        Some(name) => refuse(
            "/parameters",
            format!("path parameter `{name}` is not in the path"),
            "remove the parameter, or correct its name, by an overlay action",
        ),
        None => Ok(()),
    }
}
