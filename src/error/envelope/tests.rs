//! Tests reading the forms of error bodies that Imprint documents, and those of proxies.

use super::*;

fn read(body: &str) -> ErrorEnvelope {
    ErrorEnvelope::read(body.as_bytes())
}

fn parts(envelope: &ErrorEnvelope) -> (Option<&str>, Option<&str>, Option<&str>) {
    (envelope.code.as_deref(), envelope.message.as_deref(), envelope.param.as_deref())
}

#[test]
fn nested() {
    let envelope = read(r#"{"error":{"type":"INVALID_REQUEST_ERROR","message":"Invalid email","param":"email"}}"#);
    assert_eq!(parts(&envelope), (Some("INVALID_REQUEST_ERROR"), Some("Invalid email"), Some("email")));
    assert!(envelope.details.is_empty());
}

#[test]
fn nested_with_a_link() {
    let link = r#"{"customer_id":"9B5E1EE0","partner_customer_id":"PARTNER_USER_456","status":"ACTIVE",
        "created_at":"2025-02-13T19:08:07.000Z","updated_at":"2025-02-13T19:08:07.000Z","metadata":{}}"#;
    let nested = format!(r#"{{"error":{{"type":"CUSTOMER_ALREADY_LINKED","message":"m","existing_link":{link}}}}}"#);
    let flat = format!(r#"{{"type":"CUSTOMER_ALREADY_LINKED","message":"m","existing_link":{link}}}"#);
    for body in [nested, flat] {
        let envelope = read(&body);
        assert_eq!(envelope.existing_links.len(), 1);
        assert_eq!(envelope.existing_links[0]["partner_customer_id"], "PARTNER_USER_456");
        assert_eq!(envelope.code.as_deref(), Some("CUSTOMER_ALREADY_LINKED"));
    }
    let odd = read(r#"{"error":{"type":"T","message":"m","existing_link":{"status":7}}}"#);
    assert_eq!(parts(&odd), (Some("T"), Some("m"), None));
    assert_eq!(odd.existing_links, [serde_json::json!({"status": 7})]);
    let both = read(r#"{"error":{"message":"m","existing_link":1},"existing_link":2}"#);
    assert_eq!(both.existing_links, [1, 2]);
}

#[test]
fn flat() {
    let envelope = read(r#"{"type":"CUSTOMER_NOT_FOUND_ERROR","message":"not found","param":"customer_id"}"#);
    assert_eq!(parts(&envelope), (Some("CUSTOMER_NOT_FOUND_ERROR"), Some("not found"), Some("customer_id")));
    assert_eq!(parts(&read(r#"{"type":"CONFLICT"}"#)), (Some("CONFLICT"), None, None));
}

#[test]
fn of_the_web_framework() {
    let envelope = read(
        r#"{"path":"/v2/customers","details":["email: must be well-formed","phone: too short"],
            "error":"Bad Request","status":400,"timestamp":"2025-01-20T18:18:22.923+00:00"}"#,
    );
    assert_eq!(parts(&envelope), (None, Some("Bad Request"), None));
    assert_eq!(envelope.details, ["email: must be well-formed", "phone: too short"]);
    let with_message = read(r#"{"error":"Bad Request","message":"limit","status":400}"#);
    assert_eq!(parts(&with_message), (None, Some("limit"), None));
}

#[test]
fn whatever_else_is_json() {
    let oauth = read(r#"{"error":"invalid_token","error_description":"expired"}"#);
    assert_eq!(parts(&oauth), (Some("invalid_token"), Some("expired"), None));
    assert_eq!(parts(&read(r#""no such route""#)), (None, Some("no such route"), None));
    assert_eq!(read(r#"["a","b"]"#).details, ["a", "b"]);
    let list = read(r#"[{"type":"T","message":"m","param":"p"},{"message":"n"}]"#);
    assert_eq!(parts(&list), (Some("T"), Some("m"), Some("p")));
    assert_eq!(list.details, ["m", "n"]);
    assert_eq!(read(r#"{"errors":[{"message":"m"}]}"#).details, ["m"]);
    assert_eq!(read(r#"{"error":[{"code":"c","message":"m"}]}"#).code.as_deref(), Some("c"));
    assert_eq!(read(r#"{"details":"one"}"#).details, ["one"]);
    let split = read(r#"{"error":{"message":"m"},"type":"T","param":"p"}"#);
    assert_eq!(parts(&split), (Some("T"), Some("m"), Some("p")));
}

#[test]
fn what_says_nothing_leaves_nothing() {
    for body in
        ["", " ", "null", "7", "[]", "{}", "{\"error\":null}", "<html>no</html>", "upstream error", "{\"message\":"]
    {
        let envelope = read(body);
        assert_eq!(parts(&envelope), (None, None, None), "{body}");
        assert!(envelope.details.is_empty());
    }
    // A blank text says nothing, so the name of the status and the other fields do.
    let blank = read(r#"{"type":" ","code":"C","message":"","detail":"d","param":"\t"}"#);
    assert_eq!(parts(&blank), (Some("C"), Some("d"), None));
    // Numbers that report a success are no codes of errors.
    for (number, is_code) in
        [("0", false), ("200", false), ("299", false), ("-1", true), ("1", true), ("199", true), ("300", true)]
    {
        let envelope = read(&format!(r#"{{"code":{number}}}"#));
        assert_eq!(envelope.code.as_deref(), is_code.then_some(number));
    }
    let wrong_types = read(r#"{"type":1,"message":{"a":1},"param":[],"details":7,"existing_link":"x"}"#);
    assert_eq!(parts(&wrong_types), (None, None, None));
    // A body of exactly the limit is read, and one that is longer by a byte is not.
    let of_length = |length: usize| {
        let body = format!(r#"{{"message":"{}"}}"#, "x".repeat(length - r#"{"message":""}"#.len()));
        assert_eq!(body.len(), length);
        read(&body).message
    };
    assert!(of_length(MAX_BYTES).is_some());
    assert!(of_length(MAX_BYTES + 1).is_none());
    assert_eq!(parts(&ErrorEnvelope::read(b"\xff\xfe")), (None, None, None));
}

const CUSTOMER: Option<&[&str]> = Some(&["id", "type", "status", "metadata"]);

#[test]
fn a_success_that_is_an_error_is_one_whatever_was_expected() {
    for body in [
        r#"{"error":{"type":"INVALID_REQUEST_ERROR","message":"Invalid email"}}"#,
        r#"{"error":{"code":7}}"#,
        // The body holds the fields of the answer and also an error. They contradict each other, so it is an error.
        r#"{"id":"C","status":"ACTIVE","error":{"message":"m"}}"#,
        "\u{feff}{\"error\":{\"message\":\"m\"}}",
    ] {
        for expected in [CUSTOMER, Some(&[][..]), None] {
            assert_eq!(BodyKind::of(body.as_bytes(), expected), BodyKind::Error, "{body}");
        }
        assert_eq!(BodyKind::of(body.as_bytes(), Some(&["error"])), BodyKind::Answer, "the answer has a field `error`");
    }
    assert_eq!(BodyKind::of(b"{\"a\":\"\xe9\",\"error\":{\"message\":\"\xe9\"}}", CUSTOMER), BodyKind::Error);
    assert_eq!(BodyKind::of(br#"{"a":"\ud83d","error":{"message":"\ud83d"}}"#, CUSTOMER), BodyKind::Error);
}

#[test]
fn the_other_forms_are_errors_where_nothing_of_the_answer_is_there() {
    for body in [
        r#"{"type":"CUSTOMER_NOT_FOUND_ERROR","message":"not found","param":"customer_id"}"#,
        r#"{"code":503,"message":"m"}"#,
        r#"{"code":"RATE_LIMITED","message":"Too many requests","id":null}"#,
        r#"{"type":"T","message":"m","request_id":"r"}"#,
        r#"{"path":"/v2/customers","details":["a"],"error":"Bad Request","status":400,"timestamp":"t"}"#,
        r#"{"error":"invalid_token"}"#,
        r#"{"error":[{"code":"c"}]}"#,
        r#"{"error":{}}"#,
        r#"{"error":{"type":"","message":""}}"#,
    ] {
        assert_eq!(BodyKind::of(body.as_bytes(), CUSTOMER), BodyKind::Error, "{body}");
        let is_blank = body.starts_with(r#"{"error":{"#);
        let kind = if is_blank { BodyKind::Answer } else { BodyKind::Error };
        assert_eq!(BodyKind::of(body.as_bytes(), Some(&[])), kind, "{body}");
        assert_eq!(BodyKind::of(body.as_bytes(), None), BodyKind::ErrorUnlessDecoded, "{body}");
        for field in [r#""id":"C""#, r#""metadata":{}"#, r#""status":"ACTIVE""#] {
            let body = format!("{{{field},{}", &body[1..]);
            assert_eq!(BodyKind::of(body.as_bytes(), CUSTOMER), BodyKind::Answer, "{body}");
        }
    }
    let note = br#"{"type":"NOTE","message":"hello"}"#;
    assert_eq!(BodyKind::of(note, Some(&["type", "message"])), BodyKind::Answer, "the answer has a field `message`");
}

#[test]
fn an_answer_that_says_the_words_is_an_answer() {
    for body in [
        r#"{"id":"C","error":null}"#,
        r#"{"id":"C","error":{"type":"","message":"","code":0,"details":[]}}"#,
        r#"{"id":"C","error":"","message":"hello"}"#,
        r#"{"error":null,"message":"hello"}"#,
        r#"{"message":"deleted"}"#,
        r#"{"code":0,"message":"OK"}"#,
        r#"{"code":201,"message":"created"}"#,
        r#"{"id":"C","metadata":{"error":{"message":"m"}}}"#,
        r#"[{"error":{"message":"m"}}]"#,
        r#""error""#,
        "",
        "\"error\" \"message\"",
        "{\"error\":",
    ] {
        for expected in [CUSTOMER, Some(&[][..])] {
            assert_eq!(BodyKind::of(body.as_bytes(), expected), BodyKind::Answer, "{body}");
        }
    }
    let of_length = |length: usize| {
        let frame = r#"{"error":{"message":""}}"#.len();
        let body = format!(r#"{{"error":{{"message":"{}"}}}}"#, "x".repeat(length - frame));
        BodyKind::of(body.as_bytes(), None)
    };
    assert_eq!((of_length(MAX_BYTES), of_length(MAX_BYTES + 1)), (BodyKind::Error, BodyKind::Answer));
}
