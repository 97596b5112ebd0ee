//! Checks answers against what an operation declares for their status.

use std::fmt;

use serde_json::Value;

use super::Contract;
use super::operation::Operation;
use super::violation::Violation;

/// An answer has a status that its operation does not declare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undeclared {
    /// The id of the operation.
    pub operation: String,
    /// The status.
    pub status: u16,
}

impl fmt::Display for Undeclared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the document declares no status {} for the operation {}", self.status, self.operation)
    }
}

impl std::error::Error for Undeclared {}

impl Contract {
    /// What is wrong with an answer. `body` is the JSON of the answer, `None` if its body is empty. Bodies that the
    /// document declares as something else than JSON are not checked.
    ///
    /// # Errors
    ///
    /// If the operation declares no such status, neither itself nor as a class such as `4XX` nor by `default`.
    pub fn check_answer(
        &self,
        operation: &Operation,
        status: u16,
        body: Option<&Value>,
    ) -> Result<Vec<Violation>, Undeclared> {
        let Some(answer) = operation.answer(status) else {
            return Err(Undeclared { operation: operation.id.clone(), status });
        };
        Ok(match (&answer.schema, body) {
            (Some(schema), Some(body)) => self.check(schema, body),
            (Some(_), None) => vec![Violation::new("", "is required")],
            (None, Some(_)) if !answer.is_other_content => vec![Violation::new("", "has to be absent")],
            (None, _) => Vec::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::document::tests::{content, contract_with};
    use super::*;

    #[test]
    fn answers_are_checked_by_what_their_status_declares() {
        let answers = json!({
            "200": content(json!({"type": "object"})), "204": {}, "4XX": content(json!({"type": "string"})),
            "201": {"content": {"text/plain": {}}},
        });
        let contract = contract_with(json!({"responses": answers}), json!({}));
        let operation = contract.operation("op").unwrap();
        let check = |status, body: Option<Value>| {
            let found = contract.check_answer(operation, status, body.as_ref());
            found.map(|found| found.into_iter().map(|one| one.to_string()).collect::<Vec<_>>())
        };
        assert_eq!(check(200, Some(json!({}))), Ok(vec![]));
        assert_eq!(check(200, Some(json!([]))), Ok(vec!["body has to be an object".into()]));
        assert_eq!(check(200, None), Ok(vec!["body is required".into()]));
        assert_eq!(check(204, None), Ok(vec![]));
        assert_eq!(check(204, Some(json!({}))), Ok(vec!["body has to be absent".into()]));
        assert_eq!(check(404, Some(json!("text"))), Ok(vec![]));
        assert_eq!(check(201, Some(json!("text"))), Ok(vec![]));
        let undeclared = check(500, None).unwrap_err();
        assert_eq!(undeclared.to_string(), "the document declares no status 500 for the operation op");
    }
}
