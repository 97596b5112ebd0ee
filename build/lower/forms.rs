//! Rewrites forms of OpenAPI 3.1, which progenitor cannot read, in the way of OpenAPI 3.0.

use serde_json::{Map, Value, json};

use super::{Lowered, merge};
use crate::build::{problem::Problem, walk};

pub fn version(lowered: &mut Lowered) -> Result<(), Problem> {
    // The keyword of older documents has another name, and a version without quotes is a number in YAML.
    let (keyword, version) = match (&lowered.document["openapi"], &lowered.document["swagger"]) {
        (Value::Null, swagger) if !swagger.is_null() => ("swagger", swagger),
        (openapi, _) => ("openapi", openapi),
    };
    let text = version.as_str().map_or_else(|| version.to_string(), str::to_string);
    let is_supported = ["3.0", "3.1"]
        .iter()
        .any(|known| text.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')));
    if keyword != "openapi" || !is_supported {
        return Err(Problem::new(
            format!("/{keyword}"),
            match version {
                Value::Null => "the document says no version".to_string(),
                _ => format!("the version `{keyword}: {text}` is not supported"),
            },
            "OpenAPI 3.0 and 3.1 are: convert the document before it is vendored",
        ));
    }
    lowered.document["openapi"] = json!("3.0.3");
    Ok(())
}

fn each_map(
    lowered: &mut Lowered,
    visit: &mut impl FnMut(&mut Map<String, Value>, &walk::Place) -> Result<(), Problem>,
) -> Result<(), Problem> {
    walk::schemas(&mut lowered.document, &mut |schema, place| match schema.as_object_mut() {
        Some(map) => visit(map, place),
        None => Ok(()),
    })
}

/// Rewrites `type: [string, "null"]` as `type: string` with `nullable: true`, and several types as `anyOf` of them.
pub fn type_with_null(lowered: &mut Lowered) -> Result<(), Problem> {
    each_map(lowered, &mut |schema, _| {
        let Some(Value::Array(types)) = schema.get("type").cloned() else { return Ok(()) };
        let (null, named): (Vec<_>, Vec<_>) = types.into_iter().partition(|name| name == "null");
        if named.is_empty() {
            return Ok(());
        }
        if !null.is_empty() {
            schema.insert("nullable".into(), json!(true));
        }
        if let [only] = named.as_slice() {
            schema.insert("type".into(), only.clone());
            return Ok(());
        }
        schema.remove("type");
        let mut members: Vec<Map<String, Value>> =
            named.iter().map(|name| Map::from_iter([("type".to_string(), name.clone())])).collect();
        let keywords: Vec<String> = schema.keys().cloned().collect();
        for keyword in keywords {
            let Some(of) = type_of_keyword(&keyword) else { continue };
            let Some(value) = schema.remove(&keyword) else { continue };
            for member in members.iter_mut().filter(|member| of.iter().any(|of| member["type"] == *of)) {
                member.insert(keyword.clone(), value.clone());
            }
        }
        schema.insert("anyOf".into(), members.into_iter().map(Value::Object).collect());
        Ok(())
    })
}

/// The types of values that a keyword says something of; `None` for one that describes, or is of any type.
fn type_of_keyword(keyword: &str) -> Option<&'static [&'static str]> {
    match keyword {
        "properties"
        | "required"
        | "additionalProperties"
        | "minProperties"
        | "maxProperties"
        | "propertyNames"
        | "patternProperties" => Some(&["object"]),
        "items" | "prefixItems" | "minItems" | "maxItems" | "uniqueItems" | "contains" => Some(&["array"]),
        "minLength" | "maxLength" | "pattern" | "format" | "enum" => Some(&["string"]),
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" => Some(&["integer", "number"]),
        _ => None,
    }
}

/// Says the type of a schema that has keywords of one type alone, and no union or reference.
pub fn implied_types(lowered: &mut Lowered) -> Result<(), Problem> {
    let has = |map: &Map<String, Value>, keywords: &[&str]| keywords.iter().any(|keyword| map.contains_key(*keyword));
    let lacks_type = |map: &Map<String, Value>| {
        has(map, &["properties", "additionalProperties", "items", "enum"])
            && !has(map, &["type", "$ref", "allOf", "anyOf", "oneOf"])
    };
    if !walk::any_map(&lowered.document, &lacks_type) {
        return Ok(());
    }
    each_map(lowered, &mut |schema, _| {
        if !lacks_type(schema) {
            return Ok(());
        }
        let implied = match schema.get("enum").and_then(Value::as_array) {
            Some(values) if !values.is_empty() && values.iter().all(|value| value.is_i64() || value.is_u64()) => {
                "integer"
            }
            Some(_) => return Ok(()),
            None if ["properties", "additionalProperties"].iter().any(|keyword| schema.contains_key(*keyword)) => {
                "object"
            }
            None if schema.contains_key("items") => "array",
            None => return Ok(()),
        };
        schema.insert("type".into(), json!(implied));
        Ok(())
    })
}

/// Rewrites `const` as an enum of one value, which is open like every enum. A value that is no scalar is left as it is,
/// and refused by `refuse::forms`.
pub fn constants(lowered: &mut Lowered) -> Result<(), Problem> {
    each_map(lowered, &mut |schema, _| {
        let Some(value) = schema.get("const").cloned() else { return Ok(()) };
        let kind = match value {
            Value::String(_) => "string",
            Value::Bool(_) => "boolean",
            Value::Number(ref number) if number.is_f64() => "number",
            Value::Number(_) => "integer",
            _ => return Ok(()),
        };
        schema.remove("const");
        schema.entry("type").or_insert_with(|| json!(kind));
        schema.insert("enum".into(), json!([value]));
        Ok(())
    })
}

/// Rewrites null among the values of an enum as `nullable`, and adds the type `string` where it is missing. An enum
/// that lists nothing but null is left as it is, and refused by `refuse::forms`.
pub fn enum_with_null(lowered: &mut Lowered) -> Result<(), Problem> {
    each_map(lowered, &mut |schema, _| {
        let Some(values) = schema.get_mut("enum").and_then(Value::as_array_mut) else { return Ok(()) };
        if values.iter().all(Value::is_null) {
            return Ok(());
        }
        let before = values.len();
        values.retain(|value| !value.is_null());
        let (nullable, strings) = (values.len() < before, values.iter().all(Value::is_string));
        if nullable {
            schema.insert("nullable".into(), json!(true));
        }
        if strings {
            schema.entry("type").or_insert_with(|| json!("string"));
        }
        Ok(())
    })
}

/// Rewrites null among the members of `anyOf` and `oneOf` as `nullable`. If one shape is left, it takes the place of the
/// union.
pub fn union_with_null(lowered: &mut Lowered) -> Result<(), Problem> {
    each_map(lowered, &mut |schema, _| {
        for keyword in ["anyOf", "oneOf"] {
            let Some(members) = schema.get_mut(keyword).and_then(Value::as_array_mut) else { continue };
            let index = only_shape(members);
            let only = index.map(|index| members[index].clone());
            let before = members.len();
            members.retain(|member| !is_null(member));
            if members.len() < before {
                schema.insert("nullable".into(), json!(true));
            }
            let Some(only) = only else { continue };
            schema.remove(keyword);
            // The rules for `allOf` come later.
            match schema.get_mut("allOf").and_then(Value::as_array_mut) {
                Some(all) => all.push(only),
                None => drop(schema.insert("allOf".into(), json!([only]))),
            }
        }
        Ok(())
    })
}

/// The index of the only member of a union that is not null.
pub(super) fn only_shape(members: &[Value]) -> Option<usize> {
    let mut shapes = (0..members.len()).filter(|index| !is_null(&members[*index]));
    shapes.next().filter(|_| shapes.next().is_none())
}

fn is_null(member: &Value) -> bool {
    member["type"] == "null"
}

/// Rewrites `examples` of JSON Schema as `example` of OpenAPI 3.0, which has one: the first.
pub fn examples(lowered: &mut Lowered) -> Result<(), Problem> {
    each_map(lowered, &mut |schema, _| {
        if let Some(Value::Array(examples)) = schema.remove("examples")
            && let Some(first) = examples.into_iter().next()
        {
            schema.entry("example").or_insert(first);
        }
        Ok(())
    })
}

/// The keywords that may stand beside a `$ref` while the rules run.
const BESIDE: [&str; 8] = [
    "$ref",
    "description",
    "nullable",
    "deprecated",
    "example",
    "x-imprint-id",
    "x-imprint-secret",
    "x-imprint-personal",
];

/// Reduces what stands beside a `$ref`, where OpenAPI 3.1 allows keywords. Those that only describe are kept, and those
/// that repeat what the target has are removed. Any other would change the meaning, and is refused.
pub fn ref_siblings(lowered: &mut Lowered) -> Result<(), Problem> {
    let known = lowered.document.clone();
    each_map(lowered, &mut |schema, place| {
        if !schema.contains_key("$ref") {
            return Ok(());
        }
        let target = walk::resolve(&known, &Value::Object(schema.clone())).clone();
        let mut refused = None;
        schema.retain(|keyword, value| {
            let is_type = keyword == "type" && target.get("type").is_none();
            let harmless = is_type || merge::is_harmless(keyword) || target.get(keyword) == Some(value);
            if !BESIDE.contains(&keyword.as_str()) && !harmless {
                refused.get_or_insert_with(|| keyword.clone());
            }
            BESIDE.contains(&keyword.as_str())
        });
        match refused {
            Some(keyword) => Err(place.problem(
                format!("`{keyword}` beside `$ref` would change what the reference means"),
                "give the place a schema of its own, or remove the keyword, by an overlay action",
            )),
            None => Ok(()),
        }
    })
}

/// Rewrites a `$ref` with keywords beside it as an `allOf` of it, which OpenAPI 3.0 allows. typify then keeps the doc
/// comment, and generates one `Option` for `nullable`.
pub fn wrap_references(lowered: &mut Lowered) -> Result<(), Problem> {
    each_map(lowered, &mut |schema, _| {
        if schema.len() > 1
            && let Some(reference) = schema.remove("$ref")
        {
            schema.insert("allOf".into(), json!([{ "$ref": reference }]));
        }
        Ok(())
    })
}
