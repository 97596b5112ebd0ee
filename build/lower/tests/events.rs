//! The rule about events: none of their fields is sure to be there, and what calls answer stays as it was.

use serde_json::{Value, json};

use super::{Case, at, case, document, json_body, lower, webhooks};

pub fn cases() -> Vec<Case> {
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
    events["webhooks"] = webhooks()["webhooks"].clone();
    let in_events = "/components/schemas/EventThing";
    vec![
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
    ]
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
