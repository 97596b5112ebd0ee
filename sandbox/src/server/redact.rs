//! Hides what must not be remembered: the places that the document marks, and long runs of digits anywhere.

use serde_json::Value;

use crate::contract::{Contract, Operation, Schema};

/// What stands in the place of what is hidden.
const HIDDEN: &str = "[hidden]";

/// A run of this many digits may be a card number, an account number or a social security number.
const LONG_RUN: usize = 9;

/// A body without what the document marks as secret or personal and without long runs of digits.
pub fn body(contract: &Contract, operation: Option<&Operation>, body: Value) -> Value {
    without_marked(contract, operation.and_then(|operation| operation.body.as_ref()), body)
}

/// The body of a webhook of a kind without what the document marks and without long runs of digits.
#[cfg(feature = "program")]
pub fn without_personal_data(contract: &Contract, kind: &str, body: Value) -> Value {
    without_marked(contract, contract.event(kind), body)
}

fn without_marked(contract: &Contract, schema: Option<&Schema>, mut body: Value) -> Value {
    if let Some(schema) = schema {
        let marked = contract.secret_places(schema, &body);
        for pointer in marked.secret.into_iter().chain(marked.personal) {
            if let Some(place) = body.pointer_mut(&pointer) {
                *place = HIDDEN.into();
            }
        }
    }
    runs_in(&mut body);
    body
}

/// An event without what the document marks as secret. Personal data stays: it is what receivers are sent, and made up.
#[cfg(feature = "program")]
pub fn event(contract: &Contract, object: &str, body: &Value) -> Value {
    let mut body = body.clone();
    if let Some(schema) = contract.event(object) {
        for pointer in contract.secret_places(schema, &body).secret {
            if let Some(place) = body.pointer_mut(&pointer) {
                *place = HIDDEN.into();
            }
        }
    }
    body
}

/// A query parameter without what must not be remembered.
pub fn parameter(contract: &Contract, operation: Option<&Operation>, name: &str, value: &str) -> String {
    let parameters = operation.map(|operation| operation.parameters.as_slice()).unwrap_or_default();
    let declared = parameters.iter().find(|parameter| parameter.name == name);
    let is_marked = declared.is_some_and(|parameter| contract.is_secret_parameter(parameter));
    // The document marks the `email` of a customer, and not the parameter that customers are searched by.
    if is_marked || contract.is_marked_name(name) { HIDDEN.into() } else { text(value) }
}

/// A path without long runs of digits.
pub fn path(path: &str) -> String {
    path.split('/').map(text).collect::<Vec<_>>().join("/")
}

/// A text without long runs of digits; spaces and hyphens within a run do not end it. A UUID is shown as it is.
pub fn text(text: &str) -> String {
    if !may_have_long_run(text) {
        return text.to_owned();
    }
    let mut shown = String::new();
    let mut run = String::new();
    for character in text.chars().chain(['\0']) {
        if character.is_ascii_digit() || (!run.is_empty() && matches!(character, ' ' | '-')) {
            run.push(character);
            continue;
        }
        let digits = run.chars().filter(char::is_ascii_digit).count();
        if digits >= LONG_RUN {
            // What separates the run from what follows is no part of it.
            let end = run.trim_end_matches([' ', '-']).len();
            run.replace_range(..end, HIDDEN);
        }
        shown += &run;
        run.clear();
        if character != '\0' {
            shown.push(character);
        }
    }
    shown
}

/// Whether a text has enough digits for a long run and is no UUID. Most texts have not, so that nothing has to be looked
/// for in them.
fn may_have_long_run(text: &str) -> bool {
    text.bytes().filter(u8::is_ascii_digit).count() >= LONG_RUN && !is_uuid(text)
}

/// Whether a text has the form of a UUID.
pub fn is_uuid(text: &str) -> bool {
    let hyphens = [8, 13, 18, 23];
    text.len() == 36
        && text.bytes().enumerate().all(
            |(at, byte)| {
                if hyphens.contains(&at) { byte == b'-' } else { byte.is_ascii_hexdigit() }
            },
        )
}

fn runs_in(value: &mut Value) {
    match value {
        Value::String(own) if may_have_long_run(own) => *own = text(own),
        Value::String(_) => {}
        Value::Number(number) => {
            if number.to_string().chars().filter(char::is_ascii_digit).count() >= LONG_RUN {
                *value = HIDDEN.into();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(runs_in),
        Value::Object(map) => {
            map.values_mut().for_each(runs_in);
            if map.keys().any(|name| may_have_long_run(name)) {
                *map = std::mem::take(map).into_iter().map(|(name, value)| (text(&name), value)).collect();
            }
        }
        Value::Null | Value::Bool(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn long_runs_of_digits_are_hidden_and_short_ones_are_not() {
        for (sent, shown) in [
            ("4111111592341815", "[hidden]"),
            ("card 4111 1115 9234 1815 of", "card [hidden] of"),
            ("123-45-6789", "[hidden]"),
            ("order 12345678", "order 12345678"),
            ("2025-02-13", "2025-02-13"),
            ("12345678-1234-4123-8123-123456789012", "12345678-1234-4123-8123-123456789012"),
            ("", ""),
        ] {
            assert_eq!(text(sent), shown);
        }
        assert_eq!(path("/v2/a/123456789/b"), "/v2/a/[hidden]/b");
        let mut body = json!({"a": ["x 123456789"], "123456789": 123456789, "b": 5000});
        runs_in(&mut body);
        assert_eq!(body, json!({"a": ["x [hidden]"], "[hidden]": "[hidden]", "b": 5000}));
    }
}
