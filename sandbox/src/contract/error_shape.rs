//! The shape that the document gives the body of an error.

use serde_json::Value;

use super::Contract;
use super::operation::Operation;
use super::places::{ValueKind, kind};

/// The shape of an error body, from the structure of the schema that is declared for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ErrorShape {
    /// `{"error": {"type", "message"}}`.
    Nested {
        /// Whether `param` may name the parameter at fault.
        param: bool,
        /// The example of `type` in the document.
        example: Option<String>,
    },
    /// `{"type", "message"}`.
    Flat {
        /// Whether `param` may name the parameter at fault.
        param: bool,
        /// The example of `type` in the document.
        example: Option<String>,
    },
    /// `{"path", "details", "error", "status", "timestamp"}`, where `error` is text.
    Spring,
    /// No body: the status is declared without content.
    Empty,
    /// A body that is none of these.
    Other,
}

impl Contract {
    /// The shape of the body of an error. `None` if the operation declares no such status.
    pub fn error_shape(&self, operation: &Operation, status: u16) -> Option<ErrorShape> {
        let answer = operation.answer(status)?;
        let Some(schema) = &answer.schema else {
            return Some(if answer.is_other_content { ErrorShape::Other } else { ErrorShape::Empty });
        };
        let whole = self.resolve(schema.value());
        let inner = whole.property("error").map(|error| self.resolve(error));
        let has = |name: &str| whole.property(name).is_some();
        Some(match inner {
            Some(inner) if kind("error", &inner) == ValueKind::Object => ErrorShape::Nested {
                param: inner.property("param").is_some(),
                example: inner.property("type").and_then(|schema| self.example_of(schema)),
            },
            Some(_) if has("details") || has("path") => ErrorShape::Spring,
            None if has("type") && has("message") => ErrorShape::Flat {
                param: has("param"),
                example: whole.property("type").and_then(|schema| self.example_of(schema)),
            },
            _ => ErrorShape::Other,
        })
    }

    /// The example of a text, else its first value.
    fn example_of(&self, schema: &Value) -> Option<String> {
        let schema = self.resolve(schema);
        let values = schema.get("enum").and_then(Value::as_array);
        let example = schema.get("example").or_else(|| values.and_then(|values| values.first()));
        example.and_then(Value::as_str).map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::document::tests::{content, contract_with};
    use super::*;

    #[test]
    fn the_shapes_of_the_document_are_told_apart() {
        let contract = Contract::shared();
        let shape = |id: &str, status| contract.error_shape(contract.operation(id).unwrap(), status);
        let example = |text: &str| Some(text.to_owned());
        assert_eq!(
            shape("getCustomer", 404),
            Some(ErrorShape::Flat { param: true, example: example("CUSTOMER_NOT_FOUND_ERROR") })
        );
        assert_eq!(shape("simulateTransactionEvent", 409), Some(ErrorShape::Flat { param: false, example: None }));
        assert!(matches!(shape("linkCustomerAccount", 409), Some(ErrorShape::Nested { param: false, .. })));
        assert_eq!(
            shape("simulateReward", 400),
            Some(ErrorShape::Nested { param: false, example: example("BAD_REQUEST_ERROR") })
        );
        assert_eq!(shape("createSession", 400), Some(ErrorShape::Spring));
        assert_eq!(shape("deleteKey", 401), Some(ErrorShape::Empty));
        assert_eq!(shape("deleteKey", 404), None);
    }

    #[test]
    fn other_shapes_are_called_so() {
        let answers = json!({"400": content(json!({"type": "string"})), "401": {"content": {"text/html": {}}}});
        let contract = contract_with(json!({"responses": answers}), json!({}));
        let shape = |status| contract.error_shape(contract.operation("op").unwrap(), status);
        assert_eq!((shape(400), shape(401)), (Some(ErrorShape::Other), Some(ErrorShape::Other)));
    }
}
