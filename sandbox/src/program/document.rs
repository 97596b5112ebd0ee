//! The OpenAPI document of Imprint's API, for tools that read it: as it is, or with each error that the sandbox may answer.

use imprint_client::openapi::DOCUMENT;
use serde_json::{Map, Value, json};

/// The members of a path that are operations.
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// The document as JSON.
///
/// With `all_errors` each operation declares the statuses `4XX` and `5XX` besides its own: the sandbox answers some that
/// Imprint's document does not name, and a tool that compares answers with the document would report each of them.
pub fn text(all_errors: bool) -> String {
    if !all_errors {
        return DOCUMENT.to_owned();
    }
    // The text was written by the build script of the client.
    let mut document: Value = serde_json::from_str(DOCUMENT).unwrap_or_default();
    let paths = document.get_mut("paths").and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut);
    for operation in paths.filter_map(Value::as_object_mut).flat_map(Map::iter_mut) {
        let (name, operation) = operation;
        let responses = operation.get_mut("responses").and_then(Value::as_object_mut);
        if let Some(responses) = responses.filter(|_| METHODS.contains(&name.as_str())) {
            for (status, description) in [("4XX", "Refused."), ("5XX", "Not answered, or a fault.")] {
                responses.entry(status).or_insert_with(|| json!({ "description": description }));
            }
        }
    }
    document.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_operation_declares_all_errors_if_that_is_asked_for() {
        let read = |text: String| serde_json::from_str::<Value>(&text).expect("JSON");
        let (plain, all) = (read(text(false)), read(text(true)));
        let count = |document: &Value| document.to_string().matches("\"4XX\":").count();
        let operations = document_operations(&plain);
        assert!(operations > 30 && count(&plain) == 0);
        assert_eq!(count(&all), operations);
    }

    fn document_operations(document: &Value) -> usize {
        // Webhooks have ids as well, and answers of theirs are those of the receiver.
        document["paths"].to_string().matches("\"operationId\":").count()
    }
}
