//! Compares what operations answer.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    Effect::{self, Additive, Breaking, Documentation, None as Nothing},
    Side, names,
    operations::Operation,
    schemas::{At, Walker, keys, rule},
    usage::{is_success, json_schema},
};
use crate::build::walk::escape;

pub fn compare(walker: &mut Walker<'_>, old: &Operation, new: &Operation) {
    let (before, after) = (&old.value["responses"], &new.value["responses"]);
    let split = |responses| -> (BTreeSet<&'_ str>, BTreeSet<&'_ str>) {
        keys(responses).into_iter().partition(|status| is_success(status))
    };
    let ((old_success, old_errors), (new_success, new_errors)) = (split(before), split(after));
    if old_success != new_success {
        let at = new.part(Side::Response, "responses", &format!("response of {}", new.id), "response");
        let why = format!("{old_success:?} became {new_success:?}; the client takes every 2xx for a success");
        walker.change(&at, "success status changed", rule(Nothing, Nothing, Breaking), why);
    }
    // The pipeline refuses two success answers that differ: the first stands for all.
    if let (Some(a), Some(b)) = (old_success.first(), new_success.first()) {
        let (a, b) = (&before[*a], &after[*b]);
        let shown = format!("response of {}", new.id);
        let at = new.part(
            Side::Response,
            &format!("responses/{}", escape(new_success.first().unwrap_or(&""))),
            &shown,
            "response",
        );
        match (json_schema(a).is_null(), json_schema(b).is_null()) {
            (true, false) => {
                let why = "the answer has a body now: the call gives a value where it gave `()`";
                walker.change(&at, "response body added", rule(Breaking, Nothing, Additive), why);
            }
            (false, true) => {
                let why = "the answer has no body any more: the call gives `()`";
                walker.change(&at, "response body removed", rule(Breaking, Nothing, Breaking), why);
            }
            _ => {
                walker.prose(a, b, &at);
                media_types(walker, a, b, &at);
                let at = At { location: format!("{shown}: "), ..at.part("content/application~1json/schema", "") };
                walker.schema(json_schema(a), json_schema(b), &at);
            }
        }
        rest(walker, a, b, &at);
    }
    for status in old_errors.union(&new_errors) {
        let shown = format!("error {status} of {}", new.id);
        let at = new.part(Side::Error, &format!("responses/{}", escape(status)), &shown, "error");
        let (a, b) = (&before[*status], &after[*status]);
        match (a.is_null(), b.is_null()) {
            (true, false) => errors(walker, &at, "error response added", Additive),
            (false, true) => errors(walker, &at, "error response removed", Nothing),
            _ => {
                walker.prose(a, b, &at);
                let inner = At { location: format!("{shown}: "), ..at.part("content/application~1json/schema", "") };
                walker.schema(json_schema(a), json_schema(b), &inner);
                rest(walker, a, b, &at);
            }
        }
    }
}

/// Errors are read by structure, whatever the document declares: only the documentation of the method follows.
fn errors(walker: &mut Walker<'_>, at: &At, kind: &'static str, wire: Effect) {
    let why = "errors are read by structure with any status: only the method's documentation follows";
    walker.change(at, kind, rule(Nothing, wire, wire), why);
    if let Some(change) = walker.changes.last_mut() {
        change.rust = Documentation;
    }
}

/// Headers, links and whatever else stands beside the content.
fn rest(walker: &mut Walker<'_>, old: &Value, new: &Value, at: &At) {
    for key in keys(old).union(&keys(new)) {
        if *key != "content" && !names::PROSE.contains(key) && old[*key] != new[*key] {
            let why = format!("`{key}` differs; the client gives all headers by `Response::headers()`");
            walker.change(at, "keyword changed", rule(Nothing, Documentation, Documentation), why);
        }
    }
}

pub fn media_types(walker: &mut Walker<'_>, old: &Value, new: &Value, at: &At) {
    let (before, after) = (keys(&old["content"]), keys(&new["content"]));
    if before != after && !before.is_empty() && !after.is_empty() {
        let why = format!("{before:?} became {after:?}");
        walker.change(at, "media types changed", rule(Breaking, Breaking, Breaking), why);
    }
}
