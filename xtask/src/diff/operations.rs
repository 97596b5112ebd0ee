//! Compares the operations: which there are, where they are, and what each sends and answers.

use serde_json::Value;

use super::{
    change::{
        Change,
        Effect::{Additive, Breaking, Documentation, Nothing},
        effects,
    },
    documents::Documents,
    operation::DocumentOperation,
    parameters,
    place::ComparedPlace,
    prose::{self, PROSE_KEYWORDS},
    renames, request_body, responses,
    words::quoted,
};
use crate::openapi::keys;

pub fn compare(documents: &Documents<'_>) -> Vec<Change> {
    let (old, new) = (DocumentOperation::all(documents.old), DocumentOperation::all(documents.new));
    let pairs = pair(&old, &new);
    let is_paired = |one: &DocumentOperation| pairs.iter().any(|(a, b)| std::ptr::eq(*a, one) || std::ptr::eq(*b, one));
    let removed: Vec<_> = old.iter().filter(|one| !is_paired(one)).collect();
    let added: Vec<_> = new.iter().filter(|one| !is_paired(one)).collect();
    let mut changes = removed_and_added(&removed, &added);
    changes.extend(pairs.into_iter().flat_map(|(before, after)| compare_one(documents, before, after)));
    changes
}

type Pair<'a> = (&'a DocumentOperation, &'a DocumentOperation);

/// Finds the operations that both documents have: by their endpoint, then by their operationId.
fn pair<'a>(old: &'a [DocumentOperation], new: &'a [DocumentOperation]) -> Vec<Pair<'a>> {
    let mut pairs: Vec<Pair<'a>> = Vec::new();
    let is_paired = |pairs: &[Pair<'a>], one: &DocumentOperation| {
        pairs.iter().any(|(a, b)| std::ptr::eq(*a, one) || std::ptr::eq(*b, one))
    };
    type Same<'s> = &'s dyn Fn(&DocumentOperation, &DocumentOperation) -> bool;
    let by_endpoint: Same<'_> = &|a, b| a.endpoint() == b.endpoint();
    let by_id: Same<'_> = &|a, b| a.id == b.id;
    for same in [by_endpoint, by_id] {
        for before in old {
            let found = new.iter().find(|after| same(before, after) && !is_paired(&pairs, after));
            if let Some(after) = found.filter(|_| !is_paired(&pairs, before)) {
                pairs.push((before, after));
            }
        }
    }
    pairs
}

/// The operations that only one document has. Two that are sent and answer the same may be one under another name.
fn removed_and_added(removed: &[&DocumentOperation], added: &[&DocumentOperation]) -> Vec<Change> {
    let signature = |among: &[&DocumentOperation], id: &str| {
        among.iter().find(|operation| operation.id == id).map(|operation| operation.signature())
    };
    fn ids<'a>(among: &[&'a DocumentOperation]) -> Vec<&'a str> {
        among.iter().map(|operation| operation.id.as_str()).collect()
    }
    let same = |before: &str, after: &str| signature(removed, before) == signature(added, after);
    let renamed = renames::pair_most_alike(&ids(removed), &ids(added), &same);
    let mut changes = Vec::new();
    for before in removed {
        let at = before.place();
        changes.push(match renamed.iter().find(|pair| pair.0 == before.id) {
            Some((_, after)) => {
                let why = format!("it seems to be `{after}` now: another method of the client, another endpoint");
                at.guessed_rename(after, "operation renamed", effects(Breaking, Breaking, Breaking), why)
            }
            None => {
                let why = "the method of the client and its builder are removed";
                at.change("operation removed", effects(Breaking, Breaking, Breaking), why)
            }
        });
    }
    for after in added.iter().filter(|operation| !renamed.iter().any(|pair| pair.1 == operation.id)) {
        let why = "a new method of the client with its builder";
        changes.push(after.place().change("operation added", effects(Additive, Additive, Additive), why));
    }
    changes
}

/// One operation that both documents have.
fn compare_one(documents: &Documents<'_>, old: &DocumentOperation, new: &DocumentOperation) -> Vec<Change> {
    let at = new.place();
    let mut changes = Vec::new();
    if old.id != new.id {
        let why = format!("its operationId was `{}`: the method and the builder have another name", old.id);
        let no_effect_on_wire = effects(Breaking, Nothing, Nothing);
        changes.push(old.place().rename(&new.id, "operationId changed", no_effect_on_wire, why));
    }
    if old.endpoint() != new.endpoint() {
        let why = format!(
            "it was {} {}: code that calls it compiles as before, and older versions of this crate call the old \
             endpoint",
            old.method.to_uppercase(),
            old.path
        );
        changes.push(at.change("endpoint moved", effects(Nothing, Breaking, Breaking), why));
    }
    changes.extend(prose::compare(&old.value, &new.value, &at));
    changes.extend(parameters::compare(documents, old, new));
    changes.extend(request_body::compare(documents, old, new));
    changes.extend(responses::compare(documents, old, new));
    if old.value["security"] != new.value["security"] {
        changes.push(security(&old.value["security"], &new.value["security"], &at));
    }
    let compared = ["parameters", "requestBody", "responses", "security", "operationId", "tags"];
    for key in keys(&old.value).union(&keys(&new.value)) {
        let (before, after) = (&old.value[*key], &new.value[*key]);
        if before != after && !compared.contains(key) && !PROSE_KEYWORDS.contains(key) {
            let why = format!("`{key}` was {} and is {}", quoted(before), quoted(after));
            changes.push(at.change("keyword changed", effects(Nothing, Documentation, Documentation), why));
        }
    }
    changes
}

/// The ways to authenticate are alternatives. One that is removed may be the one in use.
fn security(old: &Value, new: &Value, at: &ComparedPlace) -> Change {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let (before, after) = (list(old), list(new));
    let lost = before.iter().any(|one| !after.contains(one)) || (before.is_empty() && !after.is_empty());
    let wire = if lost { Breaking } else { Additive };
    let why = format!(
        "the ways to authenticate were {} and are {}; `ClientBuilder` has those of the client",
        Value::Array(before),
        Value::Array(after)
    );
    at.change("security changed", effects(Nothing, wire, wire), why)
}
