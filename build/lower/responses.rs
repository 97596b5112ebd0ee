//! Reduces the responses of each operation to one success response, since a call has one success type.
//!
//! Errors are not generated: they are read by their structure at run time, in the same way for every operation.

use serde_json::{Map, Value};

use super::Lowered;
use crate::build::{
    problem::Problem,
    walk::{self, escape, is_success},
};

/// Removes `webhooks` and remembers their payloads: progenitor does not know webhooks, and without a reference to them
/// the payloads would be removed as unused schemas.
pub fn webhooks(lowered: &mut Lowered) -> Result<(), Problem> {
    let webhooks = lowered.document.as_object_mut().and_then(|document| document.remove("webhooks"));
    let payloads = webhooks.as_ref().and_then(Value::as_object).into_iter().flatten();
    lowered.payloads = payloads.filter_map(|(_, item)| walk::payload(item)).map(str::to_string).collect();
    Ok(())
}

/// Removes the error responses: two error types in one operation make progenitor panic, and the client reads any error
/// from any operation.
pub fn errors(lowered: &mut Lowered) -> Result<(), Problem> {
    walk::operations(&mut lowered.document, &mut |operation| {
        // An operation without an id is refused by a rule of its own.
        if operation.id.is_none() {
            return Ok(());
        }
        let Some(responses) = operation.value.get_mut("responses").and_then(Value::as_object_mut) else {
            return Ok(());
        };
        responses.retain(|status, _| is_success(status));
        if responses.is_empty() {
            return Err(operation.problem(
                "/responses",
                "no success response is declared",
                "declare the 2xx answer by an overlay action",
            ));
        }
        Ok(())
    })
}

/// Merges the success responses into one `2XX`: a 201 for a documented 200 is no error.
pub fn success_codes(lowered: &mut Lowered) -> Result<(), Problem> {
    walk::operations(&mut lowered.document, &mut |operation| {
        let Some(Value::Object(responses)) = operation.value.remove("responses") else {
            return Err(operation.problem("/responses", "no responses", "declare the 2xx answer by an overlay action"));
        };
        let (mut success, rest): (Vec<_>, Vec<_>) = responses.into_iter().partition(|(status, _)| is_success(status));
        let Some((_, kept)) = success.pop() else {
            operation.value.insert("responses".into(), Value::Object(rest.into_iter().collect()));
            return Ok(());
        };
        let shape = |response: &Value| response.get("content").cloned();
        if let Some((other, _)) = success.iter().find(|(_, response)| shape(response) != shape(&kept)) {
            return Err(operation.problem(
                &format!("/responses/{}", escape(other)),
                "two success codes that answer different bodies",
                "a call has one success type: remove one of the two answers by an overlay action",
            ));
        }
        let rest: Map<String, Value> = rest.into_iter().chain([("2XX".to_string(), kept)]).collect();
        operation.value.insert("responses".into(), Value::Object(rest));
        Ok(())
    })
}
