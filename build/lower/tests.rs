//! Every rule on a small document: what it does, and that leaving it out is noticed.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Lowered, RULES, lower, lower_with};

mod refusals;

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
    let mut webhooks = document(
        json!({"P": {"type": "object", "properties": {"object": {"type": "string", "enum": ["E"]}}}}),
        json!({}),
    );
    webhooks["webhooks"] = json!({"E": {"post": {
        "operationId": "hookE",
        "requestBody": json_body(json!({"$ref": "#/components/schemas/P"})),
        "responses": {"200": {"description": "d"}},
    }}});
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
        case("version", schema(json!({"type": "object", "properties": {}})), "/openapi", json!("3.0.3")),
        case("inline components", components.clone(), format!("{ONE}/parameters/0/name"), json!("limit")),
        case(
            "inline components",
            components,
            format!("{ONE}/requestBody/content/application~1json/schema/type"),
            json!("object"),
        ),
        case("inline components", spread, format!("{ONE}/parameters/0/name"), json!("q")),
        case("webhooks leave", webhooks, "/webhooks", Value::Null),
        case("error responses leave", errors.clone(), format!("{ONE}/responses/404"), Value::Null),
        case("error responses leave", errors.clone(), format!("{ONE}/responses/default"), Value::Null),
        case("success codes", errors, format!("{ONE}/responses/2XX/description"), json!("d")),
        case(
            "success codes",
            operation(json!({"responses": {"200": {"description": "d"}, "201": {"description": "e"}}})),
            format!("{ONE}/responses/200"),
            Value::Null,
        ),
        case(
            "type with null",
            object(json!({"type": ["integer", "null"]})),
            A,
            json!({"type": "integer", "nullable": true}),
        ),
        case("const", object(json!({"const": "X"})), A, json!({"type": "string", "enum": [super::enums::token("X")]})),
        case(
            "enum with null",
            object(json!({"type": "integer", "enum": [null, 1]})),
            A,
            json!({"type": "integer", "nullable": true}),
        ),
        case("enum with null", object(json!({"enum": ["X", null]})), format!("{A}/nullable"), json!(true)),
        case(
            "union with null",
            object(json!({"anyOf": [{"type": "integer"}, {"type": "null"}]})),
            A,
            json!({"type": "integer", "nullable": true}),
        ),
        case(
            "union with null",
            object(json!({"oneOf": [{"enum": [null]}, {"type": "integer"}]})),
            format!("{A}/type"),
            json!("integer"),
        ),
        case("examples", object(json!({"type": "string", "examples": ["X"]})), A, json!({"type": "string"})),
        case(
            "single allOf",
            object(json!({"allOf": [{"type": "integer"}, {"description": "d"}]})),
            A,
            json!({"type": "integer", "description": "d"}),
        ),
        case(
            "ref siblings",
            reference(json!({"type": "object", "title": "t", "description": "d"})),
            A,
            json!({"allOf": [{"$ref": "#/components/schemas/T"}], "description": "d"}),
        ),
        case(
            "aliases",
            alias,
            "/paths/~1keep/get/responses/2XX/content/application~1json/schema/properties/uses S",
            json!({"$ref": "#/components/schemas/Base"}),
        ),
        case("plain names", amount.clone(), A, json!({"type": "integer"})),
        case("plain names", amount, "/components/schemas/Amount", Value::Null),
        case("nullable names", nullable.clone(), "/components/schemas/E/nullable", Value::Null),
        case("nullable names", nullable, format!("{A}/nullable"), json!(true)),
        case(
            "required names",
            schema(json!({"type": "object", "required": ["a", "brand"], "properties": {"a": {"type": "string"}}})),
            format!("{S}/required"),
            json!(["a"]),
        ),
        case("events", events.clone(), "/components/schemas/P/required", Value::Null),
        case("events", events.clone(), format!("{in_events}/type"), json!("object")),
        case("events", events.clone(), format!("{in_events}/properties/required/type"), json!("string")),
        case(
            "events",
            events.clone(),
            format!("{in_events}/properties/id/$ref"),
            json!("#/components/schemas/ThingId"),
        ),
        case("events", events.clone(), "/components/schemas/ThingKind/type", json!("string")),
        case(
            "events",
            events,
            format!("{in_events}/description"),
            json!("`Thing` as events hold it: none of its fields is sure to be there.\n\nA thing."),
        ),
        case(
            "required names",
            schema(json!({
                "type": "object",
                "required": ["orders"],
                "properties": {"data": {"type": "array", "items": {"type": "string"}}},
            })),
            format!("{S}/x-imprint-also"),
            json!(["orders"]),
        ),
        case(
            "closed objects",
            schema(json!({"type": "object", "additionalProperties": false, "properties": {"a": {"type": "string"}}})),
            format!("{S}/additionalProperties"),
            Value::Null,
        ),
        case("unused schemas", unused, "/components/schemas/NotFoundError", Value::Null),
        case(
            "prose",
            object(json!({"type": "string", "description": "a <tag>"})),
            format!("{A}/description"),
            json!(r"a \<tag\>"),
        ),
        case("prose", operation(json!({"summary": "see [x]"})), format!("{ONE}/summary"), json!(r"see \[x\]")),
        case("defaults leave", object(json!({"type": "integer", "default": 10})), A, json!({"type": "integer"})),
        case(
            "limits leave",
            object(json!({"type": "string", "minLength": 4, "pattern": "^x$"})),
            A,
            json!({"type": "string"}),
        ),
        case("limits leave", object(json!({"type": "integer", "exclusiveMinimum": 0})), A, json!({"type": "integer"})),
        case("formats leave", object(json!({"type": "string", "format": "uuid"})), A, json!({"type": "string"})),
        case(
            "open enums",
            object(json!({"type": "string", "enum": ["", "a-b"]})),
            format!("{A}/enum"),
            json!(["T", "T612d62"]),
        ),
        case("open enums", object(json!({"type": "integer", "enum": [1, 2]})), A, json!({"type": "integer"})),
        case(
            "secrets",
            named("ssn", json!({"type": "string", "minLength": 9, "example": "x"})),
            format!("{S}/properties/ssn"),
            json!({"type": "string", "format": "password"}),
        ),
        case(
            "secrets",
            named("clientSecret", json!({"type": "string"})),
            format!("{S}/properties/clientSecret/format"),
            json!("password"),
        ),
        case(
            "secrets",
            object(json!({"type": "string", "x-imprint-secret": true})),
            A,
            json!({"type": "string", "format": "password"}),
        ),
        case(
            "secrets",
            document(json!({"Key": {"type": "object", "properties": {"key": {"type": "string"}}}}), json!({})),
            "/components/schemas/Key/properties/key/format",
            json!("password"),
        ),
        case(
            "personal data",
            named("email", json!({"type": "string", "description": "d"})),
            format!("{S}/properties/email"),
            json!({"type": "string", "format": "personal", "description": "d"}),
        ),
        case(
            "personal data",
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
            "personal data",
            named("address", json!({"type": "object", "properties": {"block": {"type": "string"}}})),
            format!("{S}/properties/address/properties/block/format"),
            json!("personal"),
        ),
        case(
            "timestamps",
            named("created_at", json!({"type": "string"})),
            format!("{S}/properties/created_at/format"),
            json!("date-time"),
        ),
        case(
            "timestamps",
            object(json!({"type": "string", "format": "date-time", "x-foo": 1})),
            A,
            json!({"type": "string", "format": "date-time"}),
        ),
        case(
            "secrets",
            object(json!({"type": "string", "format": "password", "x-foo": 1})),
            A,
            json!({"type": "string", "format": "password"}),
        ),
        case(
            "ids",
            named("order_id", json!({"type": "string"})),
            format!("{S}/properties/order_id"),
            json!({"$ref": "#/components/schemas/OrderId"}),
        ),
        case(
            "ids",
            named("order_ids", json!({"type": "array", "items": {"type": "string"}})),
            format!("{S}/properties/order_ids/items"),
            json!({"$ref": "#/components/schemas/OrderId"}),
        ),
        case(
            "ids",
            named("id", json!({"type": "string"})),
            format!("{S}/properties/id"),
            json!({"$ref": "#/components/schemas/SId"}),
        ),
        case(
            "ids",
            object(json!({"type": "string", "x-imprint-id": "ThingId"})),
            A,
            json!({"$ref": "#/components/schemas/ThingId"}),
        ),
        case(
            "ids",
            operation(json!({"parameters": [{"name": "reward_id", "in": "query", "schema": {"type": "string"}}]})),
            format!("{ONE}/parameters/0/schema"),
            json!({"$ref": "#/components/schemas/RewardId"}),
        ),
        case(
            "samples leave",
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

fn at(lowered: &Lowered, pointer: &str) -> Value {
    lowered.document.pointer(pointer).cloned().unwrap_or_default()
}

#[test]
fn every_rule_does_its_work_and_is_missed_when_it_is_left_out() {
    for case in cases() {
        let lowered = lower(case.document.clone()).unwrap_or_else(|p| panic!("{}: {p}", case.rule));
        assert_eq!(at(&lowered, &case.pointer), case.expected, "{} at {}", case.rule, case.pointer);
        if let Ok(without) = lower_with(case.document, &|name| name != case.rule) {
            assert_ne!(at(&without, &case.pointer), case.expected, "{} changes nothing at {}", case.rule, case.pointer);
        }
    }
}

#[test]
fn every_rule_has_a_case() {
    let mut tested: BTreeSet<&str> = cases().iter().map(|case| case.rule).collect();
    tested.extend(refusals::refusals().iter().map(|refusal| refusal.rule));
    // Tested by what it gathers, below.
    tested.insert("plan");
    let all: BTreeSet<&str> = RULES.iter().map(|rule| rule.name).collect();
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
    let lowered = lower(document).unwrap().document;
    let schemas = &lowered["components"]["schemas"];
    let names: Vec<&String> = schemas.as_object().unwrap().keys().collect();
    assert_eq!(names, ["Circle", "EventCircle", "EventPart", "EventThing", "Own", "P", "Part", "Plain", "Thing"]);
    for (name, required) in [("Circle", json!(["next"])), ("Part", json!(["a"]))] {
        assert_eq!(schemas[name]["required"], required, "{name}");
    }
    for name in ["EventCircle", "EventPart", "EventThing", "Own", "P"] {
        assert!(!schemas[name].to_string().contains("\"required\""), "{name}: {}", schemas[name]);
    }
    let data = &schemas["P"]["properties"]["data"]["properties"];
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
fn a_mark_can_take_a_name_out_of_the_rules() {
    let mut document = named("ssn", json!({"type": "string", "x-imprint-secret": false}));
    document["components"]["schemas"]["S"]["properties"]["city"] =
        json!({"type": "string", "x-imprint-personal": false});
    let lowered = lower(document).unwrap();
    assert!(lowered.plan.secrets.is_empty() && lowered.plan.personal.is_empty());
}

#[test]
fn merchant_data_is_personal_only_where_it_shares_a_personal_schema() {
    let lowered = lower(document(
        json!({"Merchant": {"type": "object", "properties": {"name": {"type": "string"}, "category": {"type": "string"}}}}),
        json!({}),
    ))
    .unwrap();
    assert!(lowered.plan.personal.is_empty());
}

#[test]
fn the_plan_knows_operations_errors_events_and_samples() {
    let mut document = document(
        json!({
            "Page": {"type": "object", "properties": {"data": {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "string"}}}}, "has_more": {"type": "boolean"}}},
            "Payload": {"type": "object", "x-imprint-dedupe": ["thing_id"], "x-imprint-dedupe-also": ["amount"], "properties": {"object": {"type": "string", "enum": ["THING"]}}},
            "Error": {"type": "object", "properties": {"error": {"type": "object", "properties": {"type": {"type": "string", "example": "NESTED"}}}}},
        }),
        json!({
            "/things": {
                "get": {
                    "operationId": "list",
                    "deprecated": true,
                    "parameters": [
                        {"name": "starting_after", "in": "query", "schema": {"type": "string"}},
                        {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "default": 10}, "description": "d"},
                    ],
                    "responses": {"200": json_body(json!({"$ref": "#/components/schemas/Page"})), "404": json_body(json!({"$ref": "#/components/schemas/Error"}))},
                },
                "post": {
                    "operationId": "search",
                    "x-imprint-repeatable": true,
                    "requestBody": json_body(json!({"type": "object", "required": ["a", "b"], "properties": {
                        "starting_after": {"type": "string"},
                        "limit": {"type": "integer", "minimum": 1},
                        "a": {"type": "string", "example": "A"},
                        "b": {"type": "array", "items": {"type": "object", "required": ["c"], "properties": {"c": {"type": "integer"}}}},
                    }})),
                    "responses": {"200": json_body(json!({"$ref": "#/components/schemas/Page"}))},
                },
                "delete": {"operationId": "drop", "responses": {"204": {"description": "d"}}},
            },
        }),
    );
    document["servers"] = json!([{"url": "https://one"}, {"url": "https://two"}]);
    document["webhooks"] = json!({"Thing": {"post": {
        "operationId": "hookThing",
        "requestBody": json_body(json!({"$ref": "#/components/schemas/Payload"})),
    }}});
    let plan = lower(document).unwrap().plan;
    let (list, search, drop) = (&plan.operations["list"], &plan.operations["search"], &plan.operations["drop"]);
    assert!(list.deprecated && list.repeatable && list.pages.is_some() && !list.empty);
    assert_eq!(list.parameters[1].minimum, Some(1));
    assert!(search.repeatable && search.pages.is_some() && !search.deprecated);
    let body = search.body.as_ref().unwrap();
    assert_eq!(body.sample, json!({"a": "A", "b": [{"c": 1}]}));
    assert_eq!(body.minimum, Some(1));
    assert!(!drop.repeatable && drop.pages.is_none() && drop.empty);
    assert_eq!(plan.errors["list"][0].status, 404);
    assert_eq!(plan.errors["list"][0].code.as_deref(), Some("NESTED"));
    assert_eq!(plan.servers, ["https://one", "https://two"]);
    let event = &plan.webhooks[0];
    assert_eq!(event.dedupe, ["thing_id"]);
    assert_eq!(event.dedupe_also, ["amount"]);
    assert_eq!(
        [&event.name, &event.operation, &event.object, &event.schema],
        ["Thing", "hookThing", "THING", "Payload"]
    );
}
