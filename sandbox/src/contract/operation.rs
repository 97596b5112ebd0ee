//! What the document declares about an operation: its parameters, its body and its answers.

use std::sync::OnceLock;

use serde_json::Value;

use super::schema::Schema;

/// An operation as the document declares it.
#[derive(Debug)]
pub struct Operation {
    /// The `operationId`.
    pub id: String,
    /// In upper case.
    pub method: String,
    /// The path template.
    pub path: String,
    /// The parameters of the operation and of its path.
    pub parameters: Vec<Parameter>,
    /// The schema of the JSON body. `None` if the operation takes no JSON.
    pub body: Option<Schema>,
    /// Whether a request without a body is refused.
    pub body_required: bool,
    /// The declared answers, in the order of the document.
    pub answers: Vec<Answer>,
    /// What the document says about repeating, if anything: `x-imprint-repeatable`.
    pub(super) repeatable: Option<bool>,
    /// What the answer is about, found when it is asked for.
    pub(super) resource: OnceLock<Option<Schema>>,
}

/// A parameter of an operation.
#[derive(Debug)]
pub struct Parameter {
    /// The name, which for a header ignores the case of letters.
    pub name: String,
    /// Where it is: `path`, `query`, `header` or `cookie`.
    pub location: String,
    /// Whether a request without it is refused.
    pub required: bool,
    /// The schema of the value.
    pub schema: Schema,
    pub(super) example: Option<Value>,
    /// Whether the text is JSON: the document declares the parameter by `content`.
    pub(super) is_json: bool,
    /// Whether the parameter itself, and not its schema, is marked as a secret or as personal data.
    pub(super) marked: bool,
}

/// An answer that an operation declares.
#[derive(Debug)]
pub struct Answer {
    /// The status. For a class such as `4XX` it is the lowest of the class, for `default` it is 500.
    pub status: u16,
    /// The schema of the JSON body. `None` if the answer has no body, or one that is not JSON.
    pub schema: Option<Schema>,
    pub(super) covers: Covers,
    /// Whether the answer has a body, but none that is JSON.
    pub(super) is_other_content: bool,
}

/// The statuses that a declared answer stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Covers {
    /// One status.
    One,
    /// All statuses with this first digit.
    Class(u16),
    /// All statuses that no other answer covers.
    Rest,
}

impl Operation {
    /// Whether a call may be repeated without harm: it only reads.
    pub fn is_repeatable(&self) -> bool {
        self.repeatable.unwrap_or(matches!(self.method.as_str(), "GET" | "HEAD"))
    }

    /// The declared success answers.
    pub fn successes(&self) -> impl Iterator<Item = &Answer> {
        self.answers.iter().filter(|answer| (200..300).contains(&answer.status))
    }

    /// The declared error answers.
    pub fn failures(&self) -> impl Iterator<Item = &Answer> {
        self.answers.iter().filter(|answer| !(200..300).contains(&answer.status))
    }

    /// The status and the body of success: of the lowest declared 2xx, or of `default` with status 200, or 200 without
    /// a body if the document declares neither.
    pub fn success(&self) -> (u16, Option<&Schema>) {
        match self.successes().min_by_key(|answer| answer.status) {
            Some(answer) => (answer.status, answer.schema.as_ref()),
            None => (200, self.answer(200).and_then(|answer| answer.schema.as_ref())),
        }
    }

    /// The schema of the body of success; see [`Operation::success`].
    pub fn success_body(&self) -> Option<&Schema> {
        self.success().1
    }

    /// What the document declares for a status: the answer with this very status, else its class, else `default`.
    pub(super) fn answer(&self, status: u16) -> Option<&Answer> {
        let covering = self.answers.iter().filter(|answer| match answer.covers {
            Covers::One => answer.status == status,
            Covers::Class(digit) => status / 100 == digit,
            Covers::Rest => true,
        });
        covering.min_by_key(|answer| answer.covers)
    }
}
