//! Lists that come in pages: nothing is written by hand for a new one.

use serde_json::{Value, json};

use super::{client, document, run};

fn things(answer: Value, parameters: Value, item: Value) -> Value {
    let answer = json!({"200": {"description": "d", "content": {"application/json": {"schema": answer}}}});
    document(
        json!({ "Thing": item }),
        json!({"/things": {"get": {"operationId": "listThings", "parameters": parameters, "responses": answer}}}),
    )
}

fn page(has_more: Value) -> Value {
    let data = json!({"type": "array", "items": {"$ref": "#/components/schemas/Thing"}});
    json!({"type": "object", "properties": {"data": data, "has_more": has_more}})
}

fn cursor(schema: Value) -> Value {
    json!([{"name": "starting_after", "in": "query", "schema": schema}])
}

fn text() -> Value {
    json!({"type": "string"})
}

fn item(id: Value) -> Value {
    json!({"type": "object", "required": ["id"], "properties": {"id": id}})
}

/// `GET /things` as the lists of the API are.
pub fn list() -> Value {
    things(page(json!({"type": "boolean"})), cursor(text()), item(text()))
}

/// `GET /things` whose pages have the cursor of the next one.
pub fn followed() -> Value {
    let mut page = page(json!({"type": "boolean"}));
    page["properties"]["paging"] = json!({"type": "object", "properties": {"nextCursor": text()}});
    things(page, json!([{"name": "cursor", "in": "query", "schema": text()}]), item(text()))
}

#[test]
fn pages_that_say_what_follows_them_are_followed() {
    let of = |page: Value, parameter: &str, schema: Value| {
        let code = client(things(page, json!([{"name": parameter, "in": "query", "schema": schema}]), item(text())));
        let paged = code.split_once("impl Paged for ListThings").map(|(_, paged)| paged.to_string());
        paged.unwrap_or_else(|| code.contains("Paged").to_string())
    };
    let with = |name: &str, schema: Value| {
        let mut page = page(json!({"type": "boolean"}));
        page["properties"][name] = schema;
        page
    };
    let integer = |first: Value| json!({"type": "integer", "format": "int64", "default": first});
    for (page, parameter, schema, says) in [
        (
            with("next_page_token", text()),
            "pageToken",
            text(),
            "Next::page( answer.next_page_token.as_ref().map(AsRef::<str>::as_ref), answer.has_more, )",
        ),
        (with("next_url", text()), "limit", integer(json!(10)), "const BY_URL: bool = true;"),
        (
            with("links", json!({"type": "object", "properties": {"next": {"type": "string", "format": "uri"}}})),
            "limit",
            integer(json!(10)),
            "group.next.as_ref()",
        ),
        (page(json!({"type": "boolean"})), "offset", integer(json!(0)), "crate::page::Step::Items"),
        (page(json!({"type": "boolean"})), "page", integer(json!(1)), "crate::page::Step::Page(1u64)"),
    ] {
        let paged = of(page, parameter, schema);
        assert!(paged.contains("const BY_ID: bool = false;") && paged.contains(says), "{says}\n{paged}");
    }
    // What is called `next` is a cursor or a URL, and nobody says which.
    for parameter in ["cursor", "limit"] {
        assert_eq!(of(with("next", text()), parameter, text()), "false");
    }
    let example = |example: &str| json!({"type": "string", "example": example});
    assert!(of(with("next", example("https://x/y")), "cursor", text()).contains("const BY_URL: bool = true;"));
    assert!(of(with("next", example("cD00")), "cursor", text()).contains("answer.next.as_ref()"));
    // Nobody says which page is the first one; and a cursor that no page gives.
    assert_eq!(of(page(json!({"type": "boolean"})), "page", json!({"type": "integer"})), "false");
    assert_eq!(of(page(json!({"type": "boolean"})), "cursor", text()), "false");
}

#[test]
fn a_list_of_a_changed_document_pages() {
    let code = client(list());
    for line in [
        "pub fn pages(self) -> Pages<types::ListThingsResponse>",
        "impl Paged for ListThings { type Answer = types::ListThingsResponse; type Item = types::Thing;",
        r#"const OPERATION: &'static operation::Operation = &operation::LIST_THINGS; const CURSOR: &'static str = "id";"#,
        "fn cursor(&self) -> Option<&str> { self.starting_after.as_ref().map(AsRef::<str>::as_ref) }",
        "self.starting_after = Some(From::from(cursor)); self }",
        "&answer.data }",
        "let (client, request) = IntoRequest::into_request(self); client.call(&operation::LIST_THINGS, request).await",
        r#"request.query("starting_after", self.starting_after.as_ref()); (self.client, request) }"#,
        "fn has_more(answer: &types::ListThingsResponse) -> Option<bool> { answer.has_more }",
        "Some(AsRef::<str>::as_ref(&item.id))",
        "/// let mut items = client /// .list_things() /// .stream();",
        "[`stream`](crate::calls::ListThings::stream) follows them",
    ] {
        assert!(code.contains(line), "{line}\n{code}");
    }
}

#[test]
fn a_cursor_in_the_body_and_an_optional_id_page_as_well() {
    let mut document = list();
    let mut post = document["paths"]["/things"]["get"].clone();
    post["operationId"] = json!("searchThings");
    post["parameters"] = json!([]);
    let body = json!({"type": "object", "properties": {"starting_after": text()}});
    post["requestBody"] = json!({"required": true, "content": {"application/json": {"schema": body}}});
    document["paths"]["/things"] = json!({ "post": post });
    document["components"]["schemas"]["Thing"]["required"] = json!([]);
    let schema = &mut document["paths"]["/things"]["post"]["responses"]["200"]["content"]["application/json"]["schema"];
    schema["required"] = json!(["has_more"]);
    let code = client(document);
    for line in [
        "self.body.starting_after.as_ref().map(AsRef::<str>::as_ref)",
        "self.body = self.body.starting_after(cursor);",
        "item.id.as_ref().map(AsRef::<str>::as_ref)",
        "Some(answer.has_more)",
    ] {
        assert!(code.contains(line), "{line}\n{code}");
    }
}

#[test]
fn an_operation_without_pages_has_no_stream() {
    let code = client(things(page(json!({"type": "boolean"})), json!([]), item(text())));
    assert!(!code.contains("stream") && !code.contains("Paged"), "{code}");
}

#[test]
fn a_list_that_cannot_be_followed_stops_the_build() {
    let boolean = || json!({"type": "boolean"});
    // Without the mark such a list is not followed.
    let mut marked = things(page(boolean()), cursor(json!({"type": "integer"})), item(text()));
    marked["paths"]["/things"]["get"]["x-imprint-cursor"] = json!("id");
    for (document, says) in [
        (marked, "`starting_after` is no text"),
        (things(page(text()), cursor(text()), item(text())), "`has_more` is no boolean"),
        (things(page(boolean()), cursor(text()), item(json!({"type": "string", "enum": ["A"]}))), "`id` of its items"),
        (
            things(page(boolean()), cursor(text()), item(json!({"type": "string", "x-imprint-secret": true}))),
            "`id` of its items",
        ),
    ] {
        let problem = run(document.clone(), &|_| true).unwrap_err();
        assert_eq!(problem.operation.as_deref(), Some("listThings"));
        assert!(problem.message.contains(says), "{problem}");
        assert!(problem.advice.contains("overlay"), "{problem}");
        assert!(run(document, &|pass| pass != "find how operations page").is_ok(), "refused without the pass");
    }
}
