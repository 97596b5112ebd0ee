//! Compares the operations: which there are, where they are, and what each sends and answers.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    change::{
        Change,
        Effect::{Additive, Breaking, Documentation, Nothing},
        effects,
    },
    documents::Documents,
    extensions::{self, is_extension},
    moved::MovedPaths,
    operation::DocumentOperation,
    parameters,
    place::ComparedPlace,
    prose::{self, PROSE_KEYWORDS},
    renames, request_body, responses, security,
    words::quoted,
};
use crate::{
    openapi::keys,
    usage::{Carriers, Side},
};

pub fn compare(documents: &Documents<'_>) -> Vec<Change> {
    let old = DocumentOperation::all(documents.old, None);
    let new = DocumentOperation::all(documents.new, documents.moved.as_ref());
    let pairs = pair(&old, &new);
    let paired: BTreeSet<*const DocumentOperation> =
        pairs.iter().flat_map(|(before, after)| [*before as *const _, *after as *const _]).collect();
    let removed: Vec<_> = old.iter().filter(|one| !paired.contains(&std::ptr::from_ref(*one))).collect();
    let added: Vec<_> = new.iter().filter(|one| !paired.contains(&std::ptr::from_ref(*one))).collect();
    let mut changes = removed_and_added(&removed, &added);
    changes.extend(documents.moved.as_ref().map(|moved| all_moved(moved, &pairs)));
    changes.extend(pairs.into_iter().flat_map(|(before, after)| compare_one(documents, before, after)));
    changes
}

type Pair<'a> = (&'a DocumentOperation, &'a DocumentOperation);

/// Finds the operations that both documents have: by their endpoint, then by their operationId.
fn pair<'a>(old: &'a [DocumentOperation], new: &'a [DocumentOperation]) -> Vec<Pair<'a>> {
    let mut pairs: Vec<Pair<'a>> = Vec::new();
    let (mut old, mut new): (Vec<&'a DocumentOperation>, Vec<&'a DocumentOperation>) =
        (old.iter().collect(), new.iter().collect());
    type Name = fn(&DocumentOperation) -> String;
    let by_endpoint: Name = |operation| format!("{:?}", operation.endpoint());
    let by_id: Name = |operation| operation.id.clone();
    for name in [by_endpoint, by_id] {
        let mut open: BTreeMap<String, Vec<&'a DocumentOperation>> = BTreeMap::new();
        new.iter().rev().for_each(|after| open.entry(name(after)).or_default().push(after));
        old.retain(|before| match open.get_mut(&name(before)).and_then(Vec::pop) {
            Some(after) => {
                pairs.push((before, after));
                false
            }
            None => true,
        });
        new = open.into_values().flatten().collect();
    }
    pairs
}

/// The operations that only one document has. Two that are sent and answer the same may be one under another name.
fn removed_and_added(removed: &[&DocumentOperation], added: &[&DocumentOperation]) -> Vec<Change> {
    let signatures = |among: &[&DocumentOperation]| -> BTreeMap<String, Value> {
        among.iter().rev().map(|operation| (operation.id.clone(), operation.signature())).collect()
    };
    let (old_signatures, new_signatures) = (signatures(removed), signatures(added));
    fn ids<'a>(among: &[&'a DocumentOperation]) -> Vec<&'a str> {
        among.iter().map(|operation| operation.id.as_str()).collect()
    }
    let same = |before: &str, after: &str| old_signatures.get(before) == new_signatures.get(after);
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
    changes.extend(security::of_operations((documents.old, old), (documents.new, new)));
    let compared = ["parameters", "requestBody", "responses", "security", "operationId", "tags"];
    for key in keys(&old.value).union(&keys(&new.value)) {
        let (before, after) = (&old.value[*key], &new.value[*key]);
        if before != after && is_extension(key) {
            changes.push(extensions::change(key, &at));
        } else if before != after && !compared.contains(key) && !PROSE_KEYWORDS.contains(key) {
            let why = format!("`{key}` was {} and is {}", quoted(before), quoted(after));
            changes.push(at.change("keyword changed", effects(Nothing, Documentation, Documentation), why));
        }
    }
    changes
}

/// The one difference of all paths that begin otherwise now.
fn all_moved(moved: &MovedPaths, pairs: &[Pair<'_>]) -> Change {
    let MovedPaths { from, to, count } = moved;
    let carriers = Carriers {
        sides: BTreeSet::from([Side::Document]),
        names: pairs.iter().map(|(_, after)| after.id.clone()).collect(),
    };
    let at = ComparedPlace::named("/paths".into(), "paths".into(), carriers, "paths");
    let why = format!(
        "every path begins with `{to}` where it began with `{from}` ({count} are the same but for that): code that calls the \
         operations compiles as before, and older versions of this crate call the old endpoints"
    );
    let mut change =
        Change { wire: Breaking, ..at.change("all paths moved", effects(Nothing, Breaking, Breaking), why) };
    change.names.extend(pairs.iter().map(|(_, after)| (after.id.clone(), after.id.clone())));
    change
}
