//! Bodies of error responses, and what the client must read from each of them.

use serde_json::{Value, json};

use super::{link, nested};

/// The body of an error response, and the values that the error must return.
pub struct ErrorBody {
    pub name: &'static str,
    pub body: Vec<u8>,
    pub code: Option<&'static str>,
    /// `None` if the error must use the name of the status instead.
    pub message: Option<&'static str>,
    pub param: Option<&'static str>,
    pub details: &'static [&'static str],
    pub existing_link: Option<Value>,
}

impl ErrorBody {
    fn of(name: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self { name, body: body.into(), code: None, message: None, param: None, details: &[], existing_link: None }
    }

    fn json(name: &'static str, body: Value) -> Self {
        Self::of(name, body.to_string())
    }

    fn code_and_message(self, code: &'static str, message: &'static str) -> Self {
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

/// The forms of error bodies that the API documents. Any of them may be returned with any status by any operation.
pub fn documented_bodies() -> Vec<ErrorBody> {
    let linked =
        json!({"type": "CUSTOMER_ALREADY_LINKED", "message": "Customer already linked", "existing_link": link()});
    let mut linked_without = linked.clone();
    linked_without["existing_link"].take();
    vec![
        ErrorBody::json(
            "nested",
            nested(json!({"type": "BAD_REQUEST_ERROR", "message": "unsupported reward_type: INVALID"})),
        )
        .code_and_message("BAD_REQUEST_ERROR", "unsupported reward_type: INVALID"),
        ErrorBody::json(
            "nested with param",
            nested(json!({"type": "INVALID_REQUEST_ERROR", "message": "Invalid email format", "param": "email"})),
        )
        .code_and_message("INVALID_REQUEST_ERROR", "Invalid email format")
        .param("email"),
        ErrorBody::json("nested with the link", nested(linked))
            .code_and_message("CUSTOMER_ALREADY_LINKED", "Customer already linked")
            .link(link()),
        ErrorBody::json("nested without the link", nested(linked_without))
            .code_and_message("CUSTOMER_ALREADY_LINKED", "Customer already linked"),
        ErrorBody::json(
            "flat",
            json!({
                "type": "TRANSACTION_INTENT_FOUND_ERROR",
                "message": "Transaction intent not found for provided ID: txint_123",
                "param": "intent_id",
            }),
        )
        .code_and_message("TRANSACTION_INTENT_FOUND_ERROR", "Transaction intent not found for provided ID: txint_123")
        .param("intent_id"),
        ErrorBody::json(
            "flat without param",
            json!({"type": "CONFLICT_ERROR", "message": "the transaction is voided"}),
        )
        .code_and_message("CONFLICT_ERROR", "the transaction is voided"),
        ErrorBody::json("flat without fields", json!({})),
        ErrorBody::of("flat after a byte order mark", b"\xEF\xBB\xBF{\"type\":\"T\",\"message\":\"caf\xC3\xA9\"}")
            .code_and_message("T", "caf\u{e9}"),
        ErrorBody::of("flat in Latin-1", b"{\"type\":\"T\",\"message\":\"M\xFCller\",\"param\":\"p\"}")
            .code_and_message("T", "M\u{FFFD}ller")
            .param("p"),
        ErrorBody::of("nested with half of a surrogate pair", br#"{"error":{"type":"T","message":"a\ud83d"}}"#)
            .code_and_message("T", "a\u{FFFD}"),
        ErrorBody::json("flat with only a message", json!({"message": "the transaction is voided"}))
            .message("the transaction is voided"),
        ErrorBody::json(
            "framework",
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
        ErrorBody::json("framework with only details", json!({"details": ["limit: must be positive"]}))
            .details(&["limit: must be positive"]),
        ErrorBody::of("empty", ""),
    ]
}

/// Other bodies that a server or a proxy may return with an error status.
pub fn undocumented_bodies() -> Vec<ErrorBody> {
    let type_and_message = || json!({"type": "CUSTOMER_ALREADY_LINKED", "message": "linked"});
    let linked_by = |link: Value| {
        let mut error = type_and_message();
        error["existing_link"] = link;
        nested(error)
    };
    let broken =
        |name, link| ErrorBody::json(name, linked_by(link)).code_and_message("CUSTOMER_ALREADY_LINKED", "linked");
    let mut new_link = link();
    new_link["status"] = json!("SUSPENDED");
    new_link["metadata"] = json!({"a": [null]});
    let mut link_and_more = new_link.clone();
    link_and_more["new_field"] = json!({"a": 1});
    let whole = nested(type_and_message()).to_string();
    let latin: &[u8] = b"caf\xe9 {\"error\":{\"type\":\"T\",\"message\":\"caf\xe9\"}}";
    vec![
        ErrorBody::of("HTML", "<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1></body></html>"),
        ErrorBody::of("text", "upstream connect error or disconnect/reset before headers"),
        ErrorBody::of("blank", " \r\n\t"),
        ErrorBody::of("truncated JSON", &whole[..whole.len() - 2]),
        ErrorBody::of("JSON and more", format!("{whole}{whole}")),
        ErrorBody::of("not UTF-8", latin),
        ErrorBody::json("an empty list", json!([])),
        ErrorBody::json("a list of numbers", json!([1, 2])),
        ErrorBody::json("a string", json!("no such route")).message("no such route"),
        ErrorBody::json("an empty string", json!("")),
        ErrorBody::json("a number", json!(404)),
        ErrorBody::json("null", json!(null)),
        ErrorBody::json("true", json!(true)),
        ErrorBody::json("nested with a string", nested(json!("Something went wrong"))).message("Something went wrong"),
        ErrorBody::json("nested with null", nested(json!(null))),
        ErrorBody::json("nested with a number", nested(json!(7))),
        ErrorBody::json("nested without fields", nested(json!({}))),
        ErrorBody::json(
            "nested with nulls",
            nested(json!({"type": null, "message": null, "param": null, "existing_link": null})),
        ),
        ErrorBody::json("nested with only a type", nested(json!({"type": "TEAPOT"}))).code("TEAPOT"),
        ErrorBody::json(
            "nested with more fields",
            nested(json!({"type": "T", "message": "m", "status": 418, "new": [{}]})),
        )
        .code_and_message("T", "m"),
        ErrorBody::json("flat with a status", json!({"type": "T", "message": "m", "status": 200}))
            .code_and_message("T", "m"),
        ErrorBody::json(
            "flat with other types",
            json!({"type": 1, "message": {"a": 1}, "param": [], "details": 7, "status": "x"}),
        ),
        ErrorBody::json("framework with another status", json!({"error": "Not Found", "status": 404, "details": []}))
            .message("Not Found"),
        ErrorBody::json("framework with text for a list", json!({"error": "Bad Request", "details": "limit"}))
            .message("Bad Request")
            .details(&["limit"]),
        ErrorBody::json(
            "framework with odd details",
            json!({"error": "Bad Request", "details": [1, null, "limit", {}]}),
        )
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
