//! Secrets and personal data: `Debug` shows neither, whatever their shape, and a mark that has got lost stops the build.

use serde_json::json;

use super::{call, client, object, spoilt};
use crate::build::lower;

fn mark(name: &str) -> lower::Mark {
    lower::Mark { name: name.into(), pointer: format!("/components/schemas/S/properties/{name}") }
}

#[test]
fn a_marked_secret_that_is_no_secret_in_rust_stops_the_build() {
    let document = object(json!({"pin": {"type": "string"}}));
    let problem = spoilt(document, "check that every secret is redacted", &|_, lowered| {
        lowered.marks.secrets.push(mark("pin"));
    });
    assert_eq!(problem.place, "/components/schemas/S/properties/pin");
    assert!(problem.message.contains("`pin` is a secret that would be a plain string"), "{problem}");
}

#[test]
fn a_personal_place_that_debug_would_show_stops_the_build() {
    let document = object(json!({"nick": {"type": "string"}}));
    let problem = spoilt(document, "check that personal data is redacted", &|_, lowered| {
        lowered.marks.personal.push(mark("nick"));
    });
    assert!(problem.message.contains("`nick` is personal data that Debug would show"), "{problem}");
}

#[test]
fn personal_data_has_a_plain_type_and_a_redacted_debug() {
    let code = client(object(json!({"email": {"type": "string"}})));
    assert!(code.contains("pub email: Option<String>"), "{code}");
    let redacted = r#".field("email", &self.email.iter().next().map(|_| Redacted))"#;
    assert_eq!(code.matches(redacted).count(), 2, "of the type and of its builder: {code}");
    let parameter = json!({"name": "email", "in": "query", "schema": {"type": "string"}});
    assert!(client(call(json!({"operationId": "one", "parameters": [parameter]}))).contains(redacted));
}

#[test]
fn personal_data_of_any_shape_is_redacted() {
    let code = client(object(json!({
        "emails": {"type": "array", "items": {"type": "string"}},
        "address": {"type": "object", "additionalProperties": true},
        "city": {},
        "state": {"type": "string", "enum": ["CA"]},
        "phone": {"type": "boolean"},
        "date_of_birth": {"type": "object", "additionalProperties": {"type": "string"}},
    })));
    for field in ["emails", "address", "city", "state", "phone", "date_of_birth"] {
        let redacted = format!("self.{field}.iter().next().map(|_| Redacted)");
        assert!(code.contains(&redacted), "{field}\n{code}");
    }
}

#[test]
fn secrets_keep_their_type_whatever_stands_beside_them() {
    let code = client(object(json!({
        "pan": {"type": "string", "minLength": 12, "description": "The card number.", "example": "4"},
        "cvv": {"type": ["string", "null"], "maxLength": 4},
    })));
    assert!(
        code.contains(
            "/// The card number. #[serde(skip_serializing_if = \"Option::is_none\")] pub pan: Option<Secret>"
        ),
        "{code}"
    );
    assert!(code.contains("pub cvv: Option<Secret>"), "{code}");
}

#[test]
fn secrets_in_lists_and_maps_are_secrets() {
    let text = json!({"type": "string"});
    let list = json!({"type": "array", "items": text});
    let code = client(object(
        json!({"tokens": list, "ssn": list, "client_secret": {"type": "object", "additionalProperties": text}}),
    ));
    for field in ["pub tokens: Vec<Secret>", "pub ssn: Vec<Secret>", "pub client_secret: BTreeMap<String, Secret>"] {
        assert!(code.contains(field), "{field}\n{code}");
    }
}
