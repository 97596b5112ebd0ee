//! Error texts do not show card numbers, social security numbers, keys or bodies.

use std::error::Error as _;

use serde_json::{Value, json};

use super::{Error, call, expect_failure, full_error_text, link, nested};
use crate::raw_server::RawServer;
use crate::support::KEY;
use imprint_sandbox::contract::{Contract, PropertySet};

/// Values that a server may repeat in an error: card numbers with and without separators, social security numbers,
/// e-mail addresses and phone numbers.
const NUMBERS: [&str; 16] = [
    "4111111592341815",
    "4222222222222",
    "6304000000000000123",
    "4111 1115 9234 1815",
    "4111-1115-9234-1815",
    "3782 822463 10005",
    "123456789",
    "123-45-6789",
    "411111159234181520271234",
    "4111.1115.9234.1815",
    "4111\u{2009}1115\u{2009}9234\u{2009}1815",
    "4111/1115/9234/1815",
    "123.45.6789",
    "jane@example.com",
    "+12125551234",
    "(212) 555-1234",
];

#[tokio::test]
async fn debug_masks_the_servers_message_and_the_accessors_return_it() {
    let server = RawServer::start().await;
    let client = server.client();
    for number in NUMBERS {
        let words = format!("no {number}, sorry");
        let fields = json!({"type": words, "message": words, "param": words});
        let mut with_details = fields.clone();
        with_details["details"] = json!([words, number]);
        let framework = json!({"error": words, "path": words, "details": [words, number]});
        let mut linked = fields.clone();
        linked["existing_link"] = link();
        linked["existing_link"]["partner_customer_id"] = json!(number);
        for body in
            [nested(fields.clone()), fields, with_details, framework, nested(linked), json!(words), json!([words])]
        {
            server.respond_with(400, &[("x-echo", &words)], body.to_string().as_bytes());
            for operation in Contract::shared().operations() {
                let error = expect_failure(&client, operation).await;
                let Error::Api(api) = &error else { panic!("{error}") };
                assert_eq!(api.body(), body.to_string().as_bytes());
                let kept = api.message() == words || api.details() == [words.as_str()];
                assert!(kept, "{body} became {}", api.message());
                let shown = full_error_text(error);
                assert!(!shown.contains(number), "{}: {body} shows {number}: {shown}", operation.id);
                assert!(!shown.contains(KEY), "{shown}");
                // The rest of the server's message is still shown.
                assert!(shown.contains("sorry") || !body.is_object(), "{shown}");
            }
        }
    }
}

#[tokio::test]
async fn a_body_that_cannot_be_parsed_is_not_shown() {
    let server = RawServer::start().await;
    let client = server.client();
    for status in [200, 201, 400, 500, 302] {
        for body in [
            "<html>Ms 4111111592341815</html>",
            "4111111592341815",
            "\"4111111592341815",
            "{\"4111111592341815\": \"Ms",
            "[\"Ms 4111111592341815\", {\"ssn\": \"123456789\"}",
        ] {
            server.respond_with(status, &[], body.as_bytes());
            for operation in Contract::shared().operations() {
                if status < 300 && operation.success_body().is_none() {
                    continue;
                }
                let error = expect_failure(&client, operation).await;
                assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
                assert_eq!(error.operation_id(), Some(operation.id.as_str()));
                assert_eq!(matches!(error, Error::Decode(_)), status < 300, "{}: {error}", operation.id);
                let shown = full_error_text(error);
                assert!(!shown.contains("4111") && !shown.contains("Ms") && !shown.contains("123456789"), "{shown}");
            }
        }
    }
}

/// The error text of the JSON parser quotes the unexpected value, so it must not be shown.
#[tokio::test]
async fn a_value_of_the_wrong_type_is_not_shown() {
    let server = RawServer::start().await;
    let client = server.client();
    let contract = Contract::shared();
    let mut cases = 0;
    for operation in contract.operations() {
        let Some(schema) = operation.success_body() else { continue };
        let raw = contract.compose(schema, PropertySet::All);
        for place in contract.places(schema, &raw) {
            // Some fields accept one of these values and give no error: a text field accepts the first one, and
            // free-form data the last one.
            let others = [json!("4111111592341815"), json!(4_111_111_592_341_815_i64), json!({"4111111592341815": {}})];
            for other in others {
                let mut sent = raw.clone();
                *sent.pointer_mut(&place.pointer).expect("a place") = other.clone();
                server.respond_with(200, &[], sent.to_string().as_bytes());
                let Err(error) = call(&client, operation).await else { continue };
                let Error::Decode(decode) = &error else { panic!("{error}") };
                assert!(error.source().is_none());
                // The replaced value may be an object that lacks a field. Then the path names that field.
                let expected = path(&place.pointer, &raw);
                assert!(decode.path().starts_with(&expected), "{}: {} is not {expected}", operation.id, decode.path());
                assert!(!full_error_text(error).contains("4111"), "{} {}", operation.id, place.pointer);
                cases += 1;
            }
        }
    }
    assert!(cases > 700, "{cases} cases are fewer than there are values");
}

/// Converts a JSON pointer into a path as errors write it.
fn path(pointer: &str, value: &Value) -> String {
    let mut path = String::new();
    let mut at = value;
    for segment in pointer.split('/').skip(1) {
        let name = segment.replace("~1", "/").replace("~0", "~");
        match at {
            Value::Array(_) => path.push_str(&format!("[{name}]")),
            // A map key may hold personal data, so errors write it as `*`.
            _ if name.contains(' ') => path.push_str(".*"),
            _ if path.is_empty() => path.push_str(&name),
            _ => path.push_str(&format!(".{name}")),
        }
        at = at.pointer(&format!("/{segment}")).expect("a place");
    }
    path
}
