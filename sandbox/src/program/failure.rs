//! An error of the control API, in the shape of Imprint's errors.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header::ALLOW;
use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};

use crate::refusal::Refusal;
use crate::sandbox::Refused;

/// Why a request to the program itself is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub status: StatusCode,
    /// Such as `NOT_FOUND_ERROR`.
    pub kind: &'static str,
    pub message: String,
    /// The parameter or field that it is about.
    param: Option<String>,
    /// What was found, each thing with its words, where a test asked for a judgement.
    found: Option<Value>,
    /// The methods that the path has, if the request had another one.
    allow: Option<String>,
}

impl Failure {
    pub fn new(status: StatusCode, kind: &'static str, message: impl Into<String>) -> Self {
        Self { status, kind, message: message.into(), param: None, found: None, allow: None }
    }

    /// There is no such thing.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "NOT_FOUND_ERROR", message)
    }

    /// The request is wrong in itself, at a parameter or field.
    pub fn invalid(param: impl Into<String>, what: impl std::fmt::Display) -> Self {
        let param = param.into();
        let message = format!("{param}: {what}");
        Self { param: Some(param), ..Self::new(StatusCode::BAD_REQUEST, "INVALID_REQUEST_ERROR", message) }
    }

    /// The state does not allow it.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "CONFLICT_ERROR", message)
    }

    /// What a test relies on is not so; what was found instead.
    pub fn unmet(kind: &'static str, message: impl Into<String>, found: Value) -> Self {
        Self { found: Some(found), ..Self::new(StatusCode::FAILED_DEPENDENCY, kind, message) }
    }

    /// The program is about to end.
    pub fn stopping() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "STOPPING_ERROR", "the sandbox is being stopped")
    }

    /// With the methods that the path has.
    pub fn with_allow(self, methods: String) -> Self {
        Self { allow: Some(methods), ..self }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::BAD_REQUEST);
        Self { param: refusal.param, ..Self::new(status, refusal.kind.text, refusal.message) }
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        match refused.refusal() {
            Some((status, kind)) => {
                let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
                Self::new(status, kind, refused.to_string())
            }
            None => Self::new(StatusCode::BAD_REQUEST, "INVALID_REQUEST_ERROR", refused.to_string()),
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut error = json!({ "type": self.kind, "message": self.message });
        if let Some(param) = self.param {
            error["param"] = param.into();
        }
        let mut body = json!({ "error": error });
        if let Some(found) = self.found {
            body["found"] = found;
        }
        let mut answer = (self.status, Json(body)).into_response();
        // The names of methods are a header value.
        if let Some(allow) = self.allow.and_then(|allow| HeaderValue::from_str(&allow).ok()) {
            answer.headers_mut().insert(ALLOW, allow);
        }
        answer
    }
}
