//! The lists that operations answer: they have to be there, and other lists may be left out.

use serde_json::{Value, json};

use super::{client, document, one, run};

fn text() -> Value {
    json!({"type": "string"})
}

fn list() -> Value {
    json!({"type": "array", "items": text()})
}

#[test]
fn the_list_of_an_answer_is_required_under_either_name() {
    let code = client(one(json!({"type": "object", "required": ["orders"], "properties": {"data": list()}})));
    assert!(code.contains(r#"data: Listed = "data" | "orders","#), "{code}");
    assert!(code.contains(r#"answer: &["data"], list: &["data", "orders"],"#), "{code}");
}

#[test]
fn the_lists_of_a_thing_may_be_left_out() {
    let code = client(one(json!({"type": "object", "properties": {"id": text(), "lines": list()}})));
    assert!(code.contains(r#"lines: List = "lines","#), "{code}");
    assert!(code.contains(r#"answer: &["id", "lines"], list: &[],"#), "{code}");
}

#[test]
fn an_answer_that_is_also_part_of_another_type_is_a_type_of_its_own() {
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let answer =
        |name: &str| json!({"200": {"description": "d", "content": {"application/json": {"schema": reference(name)}}}});
    let page = json!({"type": "object", "properties": {"data": list()}});
    let holder =
        json!({"type": "object", "properties": {"id": text(), "pages": {"type": "array", "items": reference("Page")}}});
    let document = document(
        json!({"Page": page, "Holder": holder}),
        json!({
            "/pages": {"get": {"operationId": "listPages", "responses": answer("Page")}},
            "/holder": {"get": {"operationId": "getHolder", "responses": answer("Holder")}},
        }),
    );
    let code = client(document.clone());
    assert!(code.contains("Response<types::PageAnswer>"), "{code}");
    assert!(code.contains(r#"object!(Page { data: List = "data", });"#), "{code}");
    // Without the copy it is refused.
    let problem = run(document, &|pass| pass != "keep lists that are answers apart").unwrap_err();
    assert_eq!(problem.operation.as_deref(), Some("listPages"));
    assert!(problem.message.contains("also within `Holder`") && problem.advice.contains("overlay"), "{problem}");
}
