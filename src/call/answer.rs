//! Decides whether a 2xx answer is a success, and decodes it.
//!
//! Some servers write the body of an error under the status 200. This module treats such an answer as an error, because
//! decoding it would give an empty value that looks like an answer.

pub(crate) mod split;

use reqwest::StatusCode;
use serde::de::DeserializeOwned;

use super::{Answer, RawBody, Response};
use crate::decode;
use crate::error::{ApiError, BodyKind, DecodeError, Error, Fault, Finding};
use crate::operation::Operation;

/// Decodes a 2xx answer.
pub(crate) fn response<T: DeserializeOwned>(
    operation: &'static Operation,
    answer: Answer,
) -> Result<Response<T>, Error> {
    let value = read(operation, &answer)?;
    Ok(with(answer, value))
}

/// Decodes a 2xx answer of an operation that the API document does not have. An empty body is read as `null`.
pub(crate) fn raw_response<T: DeserializeOwned>(
    operation: &'static Operation,
    answer: Answer,
) -> Result<Response<T>, Error> {
    let kind = BodyKind::of(&answer.body, None);
    let body: &[u8] = if answer.body.is_empty() { b"null" } else { &answer.body };
    let value = match (kind, decode::body(body)) {
        (BodyKind::Error, _) | (BodyKind::ErrorUnlessDecoded, Err(_)) => return Err(contradiction(operation, &answer)),
        (_, Ok(value)) => value,
        (BodyKind::Answer, Err(finding)) => return Err(undecoded(operation, &answer, finding)),
    };
    Ok(with(answer, value))
}

/// The bytes of a 2xx answer as they came. Nothing is looked at: not even a body that is that of an error is refused.
pub(crate) fn bytes(mut answer: Answer) -> Response<RawBody> {
    let body = RawBody::new(std::mem::take(&mut answer.body));
    with(answer, body)
}

/// Decodes a 2xx answer without consuming it, for callers that still need the body.
pub(crate) fn read<T: DeserializeOwned>(operation: &'static Operation, answer: &Answer) -> Result<T, Error> {
    // The status reports success, and the body reports a failure. It is not known which of them is right, and decoding
    // such a body would give an empty value that looks like an answer.
    if BodyKind::of(&answer.body, Some(operation.answer)) == BodyKind::Error {
        return Err(contradiction(operation, answer));
    }
    if operation.empty {
        // The type of such an answer is `()`, which JSON writes as null.
        return decode::body(b"null").map_err(|finding| undecoded(operation, answer, finding));
    }
    // The type of such an answer is an Option, which JSON writes as null.
    if operation.may_be_empty && answer.body.is_empty() {
        return decode::body(b"null").map_err(|finding| undecoded(operation, answer, finding));
    }
    // A 204 in place of a documented 200: the call was carried out, so an answer type without required fields is read
    // as an empty object.
    if answer.body.is_empty() && answer.status == StatusCode::NO_CONTENT {
        return decode::body(b"{}")
            .map_err(|finding: Finding| undecoded(operation, answer, finding.without_position()));
    }
    decode::body(&answer.body).or_else(|finding| read_again(operation, answer, finding))
}

/// Decodes an answer that has its list under two names, if no item is lost by that.
#[cold]
fn read_again<T: DeserializeOwned>(
    operation: &'static Operation,
    answer: &Answer,
    finding: Finding,
) -> Result<T, Error> {
    let is_list = operation.list.len() > 1 && operation.list.contains(&finding.path.as_str());
    if finding.fault != Fault::Duplicate || !is_list {
        return Err(undecoded(operation, answer, finding));
    }
    let finding = match split::one_list(&answer.body, operation.list) {
        Some(body) => match decode::body(&body) {
            Ok(value) => return Ok(value),
            // The position refers to the rewritten text and would mislead, so it is removed.
            Err(finding) => Finding::without_position(finding),
        },
        None => Finding { path: operation.list[0].to_owned(), fault: Fault::TwoLists, ..finding },
    };
    Err(undecoded(operation, answer, finding))
}

/// A response of an answer that has been decoded.
pub(crate) fn with<T>(answer: Answer, value: T) -> Response<T> {
    let Answer { status, headers, attempts, set_by_hooks, .. } = answer;
    Response::new(status, headers, attempts, set_by_hooks, value)
}

/// The error for a body that cannot be decoded.
pub(crate) fn undecoded(operation: &'static Operation, answer: &Answer, finding: Finding) -> Error {
    DecodeError::new(operation, (answer.status, &answer.headers), answer.attempts, finding).into()
}

/// The error for a success whose body is that of an error.
#[cold]
fn contradiction(operation: &'static Operation, answer: &Answer) -> Error {
    let Answer { status, headers, body, attempts, .. } = answer;
    ApiError::new(operation, *status, headers.clone(), *attempts, body.clone(), true).into()
}
