//! What is read of small documents, and what is refused.

use serde_json::{Value, json};

use super::read;
use crate::build::lower::normal;

fn document(schemas: Value, paths: Value) -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": paths,
        "components": {"schemas": schemas},
    })
}

fn json_body(schema: Value) -> Value {
    json!({"description": "d", "content": {"application/json": {"schema": schema}}})
}

#[test]
fn operations_errors_events_and_samples_are_read() {
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
    document["tags"] = json!([{"name": "Things", "description": "d"}, {"name": "Others"}, {"name": "Things"}]);
    document["servers"] = json!([{"url": "https://one"}, {"url": "https://two"}]);
    document["webhooks"] = json!({"Thing": {"post": {
        "operationId": "hookThing",
        "requestBody": json_body(json!({"$ref": "#/components/schemas/Payload"})),
    }}});
    let read = read(&normal(document).unwrap()).unwrap();
    let (list, search, drop) = (&read.operations["list"], &read.operations["search"], &read.operations["drop"]);
    assert!(list.facts.deprecated && list.facts.repeatable && list.facts.cursor.is_some() && list.has_answer);
    assert_eq!(list.parameters[1].minimum, Some(1));
    assert!(search.facts.repeatable && search.facts.cursor.is_some() && !search.facts.deprecated);
    let body = search.body.as_ref().unwrap();
    assert_eq!(body.sample, json!({"a": "A", "b": [{"c": 1}]}));
    assert_eq!(body.minimum, Some(1));
    assert!(!drop.facts.repeatable && drop.facts.cursor.is_none() && !drop.has_answer);
    assert_eq!(list.facts.errors[0].status, 404);
    assert_eq!(list.facts.errors[0].code.as_deref(), Some("NESTED"));
    assert_eq!(read.servers, ["https://one", "https://two"]);
    let tags: Vec<_> = read.tags.iter().map(|tag| (tag.name.as_str(), tag.description.as_deref())).collect();
    assert_eq!(tags, [("Things", Some("d")), ("Others", None)]);
    let event = &read.webhooks[0];
    assert_eq!(event.dedupe, ["thing_id"]);
    assert_eq!(event.dedupe_also, ["amount"]);
    assert_eq!(
        [&event.name, &event.operation, &event.object, &event.schema],
        ["Thing", "hookThing", "THING", "Payload"]
    );
}

/// A document with a webhook whose payload is this.
fn webhook(payload: Value) -> Value {
    let mut document = document(json!({ "S": payload }), json!({}));
    let body = json_body(json!({"$ref": "#/components/schemas/S"}));
    document["webhooks"] = json!({"E": {"post": {"operationId": "h", "requestBody": body}}});
    document
}

/// A document with servers, and with operations beside that of a path.
fn served(item: Value) -> Value {
    let other = |id: &str| json!({"get": {"operationId": id, "responses": {}}});
    let mut document = document(json!({}), json!({ "/a": item, "/b": other("b"), "/c": other("c") }));
    document["servers"] = json!([{"url": "https://one"}, {"url": "https://two/"}]);
    document
}

fn with_body(content: Value) -> Value {
    served(json!({"post": {"operationId": "p", "requestBody": {"content": content}, "responses": {}}}))
}

/// Of the bodies that may be left out, those are sent as `{}` all the same that are objects of fields and require nothing.
#[test]
fn a_body_that_requires_nothing_is_sent_by_what_changes_something() {
    let is_sent = |method: &str, schema: Value| {
        let body = json!({"content": {"application/json": {"schema": schema}}});
        let item = json!({ method: {"operationId": "p", "requestBody": body, "responses": {}} });
        read(&normal(served(item)).unwrap()).unwrap().operations["p"].body.as_ref().unwrap().required
    };
    let of = |more: Value| {
        let mut schema = json!({"type": "object", "properties": {"a": {"type": "string"}}});
        schema.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        schema
    };
    assert!(is_sent("post", of(json!({}))) && is_sent("patch", of(json!({}))));
    for (method, schema) in [
        ("delete", of(json!({}))),
        ("post", of(json!({"required": ["a"]}))),
        ("post", json!({"type": "object", "properties": {}})),
        ("post", of(json!({"oneOf": [{"required": ["a"]}, {"properties": {"b": {"type": "string"}}}]}))),
    ] {
        assert!(!is_sent(method, schema.clone()), "{method} {schema}");
    }
}

#[test]
fn an_operation_may_repeat_the_servers_of_the_document() {
    let servers = json!([{"url": "https://two"}, {"url": "https://one/"}]);
    let get = |servers: &Value| json!({"operationId": "g", "servers": servers, "responses": {}});
    for item in [
        json!({"get": get(&servers)}),
        json!({"servers": [{"url": "https://three"}], "get": get(&servers)}),
        json!({"servers": servers, "get": get(&json!([]))}),
    ] {
        assert!(read(&normal(served(item.clone())).unwrap()).is_ok(), "{item}");
    }
    // All have the same ones, whatever the document has.
    let mut document = served(json!({"get": {"operationId": "a", "responses": {}}}));
    for path in ["/a", "/b", "/c"] {
        document["paths"][path]["servers"] = json!([{"url": "https://three"}]);
    }
    assert!(read(&normal(document).unwrap()).is_ok());
}

#[test]
fn what_cannot_be_read_stops_with_place_and_advice() {
    let other = json!([{"url": "https://three"}]);
    let get = json!({"operationId": "g", "responses": {}});
    let file = json!({"type": "object", "properties": {"f": {"type": "string", "format": "binary"}}});
    let object = json!({"object": {"type": "string", "enum": ["E"]}});
    for (document, place, says) in [
        (webhook(json!({"type": "object"})), "/webhooks/E/post", "the event type of `S` is unknown"),
        (
            webhook(json!({"type": "object", "properties": object, "x-imprint-dedupe": [1]})),
            "/components/schemas/S/x-imprint-dedupe",
            "not a list of the names of fields",
        ),
        (
            webhook(json!({"type": "object", "properties": object, "x-imprint-dedupe-also": ["a"]})),
            "/components/schemas/S/x-imprint-dedupe-also",
            "without `x-imprint-dedupe`",
        ),
        (
            served(json!({"servers": other, "get": get})),
            "/paths/~1a/get",
            "are not those that the most operations have",
        ),
        (
            served(json!({"get": {"operationId": "g", "servers": other, "responses": {}}})),
            "/paths/~1a/get",
            "are not those that the most operations have",
        ),
        (served(json!({"GET": get})), "/paths/~1a/GET", "not in lower case"),
        (
            with_body(json!({"multipart/mixed": {"schema": file}})),
            "/paths/~1a/post/requestBody/content/multipart~1mixed",
            "needs a boundary",
        ),
        (
            with_body(json!({"multipart/form-data": {"schema": {"oneOf": [{"type": "object"}, file]}}})),
            "/paths/~1a/post/requestBody/content/multipart~1form-data/schema",
            "one of several objects",
        ),
        (
            with_body(json!({"multipart/form-data": {
                "schema": {"properties": {"a/b": {"type": "string"}}},
                "encoding": {"a/b": {"contentType": "application/xml"}},
            }})),
            "/paths/~1a/post/requestBody/content/multipart~1form-data/encoding/a~1b",
            "`a/b` has a `contentType`",
        ),
    ] {
        let problem = read(&normal(document).unwrap()).err().unwrap_or_else(|| panic!("{says}: nothing was refused"));
        assert!(problem.place.contains(place) && problem.message.contains(says), "{problem}");
        assert!(problem.advice.contains("overlay") || problem.advice.contains("name"), "{problem}");
    }
}
