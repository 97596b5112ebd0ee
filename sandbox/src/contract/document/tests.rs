//! Documents for the tests of the contract, and the tests of how a document is read.

use serde_json::json;

use super::*;

pub(in super::super) fn read(document: &Value) -> Result<Contract, DocumentError> {
    Contract::read(&document.to_string())
}

/// A document without operations, which has these schemas.
pub(in super::super) fn document_with_schemas(schemas: Value) -> Value {
    json!({"info": {"version": "1"}, "paths": {}, "components": {"schemas": schemas}})
}

pub(in super::super) fn contract_with_schemas(schemas: Value) -> Contract {
    read(&document_with_schemas(schemas)).unwrap()
}

/// A document with the operation `op`, a POST to `/things/{thing_id}`.
pub(in super::super) fn document_with(operation: Value, components: Value) -> Value {
    let mut operation = operation;
    operation["operationId"] = json!("op");
    if operation["responses"].is_null() {
        operation["responses"] = json!({"204": {}});
    }
    json!({"paths": {"/things/{thing_id}": {"post": operation}}, "components": components})
}

/// The contract of such a document.
pub(in super::super) fn contract_with(operation: Value, components: Value) -> Contract {
    read(&document_with(operation, components)).unwrap()
}

/// A body or an answer with this schema.
pub(in super::super) fn content(schema: Value) -> Value {
    json!({"content": {"application/json": {"schema": schema}}})
}

fn refused(document: &Value, pointer: &str, says: &str) {
    let error = read(document).unwrap_err();
    assert_eq!(error.pointer, pointer, "{error}");
    assert!(error.to_string().contains(says), "{error}");
}

#[test]
fn the_document_of_the_client_is_read_whole() {
    let contract = Contract::shared();
    let document: Value = serde_json::from_str(imprint_client::openapi::DOCUMENT).unwrap();
    assert_eq!(contract.version(), document["info"]["version"]);
    assert_eq!(contract.operations().len(), imprint_client::operation::ALL.len());
    for operation in contract.operations() {
        assert_eq!(contract.operation(&operation.id).map(|found| &found.path), Some(&operation.path));
    }
    assert!(contract.operation("nothing").is_none());
    let webhooks: Vec<_> = contract.webhooks().collect();
    assert!(webhooks.contains(&"Application") && webhooks.iter().all(|name| contract.webhook(name).is_some()));
    assert!(contract.named("CustomerLink").is_some() && contract.named("Nothing").is_none());
}

#[test]
fn a_contract_can_be_shared_by_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Contract>();
}

#[test]
fn parameters_of_the_path_and_references_are_followed() {
    let mut document = document_with(
        json!({
            "parameters": [{"name": "both", "in": "query", "schema": {"type": "integer"}}],
            "requestBody": {"$ref": "#/components/requestBodies/B"},
            "responses": {"200": {"$ref": "#/components/responses/R"}},
        }),
        json!({
            "parameters": {"P": {"name": "thing_id", "in": "path", "schema": {"$ref": "#/components/schemas/S"}}},
            "requestBodies": {"B": {"required": true, "content": {"application/json": {"schema": {"type": "object"}}}}},
            "responses": {"R": {"$ref": "#/components/responses/Q"}, "Q": content(json!({"type": "array"}))},
            "schemas": {"S": {"type": "string"}},
        }),
    );
    document["paths"]["/things/{thing_id}"]["parameters"] =
        json!([{"$ref": "#/components/parameters/P"}, {"name": "both", "in": "query", "schema": {"type": "string"}}]);
    let contract = read(&document).unwrap();
    let operation = contract.operation("op").unwrap();
    let parameters: Vec<_> = operation.parameters.iter().map(|one| (one.name.as_str(), one.required)).collect();
    assert_eq!(parameters, [("both", false), ("thing_id", true)]);
    assert_eq!(operation.parameters[0].schema.value(), &json!({"type": "integer"}));
    assert!(operation.body_required && operation.body.is_some());
    assert_eq!(operation.success().1.map(Schema::value), Some(&json!({"type": "array"})));
}

#[test]
fn classes_of_statuses_and_default_are_understood() {
    let answers = json!({"200": {}, "4XX": content(json!({"title": "class"})), "404": {}, "default": {}, "x-note": 1});
    let contract = contract_with(json!({"responses": answers}), json!({}));
    let operation = contract.operation("op").unwrap();
    let covering = |status| operation.answer(status).map(|answer| (answer.status, answer.covers));
    assert_eq!(covering(404), Some((404, Covers::One)));
    assert_eq!(covering(409), Some((400, Covers::Class(4))));
    assert_eq!(covering(503), Some((500, Covers::Rest)));
    assert!(matches!(operation.success(), (200, None)));
    assert_eq!((operation.successes().count(), operation.failures().count()), (1, 3));
}

#[test]
fn success_is_the_lowest_2xx_or_default() {
    let success = |answers: Value| {
        let contract = contract_with(json!({"responses": answers}), json!({}));
        let (status, schema) = contract.operation("op").unwrap().success();
        (status, schema.is_some())
    };
    assert_eq!(success(json!({"204": {}, "201": content(json!({})), "400": {}})), (201, true));
    assert_eq!(success(json!({"2XX": content(json!({}))})), (200, true));
    assert_eq!(success(json!({"default": content(json!({}))})), (200, true));
    assert_eq!(success(json!({"404": content(json!({}))})), (200, false));
}

#[test]
fn media_types_may_have_parameters_and_other_ones_may_stand_beside_them() {
    let schema = |media: &str| {
        let body = json!({"content": {"text/csv": {}, media: {"schema": {"type": "object"}}}});
        let contract = contract_with(json!({"requestBody": body, "responses": {"200": body}}), json!({}));
        let operation = contract.operation("op").unwrap();
        assert_eq!(operation.body.is_some(), operation.success().1.is_some());
        operation.body.is_some()
    };
    for media in ["application/json", "Application/JSON; charset=utf-8", "application/problem+json", "*/*"] {
        assert!(schema(media), "{media}");
    }
    assert!(!schema("text/plain"));
}

#[test]
fn reads_are_repeatable_and_the_document_may_say_more() {
    let repeatable = |mark: Value| {
        let contract = contract_with(json!({"x-imprint-repeatable": mark}), json!({}));
        contract.operation("op").unwrap().is_repeatable()
    };
    assert!(repeatable(json!(true)) && !repeatable(json!(null)) && !repeatable(json!(false)));
    let contract = Contract::shared();
    assert!(contract.operation("getCustomer").unwrap().is_repeatable());
    assert!(contract.operation("searchCustomersPost").unwrap().is_repeatable());
    assert!(!contract.operation("createOrder").unwrap().is_repeatable());
}

#[test]
fn what_cannot_be_read_is_refused_with_its_place() {
    let whole = Contract::read("openapi: 3.1.0").unwrap_err();
    assert!(whole.pointer.is_empty() && whole.to_string().contains("not JSON"), "{whole}");
    let place = "/paths/~1things~1{thing_id}/post";
    refused(&json!({"paths": []}), "/paths", "no map of paths");
    refused(&json!([]), "/paths", "no map of paths");
    refused(&json!({"paths": {"/a": {"get": {"responses": {}}}}}), "/paths/~1a/get", "no operationId");
    refused(&json!({"paths": {"/a": {"get": {"operationId": "a"}}}}), "/paths/~1a/get", "no answers");
    refused(&document_with(json!({"parameters": 1}), json!({})), &format!("{place}/parameters"), "no list");
    refused(
        &document_with(json!({"parameters": [{"in": "query"}]}), json!({})),
        &format!("{place}/parameters/0"),
        "`name`",
    );
    refused(&document_with(json!({"responses": {"ok": {}}}), json!({})), &format!("{place}/responses/ok"), "no status");
    refused(&document_with(json!({"responses": {"é€": {}}}), json!({})), &format!("{place}/responses/é€"), "no status");
    refused(
        &document_with(json!({"requestBody": {"$ref": "#/components/a"}}), json!({"a": {"$ref": "#/components/a"}})),
        &format!("{place}/requestBody"),
        "circle",
    );
    refused(
        &document_with(json!({"responses": {"200": {"$ref": "#/nowhere"}}}), json!({})),
        &format!("{place}/responses/200"),
        "points to nothing",
    );
    refused(
        &document_with(json!({"requestBody": content(json!({"$ref": "#/nowhere"}))}), json!({})),
        &format!("{place}/requestBody/content/application~1json/schema"),
        "points to nothing",
    );
    refused(&json!({"paths": {"/a": {"$ref": "#/nowhere"}}}), "/paths/~1a", "points to nothing");
    let mut twice = document_with(json!({}), json!({}));
    twice["paths"]["/other"] = json!({"get": {"operationId": "op", "responses": {}}});
    refused(&twice, "/paths/~1things~1{thing_id}", "second operation");
}

#[test]
fn odd_values_anywhere_do_not_panic() {
    let odd = [json!(null), json!(1), json!("a"), json!([]), json!([1]), json!({}), json!({"a": 1}), json!(true)];
    let whole = document_with(
        json!({
            "parameters": [{"name": "p", "in": "query", "schema": {"type": "integer"}}],
            "requestBody": content(json!({"type": "object", "required": ["a"], "properties": {"a": {"items": {}}}})),
            "responses": {"200": content(json!({"allOf": [{"$ref": "#/components/schemas/S"}]}))},
        }),
        json!({"schemas": {"S": {"type": ["string", "null"], "enum": ["a"], "additionalProperties": {}}}}),
    );
    let mut places = Vec::new();
    pointers(&whole, String::new(), &mut places);
    assert!(places.len() > 20);
    let mut read_ones = 0;
    for place in places {
        for value in &odd {
            let mut document = whole.clone();
            *document.pointer_mut(&place).unwrap() = value.clone();
            let Ok(contract) = read(&document) else { continue };
            read_ones += 1;
            for operation in contract.operations() {
                let (status, answer) = contract.example(operation, &super::super::Sent::default());
                let _ = contract.check_answer(operation, status, answer.as_ref());
                let _ = contract.error_shape(operation, status);
                for body in &odd {
                    let _ = contract.check_body(operation, body);
                    let _ = contract.unknown_fields(operation, body);
                    let _ = contract.without_empty_text(operation, &mut body.clone(), &[]);
                    if let Some(schema) = &operation.body {
                        let _ = contract.secret_places(schema, body);
                    }
                }
                for parameter in &operation.parameters {
                    let _ = contract.check_parameter(parameter, "1");
                }
            }
            contract.undefined_requirements();
        }
    }
    assert!(read_ones > 100, "{read_ones}");
}

fn pointers(value: &Value, pointer: String, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, part)| pointers(part, member(&pointer, key), found)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, part)| pointers(part, format!("{pointer}/{index}"), found));
        }
        _ => {}
    }
    found.push(pointer);
}
