//! The document that the feature `openapi` gives to users.

use std::collections::BTreeSet;

use imprint_client::{openapi, operation};
use serde_json::{Value, json};

fn document() -> Value {
    serde_json::from_str(openapi::DOCUMENT).unwrap()
}

#[test]
fn it_is_json_in_one_line_with_the_keys_in_order() {
    assert_eq!(json!({"b": 1, "a": 2}).to_string(), r#"{"a":2,"b":1}"#, "serde_json sorts keys in the tests");
    assert_eq!(document().to_string(), openapi::DOCUMENT);
}

#[test]
fn it_has_the_operations_of_the_client() {
    let document = document();
    let methods = document["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap().values());
    let ids: BTreeSet<&str> = methods.filter_map(|operation| operation["operationId"].as_str()).collect();
    assert_eq!(ids, operation::ALL.iter().map(|operation| operation.id()).collect());
    assert!(ids.len() > 20, "{ids:?}");
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."));
    assert!(document["webhooks"].as_object().unwrap().len() > 3);
}

#[test]
fn secrets_and_personal_data_are_marked() {
    let document = document();
    let schemas = &document["components"]["schemas"];
    let body = "/paths/~1v2~1customers/post/requestBody/content/application~1json/schema/properties/ssn";
    assert_eq!(schemas["Key"]["properties"]["key"]["x-imprint-secret"], true);
    assert_eq!(document.pointer(body).unwrap()["x-imprint-secret"], true);
    assert_eq!(schemas["Customer"]["properties"]["ssn4"]["x-imprint-secret"], true);
    assert_eq!(schemas["Address"]["properties"]["postal_code"]["x-imprint-personal"], true);
    assert_eq!(schemas["Customer"]["properties"]["email"]["x-imprint-personal"], true);
    let amount = &schemas["Transaction"]["properties"]["amount"];
    assert_eq!((&amount["x-imprint-secret"], &amount["x-imprint-personal"]), (&Value::Null, &Value::Null));
}

/// Lowering removes limits, formats, examples and the schemas of errors, and copies shared parameters.
#[test]
fn it_is_the_document_before_lowering() {
    for text in [
        r#""maximum":31"#,
        r#""format":"date-time""#,
        // Not quoted in YAML, where it could be read as a date.
        r#""example":"2025-02-13T19:08:07.000Z""#,
        r##""$ref":"#/components/parameters/"##,
        "CustomerNotFoundError",
    ] {
        assert!(openapi::DOCUMENT.contains(text), "{text} is not in the document");
    }
}
