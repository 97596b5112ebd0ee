//! Requests by plain HTTP, for what the client never sends.

use imprint_sandbox::Sandbox;
use reqwest::Method;
use serde_json::Value;

/// An answer as it came.
#[derive(Debug)]
pub struct Plain {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    /// Null if there is no body.
    pub body: Value,
}

impl Plain {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }

    /// The choices that the answer names.
    pub fn choices(&self) -> Vec<&str> {
        self.header("x-imprint-sandbox-choice").split(", ").filter(|id| !id.is_empty()).collect()
    }

    /// Status, type and parameter of a nested error; the texts are empty if the error has another shape.
    pub fn nested(&self) -> (u16, &str, &str) {
        let text = |name: &str| self.body["error"][name].as_str().unwrap_or_default();
        (self.status, text("type"), text("param"))
    }

    /// The same of a flat error.
    pub fn flat(&self) -> (u16, &str, &str) {
        let text = |name: &str| self.body[name].as_str().unwrap_or_default();
        (self.status, text("type"), text("param"))
    }
}

/// Sends a request with the key of the sandbox.
pub async fn send(sandbox: &Sandbox, method: &str, path: &str, body: Option<Value>) -> Plain {
    let key = sandbox.key().expose().to_owned();
    send_with(sandbox, method, path, body, &[("authorization", &format!("Bearer {key}"))]).await
}

/// Sends a request with these headers.
pub async fn send_with(
    sandbox: &Sandbox,
    method: &str,
    path: &str,
    body: Option<Value>,
    headers: &[(&str, &str)],
) -> Plain {
    let method = Method::from_bytes(method.as_bytes()).expect("a method");
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let mut request = client.request(method, format!("{}{path}", sandbox.url()));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if let Some(body) = body {
        request = request.header("content-type", "application/json").body(body.to_string());
    }
    read(request.send().await.expect("an answer")).await
}

async fn read(response: reqwest::Response) -> Plain {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await.expect("a body");
    let body = if text.is_empty() { Value::Null } else { serde_json::from_str(&text).expect("JSON") };
    Plain { status, headers, body }
}

/// The status of a call that the API refused.
pub fn code(error: &imprint_client::Error) -> u16 {
    error.status().unwrap_or_else(|| panic!("no answer: {error}")).as_u16()
}
