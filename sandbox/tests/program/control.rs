//! Tests of the control API. Every request and every answer in them is compared with its document.

mod each;
mod flow;
mod form;
mod held;
mod receiver;
mod refused;
mod secrets;
mod streams;
mod workers;

use std::collections::BTreeSet;
use std::sync::{LazyLock, Mutex};

use imprint_sandbox::contract::{Contract, Operation, Route};
use reqwest::Method;
use serde_json::Value;

use super::process::{Process, client};

/// The document, as its file has it.
pub const DOCUMENT: &str = include_str!("../../openapi/control.yaml");

/// What the document says.
pub fn contract() -> &'static Contract {
    static CONTRACT: LazyLock<Contract> = LazyLock::new(|| {
        let document: Value = yaml_serde::from_str(DOCUMENT).expect("YAML");
        Contract::read(&document.to_string()).expect("a document that the sandbox can read")
    });
    &CONTRACT
}

/// A program with its control API, which holds each exchange to the document.
pub struct Api {
    pub program: Process,
    client: reqwest::Client,
    /// The operations that were called, each with the status that was answered.
    pub seen: Mutex<BTreeSet<(String, u16)>>,
}

impl Api {
    pub fn start(flags: &[&str]) -> Self {
        Self::of(Process::start(flags))
    }

    pub fn of(program: Process) -> Self {
        Self { program, client: client(), seen: Mutex::default() }
    }

    /// A request to `/_sandbox/` and a path; the status and the JSON of the answer, which is null if it has no body.
    pub async fn call(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let url = format!("{}/_sandbox/{path}", self.program.url());
        let mut request = self.client.request(method.parse::<Method>().expect("a method"), &url);
        if let Some(body) = &body {
            request = request.json(body);
        }
        let answer = request.send().await.unwrap_or_else(|e| panic!("{method} {path}: {e}"));
        let status = answer.status().as_u16();
        let is_json = answer.headers().get("content-type").is_some_and(|kind| kind == "application/json");
        let text = answer.text().await.expect("text");
        let json = is_json.then(|| serde_json::from_str::<Value>(&text).expect("JSON"));
        if let Some(operation) = operation(method, path) {
            hold(operation, status, body.as_ref(), json.as_ref());
            self.seen.lock().expect("no panic").insert((operation.id.clone(), status));
        }
        (status, json.unwrap_or_default())
    }

    /// A request that is to be answered with a status.
    #[track_caller]
    pub fn expect(
        &self,
        status: u16,
        method: &str,
        path: impl Into<String>,
        body: Option<Value>,
    ) -> impl Future<Output = Value> {
        let caller = std::panic::Location::caller();
        let (method, path) = (method.to_owned(), path.into());
        async move {
            let (is, answer) = self.call(&method, &path, body).await;
            assert_eq!(is, status, "{caller}: {method} {path} answered {answer}");
            answer
        }
    }

    pub async fn get(&self, path: impl Into<String>) -> Value {
        self.expect(200, "GET", path, None).await
    }

    /// A request to the API itself.
    pub async fn api(&self, key: &str, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let url = format!("{}{path}", self.program.url());
        let mut request = self.client.request(method.parse().expect("a method"), url).bearer_auth(key);
        if let Some(body) = &body {
            request = request.json(body);
        }
        let answer = request.send().await.expect("an answer");
        let status = answer.status().as_u16();
        (status, serde_json::from_str(&answer.text().await.expect("text")).unwrap_or_default())
    }
}

/// The operation of a request, if the document has one.
pub fn operation(method: &str, path: &str) -> Option<&'static Operation> {
    let path = format!("/_sandbox/{}", path.split('?').next().unwrap_or_default());
    match contract().route(method, &path) {
        Route::Found { operation, .. } => Some(operation),
        _ => None,
    }
}

/// Holds a request that was accepted, and its answer, to the document.
fn hold(operation: &Operation, status: u16, body: Option<&Value>, answer: Option<&Value>) {
    let id = &operation.id;
    if let (200..300, Some(body)) = (status, body) {
        assert_eq!(
            contract().check_body(operation, body),
            [],
            "{id}: the document does not allow this request: {body}"
        );
        assert_eq!(contract().unknown_fields(operation, body), [], "{id}: {body}");
    }
    let violations = contract().check_answer(operation, status, answer).unwrap_or_else(|e| panic!("{e}: {answer:?}"));
    assert!(violations.is_empty(), "{id} {status}: {violations:?} in {answer:?}");
}

/// The message of an error.
pub fn message(answer: &Value) -> &str {
    answer["error"]["message"].as_str().expect("a message")
}
