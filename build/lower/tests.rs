//! Every rule on a small document: what it does, and that leaving it out is noticed.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{CLIENT, Lowered, NORMAL, client_with, normal_with};
use crate::build::{enum_tokens::token, problem::Problem};

mod composed;
mod events;
mod loose;
mod names;
mod operations;
mod published;
mod refusals;

/// Both steps of lowering.
fn lower(document: Value) -> Result<Lowered, Problem> {
    lower_with(document, &|_| true)
}

fn lower_with(document: Value, keep: &dyn Fn(&str) -> bool) -> Result<Lowered, Problem> {
    client_with(normal_with(document, keep)?, keep)
}

/// A document with these schemas, all of them reachable, and one operation per path.
fn document(schemas: Value, paths: Value) -> Value {
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": paths,
        "components": {"schemas": schemas},
    });
    let names: Vec<String> = document["components"]["schemas"].as_object().unwrap().keys().cloned().collect();
    let properties: Value = names
        .iter()
        .map(|name| (format!("uses {name}"), json!({"$ref": format!("#/components/schemas/{name}")})))
        .collect::<serde_json::Map<_, _>>()
        .into();
    document["paths"]["/keep"] = json!({"get": {"operationId": "keep", "responses": {"200": {
        "description": "d",
        "content": {"application/json": {"schema": {"type": "object", "properties": properties}}},
    }}}});
    document
}

/// One schema called `S`.
fn schema(schema: Value) -> Value {
    document(json!({ "S": schema }), json!({}))
}

/// One operation, `GET /one`.
fn operation(operation: Value) -> Value {
    let mut operation = operation;
    operation["operationId"] = json!("one");
    if operation.get("responses").is_none() {
        operation["responses"] = json!({"200": {"description": "d"}});
    }
    document(json!({}), json!({"/one": {"get": operation}}))
}

fn json_body(schema: Value) -> Value {
    json!({"description": "d", "content": {"application/json": {"schema": schema}}})
}

/// One webhook, `E`, with the payload `P`.
fn webhooks() -> Value {
    let mut document = document(
        json!({"P": {"type": "object", "properties": {"object": {"type": "string", "enum": ["E"]}}}}),
        json!({}),
    );
    document["webhooks"] = json!({"E": {"post": {
        "operationId": "hookE",
        "requestBody": json_body(json!({"$ref": "#/components/schemas/P"})),
        "responses": {"200": {"description": "d"}},
    }}});
    document
}

const S: &str = "/components/schemas/S";
const A: &str = "/components/schemas/S/properties/a";
const ONE: &str = "/paths/~1one/get";

/// What a rule leaves at a place; null for nothing.
struct Case {
    rule: &'static str,
    document: Value,
    pointer: String,
    expected: Value,
}

fn case(rule: &'static str, document: Value, pointer: impl Into<String>, expected: Value) -> Case {
    Case { rule, document, pointer: pointer.into(), expected }
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn properties(properties: Value) -> Value {
    json!({"type": "object", "properties": properties})
}

fn text() -> Value {
    json!({"type": "string"})
}

fn object(property: Value) -> Value {
    schema(json!({"type": "object", "properties": {"a": property}}))
}

fn named(name: &str, property: Value) -> Value {
    schema(json!({"type": "object", "properties": {name: property}}))
}

fn cases() -> Vec<Case> {
    let alias = document(
        json!({"Base": {"type": "object", "properties": {"a": {"type": "string"}}}, "S": {"allOf": [{"$ref": "#/components/schemas/Base"}]}}),
        json!({}),
    );
    let one = document(
        json!({
            "Base": {"type": "object", "properties": {"a": {"type": "string"}}},
            "One": {"oneOf": [{"$ref": "#/components/schemas/Base"}, {"$ref": "#/components/schemas/Base"}]},
            "S": {"type": "object", "properties": {"a": {"$ref": "#/components/schemas/One"}}},
        }),
        json!({}),
    );
    let amount = document(
        json!({"Amount": {"type": "integer"}, "S": {"type": "object", "properties": {"a": {"$ref": "#/components/schemas/Amount"}}}}),
        json!({}),
    );
    let nullable = document(
        json!({
            "E": {"type": "string", "enum": ["X"], "nullable": true},
            "S": {"type": "object", "properties": {"a": {"$ref": "#/components/schemas/E"}}},
        }),
        json!({}),
    );
    let reference = |beside: Value| {
        let mut property = json!({"$ref": "#/components/schemas/T"});
        property.as_object_mut().unwrap().extend(beside.as_object().unwrap().clone());
        document(
            json!({"T": {"type": "object", "properties": {"x": {"type": "string"}}}, "S": {"type": "object", "properties": {"a": property}}}),
            json!({}),
        )
    };
    let mut unused = schema(json!({"type": "object", "properties": {"a": {"type": "string"}}}));
    unused["components"]["schemas"]["NotFoundError"] =
        json!({"type": "object", "properties": {"type": {"type": "string"}}});
    vec![
        case("check the version", schema(json!({"type": "object", "properties": {}})), "/openapi", json!("3.0.3")),
        case(
            "rewrite type lists with null",
            object(json!({"type": ["integer", "null"]})),
            A,
            json!({"type": "integer", "nullable": true}),
        ),
        case("rewrite const", object(json!({"const": "X"})), A, json!({"type": "string", "enum": [token("X")]})),
        case(
            "rewrite enums with null",
            object(json!({"type": "integer", "enum": [null, 1]})),
            A,
            json!({"type": "integer", "nullable": true}),
        ),
        case("rewrite enums with null", object(json!({"enum": ["X", null]})), format!("{A}/nullable"), json!(true)),
        case(
            "rewrite unions with null",
            object(json!({"anyOf": [{"type": "integer"}, {"type": "null"}]})),
            A,
            json!({"type": "integer", "nullable": true}),
        ),
        case(
            "rewrite unions with null",
            object(json!({"oneOf": [{"enum": [null]}, {"type": "integer"}]})),
            format!("{A}/type"),
            json!("integer"),
        ),
        case("rewrite examples", object(json!({"type": "string", "examples": ["X"]})), A, json!({"type": "string"})),
        case(
            "unwrap single allOf",
            {
                let mut document = reference(json!({}));
                document["components"]["schemas"]["S"]["properties"]["a"] =
                    json!({"allOf": [{"$ref": "#/components/schemas/T"}, {"description": "d"}]});
                document
            },
            A,
            json!({"allOf": [{"$ref": "#/components/schemas/T"}], "description": "d"}),
        ),
        case(
            "reduce what stands beside references",
            reference(json!({"type": "object", "title": "t", "description": "d"})),
            A,
            json!({"allOf": [{"$ref": "#/components/schemas/T"}], "description": "d"}),
        ),
        case(
            "resolve aliases",
            alias,
            "/paths/~1keep/get/responses/2XX/content/application~1json/schema/properties/uses S",
            json!({"$ref": "#/components/schemas/Base"}),
        ),
        case("settle unions", one, A, json!({"$ref": "#/components/schemas/Base"})),
        case("write out plain names", amount.clone(), A, json!({"type": "integer"})),
        case("write out plain names", amount, "/components/schemas/Amount", Value::Null),
        case("move nullable to the uses of a name", nullable.clone(), "/components/schemas/E/nullable", Value::Null),
        case("move nullable to the uses of a name", nullable, format!("{A}/nullable"), json!(true)),
        case(
            "remove undefined required names",
            schema(json!({"type": "object", "required": ["a", "brand"], "properties": {"a": {"type": "string"}}})),
            format!("{S}/required"),
            json!(["a"]),
        ),
        case(
            "share enums",
            refusals::shared_enum(
                json!({"type": "string", "enum": ["X"], "description": "d", "x-imprint-enum": "Kind"}),
            ),
            A,
            json!({"allOf": [{"$ref": "#/components/schemas/Kind"}], "description": "d"}),
        ),
        case(
            "open closed objects",
            schema(json!({"type": "object", "additionalProperties": false, "properties": {"a": {"type": "string"}}})),
            format!("{S}/additionalProperties"),
            Value::Null,
        ),
        case("remove unused schemas", unused, "/components/schemas/NotFoundError", Value::Null),
        case("remove defaults", object(json!({"type": "integer", "default": 10})), A, json!({"type": "integer"})),
        case(
            "remove limits",
            object(json!({"type": "string", "minLength": 4, "pattern": "^x$"})),
            A,
            json!({"type": "string"}),
        ),
        case("remove limits", object(json!({"type": "integer", "exclusiveMinimum": 0})), A, json!({"type": "integer"})),
        case("remove formats", object(json!({"type": "string", "format": "uuid"})), A, json!({"type": "string"})),
        case(
            "write enum values as tokens",
            object(json!({"type": "string", "enum": ["", "a-b"]})),
            format!("{A}/enum"),
            json!(["T", "T612d62"]),
        ),
        case(
            "write enum values as tokens",
            object(json!({"type": "integer", "enum": [1, 2]})),
            A,
            json!({"type": "integer"}),
        ),
        case(
            "remove examples",
            object(json!({"type": "string", "example": {"required": ["x"]}})),
            A,
            json!({"type": "string"}),
        ),
        case(
            "wrap references",
            reference(json!({"description": "d", "nullable": true})),
            A,
            json!({"allOf": [{"$ref": "#/components/schemas/T"}], "description": "d", "nullable": true}),
        ),
    ]
}

/// What is at a place, as if the types that were named had stayed where they were.
fn at(lowered: &Lowered, pointer: &str) -> Value {
    let mut found = lowered.document.clone();
    for segment in pointer.split('/').skip(1) {
        let segment = segment.replace("~1", "/").replace("~0", "~");
        let inner = match &mut found {
            Value::Array(items) => segment.parse().ok().and_then(|index: usize| items.get_mut(index)),
            map => map.get_mut(&segment),
        };
        found = in_place(lowered, inner.map(Value::take).unwrap_or_default());
    }
    found
}

fn in_place(lowered: &Lowered, schema: Value) -> Value {
    let reference = schema["$ref"].as_str().or(schema["allOf"][0]["$ref"].as_str());
    let name = reference.and_then(|reference| reference.strip_prefix("#/components/schemas/"));
    let Some(name) = name.filter(|name| lowered.places.contains_key(*name)) else { return schema };
    let mut target = lowered.document["components"]["schemas"][name].clone();
    for (keyword, value) in schema.as_object().into_iter().flatten() {
        if keyword != "$ref" && keyword != "allOf" {
            target[keyword] = value.clone();
        }
    }
    target
}

/// The cases of this file and of those below it.
fn all_cases() -> impl Iterator<Item = Case> {
    let below = [composed::cases, events::cases, loose::cases, names::cases, operations::cases];
    below.into_iter().flat_map(|cases| cases()).chain(cases())
}

#[test]
fn every_rule_does_its_work_and_is_missed_when_it_is_left_out() {
    for case in all_cases() {
        let lowered = lower(case.document.clone()).unwrap_or_else(|p| panic!("{}: {p}", case.rule));
        assert_eq!(at(&lowered, &case.pointer), case.expected, "{} at {}", case.rule, case.pointer);
        if let Ok(without) = lower_with(case.document, &|name| name != case.rule) {
            assert_ne!(at(&without, &case.pointer), case.expected, "{} changes nothing at {}", case.rule, case.pointer);
        }
    }
}

#[test]
fn every_rule_has_a_case() {
    let mut tested: BTreeSet<&str> = all_cases().map(|case| case.rule).collect();
    tested.extend(refusals::refusals().iter().map(|refusal| refusal.rule));
    let all: BTreeSet<&str> = NORMAL.iter().chain(CLIENT).map(|rule| rule.name).collect();
    assert_eq!(tested, all);
}

/// A comparison of two documents, and any other target, starts from the normal form: nothing may be lost there.
#[test]
fn the_normal_form_loses_nothing() {
    let mut document = schema(json!({
        "type": "object",
        "required": ["a", "gone"],
        "additionalProperties": false,
        "properties": {"a": {
            "type": ["string", "null"], "minLength": 1, "pattern": "x", "default": "x", "format": "uuid", "examples": ["x"],
        }},
    }));
    document["paths"]["/keep"]["get"]["responses"]["404"] = json_body(json!({"const": {"a": 1}}));
    document["webhooks"] = json!({"E": {"post": {"operationId": "hookE"}}});
    let normal = normal_with(document.clone(), &|_| true).unwrap();
    let expected = json!({
        "type": "string", "nullable": true, "minLength": 1, "pattern": "x", "default": "x", "format": "uuid", "example": "x",
    });
    assert_eq!(normal["components"]["schemas"]["S"]["properties"]["a"], expected);
    for pointer in [
        "/components/schemas/S/required",
        "/components/schemas/S/additionalProperties",
        "/paths/~1keep/get/responses",
        "/webhooks",
        "/openapi",
    ] {
        assert_eq!(normal.pointer(pointer), document.pointer(pointer), "{pointer}");
    }
}
