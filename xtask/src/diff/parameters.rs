//! Compares the parameters of an operation, in its path, its query and its headers.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    change::{
        Change,
        Effect::{Additive, Breaking, Documentation, Nothing},
        effects,
    },
    documents::Documents,
    extensions,
    operation::DocumentOperation,
    prose::{self, without_prose},
    renames, schemas, serialization,
    words::quoted,
};
use crate::openapi::is_reserved;

/// The parameters of an operation by name, with their index.
type Parameters<'a> = BTreeMap<String, (usize, &'a Value)>;

pub fn compare(documents: &Documents<'_>, old: &DocumentOperation, new: &DocumentOperation) -> Vec<Change> {
    let (mut before, mut after) = (old.parameters(), new.parameters());
    let mut changes = of_the_client(&before, &after, new);
    for parameters in [&mut before, &mut after] {
        parameters.retain(|name, (_, value)| !is_set_by_client(name, value));
    }
    let removed: Vec<&str> = before.keys().filter(|name| !after.contains_key(*name)).map(String::as_str).collect();
    let added: Vec<&str> = after.keys().filter(|name| !before.contains_key(*name)).map(String::as_str).collect();
    let renamed = renamed(old, new, &removed, &added);
    for name in &removed {
        let (index, value) = before[*name];
        let at = old.parameter_place(index, value);
        changes.push(match renamed.iter().find(|pair| pair.0 == *name) {
            Some((_, to)) if value["in"] == "path" => {
                let why = format!(
                    "it is called `{to}` now, and so is its setter; the path is the same. An id in a path also names \
                     its type, here and in what is answered: `x-imprint-id` by an overlay action keeps the name of \
                     before"
                );
                let mut change = at.rename(to, "path parameter renamed", effects(Breaking, Nothing, Nothing), why);
                change.names.extend([*name, *to].map(|name| (name.to_string(), name.to_string())));
                change
            }
            Some((_, to)) => {
                let why = format!("it seems to be called `{to}` now, and so is its setter");
                at.guessed_rename(to, "parameter renamed", effects(Breaking, Breaking, Nothing), why)
            }
            None => {
                let why = "its setter is removed; Imprint may ignore the parameter or refuse it";
                at.change("parameter removed", effects(Breaking, Breaking, Nothing), why)
            }
        });
    }
    for name in added.iter().filter(|name| !renamed.iter().any(|pair| pair.1 == **name)) {
        let (index, value) = after[*name];
        let at = new.parameter_place(index, value);
        changes.push(if value["required"] == true {
            let why = "calls that do not set it are refused before they are sent";
            at.change("required parameter added", effects(Breaking, Breaking, Nothing), why)
        } else {
            at.change("parameter added", effects(Additive, Additive, Nothing), "a new setter")
        });
    }
    for (name, (_, value)) in &before {
        let Some((index, now)) = after.get(name) else { continue };
        let at = new.parameter_place(*index, now);
        if value["in"] != now["in"] {
            let (from, to) = (quoted(&value["in"]), quoted(&now["in"]));
            let why = format!("it was in the {from} and is in the {to}; its setter stays");
            changes.push(at.change("parameter moved", effects(Nothing, Breaking, Nothing), why));
        }
        match (value["required"] == true, now["required"] == true) {
            (false, true) => {
                let why = "calls that do not set it are refused before they are sent";
                changes.push(at.change("parameter became required", effects(Breaking, Breaking, Nothing), why));
            }
            (true, false) => {
                let why = "calls may leave it out";
                changes.push(at.change("parameter became optional", effects(Additive, Additive, Nothing), why));
            }
            _ => {}
        }
        changes.extend(serialization::compare(documents, value, now, &at));
        let compared = ["name", "in", "required", "schema", "style", "explode", "allowReserved"];
        changes.extend(extensions::others(value, now, &compared, &at));
        changes.extend(prose::compare_callable(value, now, &at));
        changes.extend(schemas::compare(documents, &value["schema"], &now["schema"], &at.part("schema", "")));
    }
    changes
}

/// Whether the client sets a header by itself, such as `Authorization`: a parameter of that name has no setter, and by
/// OpenAPI it means nothing.
fn is_set_by_client(name: &str, parameter: &Value) -> bool {
    parameter["in"] == "header" && is_reserved(name)
}

/// Differences in the headers that the client sets by itself.
fn of_the_client(before: &Parameters<'_>, after: &Parameters<'_>, operation: &DocumentOperation) -> Vec<Change> {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let one = |name: &String| {
        let (was, is) = (before.get(name), after.get(name));
        let (index, value) = is.or(was)?;
        let differs = was.map(|(_, value)| value) != is.map(|(_, value)| value);
        let why = "the client sets this header by itself: there is no setter for it, before and now";
        let effects = effects(Nothing, Documentation, Nothing);
        let at = operation.parameter_place(*index, value);
        (differs && is_set_by_client(name, value)).then(|| at.change("header of the client changed", effects, why))
    };
    names.into_iter().filter_map(one).collect()
}

/// Pairs removed parameters with added ones: those of the path by their position, those of the query by likeness.
fn renamed<'n>(
    old: &DocumentOperation,
    new: &DocumentOperation,
    removed: &[&'n str],
    added: &[&'n str],
) -> Vec<(&'n str, &'n str)> {
    let (before, after) = (old.parameters(), new.parameters());
    let same = |one: &str, other: &str| {
        let (one, other) = (before[one].1, after[other].1);
        one["in"] == "query"
            && other["in"] == "query"
            && without_prose(&one["schema"]) == without_prose(&other["schema"])
    };
    let same_path = old.endpoint().1 == new.endpoint().1;
    let in_path = removed.iter().filter_map(|old_name| {
        let position = old.position_in_path(old_name)?;
        let to = added.iter().find(|name| same_path && new.position_in_path(name) == Some(position))?;
        Some((*old_name, *to))
    });
    in_path.chain(renames::pair_most_alike(removed, added, &same)).collect()
}
