//! Gives a refusal the shape of an error that the document declares for it.

use serde_json::{Map, Value, json};

use crate::contract::{Contract, ErrorShape, Operation};
use crate::instant::Instant;
use crate::refusal::Refusal;
use crate::settings::ErrorShapes;

/// `{"error": {"type", "message", "param"}}`.
const NESTED: ErrorShape = ErrorShape::Nested { param: true, example: None };
/// `{"type", "message", "param"}`.
const FLAT: ErrorShape = ErrorShape::Flat { param: true, example: None };

/// The body of an error answer; None for one without a body.
pub fn body(
    contract: &Contract,
    operation: Option<&Operation>,
    refusal: &Refusal,
    path: &str,
    now: Instant,
    asked_for: ErrorShapes,
    sequence: u64,
) -> Option<Value> {
    let declared = operation.and_then(|operation| contract.error_shape(operation, refusal.status));
    let shape = match (asked_for, declared) {
        (ErrorShapes::AsDeclared, Some(shape)) => shape,
        // 401 has no body wherever the document declares it.
        (ErrorShapes::AsDeclared, None) if refusal.status == 401 => ErrorShape::Empty,
        (ErrorShapes::AsDeclared, None) if refusal.status == 404 => FLAT,
        (ErrorShapes::AsDeclared, None) => NESTED,
        (ErrorShapes::Nested, _) => NESTED,
        (ErrorShapes::Flat, _) => FLAT,
        (ErrorShapes::Spring, _) => ErrorShape::Spring,
        (ErrorShapes::Rotating, _) => match sequence % 3 {
            0 => NESTED,
            1 => FLAT,
            _ => ErrorShape::Spring,
        },
    };
    match shape {
        ErrorShape::Nested { param, .. } => Some(json!({ "error": flat(refusal, param) })),
        ErrorShape::Flat { param, .. } => Some(flat(refusal, param).into()),
        ErrorShape::Spring => Some(spring(refusal, path, now)),
        // The document declares a body that is like no other error. What the page on errors says is the best guess, and
        // whoever checks the answer says whether the document allows it.
        ErrorShape::Other => Some(json!({ "error": flat(refusal, true) })),
        ErrorShape::Empty => None,
    }
}

fn flat(refusal: &Refusal, with_param: bool) -> Map<String, Value> {
    let mut error = refusal.beside.clone();
    error.insert("type".into(), json!(refusal.kind.text));
    error.insert("message".into(), json!(refusal.message));
    if let Some(param) = refusal.param.as_ref().filter(|_| with_param) {
        error.insert("param".into(), json!(param));
    }
    error
}

fn spring(refusal: &Refusal, path: &str, now: Instant) -> Value {
    let details: Vec<String> = match refusal.details.as_slice() {
        [] => vec![refusal.message.clone()],
        details => details.iter().map(|(at, what)| format!("{at}: {what}")).collect(),
    };
    let status = http::StatusCode::from_u16(refusal.status).ok();
    json!({
        "path": path,
        "details": details,
        "error": status.and_then(|status| status.canonical_reason()).unwrap_or("Error"),
        "status": refusal.status,
        "timestamp": now.text_with_offset(),
    })
}
