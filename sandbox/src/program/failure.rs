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
    /// What only some errors have.
    more: Option<Box<More>>,
}

/// What only some errors have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct More {
    /// The parameter or field that it is about.
    param: Option<String>,
    /// What was found, each thing with its words, where a test asked for a judgement.
    found: Option<Value>,
    /// The methods that the path has, if the request had another one.
    allow: Option<String>,
}

impl Failure {
    pub fn new(status: StatusCode, kind: &'static str, message: impl Into<String>) -> Self {
        Self { status, kind, message: message.into(), more: None }
    }

    /// There is no such thing.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "NOT_FOUND_ERROR", message)
    }

    /// The request is wrong in itself, at a parameter or field.
    pub fn invalid(param: impl Into<String>, what: impl std::fmt::Display) -> Self {
        let param = param.into();
        let message = format!("{param}: {what}");
        Self::new(StatusCode::BAD_REQUEST, "INVALID_REQUEST_ERROR", message).about(Some(param))
    }

    /// The state does not allow it.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "CONFLICT_ERROR", message)
    }

    /// What a test relies on is not so; what was found instead.
    pub fn unmet(kind: &'static str, message: impl Into<String>, found: Value) -> Self {
        let more = More { found: Some(found), ..More::default() };
        Self { more: Some(Box::new(more)), ..Self::new(StatusCode::FAILED_DEPENDENCY, kind, message) }
    }

    /// A bug of the sandbox, as the API answers one.
    pub fn bug(operation: &str, what: &str) -> Self {
        let message = format!("a bug of imprint-sandbox, please report it: {operation}: {what}");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "SANDBOX_BUG", message)
    }

    /// The program is about to end.
    pub fn stopping() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "STOPPING_ERROR", "the sandbox is being stopped")
    }

    /// With the methods that the path has.
    pub fn with_allow(self, methods: String) -> Self {
        Self { more: Some(Box::new(More { allow: Some(methods), ..More::default() })), ..self }
    }

    /// With the parameter or field that it is about.
    fn about(self, param: Option<String>) -> Self {
        match param {
            None => self,
            param => Self { more: Some(Box::new(More { param, ..More::default() })), ..self },
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::BAD_REQUEST);
        Self::new(status, refusal.kind.text, refusal.message).about(refusal.param)
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
        let More { param, found, allow } = self.more.map(|more| *more).unwrap_or_default();
        if let Some(param) = param {
            error["param"] = param.into();
        }
        let mut body = json!({ "error": error });
        if let Some(found) = found {
            body["found"] = found;
        }
        let mut answer = (self.status, Json(body)).into_response();
        // The names of methods are a header value.
        if let Some(allow) = allow.and_then(|allow| HeaderValue::from_str(&allow).ok()) {
            answer.headers_mut().insert(ALLOW, allow);
        }
        answer
    }
}
