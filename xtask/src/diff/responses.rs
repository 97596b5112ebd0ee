//! Compares what operations answer: in success and in error.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    change::{
        Change,
        Effect::{self, Additive, Breaking, Documentation, Nothing},
        effects,
    },
    content,
    documents::Documents,
    extensions,
    operation::DocumentOperation,
    place::ComparedPlace,
    prose,
    words::listed,
};
use crate::{
    openapi::{Answers, Form, answers, keys, media},
    pipeline::walk::escape,
    usage::Side,
};

pub fn compare(documents: &Documents<'_>, old: &DocumentOperation, new: &DocumentOperation) -> Vec<Change> {
    let (before, after) = (&old.value["responses"], &new.value["responses"]);
    let (old_answers, new_answers) = (answers(&old.value), answers(&new.value));
    let location = format!("response of {}", new.id);
    let all = new.part(Side::Response, "responses", &location, "response");
    let mut changes: Vec<Change> = statuses(&old_answers, &new_answers, &all).into_iter().collect();
    // The same edit of what several statuses answer is one.
    let mut compared = Vec::new();
    let pairs = pairs(&old_answers.statuses, &new_answers.statuses);
    for (old_status, new_status) in &pairs {
        let (was, is) = (&before[*old_status], &after[*new_status]);
        let pointer = format!("responses/{}", escape(new_status));
        let at = new.part(Side::Response, &pointer, &location, "response");
        changes.extend(prose::compare(was, is, &at));
        changes.extend(beside_the_content(was, is, new_status, &at));
        let bodies = (&was["content"], &is["content"]);
        if is_without_body(new_status) || compared.contains(&bodies) {
            continue;
        }
        compared.push(bodies);
        changes.extend(content::compare(documents, was, is, &at));
    }
    let at = match pairs.first() {
        Some((_, status)) => new.part(Side::Response, &format!("responses/{}", escape(status)), &location, "response"),
        None => all,
    };
    let all_together = returned(&old_answers, &new_answers, &changes, &at);
    changes.extend(all_together);
    let errors = |responses, successes: &[&str]| -> BTreeSet<&'_ str> {
        keys(responses).into_iter().filter(|status| !successes.contains(status)).collect()
    };
    for status in errors(before, &old_answers.statuses).union(&errors(after, &new_answers.statuses)) {
        let location = format!("error {status} of {}", new.id);
        let at = new.part(Side::Error, &format!("responses/{}", escape(status)), &location, "error");
        let found = error(documents, &before[*status], &after[*status], &at);
        // All errors of an API mostly come in one media type, whatever their status is.
        changes.extend(found.into_iter().map(|change| match change.kind.starts_with("media type") {
            true => Change { location: format!("errors of {}", new.id), ..change },
            false => change,
        }));
    }
    changes
}

/// HTTP allows no body with these statuses, whatever the document declares.
fn is_without_body(status: &str) -> bool {
    matches!(status, "204" | "205")
}

/// Which statuses are those of a success.
fn statuses(old: &Answers<'_>, new: &Answers<'_>, at: &ComparedPlace) -> Option<Change> {
    let set = |answers: &Answers<'_>| answers.statuses.iter().map(ToString::to_string).collect::<BTreeSet<_>>();
    let (before, after) = (set(old), set(new));
    let why = match after.is_empty() {
        true => format!("it was {}, and no success is declared any more", listed(&before)),
        false => {
            format!("it was {} and is {}; the client takes every 2xx for a success", listed(&before), listed(&after))
        }
    };
    (before != after).then(|| at.change("success status changed", effects(Documentation, Nothing, Documentation), why))
}

/// The successes of both documents that belong together: those with the same status, and of the others the first with the
/// first, and so on.
fn pairs<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<(&'a str, &'a str)> {
    let only = |one: &[&'a str], other: &[&'a str]| -> Vec<&'a str> {
        one.iter().copied().filter(|status| !other.contains(status)).collect()
    };
    let same = old.iter().filter(|status| new.contains(status)).map(|status| (*status, *status));
    same.chain(only(old, new).into_iter().zip(only(new, old))).collect()
}

/// What all successes together make a call return. The generator makes an `Option` where one of them may have no body, and
/// an open union where they differ.
fn returned(old: &Answers<'_>, new: &Answers<'_>, found: &[Change], at: &ComparedPlace) -> Vec<Change> {
    let (before, after) = match (old.form, new.form) {
        (None, None) => return Vec::new(),
        (None, Some(_)) => {
            let why = "the answer has a body now: the call returns a value where it returned `()`";
            return vec![at.change("response body added", effects(Breaking, Nothing, Additive), why)];
        }
        (Some(_), None) => {
            let why = "the answer has no body any more: the call returns `()`";
            return vec![at.change("response body removed", effects(Breaking, Nothing, Breaking), why)];
        }
        (Some(before), Some(after)) => (before, after),
    };
    let mut changes = Vec::new();
    let is_told = found.iter().any(|change| change.kind == "media types changed");
    if (before == Form::Json) != (after == Form::Json) && !is_told {
        let why = match after {
            Form::Json => "all successes answer JSON now: the call returns a value where it returned bytes",
            _ => "a success answers something else than JSON: the call returns bytes where it returned a value",
        };
        changes.push(at.change("media types changed", effects(Breaking, Nothing, Breaking), why));
    }
    match (old.may_be_empty, new.may_be_empty) {
        (false, true) => {
            let why = "a success may come without a body now: the call returns an `Option`, which is `None` then";
            changes.push(at.change("response may be empty", effects(Breaking, Nothing, Breaking), why));
        }
        (true, false) => {
            let why = "every success has a body now: the call returns no `Option` any more";
            changes.push(at.change("response is never empty", effects(Breaking, Nothing, Additive), why));
        }
        _ => {}
    }
    let (were, are) = (old.schemas.len(), new.schemas.len());
    if were != are && before == Form::Json && after == Form::Json {
        let (wire, what) = match are {
            1 => (Additive, "one of its own where it was of a union"),
            _ if are > were => (Breaking, "one of an open union of them"),
            _ => (Additive, "one of a union with fewer members"),
        };
        let why =
            format!("successes answer {are} different things where they answered {were}: the call returns {what}");
        changes.push(at.change("response union changed", effects(Breaking, Nothing, wire), why));
    }
    changes
}

fn error(documents: &Documents<'_>, old: &Value, new: &Value, at: &ComparedPlace) -> Vec<Change> {
    match (old.is_null(), new.is_null()) {
        (true, false) => return vec![declared_error(at, "error response added", Additive)],
        (false, true) => return vec![declared_error(at, "error response removed", Nothing)],
        _ => {}
    }
    let mut changes = prose::compare(old, new, at);
    match (media(old).is_some(), media(new).is_some()) {
        (true, false) => {
            let why = "its body is not declared any more: the client finds no code and no message if there is none";
            changes.push(at.change("error body removed", effects(Nothing, Breaking, Breaking), why));
        }
        (false, true) => {
            let why = "its body is declared now; the client reads any JSON that an error has";
            changes.push(at.change("error body added", effects(Nothing, Additive, Additive), why));
        }
        _ => changes.extend(content::compare(documents, old, new, at)),
    }
    changes.extend(beside_the_content(old, new, "", at));
    changes
}

/// An error that is declared now, or no longer. The client reads any error with any status, so only the documentation
/// of the method changes.
fn declared_error(at: &ComparedPlace, kind: &'static str, wire: Effect) -> Change {
    let why = "the client reads errors with any status: only the method's documentation changes";
    Change { rust: Documentation, ..at.change(kind, effects(Nothing, wire, wire), why) }
}

/// Headers, links and whatever else stands beside the content; and a content that the status cannot have.
fn beside_the_content(old: &Value, new: &Value, status: &str, at: &ComparedPlace) -> Vec<Change> {
    let compared: &[&str] = if is_without_body(status) { &["headers"] } else { &["headers", "content"] };
    let mut changes = extensions::others(old, new, compared, at);
    let (before, after) = (&old["headers"], &new["headers"]);
    if before != after {
        let names = |one: &Value, other: &Value| listed(keys(one).difference(&keys(other)));
        let why = match keys(before) == keys(after) {
            true => format!("headers are described differently: {}", listed(keys(after))),
            false => format!("new headers: {}; no longer: {}", names(after, before), names(before, after)),
        };
        let why = format!("{why}; `Response::headers()` has all headers");
        changes.push(at.change("keyword changed", effects(Nothing, Documentation, Documentation), why));
    }
    changes
}
