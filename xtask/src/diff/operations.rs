//! Compares the operations: which there are, where they are, and what each sends and answers.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    change::{
        Change,
        Effect::{Additive, Breaking, Documentation, Nothing},
        PROSE, effects,
    },
    documents::Documents,
    extensions,
    metadata::urls,
    moved::MovedPaths,
    operation::DocumentOperation,
    parameters,
    place::ComparedPlace,
    prose, renames, request_body, responses, security,
    words::listed,
};
use crate::{
    openapi::{is_idempotency_key, keys},
    pipeline::walk::{METHODS, escape},
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
    changes.extend(path_items(documents, &new));
    changes.extend(documents.moved.as_ref().map(|moved| all_moved(moved, &pairs)));
    changes.extend(pairs.into_iter().flat_map(|(before, after)| compare_one(documents, before, after)));
    changes
}

type Pair<'a> = (&'a DocumentOperation, &'a DocumentOperation);

/// Finds the operations that both documents have: by an operationId that is the only one of its name in both, then by
/// their endpoint. Code calls an operation by its id, so another operation at the same endpoint is not the same.
fn pair<'a>(old: &'a [DocumentOperation], new: &'a [DocumentOperation]) -> Vec<Pair<'a>> {
    let by_id = |operation: &DocumentOperation| operation.id.clone();
    let by_endpoint = |operation: &DocumentOperation| format!("{:?}", operation.endpoint());
    let mut pairs = pair_by(&by_id, old.iter().collect(), new.iter().collect());
    let is_open =
        |one: &&'a DocumentOperation| !pairs.iter().any(|(a, b)| std::ptr::eq(*a, *one) || std::ptr::eq(*b, *one));
    let (old, new) = (old.iter().filter(is_open).collect(), new.iter().filter(is_open).collect());
    pairs.extend(pair_by(&by_endpoint, old, new));
    pairs
}

/// Pairs what has the same name in both lists, and no other in its list has.
fn pair_by<'a>(
    name: &dyn Fn(&DocumentOperation) -> String,
    old: Vec<&'a DocumentOperation>,
    new: Vec<&'a DocumentOperation>,
) -> Vec<Pair<'a>> {
    let mut named: BTreeMap<String, (Vec<&'a DocumentOperation>, Vec<&'a DocumentOperation>)> = BTreeMap::new();
    old.into_iter().for_each(|operation| named.entry(name(operation)).or_default().0.push(operation));
    new.into_iter().for_each(|operation| named.entry(name(operation)).or_default().1.push(operation));
    let only = |(old, new): (Vec<&'a DocumentOperation>, Vec<&'a DocumentOperation>)| match (&old[..], &new[..]) {
        ([before], [after]) => Some((*before, *after)),
        _ => None,
    };
    named.into_values().filter_map(only).collect()
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
        let given = documents.written_new.pointer(&new.pointer).is_some_and(|written| written["operationId"] == new.id);
        let why = match given {
            true => format!("it is `{}` now: the method and the builder have another name", new.id),
            false => format!(
                "it has no operationId any more: the method and the builder are named after its path, `{}` now",
                new.id
            ),
        };
        let no_effect_on_wire = effects(Breaking, Nothing, Nothing);
        changes.push(old.place().rename(&new.id, "operationId changed", no_effect_on_wire, why));
    }
    if old.endpoint() != new.endpoint() {
        let why = format!(
            "it was {} {}: the method of the client keeps its name, and older versions of this crate call the old endpoint",
            old.method.to_uppercase(),
            old.path
        );
        changes.push(at.change("endpoint moved", effects(Nothing, Breaking, Breaking), why));
    }
    changes.extend(repetition(old, new));
    changes.extend(own_servers((documents.old, old), (documents.new, new)));
    changes.extend(prose::compare_callable(&old.value, &new.value, &at));
    changes.extend(parameters::compare(documents, old, new));
    changes.extend(request_body::compare(documents, old, new));
    changes.extend(responses::compare(documents, old, new));
    changes.extend(security::of_operations((documents.old, old), (documents.new, new)));
    let tags = |operation: &DocumentOperation| operation.value["tags"].clone();
    if tags(old) != tags(new) {
        let why = "it stands in another group of operations";
        changes.push(at.change(PROSE, effects(Documentation, Nothing, Nothing), why));
    }
    let compared = ["parameters", "requestBody", "responses", "security", "operationId", "tags", "servers", REPEATABLE];
    changes.extend(extensions::others(&old.value, &new.value, &compared, &at));
    changes
}

/// On an operation in the overlay: it may be sent again although its method does not say so.
const REPEATABLE: &str = "x-imprint-repeatable";

/// Whether the client sends a request again by itself: by the method, by the overlay's mark, or with an idempotency key.
fn repetition(old: &DocumentOperation, new: &DocumentOperation) -> Option<Change> {
    let degree = |operation: &DocumentOperation| {
        let is_key = |parameter: &Value| {
            parameter["in"] == "header" && is_idempotency_key(parameter["name"].as_str().unwrap_or_default())
        };
        match matches!(operation.method.as_str(), "get" | "head" | "put") || operation.value[REPEATABLE] == true {
            true => 2,
            false => usize::from(operation.value["parameters"].as_array().is_some_and(|all| all.iter().any(is_key))),
        }
    };
    let before = [
        "never sent it again by itself",
        "sent it again by itself if the call set an idempotency key",
        "sent it again by itself when no answer came",
    ];
    let now = [
        "never sends it again by itself",
        "sends it again by itself if the call sets an idempotency key",
        "sends it again by itself when no answer comes",
    ];
    let (was, is) = (degree(old), degree(new));
    let at = new.part(Side::Request, "", &format!("repetition of {}", new.id), &new.id);
    let at = ComparedPlace { pointer: new.pointer.clone(), ..at };
    let (kind, wire) = if is > was { ("repeatable now", Additive) } else { ("no longer repeatable", Breaking) };
    let why = format!("the client {}, and now {}", before[was], now[is]);
    (was != is).then(|| at.change(kind, effects(Documentation, wire, wire), why))
}

/// The servers of one operation. The client calls every operation at the server of its `Environment`.
fn own_servers(
    (old_document, old): (&Value, &DocumentOperation),
    (new_document, new): (&Value, &DocumentOperation),
) -> Option<Change> {
    let (before, after) = (&old.value["servers"], &new.value["servers"]);
    if before == after {
        return None;
    }
    let at = new.part(Side::Request, "servers", &format!("servers of {}", new.id), "servers");
    let effective = |document: &Value, own: &Value| urls(if own.is_null() { &document["servers"] } else { own });
    let (was, is) = (effective(old_document, before), effective(new_document, after));
    if was == is || after.is_null() && !before.is_null() {
        let why = format!("it is called where all operations are: {}", listed(&is));
        let wire = if was == is { Documentation } else { Breaking };
        return Some(at.change("servers changed", effects(Nothing, wire, wire), why));
    }
    let why = format!(
        "it is called at {} now, and was at {}: the client calls every operation at the server of its `Environment`",
        listed(&is),
        listed(&was)
    );
    Some(at.change("servers changed", effects(Nothing, Breaking, Breaking), why))
}

/// What path items say beside their operations, parameters and servers: the normal form gives those to the operations.
fn path_items(documents: &Documents<'_>, operations: &[DocumentOperation]) -> Vec<Change> {
    let mut changes = Vec::new();
    let compared: Vec<&str> = METHODS.into_iter().chain(["parameters", "servers", "$ref"]).collect();
    for path in keys(&documents.new["paths"]) {
        let old_path = documents.moved.as_ref().map_or_else(|| path.to_string(), |moved| moved.back(path));
        let (before, after) = (&documents.old["paths"][&old_path], &documents.new["paths"][path]);
        if before.is_null() || before == after {
            continue;
        }
        let names = operations.iter().filter(|operation| operation.path == path).map(|operation| operation.id.clone());
        let carriers = Carriers { sides: BTreeSet::from([Side::Request]), names: names.collect() };
        let at = ComparedPlace::named(format!("/paths/{}", escape(path)), path.to_string(), carriers, path);
        changes.extend(prose::compare(before, after, &at));
        changes.extend(extensions::others(before, after, &compared, &at));
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
