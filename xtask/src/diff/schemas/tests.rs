//! Changes of a small document: what is said of each, and what it does in Rust and on the wire.

use serde_json::{Value, json};

use crate::diff::{
    Change,
    Effect::{self, Additive as A, Breaking as B, Documentation as D, Nothing as N},
    compare,
};

fn body(schema: Value) -> Value {
    json!({"content": {"application/json": {"schema": schema}}})
}

/// A `Thing` is answered; an `Order` is sent and answered; an `Event` is notified; a `Failure` is an error.
fn document() -> Value {
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let answer = |name: &str| {
        let mut answer = body(reference(name));
        answer["description"] = json!("d");
        answer
    };
    json!({
        "openapi": "3.0.3",
        "info": {"title": "t", "version": "1"},
        "paths": {"/things": {
            "get": {
                "operationId": "getThing",
                "parameters": [{"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "default": 10}}],
                "responses": {"200": answer("Thing"), "404": answer("Failure")},
            },
            "post": {
                "operationId": "createOrder",
                "requestBody": body(reference("Order")),
                "responses": {"200": answer("Order")},
            },
        }},
        "webhooks": {"Thing": {"post": {"requestBody": body(reference("Event")), "responses": {}}}},
        "components": {"schemas": {
            "Thing": {"type": "object", "required": ["id"], "properties": {
                "id": {"type": "string"},
                "state": {"type": "string", "enum": ["ON", "NO"], "description": "The thing no longer works if it is off."},
                "kind": reference("Kind"),
                "shape": {"type": "object", "properties": {"size": {"type": "integer", "minimum": 1}}},
                "term": {"type": "integer"},
                "rate": {"type": "number", "maximum": 5},
                "metadata": {"type": "object", "additionalProperties": true},
                "part": reference("Part"),
                "parts": {"type": "array", "items": reference("Part")},
            }},
            "Part": {"type": "object", "properties": {"part_code": {"type": "string"}, "owner": {"type": "string"}}},
            "Kind": {"type": "string", "enum": ["A", "B"]},
            "Other": {"type": "object", "properties": {"x": {"type": "string"}}},
            "Order": {"type": "object", "required": ["key"], "properties": {
                "key": {"type": "string"}, "note": {"type": "string"}, "other": reference("Other"),
            }},
            "Event": {"type": "object", "properties": {"object": {"type": "string"}, "data": {"type": "object", "properties": {
                "a": {"type": "string"},
            }}}},
            "Failure": {"type": "object", "properties": {"code": {"type": "string"}, "text": {"type": "string"}}},
        }},
    })
}

fn schemas(document: &mut Value) -> &mut Value {
    &mut document["components"]["schemas"]
}

fn properties<'d>(document: &'d mut Value, schema: &str) -> &'d mut Value {
    &mut document["components"]["schemas"][schema]["properties"]
}

fn remove(value: &mut Value, key: &str) -> Value {
    value.as_object_mut().unwrap().remove(key).unwrap()
}

/// A schema without a name gets one, which the place refers to from now on.
fn extract(document: &mut Value, pointer: &str, name: &str) {
    let place = document.pointer_mut(pointer).unwrap();
    let schema = std::mem::replace(place, json!({"$ref": format!("#/components/schemas/{name}")}));
    schemas(document)[name] = schema;
}

fn rename_part(document: &mut Value) {
    let text = document.to_string().replace("schemas/Part\"", "schemas/Component\"");
    *document = serde_json::from_str(&text).unwrap();
    let part = remove(schemas(document), "Part");
    schemas(document)["Component"] = part;
}

type Mutation = fn(&mut Value);

/// Kind, place, the effect in Rust, the effect on the wire, and a part of what is said.
type Told = (&'static str, &'static str, Effect, Effect, &'static str);

fn changes(mutate: Mutation) -> (Vec<Change>, usize) {
    let old = document();
    let mut new = old.clone();
    mutate(&mut new);
    let comparison = compare(&old, &new).unwrap();
    (comparison.changes, comparison.prose.len())
}

fn assert_told(cases: &[(Mutation, &[Told])]) {
    for (index, (mutate, told)) in cases.iter().enumerate() {
        let (changes, _) = changes(*mutate);
        let fits = |change: &Change, told: &Told| {
            (change.kind, change.location.as_str(), change.rust, change.wire) == (told.0, told.1, told.2, told.3)
                && change.explanation.contains(told.4)
        };
        let is_told = changes.len() == told.len() && told.iter().all(|told| changes.iter().any(|c| fits(c, told)));
        assert!(is_told, "case {index}: expected {told:#?}, found {changes:#?}");
    }
}

#[test]
fn a_type_that_keeps_its_name_is_the_same_type() {
    assert_told(&[
        (
            |d| extract(d, "/components/schemas/Thing/properties/state", "ThingState"),
            &[("schema added", "ThingState", N, N, "its type was there before")],
        ),
        (
            |d| extract(d, "/components/schemas/Thing/properties/shape", "ThingShape"),
            &[("schema added", "ThingShape", N, N, "its type was there before")],
        ),
        (
            |d| extract(d, "/components/schemas/Thing/properties/shape", "Shape"),
            &[
                ("schema added", "Shape", A, N, "there is a new type for it"),
                ("type named differently", "Thing.shape", B, N, "the type was `ThingShape` and is `Shape`"),
            ],
        ),
        // Without a name it is called by its place.
        (
            |d| properties(d, "Thing")["kind"] = json!({"type": "string", "enum": ["A", "B"]}),
            &[
                ("type named differently", "Thing.kind", B, N, "the type was `Kind` and is `ThingKind`"),
                ("schema no longer used", "Kind", B, N, ""),
            ],
        ),
        (
            |d| properties(d, "Order")["other"] = json!({"type": "object", "properties": {"x": {"type": "string"}}}),
            &[
                ("type named differently", "Order.other", B, N, "the type was `Other` and is `OrderOther`"),
                ("schema no longer used", "Other", B, N, ""),
            ],
        ),
    ]);
    let old = {
        let mut document = document();
        extract(&mut document, "/components/schemas/Thing/properties/state", "ThingState");
        document
    };
    let inlined: Vec<_> = compare(&old, &document()).unwrap().changes.into_iter().map(|c| (c.kind, c.rust)).collect();
    assert_eq!(inlined, [("schema removed", N)]);
    // The schema stays, and nothing refers to it on one side.
    let mut unused = document();
    schemas(&mut unused)["ThingState"] = schemas(&mut old.clone())["ThingState"].clone();
    for (from, to, kind) in [(&old, &unused, "schema no longer used"), (&unused, &old, "schema newly used")] {
        let found: Vec<_> = compare(from, to).unwrap().changes.into_iter().map(|c| (c.kind, c.rust)).collect();
        assert_eq!(found, [(kind, N)]);
    }
}

#[test]
fn a_body_that_gets_the_name_of_its_type_is_the_same_type() {
    let mut old = document();
    let pointer = "/paths/~1things/post/requestBody/content/application~1json/schema";
    *old.pointer_mut(pointer).unwrap() = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    let mut new = old.clone();
    extract(&mut new, pointer, "CreateOrderBody");
    let found: Vec<_> = compare(&old, &new).unwrap().changes.into_iter().map(|c| (c.kind, c.rust)).collect();
    assert_eq!(found, [("schema added", N)]);
}

#[test]
fn a_title_names_only_what_has_no_other_name() {
    assert_told(&[
        (|d| schemas(d)["Thing"]["title"] = json!("A thing"), &[]),
        (|d| properties(d, "Thing")["id"]["title"] = json!("Number"), &[]),
        (
            |d| properties(d, "Thing")["shape"]["title"] = json!("Form"),
            &[("title changed", "Thing.shape", B, N, "the type was called `ThingShape` and is called `Form`")],
        ),
    ]);
    assert_eq!(changes(|d| schemas(d)["Thing"]["title"] = json!("A thing")).1, 1, "it is prose");
}

#[test]
fn the_second_schema_of_a_rust_name_has_a_type() {
    assert_told(&[(
        |d| {
            schemas(d)["thing"] = json!({"type": "object", "properties": {"b": {"type": "string"}}});
            properties(d, "Order")["thing"] = json!({"$ref": "#/components/schemas/thing"});
        },
        &[("property added", "Order.thing", A, A, ""), ("schema added", "thing", A, N, "a new type for it, `Thing2`")],
    )]);
}

#[test]
fn a_renamed_schema_and_what_changes_in_it_are_told_once() {
    assert_told(&[
        (rename_part, &[("schema renamed", "Part", B, N, "called `Component` now: so is its type")]),
        (
            |d| {
                rename_part(d);
                properties(d, "Component")["logo"] = json!({"type": "string"});
            },
            &[("schema renamed", "Part", B, N, ""), ("property added", "Component.logo", A, A, "")],
        ),
        // What stands in its place has nothing in common with it.
        (
            |d| {
                rename_part(d);
                *properties(d, "Component") = json!({"y": {"type": "string"}, "z": {"type": "string"}});
            },
            &[
                ("schema removed", "Part", B, N, ""),
                ("schema added", "Component", A, N, ""),
                ("type named differently", "Thing.part", B, N, "the type was `Part` and is `Component`"),
                ("type named differently", "Thing.parts[]", B, N, ""),
                ("property removed", "Thing.part.part_code", B, B, ""),
                ("property removed", "Thing.part.owner", B, B, ""),
                ("property added", "Thing.part.y", A, A, ""),
                ("property added", "Thing.part.z", A, A, ""),
                ("property removed", "Thing.parts[].part_code", B, B, ""),
                ("property removed", "Thing.parts[].owner", B, B, ""),
                ("property added", "Thing.parts[].y", A, A, ""),
                ("property added", "Thing.parts[].z", A, A, ""),
            ],
        ),
    ]);
}

#[test]
fn a_property_that_is_only_spelled_otherwise_keeps_its_rust_name() {
    assert_told(&[(
        |d| {
            let code = remove(properties(d, "Part"), "part_code");
            properties(d, "Part")["partCode"] = code;
        },
        &[("property renamed", "Part.part_code", N, B, "the Rust name stays")],
    )]);
}

#[test]
fn only_a_schema_for_further_properties_makes_a_type() {
    assert_told(&[
        (
            |d| schemas(d)["Thing"]["additionalProperties"] = json!(true),
            &[("further properties changed", "Thing", N, D, "are allowed, of any type, as before")],
        ),
        (
            |d| properties(d, "Thing")["metadata"]["additionalProperties"] = json!(false),
            &[("further properties changed", "Thing.metadata", N, D, "are not allowed, and were allowed")],
        ),
        (|d| properties(d, "Thing")["metadata"]["additionalProperties"] = json!({}), &[]),
        (
            |d| properties(d, "Thing")["metadata"]["additionalProperties"] = json!({"type": "string"}),
            &[("further properties changed", "Thing.metadata", B, D, "are values of one type")],
        ),
    ]);
}

#[test]
fn null_for_a_named_schema_changes_the_fields_that_are_no_options() {
    assert_told(&[
        (|d| schemas(d)["Kind"]["nullable"] = json!(true), &[("null allowed", "Kind", N, A, "the Rust type stays")]),
        (|d| schemas(d)["Kind"]["enum"] = json!(["A", "B", null]), &[("null allowed", "Kind", N, A, "")]),
        // It stands in a list.
        (|d| schemas(d)["Part"]["nullable"] = json!(true), &[("null allowed", "Part", B, B, "")]),
        (
            |d| properties(d, "Thing")["term"]["nullable"] = json!(true),
            &[("null allowed", "Thing.term", N, A, "the Rust type stays")],
        ),
        (|d| properties(d, "Thing")["id"]["nullable"] = json!(true), &[("null allowed", "Thing.id", B, B, "")]),
    ]);
    let mut old = document();
    schemas(&mut old)["Thing"]["required"] = json!(["id", "kind"]);
    let mut new = old.clone();
    schemas(&mut new)["Kind"]["nullable"] = json!(true);
    let found: Vec<_> = compare(&old, &new).unwrap().changes.into_iter().map(|c| (c.kind, c.rust)).collect();
    assert_eq!(found, [("null allowed", B)], "the field was no Option");
}

#[test]
fn null_is_told_of_what_a_call_answers_and_once_of_each_place() {
    const ANSWER: &str = "/paths/~1things/get/responses/200/content/application~1json/schema";
    assert_told(&[
        (
            |d| {
                let answer = d.pointer_mut(ANSWER).unwrap();
                *answer = json!({"anyOf": [answer.clone(), {"type": "null"}]});
            },
            &[("null allowed", "response of getThing", B, B, "it may be null now")],
        ),
        (
            |d| d["paths"]["/things"]["get"]["parameters"][0]["schema"]["nullable"] = json!(true),
            &[("null allowed", "query parameter `limit` of getThing", N, A, "the Rust type stays")],
        ),
        (
            |d| {
                schemas(d)["properties"] = json!({"type": "string", "enum": ["A"]});
                properties(d, "Thing")["properties"] = json!({"$ref": "#/components/schemas/properties"});
            },
            &[("schema added", "properties", A, N, ""), ("property added", "Thing.properties", A, A, "")],
        ),
        // Said where it was meant before.
        (|d| schemas(d)["Kind"]["nullable"] = json!(false), &[]),
        (|d| schemas(d)["Thing"]["nullable"] = json!(false), &[]),
    ]);
    let mut old = document();
    schemas(&mut old)["Items"] = json!({"type": "array", "items": {"type": "object", "properties": {
        "a": {"type": "string"},
    }}});
    schemas(&mut old)["Own"] = json!({"type": "object", "properties": {"Own": {"type": "string"}}});
    properties(&mut old, "Thing")["items"] = json!({"$ref": "#/components/schemas/Items"});
    properties(&mut old, "Thing")["own"] = json!({"$ref": "#/components/schemas/Own"});
    for (pointer, location) in [("Items/items", "Items[]"), ("Own/properties/Own", "Own.Own")] {
        let mut new = old.clone();
        new.pointer_mut(&format!("/components/schemas/{pointer}")).unwrap()["nullable"] = json!(true);
        let changes = compare(&old, &new).unwrap().changes;
        let told: Vec<_> = changes.iter().map(|change| (change.kind, change.location.as_str())).collect();
        assert_eq!(told, [("null allowed", location)]);
    }
}

#[test]
fn whether_a_field_is_an_option_depends_on_the_sides_that_carry_it() {
    assert_told(&[
        (
            |d| schemas(d)["Event"]["required"] = json!(["object"]),
            &[("property became required", "Event.object", N, A, "an Option all the same")],
        ),
        (
            |d| schemas(d)["Thing"]["required"] = json!(["id", "term"]),
            &[("property became required", "Thing.term", B, A, "answers always have the field")],
        ),
        (
            |d| properties(d, "Order")["key"]["readOnly"] = json!(true),
            &[(
                "property became read-only",
                "Order.key",
                B,
                B,
                "only answers have it now: the field becomes an Option",
            )],
        ),
        (
            |d| properties(d, "Order")["note"]["readOnly"] = json!(true),
            &[("property became read-only", "Order.note", N, B, "the Rust type of the field stays")],
        ),
        // No request has it, so that it is always there.
        (
            |d| properties(d, "Thing")["id"]["readOnly"] = json!(true),
            &[("property became read-only", "Thing.id", N, N, "the Rust type of the field stays")],
        ),
        (
            |d| properties(d, "Order")["key"]["writeOnly"] = json!(true),
            &[(
                "property became write-only",
                "Order.key",
                B,
                B,
                "only requests have it now: the field becomes an Option",
            )],
        ),
    ]);
}

#[test]
fn keywords_out_of_place_are_told() {
    assert_told(&[
        // The normal form leaves it out.
        (|d| properties(d, "Thing")["term"]["required"] = json!(true), &[]),
        (
            |d| schemas(d)["Kind"]["readOnly"] = json!(true),
            &[("keyword changed", "Kind", N, D, "have no meaning here")],
        ),
    ]);
}

#[test]
fn a_mark_of_the_overlay_is_told_once() {
    for (mark, value) in [
        ("x-imprint-enum", json!("Kind")),
        ("x-imprint-id", json!("Kind")),
        ("x-imprint-personal", json!(true)),
        ("x-imprint-secret", json!(true)),
    ] {
        let (old, mut new) = (document(), document());
        properties(&mut new, "Failure")["code"][mark] = value;
        let changes = compare(&old, &new).unwrap().changes;
        let found: Vec<_> = changes.iter().map(|c| (c.kind, c.location.as_str())).collect();
        assert_eq!(found, [("mark changed", "Failure.code")], "{mark}");
    }
}

#[test]
fn another_schema_of_an_error_is_no_other_type() {
    fn of_error(document: &mut Value) -> &mut Value {
        document.pointer_mut("/paths/~1things/get/responses/404/content/application~1json/schema").unwrap()
    }
    assert_told(&[(
        |d| {
            schemas(d)["Problem"] = schemas(d)["Failure"].clone();
            *of_error(d) = json!({"$ref": "#/components/schemas/Problem"});
        },
        &[
            ("schema added", "Problem", N, N, "no type is made of it"),
            ("type named differently", "error 404 of getThing", N, N, "no types are made of errors"),
        ],
    )]);
}

#[test]
fn what_is_removed_is_told_by_the_sides_that_carry_it() {
    assert_told(&[
        (
            |d| drop(remove(properties(d, "Failure"), "text")),
            &[("property removed", "Failure.text", N, B, "errors come without it")],
        ),
        (
            |d| drop(remove(properties(d, "Event"), "object")),
            &[("property removed", "Event.object", B, B, "its field is removed: events come without it")],
        ),
        (
            |d| drop(remove(properties(d, "Order"), "note")),
            &[(
                "property removed",
                "Order.note",
                B,
                B,
                "its setter is removed: where it is still sent, Imprint may ignore or refuse it, and its field is removed: \
                 answers come without it",
            )],
        ),
        (
            |d| properties(d, "Failure")["more"] = json!({"type": "string"}),
            &[("property added", "Failure.more", N, A, "no types are made of them")],
        ),
    ]);
}

#[test]
fn an_enum_is_generated_of_text_alone() {
    assert_told(&[
        (
            |d| properties(d, "Thing")["state"]["enum"] = json!(["ON", false]),
            &[("enum dropped", "Thing.state", B, A, "`false` is no text), so no enum is generated")],
        ),
        (
            |d| properties(d, "Thing")["term"]["enum"] = json!([6, 12]),
            &[("enum introduced", "Thing.term", N, N, "now `6`, `12`: the Rust type stays")],
        ),
        (|d| properties(d, "Failure")["code"]["enum"] = json!(["A"]), &[("enum introduced", "Failure.code", N, N, "")]),
        (
            |d| {
                let members = json!([{"$ref": "#/components/schemas/Other"}, {"$ref": "#/components/schemas/Order"}]);
                properties(d, "Thing")["part"] = json!({"oneOf": members});
            },
            &[("type changed", "Thing.part", B, B, "it was an object and is an open union")],
        ),
    ]);
}

#[test]
fn limits_are_compared_as_numbers() {
    fn size(document: &mut Value) -> &mut Value {
        &mut properties(document, "Thing")["shape"]["properties"]["size"]
    }
    assert_told(&[
        (|d| size(d)["minimum"] = json!(1.0), &[]),
        // Of integers more than 0 is at least 1, in the way of OpenAPI 3.0 and in that of 3.1.
        (|d| *size(d) = json!({"type": "integer", "minimum": 0, "exclusiveMinimum": true}), &[]),
        (|d| *size(d) = json!({"type": "integer", "exclusiveMinimum": 0}), &[]),
        (
            |d| size(d)["exclusiveMinimum"] = json!(true),
            &[("limit tightened", "Thing.shape.size", N, N, "it was at least `1` and is more than `1`")],
        ),
        (
            |d| properties(d, "Thing")["rate"]["exclusiveMaximum"] = json!(5),
            &[("limit tightened", "Thing.rate", N, N, "it was at most `5` and is less than `5`")],
        ),
        (
            |d| properties(d, "Thing")["rate"]["maximum"] = json!(6),
            &[("limit loosened", "Thing.rate", N, D, "it was at most `5` and is at most `6`")],
        ),
        (
            |d| drop(remove(&mut properties(d, "Thing")["rate"], "maximum")),
            &[("limit loosened", "Thing.rate", N, D, "it was at most `5` and is without a limit above")],
        ),
        (|d| d["paths"]["/things"]["get"]["parameters"][0]["schema"]["default"] = json!(10.0), &[]),
        (
            |d| d["paths"]["/things"]["get"]["parameters"][0]["schema"]["default"] = json!("10"),
            &[("default changed", "query parameter `limit` of getThing", N, D, "is written as text now")],
        ),
        (
            |d| d["paths"]["/things"]["get"]["parameters"][0]["schema"]["default"] = json!(20),
            &[("default changed", "query parameter `limit` of getThing", N, B, "takes `20` and took `10`")],
        ),
    ]);
}

#[test]
fn a_sentence_that_moves_within_its_schema_says_nothing_new() {
    assert_told(&[
        (
            |d| {
                let said = remove(&mut properties(d, "Thing")["state"], "description");
                schemas(d)["Thing"]["description"] = said;
            },
            &[],
        ),
        (
            |d| drop(remove(&mut properties(d, "Thing")["state"], "description")),
            &[("described differently", "Thing.state", D, D, "it no longer says: The thing no longer works")],
        ),
        // It holds here as well now, and is still said there.
        (
            |d| {
                let said = properties(d, "Thing")["state"]["description"].clone();
                properties(d, "Thing")["term"]["description"] = said;
            },
            &[("described differently", "Thing.term", D, D, "it says now: The thing no longer works")],
        ),
        // A short sentence is about its place.
        (
            |d| {
                properties(d, "Thing")["id"]["description"] = json!("Sent twice.");
                schemas(d)["Thing"]["description"] = json!("Other.");
            },
            &[("described differently", "Thing.id", D, D, "it says now: Sent twice.")],
        ),
    ]);
}

#[test]
fn the_compiler_warns_of_deprecated_parameters_and_not_of_deprecated_fields() {
    assert_told(&[
        (
            |d| properties(d, "Thing")["term"]["deprecated"] = json!(true),
            &[("deprecated", "Thing.term", D, D, "should not be used any more")],
        ),
        (
            |d| d["paths"]["/things"]["get"]["parameters"][0]["deprecated"] = json!(true),
            &[("deprecated", "query parameter `limit` of getThing", A, D, "may get a warning")],
        ),
        (
            |d| d["paths"]["/things"]["get"]["deprecated"] = json!(true),
            &[("deprecated", "getThing (GET /things)", A, D, "may get a warning")],
        ),
        // Nothing of these is called.
        (
            |d| d["webhooks"]["Thing"]["post"]["deprecated"] = json!(true),
            &[("deprecated", "webhook Thing", D, D, "should not be used any more")],
        ),
        (|d| properties(d, "Thing")["term"]["deprecated"] = json!(false), &[]),
        (|d| d["paths"]["/things"]["get"]["deprecated"] = json!(false), &[]),
    ]);
}

#[test]
fn schemas_that_lead_in_a_circle_are_compared_all_the_same() {
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    for circle in [
        json!({"One": reference("Two"), "Two": reference("One")}),
        json!({"One": {"type": "array", "items": reference("One")}}),
    ] {
        let mut new = document();
        schemas(&mut new).as_object_mut().unwrap().extend(circle.as_object().unwrap().clone());
        properties(&mut new, "Thing")["part"] = reference("One");
        let changes = compare(&document(), &new).unwrap().changes;
        assert!(changes.iter().any(|change| change.location == "Thing.part"), "{changes:#?}");
    }
}

#[test]
fn large_integers_are_told_apart() {
    let limit = |number: u64| json!({"type": "integer", "default": number});
    let (mut old, mut new) = (document(), document());
    properties(&mut old, "Thing")["term"] = limit(9_007_199_254_740_992);
    properties(&mut new, "Thing")["term"] = limit(9_007_199_254_740_993);
    assert_eq!(compare(&old, &new).unwrap().changes.len(), 1);
}
