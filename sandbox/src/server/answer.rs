//! What goes back: a status, JSON or nothing, and the headers that tell that this is not Imprint.

use http::header::{ALLOW, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use serde_json::Value;

use crate::choices::Choice;
use crate::log::AnswerKind;

use super::sending::Sending;

/// An answer as hyper sends it.
pub type Response = http::Response<Sending>;

/// The header that names what an answer was made of.
pub const ANSWER_KIND: HeaderName = HeaderName::from_static("x-imprint-sandbox-answer");

/// An answer before it is written.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Option<Value>,
    pub kind: AnswerKind,
    pub choices: Vec<Choice>,
    /// The methods of the path, for a 405.
    pub allow: Option<String>,
    /// What a fault puts in the place of the JSON: a content type and a text.
    pub text: Option<(&'static str, String)>,
    pub retry_after: Option<String>,
    /// What a fault did.
    pub fault: Option<String>,
}

impl Answer {
    pub fn new(status: u16, body: Option<Value>, kind: AnswerKind) -> Self {
        Self { status, body, kind, choices: Vec::new(), allow: None, text: None, retry_after: None, fault: None }
    }

    pub fn choose(&mut self, choice: Choice) {
        if !self.choices.contains(&choice) {
            self.choices.push(choice);
        }
    }

    /// The answer to the request of a number.
    pub fn write(self, sequence: u64) -> Response {
        let json = self.body.map(|body| ("application/json", body.to_string()));
        let (content_type, body) = self.text.or(json).unzip();
        let mut response = http::Response::new(Sending::whole(body.unwrap_or_default().into()));
        *response.status_mut() =
            http::StatusCode::from_u16(self.status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        let mut set = |name: HeaderName, value: &str| {
            // Every value is made of letters, digits and a few signs.
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        };
        if let Some(content_type) = content_type {
            set(CONTENT_TYPE, content_type);
        }
        set(HeaderName::from_static("x-imprint-sandbox"), env!("CARGO_PKG_VERSION"));
        set(HeaderName::from_static("x-imprint-sandbox-request"), &sequence.to_string());
        set(ANSWER_KIND, self.kind.text());
        if !self.choices.is_empty() {
            let ids: Vec<_> = self.choices.iter().map(|choice| choice.id()).collect();
            set(HeaderName::from_static("x-imprint-sandbox-choice"), &ids.join(", "));
        }
        if self.status == 401 {
            set(WWW_AUTHENTICATE, r#"Basic realm="Imprint", Bearer"#);
        }
        if let Some(fault) = &self.fault {
            set(
                HeaderName::from_static("x-imprint-sandbox-fault"),
                &fault.replace(|c: char| !c.is_ascii_graphic(), " "),
            );
        }
        if let Some(after) = &self.retry_after {
            set(RETRY_AFTER, after);
        }
        if let Some(allow) = &self.allow {
            set(ALLOW, allow);
        }
        response
    }
}
