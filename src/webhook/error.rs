//! The errors of deliveries that are refused, or that cannot be read.

use std::fmt;
use std::time::Duration;

use http::StatusCode;

use crate::error::Finding;
use crate::value::Redacted;
use crate::value::error_debug::{DebugError, FieldsOf, fmt_error};

/// Why a delivery was refused.
///
/// [`status`](Self::status) is the status to answer Imprint with; after anything but success the delivery is repeated.
/// Neither `Display` nor `Debug` shows anything of the body, the header or a token. Do not send these texts to the
/// sender either, because it may be a stranger.
///
/// ```
/// use imprint_client::webhook::{Verifier, WebhookError};
///
/// let verifier = Verifier::new("the signing token");
/// match verifier.verify("t=1740779129,s=d3d1", b"{}") {
///     Err(WebhookError::TooOld { age, .. }) => println!("sent again with its first timestamp? {age:?} old"),
///     Err(error) => println!("{error}"),
///     Ok(event) => println!("{}", event.object()),
/// }
/// ```
#[non_exhaustive]
pub enum WebhookError {
    /// The verifier has no token that it can use. It is a mistake of the receiver, not of the sender.
    #[non_exhaustive]
    NoToken {
        /// What is wrong with the token, in a few words.
        reason: &'static str,
    },
    /// The tolerance of the verifier is zero, so that it would refuse every delivery that took any time to arrive. Only
    /// [`Verifier::check`](crate::webhook::Verifier::check) returns this error; it is a mistake of the receiver, not of
    /// the sender.
    NoTolerance,
    /// There is no signature: no header, or an empty one.
    NoSignature,
    /// The signature header cannot be read.
    #[non_exhaustive]
    Malformed {
        /// What is wrong with the header, in a few words.
        reason: &'static str,
    },
    /// The body is larger than [`MAX_BODY_BYTES`](crate::webhook::MAX_BODY_BYTES). Its content has not been looked at.
    TooLarge,
    /// The timestamp is older than the tolerance. The signature has not been checked.
    ///
    /// A delivery that Imprint repeats may carry its first timestamp: nothing is published about that. If such
    /// deliveries are refused with this error, raise [`Verifier::tolerance`](crate::webhook::Verifier::tolerance) and
    /// rely on [`Event::dedupe_key`](crate::webhook::Event::dedupe_key) against repetitions.
    #[non_exhaustive]
    TooOld {
        /// How old it is.
        age: Duration,
    },
    /// The timestamp is further in the future than the tolerance. The signature has not been checked. If it happens
    /// with genuine deliveries, a clock is wrong.
    #[non_exhaustive]
    TooNew {
        /// How far ahead it is.
        ahead: Duration,
    },
    /// No signature in the header is the right one under any token and any reading the verifier accepts.
    ///
    /// If it happens with genuine deliveries, there are two causes. Either the body that was given to the verifier is
    /// not the one that came, byte for byte: a framework decompressed it, decoded it, or parsed it and wrote it again.
    /// Or the token is not the right one: it is that of another endpoint or of the other environment, or it has been
    /// replaced. If a reading is [pinned](crate::webhook::Verifier::pin), the sender may use another one.
    WrongSignature,
    /// The signature is right, but the body is no event. The error holds the body, to be kept and looked at.
    Unreadable(UnreadableError),
}

impl WebhookError {
    /// The status to answer with, without a body: 400 for a delivery that is no signed event, 401 for a wrong signature
    /// or time, 413 for a body that is too large, 500 for a verifier that can accept nothing.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NoToken { .. } | Self::NoTolerance => StatusCode::INTERNAL_SERVER_ERROR,
            Self::NoSignature | Self::Malformed { .. } | Self::Unreadable(_) => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooOld { .. } | Self::TooNew { .. } | Self::WrongSignature => StatusCode::UNAUTHORIZED,
        }
    }
}

impl fmt::Display for WebhookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoToken { reason } => write!(f, "no signature can be verified: {reason}"),
            Self::NoTolerance => f.write_str(
                "the tolerance is zero, so that every webhook would be too old; set one of minutes, or accept_any_age()",
            ),
            Self::NoSignature => f.write_str("the webhook has no signature"),
            Self::Malformed { reason } => write!(f, "the signature header is malformed: {reason}"),
            Self::TooLarge => write!(f, "the body of the webhook is larger than {} bytes", super::MAX_BODY_BYTES),
            Self::TooOld { age } => write!(f, "the webhook is too old: it was signed {} s ago", age.as_secs()),
            Self::TooNew { ahead } => {
                write!(f, "the webhook is too new: it was signed {} s in the future", ahead.as_secs())
            }
            Self::WrongSignature => f.write_str(
                "the signature of the webhook is wrong: either the body is not the raw one, byte for byte as it came, or \
                 the signing token is not that of this endpoint and environment",
            ),
            Self::Unreadable(error) => error.fmt(f),
        }
    }
}

impl fmt::Debug for WebhookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt_error(self, f)
    }
}

impl DebugError for WebhookError {
    fn causes(&self) -> Vec<String> {
        match self {
            Self::Unreadable(error) => error.causes(),
            _ => Vec::new(),
        }
    }

    fn fmt_fields(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoToken { reason } => f.debug_struct("NoToken").field("reason", reason).finish(),
            Self::NoTolerance => f.write_str("NoTolerance"),
            Self::NoSignature => f.write_str("NoSignature"),
            Self::Malformed { reason } => f.debug_struct("Malformed").field("reason", reason).finish(),
            Self::TooLarge => f.write_str("TooLarge"),
            Self::TooOld { age } => f.debug_struct("TooOld").field("age", age).finish(),
            Self::TooNew { ahead } => f.debug_struct("TooNew").field("ahead", ahead).finish(),
            Self::WrongSignature => f.write_str("WrongSignature"),
            Self::Unreadable(error) => f.debug_tuple("Unreadable").field(&FieldsOf(error)).finish(),
        }
    }
}

impl std::error::Error for WebhookError {}

impl From<UnreadableError> for WebhookError {
    fn from(error: UnreadableError) -> Self {
        Self::Unreadable(error)
    }
}

/// The error for a body that is no event. It holds the body: a receiver that must not lose an event keeps it in a
/// dead-letter queue.
///
/// The error names the place of the fault and the type that was expected there, never the value that was found: neither
/// `Display` nor `Debug` shows anything of the body.
pub struct UnreadableError(Box<Inner>);

struct Inner {
    finding: Finding,
    body: Vec<u8>,
}

impl UnreadableError {
    /// The body, as it came.
    pub fn body(&self) -> &[u8] {
        &self.0.body
    }

    /// The body, as it came.
    pub fn into_body(self) -> Vec<u8> {
        self.0.body
    }

    /// Where in the body the fault is, such as `data.amount`; empty for the body as a whole.
    ///
    /// A key that does not look like the name of a field is shown as `*`.
    pub fn path(&self) -> &str {
        &self.0.finding.path
    }

    /// The line of the fault in the text that was read, counted from 1; 0 when it has no meaning. That text is the
    /// body, or its [canonical form](crate::webhook::BodyReading) if that was signed.
    pub fn line(&self) -> usize {
        self.0.finding.line
    }

    /// The column in the line, in bytes.
    pub fn column(&self) -> usize {
        self.0.finding.column
    }

    /// What was expected there, such as `a string`, if it is known.
    pub fn expected(&self) -> Option<&'static str> {
        self.0.finding.expected()
    }

    pub(super) fn new(finding: Finding, body: &[u8]) -> Self {
        Self(Box::new(Inner { finding, body: body.to_vec() }))
    }
}

impl fmt::Display for UnreadableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the webhook is no event: ")?;
        self.0.finding.fmt(f)
    }
}

impl fmt::Debug for UnreadableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt_error(self, f)
    }
}

impl DebugError for UnreadableError {
    fn causes(&self) -> Vec<String> {
        Vec::new()
    }

    /// Shows the fault and its place, but not the body.
    fn fmt_fields(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Finding { path, line, column, fault } = &self.0.finding;
        f.debug_struct("UnreadableError")
            .field("path", path)
            .field("line", line)
            .field("column", column)
            .field("fault", fault)
            .field("body", &Redacted)
            .finish()
    }
}

impl std::error::Error for UnreadableError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::webhook::Event;

    #[test]
    fn the_place_of_a_fault_is_told_and_the_body_is_not_shown() {
        let body = b"{\n \"object\": \"REWARD\",\n \"hunter2\" 7}";
        let WebhookError::Unreadable(error) = WebhookError::from(Event::parse(body).unwrap_err()) else { panic!() };
        assert_eq!((error.line(), error.column(), error.path()), (3, 12, ""));
        assert_eq!((error.expected(), error.body()), (Some("a JSON document"), &body[..]));
        let sentence = "the webhook is no event: the body is not JSON (line 3, column 12)";
        assert_eq!(error.to_string(), sentence);
        let fields = "UnreadableError { path: \"\", line: 3, column: 12, fault: NotJson, body: [REDACTED] }";
        assert_eq!(format!("{error:?}"), format!("{sentence}; fields: {fields}"));
        let error = WebhookError::from(error);
        assert_eq!(format!("{error:?}"), format!("{sentence}; fields: Unreadable({fields})"));
        let UnreadableError(inner) = Event::parse(body).unwrap_err();
        assert_eq!(UnreadableError(inner).into_body(), body);
    }

    #[test]
    fn each_variant_says_its_facts_without_a_cause() {
        for (error, fields) in [
            (WebhookError::NoTolerance, "NoTolerance"),
            (WebhookError::NoSignature, "NoSignature"),
            (WebhookError::TooLarge, "TooLarge"),
            (WebhookError::TooOld { age: Duration::from_secs(301) }, "TooOld { age: 301s }"),
            (WebhookError::TooNew { ahead: Duration::from_secs(302) }, "TooNew { ahead: 302s }"),
            (WebhookError::WrongSignature, "WrongSignature"),
        ] {
            assert_eq!(format!("{error:?}"), format!("{error}; fields: {fields}"));
        }
    }
}
