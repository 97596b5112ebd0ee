//! Why a request is refused, before it has the shape of an error answer.

use std::fmt;

use serde_json::{Map, Value};

/// The `type` of an error. One that Imprint's material shows is made from its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kind {
    pub text: &'static str,
}

/// Declares the types that no material of Imprint shows, so that the sandbox had to name them itself.
macro_rules! own_kinds {
    ($($name:ident: $text:literal,)*) => {
        impl Kind {
            $(pub const $name: Self = Self { text: $text };)*

            /// Whether the sandbox had to name it itself.
            pub fn is_own(self) -> bool {
                [$(Self::$name,)*].contains(&self)
            }
        }
    };
}

own_kinds! {
    CONFLICT: "CONFLICT_ERROR",
    FORBIDDEN: "FORBIDDEN_ERROR",
    NOT_FOUND: "NOT_FOUND_ERROR",
    NOT_IMPLEMENTED: "NOT_IMPLEMENTED_ERROR",
    ORDER_EVENT_NOT_FOUND: "ORDER_EVENT_NOT_FOUND_ERROR",
    ORDER_NOT_FOUND: "ORDER_NOT_FOUND_ERROR",
    UNKNOWN_METHOD: "UNKNOWN_METHOD_ERROR",
    UNKNOWN_PATH: "UNKNOWN_PATH_ERROR",
}

impl From<&'static str> for Kind {
    fn from(text: &'static str) -> Self {
        Self { text }
    }
}

/// A request that the sandbox does not carry out. Nothing has changed.
///
/// Its texts name ids, fields and states, never what the document marks as secret or personal.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub status: u16,
    /// The `type` of the error.
    pub kind: Kind,
    pub message: String,
    /// The parameter or field that it is about.
    pub param: Option<String>,
    /// Each field that is wrong, and what is wrong with it.
    pub details: Vec<(String, String)>,
    /// What the error carries besides: the existing link.
    pub beside: Map<String, Value>,
}

impl Refusal {
    pub fn new(status: u16, kind: impl Into<Kind>, message: impl Into<String>) -> Self {
        Self {
            status,
            kind: kind.into(),
            message: message.into(),
            param: None,
            details: Vec::new(),
            beside: Map::new(),
        }
    }

    /// The 404 of a resource: `What not found for provided ID: id`.
    pub fn not_found(kind: impl Into<Kind>, param: &str, what: &str, id: &str) -> Self {
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
        Self::new(409, Kind::CONFLICT, message)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
