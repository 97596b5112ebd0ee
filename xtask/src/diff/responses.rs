//! Compares what operations answer: in success and in error.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    change::{
        Change,
        Effect::{self, Additive, Breaking, Documentation, Nothing},
        effects,
    },
    content::compare_media_types,
    documents::Documents,
    extensions::{self, is_extension},
    operation::DocumentOperation,
    place::ComparedPlace,
    prose::{self, PROSE_KEYWORDS},
    schemas,
};
use crate::{
    openapi::{is_success, json_schema, keys},
    pipeline::walk::escape,
    usage::Side,
};

pub fn compare(documents: &Documents<'_>, old: &DocumentOperation, new: &DocumentOperation) -> Vec<Change> {
    let (before, after) = (&old.value["responses"], &new.value["responses"]);
    let split = |responses| -> (BTreeSet<&'_ str>, BTreeSet<&'_ str>) {
        keys(responses).into_iter().partition(|status| is_success(status))
    };
    let ((old_success, old_errors), (new_success, new_errors)) = (split(before), split(after));
    let location = format!("response of {}", new.id);
    let mut changes = Vec::new();
    if old_success != new_success {
        let at = new.part(Side::Response, "responses", &location, "response");
        let why = format!("{old_success:?} became {new_success:?}; the client takes every 2xx for a success");
        changes.push(at.change("success status changed", effects(Nothing, Nothing, Breaking), why));
    }
    // The generator refuses an operation with two success answers that differ: the first stands for all.
    if let (Some(old_status), Some(new_status)) = (old_success.first(), new_success.first()) {
        let pointer = format!("responses/{}", escape(new_status));
        let at = new.part(Side::Response, &pointer, &location, "response");
        changes.extend(success(documents, &before[*old_status], &after[*new_status], &at));
    }
    for status in old_errors.union(&new_errors) {
        let location = format!("error {status} of {}", new.id);
        let at = new.part(Side::Error, &format!("responses/{}", escape(status)), &location, "error");
        changes.extend(error(documents, &before[*status], &after[*status], &at));
    }
    changes
}

fn success(documents: &Documents<'_>, old: &Value, new: &Value, at: &ComparedPlace) -> Vec<Change> {
    let mut changes = Vec::new();
    match (json_schema(old).is_null(), json_schema(new).is_null()) {
        (true, false) => {
            let why = "the answer has a body now: the call returns a value where it returned `()`";
            changes.push(at.change("response body added", effects(Breaking, Nothing, Additive), why));
        }
        (false, true) => {
            let why = "the answer has no body any more: the call returns `()`";
            changes.push(at.change("response body removed", effects(Breaking, Nothing, Breaking), why));
        }
        _ => {
            changes.extend(prose::compare(old, new, at));
            changes.extend(compare_media_types(old, new, at));
            changes.extend(schemas::compare(documents, json_schema(old), json_schema(new), &body(at)));
        }
    }
    changes.extend(beside_the_content(old, new, at));
    changes
}

fn error(documents: &Documents<'_>, old: &Value, new: &Value, at: &ComparedPlace) -> Vec<Change> {
    match (old.is_null(), new.is_null()) {
        (true, false) => return vec![declared_error(at, "error response added", Additive)],
        (false, true) => return vec![declared_error(at, "error response removed", Nothing)],
        _ => {}
    }
    let mut changes = prose::compare(old, new, at);
    changes.extend(schemas::compare(documents, json_schema(old), json_schema(new), &body(at)));
    changes.extend(beside_the_content(old, new, at));
    changes
}

/// The place of the JSON body of a response.
fn body(at: &ComparedPlace) -> ComparedPlace {
    at.part("content/application~1json/schema", ": ")
}

/// An error that is declared now, or no longer. The client reads any error with any status, so only the documentation
/// of the method changes.
fn declared_error(at: &ComparedPlace, kind: &'static str, wire: Effect) -> Change {
    let why = "the client reads errors with any status: only the method's documentation changes";
    Change { rust: Documentation, ..at.change(kind, effects(Nothing, wire, wire), why) }
}

/// Headers, links and whatever else stands beside the content.
fn beside_the_content(old: &Value, new: &Value, at: &ComparedPlace) -> Vec<Change> {
    let all: BTreeSet<&str> = keys(old).union(&keys(new)).copied().collect();
    let differing =
        all.into_iter().filter(|key| *key != "content" && !PROSE_KEYWORDS.contains(key) && old[*key] != new[*key]);
    differing
        .map(|key| {
            if is_extension(key) {
                return extensions::change(key, at);
            }
            let why = format!("`{key}` differs; `Response::headers()` has all headers");
            at.change("keyword changed", effects(Nothing, Documentation, Documentation), why)
        })
        .collect()
}
