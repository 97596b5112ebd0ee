//! Runs progenitor over the lowered document. What it fails on is found by `generate/locate.rs`.

mod locate;

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use openapiv3::{OpenAPI, PathItem, ReferenceOr};
use proc_macro2::TokenStream;
use progenitor::{GenerationSettings, Generator, InterfaceStyle, TagStyle};
use schemars08::schema::{InstanceType, SchemaObject};
use serde_json::{Value, json};

use super::problem::Problem;

mod calls;

pub use calls::{path, unwrapped};

/// Paths in progenitor's source that stand for a JSON type with a format of ours. Only `api/progenitor.rs` reads them.
pub const SECRET: &str = "mark::Secret";
pub const TIMESTAMP: &str = "mark::Timestamp";
pub const PERSONAL_TEXT: &str = "mark::PersonalText";
pub const PERSONAL_INTEGER: &str = "mark::PersonalInteger";
pub const PERSONAL_NUMBER: &str = "mark::PersonalNumber";

/// The JSON type, its format, and the path that progenitor writes for it.
const CONVERSIONS: [(&str, &str, &str); 5] = [
    ("string", "password", SECRET),
    ("string", "date-time", TIMESTAMP),
    ("string", "personal", PERSONAL_TEXT),
    ("integer", "personal", PERSONAL_INTEGER),
    ("number", "personal", PERSONAL_NUMBER),
];

fn settings() -> GenerationSettings {
    let mut settings = GenerationSettings::new();
    settings
        .with_interface(InterfaceStyle::Builder)
        .with_tag(TagStyle::Merged)
        .with_map_type("::std::collections::BTreeMap")
        .with_derive("PartialEq");
    for (kind, format, path) in CONVERSIONS {
        let instance_type = match kind {
            "integer" => InstanceType::Integer,
            "number" => InstanceType::Number,
            _ => InstanceType::String,
        };
        let schema = SchemaObject {
            instance_type: Some(instance_type.into()),
            format: Some(format.to_string()),
            ..SchemaObject::default()
        };
        settings.with_conversion(schema, path, std::iter::empty());
    }
    settings
}

/// The source that progenitor generates from a lowered document.
pub fn generate(document: &Value) -> Result<TokenStream, Problem> {
    attempt(document, None).map_err(|reason| {
        let last = last_operation();
        let fails =
            |part: &Value, last: Option<&PathItem>| attempt(part, last).err().filter(|reason| !reason.contains(LAST));
        // What cannot be read is found without writing anything, which is what takes most of the time.
        let last = fails(document, Some(&last)).map(|_| &last);
        locate::locate(document, reason, &mut |part| fails(part, last))
    })
}

/// A name that stands in the error by which a run ends at `last_operation`.
const LAST: &str = "after everything else has been read";

/// An operation that progenitor refuses by an error. Behind all others, it ends a run in which they have been read and nothing has
/// been written.
fn last_operation() -> PathItem {
    let parameter = json!({"in": "cookie", "name": LAST, "schema": {"type": "string"}});
    serde_json::from_value(json!({"get": {"operationId": LAST, "parameters": [parameter], "responses": {}}}))
        .expect("a path item")
}

fn attempt(document: &Value, last: Option<&PathItem>) -> Result<TokenStream, String> {
    let run = AssertUnwindSafe(|| {
        let mut spec: OpenAPI = serde_json::from_value(calls::simplified(document)).map_err(|e| e.to_string())?;
        if let Some(last) = last {
            spec.paths.paths.insert("/".to_owned() + LAST, ReferenceOr::Item(last.clone()));
        }
        Generator::new(&settings()).generate_tokens(&spec).map_err(|e| e.to_string())
    });
    without_messages(|| catch_unwind(run)).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().cloned();
        Err(said.or_else(|| panic.downcast_ref::<&str>().map(|s| s.to_string())).unwrap_or_else(|| "a panic".into()))
    })
}

/// Runs something whose panics are caught, without the messages that they would write to standard error: the problem tells the one that
/// counts, and locating it would write dozens.
fn without_messages<T>(run: impl FnOnce() -> T) -> T {
    thread_local!(static IS_QUIET: Cell<bool> = const { Cell::new(false) });
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let others = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !IS_QUIET.get() {
                others(panic);
            }
        }));
    });
    IS_QUIET.set(true);
    let result = run();
    IS_QUIET.set(false);
    result
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document(schemas: Value, paths: Value) -> Value {
        json!({"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": paths, "components": {"schemas": schemas}})
    }

    #[test]
    fn a_panic_names_its_operation() {
        let answer =
            json!({"2XX": {"description": "", "content": {"application/json": {"schema": {"type": "object"}}}}});
        let bad = json!({"description": "", "content": {"application/json": {}}});
        let document = document(
            json!({}),
            json!({
                "/a": {"get": {"operationId": "fine", "responses": answer}},
                "/b": {"get": {"operationId": "panics", "responses": {"2XX": bad}}},
            }),
        );
        let problem = generate(&document).unwrap_err();
        assert_eq!(problem.operation.as_deref(), Some("panics"));
        assert_eq!(problem.place, "/paths/~1b/get");
        assert!(problem.advice.contains("overlay"), "{problem}");
    }

    #[test]
    fn a_schema_that_cannot_be_read_is_named() {
        let schemas = json!({"Fine": {"type": "string"}, "Odd": {"type": "object", "properties": {"a": {"not": {"$ref": "#/x"}}}}});
        let problem = generate(&document(schemas, json!({}))).unwrap_err();
        assert_eq!(problem.place, "/components/schemas/Odd");
    }
}
