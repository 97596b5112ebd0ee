//! The bodies that errors come with, and what each of them says.

use serde_json::{Value, json};

use super::{link, nested};

/// A body, and what a caller is to learn from it.
pub struct Row {
    pub name: &'static str,
    pub body: Vec<u8>,
    pub code: Option<&'static str>,
    /// `None` where the name of the status has to do.
    pub message: Option<&'static str>,
    pub param: Option<&'static str>,
    pub details: &'static [&'static str],
    pub existing_link: Option<Value>,
}

impl Row {
    fn of(name: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self { name, body: body.into(), code: None, message: None, param: None, details: &[], existing_link: None }
    }

    fn json(name: &'static str, body: Value) -> Self {
        Self::of(name, body.to_string())
    }

    fn says(self, code: &'static str, message: &'static str) -> Self {
        Self { code: Some(code), message: Some(message), ..self }
    }

    fn code(self, code: &'static str) -> Self {
        Self { code: Some(code), ..self }
    }

    fn param(self, param: &'static str) -> Self {
        Self { param: Some(param), ..self }
    }

    fn message(self, message: &'static str) -> Self {
        Self { message: Some(message), ..self }
    }

    fn details(self, details: &'static [&'static str]) -> Self {
        Self { details, ..self }
    }

    fn link(self, link: Value) -> Self {
        Self { existing_link: Some(link), ..self }
    }
}

/// The families of bodies that the API documents. Any of them may come with any status from any operation.
pub fn families() -> Vec<Row> {
    let linked =
        json!({"type": "CUSTOMER_ALREADY_LINKED", "message": "Customer already linked", "existing_link": link()});
    let mut linked_without = linked.clone();
    linked_without["existing_link"].take();
    vec![
        Row::json("A", nested(json!({"type": "BAD_REQUEST_ERROR", "message": "unsupported reward_type: INVALID"})))
            .says("BAD_REQUEST_ERROR", "unsupported reward_type: INVALID"),
        Row::json(
            "A with param",
            nested(json!({"type": "INVALID_REQUEST_ERROR", "message": "Invalid email format", "param": "email"})),
        )
        .says("INVALID_REQUEST_ERROR", "Invalid email format")
        .param("email"),
        Row::json("A' with the link", nested(linked))
            .says("CUSTOMER_ALREADY_LINKED", "Customer already linked")
            .link(link()),
        Row::json("A' without the link", nested(linked_without))
            .says("CUSTOMER_ALREADY_LINKED", "Customer already linked"),
        Row::json(
            "B",
            json!({
                "type": "TRANSACTION_INTENT_FOUND_ERROR",
                "message": "Transaction intent not found for provided ID: txint_123",
                "param": "intent_id",
            }),
        )
        .says("TRANSACTION_INTENT_FOUND_ERROR", "Transaction intent not found for provided ID: txint_123")
        .param("intent_id"),
        Row::json("B without param", json!({"type": "CONFLICT_ERROR", "message": "the transaction is voided"}))
            .says("CONFLICT_ERROR", "the transaction is voided"),
        Row::json("B without fields", json!({})),
        Row::of("B behind a byte order mark", b"\xEF\xBB\xBF{\"type\":\"T\",\"message\":\"caf\xC3\xA9\"}")
            .says("T", "caf\u{e9}"),
        Row::of("B in Latin-1", b"{\"type\":\"T\",\"message\":\"M\xFCller\",\"param\":\"p\"}")
            .says("T", "M\u{FFFD}ller")
            .param("p"),
        Row::of("A with half of a pair", br#"{"error":{"type":"T","message":"a\ud83d"}}"#).says("T", "a\u{FFFD}"),
        Row::json("B of message alone", json!({"message": "the transaction is voided"}))
            .message("the transaction is voided"),
        Row::json(
            "C",
            json!({
                "path": "/v2/customers",
                "details": ["email: must be a well-formed email address", "phone: size must be between 8 and 15"],
                "error": "Bad Request",
                "status": 400,
                "timestamp": "2025-01-20T18:18:22.923+00:00",
            }),
        )
        .message("Bad Request")
        .details(&["email: must be a well-formed email address", "phone: size must be between 8 and 15"]),
        Row::json("C of details alone", json!({"details": ["limit: must be positive"]}))
            .details(&["limit: must be positive"]),
        Row::of("D", ""),
    ]
}

/// Everything else that may stand where an error is expected.
pub fn others() -> Vec<Row> {
    let type_and_message = || json!({"type": "CUSTOMER_ALREADY_LINKED", "message": "linked"});
    let linked_by = |link: Value| {
        let mut error = type_and_message();
        error["existing_link"] = link;
        nested(error)
    };
    let broken = |name, link| Row::json(name, linked_by(link)).says("CUSTOMER_ALREADY_LINKED", "linked");
    let mut new_link = link();
    new_link["status"] = json!("SUSPENDED");
    new_link["metadata"] = json!({"a": [null]});
    let mut link_and_more = new_link.clone();
    link_and_more["new_field"] = json!({"a": 1});
    let whole = nested(type_and_message()).to_string();
    let latin: &[u8] = b"caf\xe9 {\"error\":{\"type\":\"T\",\"message\":\"caf\xe9\"}}";
    vec![
        Row::of("HTML", "<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1></body></html>"),
        Row::of("text", "upstream connect error or disconnect/reset before headers"),
        Row::of("blank", " \r\n\t"),
        Row::of("truncated JSON", &whole[..whole.len() - 2]),
        Row::of("JSON and more", format!("{whole}{whole}")),
        Row::of("no UTF-8", latin),
        Row::json("an empty list", json!([])),
        Row::json("a list of numbers", json!([1, 2])),
        Row::json("a string", json!("no such route")).message("no such route"),
        Row::json("an empty string", json!("")),
        Row::json("a number", json!(404)),
        Row::json("null", json!(null)),
        Row::json("true", json!(true)),
        Row::json("A with a string", nested(json!("Something went wrong"))).message("Something went wrong"),
        Row::json("A with null", nested(json!(null))),
        Row::json("A with a number", nested(json!(7))),
        Row::json("A without fields", nested(json!({}))),
        Row::json("A with nulls", nested(json!({"type": null, "message": null, "param": null, "existing_link": null}))),
        Row::json("A of type alone", nested(json!({"type": "TEAPOT"}))).code("TEAPOT"),
        Row::json("A with more", nested(json!({"type": "T", "message": "m", "status": 418, "new": [{}]})))
            .says("T", "m"),
        Row::json("B with a status", json!({"type": "T", "message": "m", "status": 200})).says("T", "m"),
        Row::json(
            "B with other types",
            json!({"type": 1, "message": {"a": 1}, "param": [], "details": 7, "status": "x"}),
        ),
        Row::json("C with another status", json!({"error": "Not Found", "status": 404, "details": []}))
            .message("Not Found"),
        Row::json("C with text for a list", json!({"error": "Bad Request", "details": "limit"}))
            .message("Bad Request")
            .details(&["limit"]),
        Row::json("C with odd details", json!({"error": "Bad Request", "details": [1, null, "limit", {}]}))
            .message("Bad Request")
            .details(&["limit"]),
        broken("the link is text", json!("LINK")),
        broken("the link is a number", json!(7)),
        broken("the link is a list", json!([link()])),
        broken("the link is null", json!(null)),
        broken("the link is empty", json!({})),
        broken("the link has other types", json!({"customer_id": 7, "status": []})),
        broken("the link is new", new_link.clone()).link(new_link.clone()),
        broken("the link has more", link_and_more).link(new_link),
    ]
}
