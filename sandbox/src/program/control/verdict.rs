//! What a test should not rest on, each thing with its kind and its words.

use serde_json::{Value, json};

use crate::sandbox::Unverified;

/// Something that was found.
pub fn found(kind: &str, message: impl Into<String>) -> Value {
    json!({ "kind": kind, "message": message.into() })
}

/// What [`Sandbox::verify`](crate::Sandbox::verify) found.
pub fn unverified(found_there: Unverified) -> Vec<Value> {
    let Unverified { bugs, examples, dropped_examples, unused_faults, dead, dropped_dead } = found_there;
    let mut all: Vec<Value> = bugs.iter().map(|bug| found("bug", bug.to_string())).collect();
    all.extend(examples.iter().map(|request| found("example", request.to_string())));
    if dropped_examples > 0 {
        all.push(found("example", format!("{dropped_examples} requests whose records were dropped from the log")));
    }
    all.extend(unused_faults.iter().map(|fault| found("unused_fault", fault.to_string())));
    all.extend(dead.iter().map(|delivery| found("dead_delivery", delivery.to_string())));
    if dropped_dead > 0 {
        all.push(found("dead_delivery", format!("{dropped_dead} more webhooks that are not kept any more")));
    }
    all
}
