//! The check of a receiver: sends it good and bad deliveries, and tells what it makes of them.
//!
//! It knows nothing of the receiver but its URL and its token, so it works for one in any language.

mod cases;
mod report;
mod spelling;

use std::time::Duration;

use bytes::Bytes;
use imprint_client::Secret;

use crate::contract::Contract;
use crate::deliver::{Outcome, diagnose, no_answer, post};
use crate::model::target::Target;

use cases::{Case, cases, rewritten};

pub use report::{Check, Expected, Report};

/// How long a receiver may take for an answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Sends the deliveries of the check, one after the other. If there is no answer to the first, no other one is sent.
pub async fn check(contract: &Contract, target: &Target, token: &Secret) -> Report {
    let mut checks = Vec::new();
    for case in cases(contract, token) {
        let Case { delivery, expected, signature, body, advice } = case;
        let outcome = post(target, signature.as_deref(), Bytes::from(body), PATIENCE).await;
        let status = outcome.as_ref().ok().map(|answer| answer.status);
        let answered = match &outcome {
            Ok(answer) => answer.status.to_string(),
            Err(failure) => no_answer(target, failure),
        };
        let is_right = status.is_some_and(|status| expected.is_met_by(status));
        let advice = advised(&outcome, expected, is_right, advice, target, token);
        checks.push(Check { delivery, expected, status, answered, is_right, advice });
        if status.is_none() && checks.len() == 1 {
            break;
        }
    }
    if let Some(first) = checks.first_mut().filter(|first| matches!(first.status, Some(400 | 401 | 403)))
        && let Some(writer) = takes_rewritten(contract, target, token).await
    {
        first.advice = Some(format!(
            "its token is right, since it takes an event as {writer} writes it: it verifies JSON that it has read and \
             written again; verify the bytes of the body as they came"
        ));
    }
    Report { receiver: target.to_string(), checks }
}

/// Whose way of writing JSON a receiver takes that refused what is genuine: its token is right then, and it does not verify
/// the bytes that came.
async fn takes_rewritten(contract: &Contract, target: &Target, token: &Secret) -> Option<&'static str> {
    for (writer, case) in rewritten(contract, token) {
        let outcome = post(target, case.signature.as_deref(), Bytes::from(case.body), PATIENCE).await;
        if outcome.is_ok_and(|answer| (200..300).contains(&answer.status)) {
            return Some(writer);
        }
    }
    None
}

/// What is advisable after an answer, if anything is.
fn advised(
    outcome: &Outcome,
    expected: Expected,
    is_right: bool,
    of_case: &str,
    target: &Target,
    token: &Secret,
) -> Option<String> {
    let status = outcome.as_ref().ok().map(|answer| answer.status);
    let with_cause = || {
        let cause = diagnose(target, token, outcome).unwrap_or_default();
        Some(if of_case.is_empty() { cause } else { format!("{of_case}; {cause}") })
    };
    match (expected, status) {
        // It was to be refused: what the case is about is not why there is no answer.
        (Expected::Refused, None) => diagnose(target, token, outcome),
        (_, None) => with_cause(),
        (Expected::Refused, Some(400 | 401 | 403)) => None,
        (Expected::Refused, Some(_)) if is_right => Some("answer 401, or 400 if there is no signature".into()),
        (Expected::Refused, Some(200..300)) => Some(of_case.into()),
        (Expected::Refused, Some(_)) => {
            Some("refuse it with 401: another answer than 4xx looks like a failure of the receiver".into())
        }
        (_, Some(200)) => None,
        (_, Some(201..300)) => Some("answer 200, which both Imprint's guides and its document name".into()),
        (_, Some(_)) => with_cause(),
    }
}
