//! What goes back: a status, JSON or nothing, and the headers that tell that this is not Imprint.

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE, HeaderName, HeaderValue, WWW_AUTHENTICATE};
use http_body_util::Full;
use serde_json::Value;

use crate::choices::Choice;
use crate::log::AnswerKind;

/// An answer as hyper sends it.
pub type Response = http::Response<Full<Bytes>>;

/// An answer before it is written.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Option<Value>,
    pub kind: AnswerKind,
    pub choices: Vec<Choice>,
    /// The methods of the path, for a 405.
    pub allow: Option<String>,
}

impl Answer {
    pub fn new(status: u16, body: Option<Value>, kind: AnswerKind) -> Self {
        Self { status, body, kind, choices: Vec::new(), allow: None }
    }

    pub fn choose(&mut self, choice: Choice) {
        if !self.choices.contains(&choice) {
            self.choices.push(choice);
        }
    }

    /// The answer to the request of a number.
    pub fn write(self, sequence: u64) -> Response {
        let body = self.body.map(|body| body.to_string());
        let has_body = body.is_some();
        let mut response = http::Response::new(Full::from(body.unwrap_or_default()));
        *response.status_mut() =
            http::StatusCode::from_u16(self.status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        let mut set = |name: HeaderName, value: &str| {
            // Every value is made of letters, digits and a few signs.
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        };
        if has_body {
            set(CONTENT_TYPE, "application/json");
        }
        set(HeaderName::from_static("x-imprint-sandbox"), env!("CARGO_PKG_VERSION"));
        set(HeaderName::from_static("x-imprint-sandbox-request"), &sequence.to_string());
        set(HeaderName::from_static("x-imprint-sandbox-answer"), self.kind.text());
        if !self.choices.is_empty() {
            let ids: Vec<_> = self.choices.iter().map(|choice| choice.id()).collect();
            set(HeaderName::from_static("x-imprint-sandbox-choice"), &ids.join(", "));
        }
        if self.status == 401 {
            set(WWW_AUTHENTICATE, r#"Basic realm="Imprint", Bearer"#);
        }
        if let Some(allow) = &self.allow {
            set(ALLOW, allow);
        }
        response
    }
}
