//! Why a request is refused, before it has the shape of an error answer.

use std::fmt;

use serde_json::{Map, Value};

/// A request that the sandbox does not carry out. Nothing has changed.
///
/// Its texts name ids, fields and states, never what the document marks as secret or personal.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub status: u16,
    /// The `type` of the error.
    pub kind: &'static str,
    pub message: String,
    /// The parameter or field that it is about.
    pub param: Option<String>,
    /// Each field that is wrong, and what is wrong with it.
    pub details: Vec<(String, String)>,
    /// What the error carries besides: the existing link.
    pub beside: Map<String, Value>,
}

impl Refusal {
    pub fn new(status: u16, kind: &'static str, message: impl Into<String>) -> Self {
        Self { status, kind, message: message.into(), param: None, details: Vec::new(), beside: Map::new() }
    }

    /// The 404 of a resource: `What not found for provided ID: id`.
    pub fn not_found(kind: &'static str, param: &str, what: &str, id: &str) -> Self {
        Self { param: Some(param.into()), ..Self::new(404, kind, format!("no {what} has the id {id}")) }
    }

    /// The 400 of one field or parameter.
    pub fn invalid(param: &str, what: impl Into<String>) -> Self {
        Self::invalid_fields(vec![(param.into(), what.into())])
    }

    /// The 400 of several fields or parameters.
    pub fn invalid_fields(details: Vec<(String, String)>) -> Self {
        let message = details.first().map_or("the request is invalid".into(), |(at, what)| format!("{at}: {what}"));
        let param = details.first().map(|(at, _)| at.clone());
        Self { param, details, ..Self::new(400, "INVALID_REQUEST_ERROR", message) }
    }

    /// The 409 of a state that does not allow what is asked for.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(409, "CONFLICT_ERROR", message)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
