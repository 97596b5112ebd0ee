//! Every rule on a small document: what it does, and that leaving it out is noticed.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{CLIENT, Lowered, NORMAL, client_with, normal_with};
use crate::build::{enum_tokens::token, problem::Problem};

mod composed;
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

fn object(property: Value) -> Value {
    schema(json!({"type": "object", "properties": {"a": property}}))
}

fn named(name: &str, property: Value) -> Value {
    schema(json!({"type": "object", "properties": {name: property}}))
}

fn cases() -> Vec<Case> {
    let shared_error =
        json!({"E": {"type": "object", "properties": {"type": {"type": "string", "example": "E_CODE"}}}});
    let three_errors = json!({
        "200": json_body(json!({"type": "object", "properties": {"a": {"type": "string"}}})),
        "400": json_body(json!({"$ref": "#/components/schemas/E"})),
        "404": json_body(json!({"type": "object", "properties": {"b": {"type": "string"}}})),
        "409": json_body(json!({"type": "object", "properties": {"c": {"type": "string"}}})),
        "default": {"description": "d"},
    });
    let mut components = operation(json!({
        "parameters": [{"name": "limit", "$ref": "#/components/parameters/Limit"}],
        "requestBody": {"$ref": "#/components/requestBodies/B"},
    }));
    components["components"]["parameters"] =
        json!({"Limit": {"name": "limit", "in": "query", "schema": {"type": "integer"}}});
    components["components"]["requestBodies"] = json!({"B": json_body(json!({"type": "object"}))});
    let mut spread = operation(json!({}));
    spread["paths"]["/one"]["parameters"] = json!([{"name": "q", "in": "query", "schema": {"type": "string"}}]);
    let mut path_item = operation(json!({}));
    let ok = json!({"200": {"description": "d"}});
    let q = json!([{"name": "q", "in": "query", "schema": {"type": "string"}}]);
    path_item["components"]["pathItems"] =
        json!({"I": {"parameters": q, "get": {"operationId": "ofItem", "responses": ok}}});
    path_item["paths"]["/two"] = json!({"$ref": "#/components/pathItems/I"});
    path_item["paths"]["/three"] = json!({"get": {"responses": ok}});
    path_item["paths"]["/four"] = json!({"$ref": "#/paths/~1one", "summary": "s"});
    let mut without_id = operation(json!({}));
    without_id["paths"]["/v1/things/{thing_id}"] = json!({
        "parameters": [{"name": "thing_id", "in": "path", "required": true, "schema": {"type": "string"}}],
        "get": {"responses": ok},
        "put": {"operationId": "get_v1_things_by_thing_id", "responses": ok},
    });
    let mut webhooks = document(
        json!({"P": {"type": "object", "properties": {"object": {"type": "string", "enum": ["E"]}}}}),
        json!({}),
    );
    webhooks["webhooks"] = json!({"E": {"post": {
        "operationId": "hookE",
        "requestBody": json_body(json!({"$ref": "#/components/schemas/P"})),
        "responses": {"200": {"description": "d"}},
    }}});
    let mut inline_payload = webhooks.clone();
    let payload = json!({"type": "object", "properties": {"type": {"type": "string", "enum": ["E"]}}});
    inline_payload["webhooks"]["E"]["post"]["requestBody"] = json_body(payload);
    let twice = document(
        json!({}),
        json!({"/twice": {"get": {"operationId": "g", "responses": ok}, "head": {"operationId": "g", "responses": ok}}}),
    );
    let undeclared = document(json!({}), json!({"/things/{name}": {"get": {"operationId": "g", "responses": ok}}}));
    let alias = document(
        json!({"Base": {"type": "object", "properties": {"a": {"type": "string"}}}, "S": {"allOf": [{"$ref": "#/components/schemas/Base"}]}}),
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
    let mut events = document(
        json!({
            "P": {"type": "object", "required": ["data"], "properties": {
                "object": {"type": "string", "enum": ["E"]},
                "data": {"type": "object", "properties": {"things": {"type": "array", "items": {
                    "description": "Beside.", "$ref": "#/components/schemas/Thing",
                }}}},
            }},
            "Thing": {"type": "object", "description": "A thing.", "required": ["id", "kind"], "properties": {
                "id": {"type": "string"},
                "kind": {"type": "string", "description": "Its kind.", "enum": ["A", "B"]},
                "required": {"type": "string"},
                "part": {"$ref": "#/components/schemas/Part"},
            }},
            "Part": {"type": "object", "properties": {"a": {"type": "string"}}},
        }),
        json!({}),
    );
    events["paths"]["/keep"]["get"]["responses"]["200"] = json_body(json!({"$ref": "#/components/schemas/Thing"}));
    events["webhooks"] = webhooks["webhooks"].clone();
    let in_events = "/components/schemas/EventThing";
    let mut unused = schema(json!({"type": "object", "properties": {"a": {"type": "string"}}}));
    unused["components"]["schemas"]["NotFoundError"] =
        json!({"type": "object", "properties": {"type": {"type": "string"}}});
    let mut errors = operation(json!({ "responses": three_errors }));
    errors["components"]["schemas"] = shared_error;
    vec![
        case("check the version", schema(json!({"type": "object", "properties": {}})), "/openapi", json!("3.0.3")),
        case("inline components", components.clone(), format!("{ONE}/parameters/0/name"), json!("limit")),
        case(
            "inline components",
            components,
            format!("{ONE}/requestBody/content/application~1json/schema/type"),
            json!("object"),
        ),
        case("inline components", spread, format!("{ONE}/parameters/0/name"), json!("q")),
        case("inline components", path_item.clone(), "/paths/~1two/get/operationId", json!("ofItem")),
        case("inline components", path_item.clone(), "/paths/~1two/get/parameters/0/name", json!("q")),
        case("inline components", path_item.clone(), "/paths/~1four/get/operationId", json!("getFour")),
        case("name operations without an id", path_item, "/paths/~1three/get/operationId", json!("getThree")),
        case(
            "name operations without an id",
            without_id,
            "/paths/~1v1~1things~1{thing_id}/get/operationId",
            json!("getV1ThingsByThingId2"),
        ),
        case("name operations without an id", twice, "/paths/~1twice/head/operationId", json!("headTwice")),
        case(
            "declare the parameters of paths",
            undeclared,
            "/paths/~1things~1{name}/get/parameters",
            json!([{"name": "name", "in": "path", "required": true, "schema": {"type": "string"}}]),
        ),
        case("name the payloads of webhooks", inline_payload, "/components/schemas/EPayload/type", json!("object")),
        case(
            "give parameters with content a schema",
            operation(json!({"parameters": [
                {"name": "q", "in": "query", "content": {"application/json": {"schema": {"type": "integer"}}}},
            ]})),
            format!("{ONE}/parameters/0"),
            json!({"name": "q", "in": "query", "style": "json", "schema": {"type": "integer"}}),
        ),
        case(
            "leave headers to the client",
            operation(json!({"parameters": [
                {"name": "Accept", "in": "header", "schema": {"type": "string"}},
                {"name": "X-Mine", "in": "header", "schema": {"type": "string"}},
            ]})),
            format!("{ONE}/parameters"),
            json!([{"name": "X-Mine", "in": "header", "schema": {"type": "string"}}]),
        ),
        case(
            "choose the media type of bodies",
            operation(json!({"requestBody": {"content": {
                "application/json; charset=utf-8": {"schema": {"type": "object"}},
                "application/xml": {"schema": {"$ref": "#/components/schemas/Gone"}},
            }}})),
            format!("{ONE}/requestBody/content"),
            json!({"application/json": {"schema": {"type": "object"}}}),
        ),
        case(
            "choose the media type of bodies",
            operation(
                json!({"requestBody": {"content": {"application/pdf": {"schema": {"$ref": "#/components/schemas/Gone"}}}}}),
            ),
            format!("{ONE}/requestBody/content"),
            json!({"application/octet-stream": {}}),
        ),
        case(
            "choose the media type of bodies",
            operation(json!({"requestBody": {"content": {"multipart/form-data": {"schema": {
                "type": "object",
                "required": ["file", "kind"],
                "properties": {"file": {"type": "string", "format": "binary"}, "kind": {"type": "string"}},
            }}}}})),
            format!("{ONE}/requestBody/content/multipart~1form-data/schema"),
            json!({"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}}}),
        ),
        case(
            "merge success responses",
            operation(json!({"responses": {"default": {"description": "any"}, "404": {"description": "d"}}})),
            format!("{ONE}/responses"),
            json!({"2XX": {"description": "any"}}),
        ),
        case(
            "merge success responses",
            operation(json!({"responses": {"302": {"description": "d"}}})),
            format!("{ONE}/responses"),
            json!({"2XX": {"description": ""}}),
        ),
        case(
            "merge success responses",
            operation(json!({"responses": {"200": json_body(json!({"type": "object"})), "204": {"description": "e"}}})),
            format!("{ONE}/responses"),
            json!({"2XX": {"description": "e", "content": {"application/json": {"schema": {"type": "object"}}}}}),
        ),
        case(
            "merge success responses",
            operation(
                json!({"responses": {"200": {"description": "d", "content": {"text/csv": {"schema": {"oneOf": []}}}}}}),
            ),
            format!("{ONE}/responses/2XX/content"),
            json!({"application/octet-stream": {}}),
        ),
        case("remove webhooks", webhooks, "/webhooks", Value::Null),
        case("merge success responses", errors.clone(), format!("{ONE}/responses/404"), Value::Null),
        case("merge success responses", errors.clone(), format!("{ONE}/responses/default"), Value::Null),
        case("merge success responses", errors, format!("{ONE}/responses/2XX/description"), json!("d")),
        case(
            "merge success responses",
            operation(json!({"responses": {"200": {"description": "d"}, "201": {"description": "e"}}})),
            format!("{ONE}/responses/200"),
            Value::Null,
        ),
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
        case("require nothing of events", events.clone(), "/components/schemas/P/required", Value::Null),
        case("require nothing of events", events.clone(), format!("{in_events}/type"), json!("object")),
        case(
            "require nothing of events",
            events.clone(),
            format!("{in_events}/properties/required/type"),
            json!("string"),
        ),
        case(
            "require nothing of events",
            events.clone(),
            format!("{in_events}/properties/id/$ref"),
            json!("#/components/schemas/ThingId"),
        ),
        case("require nothing of events", events.clone(), "/components/schemas/ThingKind/type", json!("string")),
        case(
            "require nothing of events",
            events,
            format!("{in_events}/description"),
            json!("`Thing` as events hold it: none of its fields is sure to be there.\n\nA thing."),
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
            "mark secrets",
            named("ssn", json!({"type": "string", "minLength": 9, "example": "x"})),
            format!("{S}/properties/ssn"),
            json!({"type": "string", "format": "password"}),
        ),
        case(
            "mark secrets",
            named("clientSecret", json!({"type": "string"})),
            format!("{S}/properties/clientSecret/format"),
            json!("password"),
        ),
        case(
            "mark secrets",
            object(json!({"type": "string", "x-imprint-secret": true})),
            A,
            json!({"type": "string", "format": "password"}),
        ),
        case(
            "mark secrets",
            document(json!({"Key": {"type": "object", "properties": {"key": {"type": "string"}}}}), json!({})),
            "/components/schemas/Key/properties/key/format",
            json!("password"),
        ),
        case(
            "mark personal data",
            named("email", json!({"type": "string", "description": "d"})),
            format!("{S}/properties/email"),
            json!({"type": "string", "format": "personal", "description": "d"}),
        ),
        case(
            "mark personal data",
            document(
                json!({
                    "Born": {"type": "object", "properties": {"year": {"type": "integer"}}},
                    "S": {"type": "object", "properties": {"date_of_birth": {"$ref": "#/components/schemas/Born"}}},
                }),
                json!({}),
            ),
            "/components/schemas/Born/properties/year",
            json!({"type": "integer", "format": "personal"}),
        ),
        case(
            "mark personal data",
            named("address", json!({"type": "object", "properties": {"block": {"type": "string"}}})),
            format!("{S}/properties/address/properties/block/format"),
            json!("personal"),
        ),
        case(
            "mark timestamps",
            named("created_at", json!({"type": "string"})),
            format!("{S}/properties/created_at/format"),
            json!("date-time"),
        ),
        case(
            "mark timestamps",
            object(json!({"type": "string", "format": "date-time", "x-foo": 1})),
            A,
            json!({"type": "string", "format": "date-time"}),
        ),
        case(
            "mark secrets",
            object(json!({"type": "string", "format": "password", "x-foo": 1})),
            A,
            json!({"type": "string", "format": "password"}),
        ),
        case(
            "name ids",
            named("order_id", json!({"type": "string"})),
            format!("{S}/properties/order_id"),
            json!({"$ref": "#/components/schemas/OrderId"}),
        ),
        case(
            "name ids",
            named("order_ids", json!({"type": "array", "items": {"type": "string"}})),
            format!("{S}/properties/order_ids/items"),
            json!({"$ref": "#/components/schemas/OrderId"}),
        ),
        case(
            "name ids",
            named("id", json!({"type": "string"})),
            format!("{S}/properties/id"),
            json!({"$ref": "#/components/schemas/SId"}),
        ),
        case(
            "name ids",
            object(json!({"type": "string", "x-imprint-id": "ThingId"})),
            A,
            json!({"$ref": "#/components/schemas/ThingId"}),
        ),
        case(
            "name ids",
            operation(json!({"parameters": [{"name": "reward_id", "in": "query", "schema": {"type": "string"}}]})),
            format!("{ONE}/parameters/0/schema"),
            json!({"$ref": "#/components/schemas/RewardId"}),
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

#[test]
fn every_rule_does_its_work_and_is_missed_when_it_is_left_out() {
    for case in cases().into_iter().chain(composed::cases()) {
        let lowered = lower(case.document.clone()).unwrap_or_else(|p| panic!("{}: {p}", case.rule));
        assert_eq!(at(&lowered, &case.pointer), case.expected, "{} at {}", case.rule, case.pointer);
        if let Ok(without) = lower_with(case.document, &|name| name != case.rule) {
            assert_ne!(at(&without, &case.pointer), case.expected, "{} changes nothing at {}", case.rule, case.pointer);
        }
    }
}

#[test]
fn every_rule_has_a_case() {
    let mut tested: BTreeSet<&str> = cases().iter().chain(&composed::cases()).map(|case| case.rule).collect();
    tested.extend(refusals::refusals().iter().map(|refusal| refusal.rule));
    let all: BTreeSet<&str> = NORMAL.iter().chain(CLIENT).map(|rule| rule.name).collect();
    assert_eq!(tested, all);
}

#[test]
fn events_require_nothing_and_calls_require_what_they_did() {
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let object = json!({"type": "string", "enum": ["E"]});
    let mut document = document(
        json!({
            "P": {"type": "object", "properties": {"object": object, "data": {
                "type": "object",
                "required": ["own", "thing"],
                "properties": {
                    "own": reference("Own"),
                    "thing": reference("Thing"),
                    "plain": reference("Plain"),
                    "circle": reference("Circle"),
                },
            }}},
            // Of events alone, of both with and without something required within, and one that holds itself.
            "Own": {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}},
            "Thing": {"type": "object", "properties": {"part": {"type": "array", "items": reference("Part")}}},
            "Part": {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}},
            "Plain": {"type": "object", "properties": {"a": {"type": "string"}}},
            "Circle": {"type": "object", "required": ["next"], "properties": {"next": reference("Circle")}},
        }),
        json!({}),
    );
    let uses =
        document["paths"]["/keep"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]["properties"]
            .as_object_mut()
            .unwrap();
    uses.retain(|_, used| ["Thing", "Plain", "Circle"].iter().any(|name| *used == reference(name)));
    document["webhooks"] = json!({"E": {"post": {
        "operationId": "hookE",
        "requestBody": json_body(reference("P")),
        "responses": {"200": {"description": "d"}},
    }}});
    let lowered = lower(document).unwrap();
    let schemas = &lowered.document["components"]["schemas"];
    let is_named = |name: &&String| !lowered.places.contains_key(*name);
    let names: Vec<&String> = schemas.as_object().unwrap().keys().filter(is_named).collect();
    assert_eq!(names, ["Circle", "EventCircle", "EventPart", "EventThing", "Own", "P", "Part", "Plain", "Thing"]);
    for (name, required) in [("Circle", json!(["next"])), ("Part", json!(["a"]))] {
        assert_eq!(schemas[name]["required"], required, "{name}");
    }
    for name in ["EventCircle", "EventPart", "EventThing", "Own", "P"] {
        assert!(!schemas[name].to_string().contains("\"required\""), "{name}: {}", schemas[name]);
    }
    let data = at(&lowered, "/components/schemas/P/properties/data/properties");
    let targets = ["own", "thing", "plain", "circle"].map(|name| data[name]["$ref"].clone());
    let expected = ["Own", "EventThing", "Plain", "EventCircle"].map(|name| reference(name)["$ref"].clone());
    assert_eq!(targets, expected);
    assert_eq!(schemas["EventThing"]["properties"]["part"]["items"], reference("EventPart"));
    assert_eq!(schemas["Thing"]["properties"]["part"]["items"], reference("Part"));
    assert_eq!(schemas["EventCircle"]["properties"]["next"], reference("EventCircle"));
}

#[test]
fn get_of_one_names_the_id_of_what_it_answers() {
    let document = document(
        json!({"S": {"type": "object", "properties": {"id": {"type": "string"}}}}),
        json!({"/things/{thing_id}": {"get": {
            "operationId": "getThing",
            "parameters": [{"name": "thing_id", "in": "path", "required": true, "schema": {"type": "string"}}],
            "responses": {"200": json_body(json!({"$ref": "#/components/schemas/S"}))},
        }}}),
    );
    let lowered = lower(document).unwrap();
    assert_eq!(at(&lowered, &format!("{S}/properties/id")), json!({"$ref": "#/components/schemas/ThingId"}));
}

#[test]
fn a_token_of_a_page_is_no_secret() {
    for name in ["page_token", "nextPageToken", "continuation-token"] {
        let parameter = json!({"name": name, "in": "query", "schema": {"type": "string"}});
        let lowered = lower(operation(json!({ "parameters": [parameter] }))).unwrap();
        assert!(lowered.marks.secrets.is_empty(), "{name}");
    }
    assert_eq!(lower(named("access_token", json!({"type": "string"}))).unwrap().marks.secrets.len(), 1);
}

#[test]
fn a_mark_can_take_a_name_out_of_the_rules() {
    let mut document = named("ssn", json!({"type": "string", "x-imprint-secret": false}));
    document["components"]["schemas"]["S"]["properties"]["city"] =
        json!({"type": "string", "x-imprint-personal": false});
    let lowered = lower(document).unwrap();
    assert!(lowered.marks.secrets.is_empty() && lowered.marks.personal.is_empty());
}

#[test]
fn merchant_data_is_personal_only_where_it_shares_a_personal_schema() {
    let lowered = lower(document(
        json!({"Merchant": {"type": "object", "properties": {"name": {"type": "string"}, "category": {"type": "string"}}}}),
        json!({}),
    ))
    .unwrap();
    assert!(lowered.marks.personal.is_empty());
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
