//! Every operation of the document answers, and the table of operations fits the document.

use imprint_sandbox::Sandbox;
use imprint_sandbox::contract::{Contract, Operation, PropertySet};
use serde_json::Value;

use super::plain::{Plain, send};

/// Sends the document's own examples to an operation.
pub async fn call(sandbox: &Sandbox, contract: &Contract, operation: &Operation, which: PropertySet) -> Plain {
    let mut path = operation.path.clone();
    let mut query = Vec::new();
    for parameter in &operation.parameters {
        let value = match contract.argument(parameter) {
            Value::String(text) => text,
            other => other.to_string(),
        };
        match parameter.location.as_str() {
            "path" => path = path.replace(&format!("{{{}}}", parameter.name), &value),
            "query" if parameter.required => query.push(format!("{}={value}", parameter.name)),
            _ => {}
        }
    }
    if !query.is_empty() {
        path = format!("{path}?{}", query.join("&"));
    }
    let body = operation.body.as_ref().map(|schema| contract.compose(schema, which));
    send(sandbox, &operation.method, &path, body).await
}

#[tokio::test]
async fn all_operations_answer_what_the_document_allows() {
    let contract = Contract::shared();
    assert!(contract.operations().len() > 20);
    let (mut states, mut examples) = (Vec::new(), Vec::new());
    for operation in contract.operations() {
        for which in [PropertySet::All, PropertySet::Required] {
            let sandbox = Sandbox::start().await.expect("a sandbox");
            let answer = call(&sandbox, contract, operation, which).await;
            assert!(sandbox.bugs().is_empty(), "{}: {:?}", operation.id, sandbox.bugs());
            match answer.header("x-imprint-sandbox-answer") {
                "example" => {
                    assert_eq!(answer.status, operation.success().0, "{}", operation.id);
                    examples.push(operation.id.as_str());
                }
                // The examples name customers that do not exist.
                "refusal" => assert!([400, 404].contains(&answer.status), "{}: {answer:?}", operation.id),
                _ => assert_eq!(answer.status, operation.success().0, "{}", operation.id),
            }
            if answer.header("x-imprint-sandbox-answer") != "example" {
                states.push(operation.id.as_str());
            }
        }
    }
    states.dedup();
    examples.dedup();
    println!("with state: {states:?}\nby example: {examples:?}");
    assert_eq!(states.len() + examples.len(), contract.operations().len());
    assert!(states.len() >= 16, "{states:?}");
}
