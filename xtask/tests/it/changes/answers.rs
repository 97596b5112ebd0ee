//! Changes of what operations answer: statuses, bodies, media types, errors.

use serde_json::{Value, json};

use super::{A, B, Case, D, N, case, operation, remove, rename, told};

/// The answers to `getOffer`.
fn answers(document: &mut Value) -> &mut Value {
    &mut operation(document, "/v2/offers", "get")["responses"]
}

const ANSWER: &str = "response of getOffer";

/// Each error of each operation.
fn every_error(document: &mut Value, edit: impl Fn(&mut Value)) {
    let operations = document["paths"].as_object_mut().unwrap().values_mut().filter_map(Value::as_object_mut).flatten();
    for (_, operation) in operations {
        let responses = operation["responses"].as_object_mut().unwrap();
        responses.iter_mut().filter(|(status, _)| !status.starts_with('2')).for_each(|(_, error)| edit(error));
    }
}

pub const CASES: &[Case] = &[
    case(
        "a success may come without a body",
        |d| answers(d)["202"] = json!({"description": "d"}),
        "minor",
        &[("success status changed", ANSWER, D, D), ("response may be empty", ANSWER, B, B)],
    ),
    case(
        "a second success answers the same",
        |d| answers(d)["202"] = answers(d)["200"].clone(),
        "patch",
        &[("success status changed", ANSWER, D, D)],
    ),
    case(
        "a second success answers something else",
        |d| {
            answers(d)["202"] = json!({"description": "d", "content": {"application/json": {"schema":
                {"$ref": "#/components/schemas/Customer"}}}});
        },
        "minor",
        &[("success status changed", ANSWER, D, D), ("response union changed", ANSWER, B, B)],
    ),
    case(
        "a second success answers bytes",
        |d| answers(d)["202"] = json!({"description": "d", "content": {"application/pdf": {}}}),
        "minor",
        &[
            ("success status changed", ANSWER, D, D),
            ("media types changed", ANSWER, B, B),
            ("schema has no type any more", "Offer", B, N),
        ],
    ),
    case(
        "no success is declared",
        |d| drop(remove(answers(d), "200")),
        "minor",
        &[
            ("success status changed", ANSWER, D, D),
            ("response body removed", ANSWER, B, B),
            ("schema no longer used", "Offer", B, N),
        ],
    ),
    case(
        "a body where none can be",
        |d| {
            let delete = operation(d, "/v2/orders/{order_id}", "delete");
            delete["responses"]["204"]["content"] = json!({"application/json": {"schema": {"type": "object"}}});
        },
        "patch",
        &[("keyword changed", "response of deleteOrder", N, D)],
    ),
    case(
        "an answer in XML, too",
        |d| answers(d)["200"]["content"]["application/xml"] = json!({}),
        "patch",
        &[("media type added", ANSWER, N, A)],
    ),
    case(
        "a body in several parts, too",
        |d| {
            let content = &mut operation(d, "/v2/orders", "post")["requestBody"]["content"];
            content["multipart/form-data"] = content["application/json"].clone();
        },
        "patch",
        &[("media type added", "request of createOrder", N, A)],
    ),
    case(
        "a body in another kind of JSON",
        |d| {
            let content = &mut operation(d, "/v2/orders", "post")["requestBody"]["content"];
            rename(content, "application/json", "application/vnd.order+json");
        },
        "patch",
        &[("media types changed", "request of createOrder", N, B)],
    ),
    case(
        "a body as a form",
        |d| {
            let content = &mut operation(d, "/v2/orders", "post")["requestBody"]["content"];
            rename(content, "application/json", "application/x-www-form-urlencoded");
        },
        "minor",
        &[("media types changed", "request of createOrder", B, B)],
    ),
    case(
        "a media type is written with its character set",
        |d| rename(&mut answers(d)["200"]["content"], "application/json", "application/json; charset=utf-8"),
        "patch",
        &[],
    ),
    case(
        "all errors are problems",
        |d| {
            every_error(d, |error| {
                if let Some(content) = error.get_mut("content") {
                    rename(content, "application/json", "application/problem+json");
                }
            });
        },
        "patch",
        &[("media types changed", "errors of 20 operations", N, D)],
    ),
    case(
        "an error is no JSON any more",
        |d| rename(&mut answers(d)["404"]["content"], "application/json", "text/html"),
        "patch",
        &[("media types changed", "errors of getOffer", N, B)],
    ),
    case(
        "the body of an error",
        |d| drop(remove(&mut answers(d)["404"], "content")),
        "patch",
        &[("error body removed", "error 404 of getOffer", N, B)],
    ),
    case(
        "headers of an answer",
        |d| answers(d)["200"]["headers"] = json!({"X-Total": {"schema": {"type": "integer"}}}),
        "patch",
        &[("keyword changed", ANSWER, N, D)],
    ),
];

#[test]
fn what_a_call_returns_is_said_in_words() {
    assert_eq!(
        told(&|d| rename(answers(d), "200", "201"), "success status changed"),
        "it was `200` and is `201`; the client takes every 2xx for a success"
    );
    let second = json!({"description": "d", "content": {"application/json": {"schema": {"type": "integer"}}}});
    assert_eq!(
        told(&|d| answers(d)["202"] = second.clone(), "response union changed"),
        "successes answer 2 different things where they answered 1: the call returns one of an open union of them"
    );
    let xml = |d: &mut Value| answers(d)["200"]["content"]["application/xml"] = json!({});
    assert_eq!(
        told(&xml, "media type added"),
        "new beside `application/json`, which this crate goes on with: `application/xml`"
    );
}
