//! Changes the answer to a request that a fault struck: puts an error, a page or a text in its place, or alters its JSON.

use percent_encoding::percent_decode_str;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use crate::contract::{Contract, ErrorShape, Operation};
use crate::faults::{RetryAfter, StandIn, Struck};
use crate::instant::Instant;
use crate::refusal::Refusal;
use crate::world::Account;

use super::answer::Answer;
use super::{alter, errors};

/// The `type` of an error that a fault makes and the document gives no example for.
const ERROR_TYPE: &str = "SANDBOX_FAULT";

/// The page of a gateway.
const PAGE: &str = "<!doctype html>\n<html><head><title>STATUS</title></head>\n\
    <body><h1>STATUS</h1>\n<hr>gateway</body></html>\n";

/// Where a fault strikes.
pub struct Place<'a> {
    pub contract: &'a Contract,
    pub operation: Option<&'a Operation>,
    /// As it was sent, percent-encoded.
    pub path: &'a str,
    pub account: &'a Account,
    pub now: Instant,
    pub sequence: u64,
}

impl Place<'_> {
    /// Changes an answer as a fault says; notes for the log.
    pub fn apply(&self, struck: &Struck, answer: &mut Answer) -> Vec<String> {
        let effects = &struck.effects;
        answer.fault = Some(effects.to_string());
        let mut ineffective = Vec::new();
        if effects.changes_nothing() {
            ineffective.push("nothing that it sets changes an answer that is whole and Imprint's own".to_owned());
        }
        if effects.is_answered() {
            self.stand_in(struck, answer);
            for alteration in &effects.alterations {
                ineffective.extend(alter::alter(self.contract, self.operation, answer, alteration).err());
            }
        } else {
            let unseen = effects.alterations.iter();
            ineffective.extend(unseen.map(|alteration| format!("no answer was sent that {alteration} could change")));
        }
        for why in &ineffective {
            self.account.faults.was_ineffective(struck.number, self.sequence, why.clone());
        }
        ineffective.iter().map(|why| format!("the fault changed nothing: {why}")).collect()
    }

    /// Puts something else in the place of an answer, if the fault has it.
    fn stand_in(&self, struck: &Struck, answer: &mut Answer) {
        let effects = &struck.effects;
        let Some(stand_in) = &effects.stand_in else { return };
        let success = self.operation.map_or(200, |operation| operation.success().0);
        (answer.body, answer.text, answer.allow) = (None, None, None);
        match stand_in {
            StandIn::Error => {
                answer.status = effects.status.unwrap_or(if effects.retry_after.is_some() { 429 } else { 500 });
                answer.body = self.error(struck, answer.status);
            }
            StandIn::Html => {
                answer.status = effects.status.unwrap_or(502);
                let reason =
                    http::StatusCode::from_u16(answer.status).ok().and_then(|status| status.canonical_reason());
                let status = format!("{} {}", answer.status, reason.unwrap_or_default());
                answer.text = Some(("text/html; charset=utf-8", PAGE.replace("STATUS", status.trim_end())));
            }
            StandIn::Empty => answer.status = effects.status.unwrap_or(success),
            StandIn::Text(text) => {
                // A 204 has no body.
                answer.status = effects.status.unwrap_or(if success == 204 { 200 } else { success });
                answer.text = Some(("application/json", text.clone()));
            }
        }
        answer.retry_after = effects.retry_after.map(|after| match after {
            RetryAfter::Seconds(seconds) => seconds.to_string(),
            RetryAfter::Date(time) => {
                let date = OffsetDateTime::from(Instant::of(time).system_time()).format(&Rfc2822);
                date.map(|date| date.replace("+0000", "GMT")).unwrap_or_default()
            }
        });
    }

    /// The body of an error, with the `type` that the document has as an example for the status.
    fn error(&self, struck: &Struck, status: u16) -> Option<Value> {
        let declared = self.operation.and_then(|operation| self.contract.error_shape(operation, status));
        let refusal = Refusal::new(status, ERROR_TYPE, "a fault that the test set");
        let shapes = struck.effects.shape.unwrap_or(self.account.settings.error_shapes);
        let path = percent_decode_str(self.path).decode_utf8_lossy();
        let mut body = errors::body(self.contract, self.operation, &refusal, &path, self.now, shapes, self.sequence)?;
        if let Some(
            ErrorShape::Nested { example: Some(example), .. } | ErrorShape::Flat { example: Some(example), .. },
        ) = declared
        {
            for pointer in ["/type", "/error/type"] {
                if let Some(kind) = body.pointer_mut(pointer) {
                    *kind = example.as_str().into();
                }
            }
        }
        Some(body)
    }
}
