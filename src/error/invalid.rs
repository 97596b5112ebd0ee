//! The error for a request that cannot be sent as it is, and the list of its problems.

use std::borrow::Cow;
use std::fmt;

use super::Context;
use crate::operation::Operation;
use crate::value::error_debug::{DebugError, fmt_error};

/// The request cannot be sent as it is: a required value is missing, or a value that was given is not allowed.
///
/// The error lists all problems at once, by the names that the API uses. Nothing was sent. The values are not shown.
pub struct InvalidRequestError(Box<Inner>);

struct Inner {
    subject: &'static str,
    /// `None` when a type was built outside of a call.
    context: Option<Context>,
    problems: Problems,
}

impl InvalidRequestError {
    /// The `operationId` of the call; `None` when a type was built outside of one.
    pub fn operation_id(&self) -> Option<&'static str> {
        self.0.context.as_ref().map(|context| context.operation.id)
    }

    /// The required values that are missing, in the API's names.
    ///
    /// A field of a nested value is named by its path, such as `order_lines[0].rate`.
    pub fn missing(&self) -> &[Cow<'static, str>] {
        &self.0.problems.missing
    }

    /// The values that were given but are not allowed, in the API's names.
    pub fn invalid(&self) -> impl Iterator<Item = &str> + '_ {
        self.0.problems.invalid.iter().map(|(name, _)| &**name)
    }

    pub(super) fn of_type(subject: &'static str, problems: Problems) -> Self {
        Self(Box::new(Inner { subject, context: None, problems }))
    }

    pub(super) fn of_call(operation: &'static Operation, problems: Problems) -> Self {
        Self(Box::new(Inner { subject: operation.id, context: Some(Context::unsent(operation)), problems }))
    }

    pub(super) fn context(&self) -> Option<&Context> {
        self.0.context.as_ref()
    }

    pub(super) fn context_mut(&mut self) -> Option<&mut Context> {
        self.0.context.as_mut()
    }

    pub(crate) fn into_problems(self) -> Problems {
        self.0.problems
    }
}

impl fmt::Display for InvalidRequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { subject, context, problems } = &*self.0;
        let colon = if problems.missing.is_empty() { ":" } else { "" };
        let nothing_sent = if context.is_some() { "; nothing was sent" } else { "" };
        write!(f, "{subject}{colon} {problems}{nothing_sent}")
    }
}

impl fmt::Debug for InvalidRequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt_error(self, f)
    }
}

impl DebugError for InvalidRequestError {
    fn causes(&self) -> Vec<String> {
        Vec::new()
    }

    fn fmt_fields(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { subject, context, problems } = &*self.0;
        f.debug_struct("InvalidRequestError")
            .field("subject", subject)
            .field("context", context)
            .field("problems", problems)
            .finish()
    }
}

impl std::error::Error for InvalidRequestError {}

/// Everything that is wrong or doubtful about a request: names and reasons, never values.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    missing: Vec<Cow<'static, str>>,
    invalid: Vec<NamedProblem>,
    /// What is sent although this version does not understand it.
    doubts: Vec<NamedProblem>,
}

/// The name of a value, and what is wrong with it as the rest of a sentence.
type NamedProblem = (Cow<'static, str>, Cow<'static, str>);

impl Problems {
    /// The required fields of a builder: those that are `false` in `given` are missing.
    pub(crate) fn require(&mut self, given: &[(&'static str, bool)]) {
        given.iter().filter(|(_, given)| !given).for_each(|(name, _)| self.missing(*name));
    }

    /// A required value is missing. A value that was given but is not allowed is not missing as well.
    pub(crate) fn missing(&mut self, name: impl Into<Cow<'static, str>>) {
        let name = name.into();
        if !self.missing.contains(&name) && !self.invalid.iter().any(|(invalid, _)| *invalid == name) {
            self.missing.push(name);
        }
    }

    pub(crate) fn invalid(&mut self, name: impl Into<Cow<'static, str>>, reason: impl Into<Cow<'static, str>>) {
        self.invalid.push((name.into(), reason.into()));
    }

    /// Adds the problems of the value at `place`, each by its path from this value.
    pub(super) fn nest(&mut self, place: &str, other: Self) {
        other.missing.into_iter().for_each(|name| self.missing(format!("{place}.{name}")));
        other.invalid.into_iter().for_each(|(name, reason)| self.invalid(format!("{place}.{name}"), reason));
        other
            .doubts
            .into_iter()
            .for_each(|(name, reason)| self.doubts.push((format!("{place}.{name}").into(), reason)));
    }

    pub(crate) fn merge(&mut self, other: Self) {
        other.missing.into_iter().for_each(|name| self.missing(name));
        self.invalid.extend(other.invalid);
        self.doubts.extend(other.doubts);
    }

    /// Adds a value that is sent although this version does not understand it. It is no error by itself.
    pub(crate) fn doubtful(&mut self, name: impl Into<Cow<'static, str>>, reason: &'static str) {
        self.doubts.push((name.into(), reason.into()));
    }

    /// Makes every doubtful value an invalid one.
    pub(crate) fn refuse_doubtful(&mut self) {
        self.invalid.append(&mut self.doubts);
    }

    /// What is doubtful, each as a sentence.
    pub(crate) fn doubts(&self) -> impl Iterator<Item = String> + '_ {
        self.doubts.iter().map(|(name, reason)| format!("{name} {reason}"))
    }

    /// Whether nothing is wrong and nothing doubtful.
    pub(super) fn is_without_remarks(&self) -> bool {
        self.is_empty() && self.doubts.is_empty()
    }

    /// Whether nothing is wrong. What is doubtful is not wrong.
    pub(crate) fn is_empty(&self) -> bool {
        self.missing.is_empty() && self.invalid.is_empty()
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let last = self.missing.len().saturating_sub(1);
        for (index, name) in self.missing.iter().enumerate() {
            let before = match index {
                0 => "needs ",
                _ if index == last => " and ",
                _ => ", ",
            };
            write!(f, "{before}{name}")?;
        }
        for (index, (name, reason)) in self.invalid.iter().enumerate() {
            let before = if index == 0 && self.missing.is_empty() { "" } else { ", and " };
            write!(f, "{before}{name} {reason}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "client")]
    #[test]
    fn an_error_of_a_call_names_it_and_takes_what_is_recorded_of_it() {
        use crate::error::Error;

        static PAY: Operation = Operation::undocumented("payThing", http::Method::POST, "/v2/things", false);
        let problems = || {
            let mut problems = Problems::default();
            problems.missing("amount");
            problems
        };
        let mut error = Error::from(InvalidRequestError::of_call(&PAY, problems()));
        assert_eq!(error.to_string(), "payThing needs amount; nothing was sent");
        assert_eq!(
            (error.operation_id(), error.attempts(), error.may_have_been_processed()),
            (Some("payThing"), 0, false)
        );
        error.note_host(&"sandbox.example:443".into());
        error.note_earlier(true);
        assert!(error.may_have_been_processed() && format!("{error:?}").contains("sandbox.example:443"), "{error:?}");
        let error = Error::from(InvalidRequestError::of_type("Thing", problems()));
        assert_eq!((error.operation_id(), error.to_string().as_str()), (None, "Thing needs amount"));
    }

    #[test]
    fn sentences() {
        for (missing, invalid, expected) in [
            (&["a"][..], &[][..], "Thing needs a"),
            (&["a", "b"], &[], "Thing needs a and b"),
            (&["a", "b", "a", "c"], &[], "Thing needs a, b and c"),
            (&[], &["x"], "Thing: x is wrong"),
            (&["a"], &["x", "y"], "Thing needs a, and x is wrong, and y is wrong"),
        ] {
            let mut problems = Problems::default();
            missing.iter().for_each(|name| problems.missing(*name));
            invalid.iter().for_each(|name| problems.invalid(*name, "is wrong"));
            assert_eq!(InvalidRequestError::of_type("Thing", problems).to_string(), expected);
        }
    }
}
