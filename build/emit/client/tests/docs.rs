//! The page of an operation: what is needed, what may come back, what is deprecated, and the example.

use serde_json::json;

use super::{call, client, object, one, run};

#[test]
fn the_page_of_an_operation_says_what_is_needed_and_what_may_come_back() {
    let text = json!({"type": "string"});
    let error = |code: &str| {
        let schema = json!({"type": "object", "properties": {"type": {"type": "string", "example": code}}});
        json!({"description": format!("Says {code}."), "content": {"application/json": {"schema": schema}}})
    };
    let mut document = one(json!({
        "type": "object",
        "required": ["name", "send"],
        "properties": {"name": text, "send": text, "note": text},
    }));
    let mut post = document["paths"]["/one"]["post"].take();
    post["responses"]["404"] = error("NOT_FOUND");
    post["responses"]["409"] = json!({"description": "In the\nway."});
    post["parameters"] = json!([{"name": "p", "in": "path", "required": true, "schema": text}]);
    document["paths"] = json!({"/one/{p}": {"post": post}});
    let code = client(document.clone());
    for line in [
        "**Required**: [`p`](crate::calls::One::p), [`name`](crate::calls::One::name)",
        "[`send`](crate::types::builder::SBuilder::send) of the body. Optional: the other setters of",
        "- **Answer**: 200 with [`S`](crate::types::S): d",
        "- **Helper**: [`once`](crate::Client::once): Does it once.",
        "- **Request**: [`POST /one/{p}`](crate::operation::ONE). Not safe to repeat.",
        "- 404 (`NOT_FOUND`): Says NOT_FOUND.",
        "- 409: In the way.",
    ] {
        assert!(code.replace(" /// ", " ").contains(line), "{line}\n{code}");
    }
    // A code that two statuses share is that of their schema, not of one of them.
    document["paths"]["/one/{p}"]["post"]["responses"]["403"] = error("NOT_FOUND");
    let code = client(document);
    assert!(code.contains("- 403: Says NOT_FOUND.") && code.contains("- 404: Says NOT_FOUND."), "{code}");
    let code = client(call(json!({"operationId": "two", "responses": {"204": {"description": "It is gone."}}})));
    assert!(code.contains("- **Required**: nothing. ///"), "{code}");
    let code_of_optional = client(object(json!({"a": text})));
    let optional = "**Required**: nothing. Optional: the setters of [`One`](crate::calls::One).";
    assert!(code_of_optional.contains(optional), "{code_of_optional}");
    assert!(code.contains("- **Answer**: 204 with no body: It is gone."), "{code}");
    assert!(!code.contains("**Helper**"), "a helper of another operation is shown: {code}");
}

#[test]
fn deprecated_operations_and_parameters_say_so() {
    let code = client(call(json!({
        "operationId": "one",
        "deprecated": true,
        "parameters": [{"name": "q", "in": "query", "deprecated": true, "schema": {"type": "string"}}],
    })));
    assert!(code.contains(r#"#[deprecated = "Imprint has deprecated this operation."] pub fn one"#), "{code}");
    assert!(code.contains(r#"#[deprecated = "Imprint has deprecated this parameter."] pub fn q"#), "{code}");
}

#[test]
fn an_example_of_a_lookup_shows_its_one_parameter() {
    let parameter = json!({"name": "partner_id", "in": "query", "schema": {"type": "string"}});
    let code = client(call(json!({"operationId": "one", "parameters": [parameter]})));
    assert!(code.contains(r#".partner_id("PARTNER_ID")"#), "{code}");
}

#[test]
fn an_example_sets_what_the_overlay_wants_it_to_set() {
    let text = json!({"type": "string"});
    let mut document = object(json!({
        "kind": {"type": "string", "enum": ["A", "B"], "example": "A"},
        "note": {"type": "string", "example": "n"},
        "amount": {"type": "integer"},
    }));
    document["paths"]["/one"]["post"]["parameters"] = json!([
        {"name": "q", "in": "query", "schema": text},
        {"name": "other", "in": "query", "schema": text},
    ]);
    document["paths"]["/one"]["post"]["x-imprint-example"] = json!({"q": "Q", "kind": "B", "amount": 1234567});
    let code = client(document.clone());
    for line in [r#"/// .q("Q")"#, "/// .kind(types::SKind::B)", "/// .amount(1_234_567)"] {
        assert!(code.contains(line), "{line}\n{code}");
    }
    assert!(!code.contains("/// .note(") && !code.contains("/// .other("), "{code}");
    document["paths"]["/one"]["post"]["x-imprint-example"] = json!({"gone": 1});
    let problem = run(document, &|_| true).unwrap_err();
    assert!(problem.message.contains("`gone` of `x-imprint-example` is neither a parameter"), "{problem}");
    assert_eq!(problem.operation.as_deref(), Some("one"));
}

/// The lines of the example of `one`, whose body has a required field of the type `Filter` among these schemas.
fn example(schemas: serde_json::Value) -> String {
    let mut document = one(json!({
        "type": "object",
        "required": ["filter", "name"],
        "properties": {"filter": {"$ref": "#/components/schemas/Filter"}, "name": {"type": "string"}},
    }));
    for (name, schema) in schemas.as_object().unwrap() {
        document["components"]["schemas"][name] = schema.clone();
    }
    client(document)
}

#[test]
fn an_example_of_a_type_within_itself_ends() {
    let refer = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let holds =
        |name: &str, of: serde_json::Value| json!({"type": "object", "required": [name], "properties": {name: of}});
    let leaf = holds("field", json!({"type": "string"}));
    // A variant that does not end is passed over.
    let union = json!({"oneOf": [refer("Not"), refer("Leaf")]});
    let code = example(json!({"Filter": union, "Not": holds("not", refer("Filter")), "Leaf": leaf}));
    let shown = r#".filter(types::Filter::Leaf(types::Leaf::builder().field("…").build()?))"#;
    assert!(code.contains(shown), "{code}");
    // What requires itself has no example, and what stands beside it has one.
    for schemas in [
        json!({"Filter": holds("not", refer("Filter"))}),
        json!({"Filter": holds("other", refer("Other")), "Other": holds("filter", refer("Filter"))}),
        json!({"Filter": {"oneOf": [refer("Not"), refer("Both")]}, "Not": holds("not", refer("Filter")), "Both": holds("both", refer("Filter"))}),
    ] {
        let code = example(schemas);
        assert!(code.contains("/// .name(\"…\")") && !code.contains("/// .filter("), "{code}");
    }
}

#[test]
fn what_an_optional_body_requires_is_required_where_it_is_sent() {
    let mut document = one(json!({"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}}));
    document["paths"]["/one"]["post"]["requestBody"]["required"] = json!(false);
    let code = client(document);
    assert!(code.contains("**Required**: [`a`](crate::calls::One::a) where a body is sent."), "{code}");
    assert!(code.contains("body: Option<types::builder::SBuilder>"), "{code}");
}
