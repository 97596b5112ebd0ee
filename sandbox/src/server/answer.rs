//! What goes back: a status, JSON or nothing, and the headers that tell that this is not Imprint.

use http::header::{ALLOW, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use serde_json::Value;

use crate::choices::Choice;
use crate::json;
use crate::log::AnswerKind;

use super::sending::Sending;

/// An answer as hyper sends it.
pub type Response = http::Response<Sending>;

/// The header that names what an answer was made of.
pub const ANSWER_KIND: HeaderName = HeaderName::from_static("x-imprint-sandbox-answer");

const VERSION: HeaderName = HeaderName::from_static("x-imprint-sandbox");
const REQUEST: HeaderName = HeaderName::from_static("x-imprint-sandbox-request");

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
        let json = self.body.map(|body| (HeaderValue::from_static("application/json"), json::text(&body)));
        let text = self.text.map(|(content_type, text)| (HeaderValue::from_static(content_type), text));
        let (content_type, body) = text.or(json).unzip();
        let mut response = http::Response::new(Sending::whole(body.unwrap_or_default().into()));
        *response.status_mut() =
            http::StatusCode::from_u16(self.status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.reserve(8);
        headers.extend(content_type.map(|content_type| (CONTENT_TYPE, content_type)));
        headers.insert(VERSION, HeaderValue::from_static(env!("CARGO_PKG_VERSION")));
        headers.insert(REQUEST, sequence.into());
        headers.insert(ANSWER_KIND, HeaderValue::from_static(self.kind.text()));
        let mut set = |name: HeaderName, value: &str| {
            // Every value is made of letters, digits and a few signs.
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        };
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
