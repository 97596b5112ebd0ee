//! Compares the parameters of an operation, in its path, its query and its headers.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToSnakeCase;
use serde_json::Value;

use super::{
    change::{
        Change,
        Effect::{Additive, Breaking, Documentation, Nothing},
        PROSE, effects,
    },
    documents::Documents,
    extensions,
    operation::DocumentOperation,
    place::ComparedPlace,
    prose::{self, without_prose},
    renames, schemas, serialization,
    words::quoted,
};
use crate::openapi::is_reserved;

/// The parameters of an operation by `parameter_key`, with their index.
type Parameters<'a> = BTreeMap<String, (usize, &'a Value)>;

pub fn compare(documents: &Documents<'_>, old: &DocumentOperation, new: &DocumentOperation) -> Vec<Change> {
    let (mut before, mut after) = (old.parameters(), new.parameters());
    let mut changes = without_setter(&before, &after, new);
    for parameters in [&mut before, &mut after] {
        parameters.retain(|_, (_, value)| !is_cookie(value) && !is_set_by_client(value));
    }
    let pairs = pairs((old, &before), (new, &after));
    for (key, (index, value)) in &before {
        if !pairs.iter().any(|pair| pair.0 == key) {
            let why = "its setter is removed; Imprint may ignore the parameter or refuse it";
            let at = old.parameter_place(*index, value);
            changes.push(at.change("parameter removed", effects(Breaking, Breaking, Nothing), why));
        }
    }
    for (key, (index, value)) in &after {
        if pairs.iter().any(|pair| pair.1 == key) {
            continue;
        }
        let at = new.parameter_place(*index, value);
        changes.push(if value["required"] == true {
            let why = "calls that do not set it are refused before they are sent";
            at.change("required parameter added", effects(Breaking, Breaking, Nothing), why)
        } else {
            at.change("parameter added", effects(Additive, Additive, Nothing), "a new setter")
        });
    }
    for (from, to) in pairs {
        let ((old_index, value), (new_index, now)) = (before[from], after[to]);
        changes.extend(called(value, now, &old.parameter_place(old_index, value)));
        changes.extend(one(documents, value, now, &new.parameter_place(new_index, now)));
    }
    changes
}

/// What its name is, of a parameter that both documents have.
fn called(was: &Value, is: &Value, at: &ComparedPlace) -> Option<Change> {
    let [from, to] = [was, is].map(|parameter| parameter["name"].as_str().unwrap_or_default());
    if from == to {
        return None;
    }
    if was["in"] == "path" && is["in"] == "path" {
        let why = format!(
            "it is called `{to}` now, and so is its setter; the path is the same. An id in a path also names its type, here \
             and in what is answered: `x-imprint-id` by an overlay action keeps the name of before"
        );
        let mut change = at.rename(to, "path parameter renamed", effects(Breaking, Nothing, Nothing), why);
        change.names.extend([from, to].map(|name| (name.to_string(), name.to_string())));
        return Some(change);
    }
    if !from.eq_ignore_ascii_case(to) || was["in"] != "header" && is["in"] != "header" {
        let why = format!("it seems to be called `{to}` now, and so is its setter");
        return Some(at.guessed_rename(to, "parameter renamed", effects(Breaking, Breaking, Nothing), why));
    }
    let setters = [from, to].map(ToSnakeCase::to_snake_case);
    Some(if setters[0] == setters[1] {
        let why = format!("it is written `{to}` now: the names of headers have no case");
        at.change(PROSE, effects(Documentation, Nothing, Nothing), why)
    } else {
        let why = format!("it is written `{to}` now, and its setter is called so; the names of headers have no case");
        at.rename(to, "parameter renamed", effects(Breaking, Nothing, Nothing), why)
    })
}

/// One parameter that both documents have, but for its name.
fn one(documents: &Documents<'_>, was: &Value, is: &Value, at: &ComparedPlace) -> Vec<Change> {
    let mut changes = Vec::new();
    if was["in"] != is["in"] {
        let (from, to) = (quoted(&was["in"]), quoted(&is["in"]));
        let why = format!("it was in the {from} and is in the {to}; its setter stays");
        changes.push(at.change("parameter moved", effects(Nothing, Breaking, Nothing), why));
    }
    match (was["required"] == true, is["required"] == true) {
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
    changes.extend(serialization::compare(documents, was, is, at));
    let compared = ["name", "in", "required", "schema", "style", "explode", "allowReserved"];
    changes.extend(extensions::others(was, is, &compared, at));
    changes.extend(prose::compare_callable(was, is, at));
    changes.extend(schemas::compare(documents, &was["schema"], &is["schema"], &at.part("schema", "")));
    changes
}

/// Whether the client sets a header by itself, such as `Authorization`: a parameter of that name has no setter, and by
/// OpenAPI it means nothing.
fn is_set_by_client(parameter: &Value) -> bool {
    parameter["in"] == "header" && parameter["name"].as_str().is_some_and(is_reserved)
}

/// The client sends no cookies, so that the parameters of that kind have no setters.
fn is_cookie(parameter: &Value) -> bool {
    parameter["in"] == "cookie"
}

/// Differences in the headers that the client sets by itself, and in the cookies that it does not send.
fn without_setter(before: &Parameters<'_>, after: &Parameters<'_>, operation: &DocumentOperation) -> Vec<Change> {
    let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let one = |key: &String| {
        let (was, is) = (before.get(key), after.get(key));
        let (index, value) = is.or(was)?;
        let differs = was.map(|(_, value)| value) != is.map(|(_, value)| value);
        let at = operation.parameter_place(*index, value);
        if differs && is_cookie(value) {
            let is_required = |side: Option<&(usize, &Value)>| side.is_some_and(|(_, value)| value["required"] == true);
            let wire = if is_required(is) && !is_required(was) { Breaking } else { Documentation };
            let why = "the client sends no cookies: there is no setter for it, before and now";
            return Some(at.change("cookie changed", effects(Nothing, wire, Nothing), why));
        }
        let why = "the client sets this header by itself: there is no setter for it, before and now";
        let effects = effects(Nothing, Documentation, Nothing);
        (differs && is_set_by_client(value)).then(|| at.change("header of the client changed", effects, why))
    };
    keys.into_iter().filter_map(one).collect()
}

/// Pairs the parameters of before with those of now: the same ones; of the others those that stand at one position of the
/// path, those of one name in two places, and those most alike. Each is in one pair at most.
fn pairs<'n>(
    (old, before): (&DocumentOperation, &'n Parameters<'_>),
    (new, after): (&DocumentOperation, &'n Parameters<'_>),
) -> Vec<(&'n str, &'n str)> {
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    let add = |pairs: &mut Vec<(&'n str, &'n str)>, is_pair: &dyn Fn(&str, &str) -> bool| {
        for from in before.keys() {
            let is_free = |to: &&String| !pairs.iter().any(|pair| pair.0 == from || pair.1 == **to);
            let to = after.keys().filter(is_free).find(|to| is_pair(from, to));
            pairs.extend(to.map(|to| (from.as_str(), to.as_str())));
        }
    };
    add(&mut pairs, &|from, to| from == to);
    let same_path = old.endpoint().1 == new.endpoint().1;
    let (was, is) = (|key: &str| before[key].1, |key: &str| after[key].1);
    let position = |operation: &DocumentOperation, parameter: &Value| {
        let name = parameter["name"].as_str().filter(|_| same_path && parameter["in"] == "path")?;
        operation.position_in_path(name)
    };
    add(&mut pairs, &|from, to| {
        let (from, to) = (position(old, was(from)), position(new, is(to)));
        from.is_some() && from == to
    });
    let name = |parameter: &Value| parameter["name"].as_str().unwrap_or_default().to_ascii_lowercase();
    add(&mut pairs, &|from, to| was(from)["in"] != is(to)["in"] && name(was(from)) == name(is(to)));
    for place in ["query ", "header "] {
        let open = |keys: Vec<&'n String>, is_paired: &dyn Fn(&str) -> bool| -> Vec<&'n str> {
            keys.into_iter().filter(|key| !is_paired(key)).filter_map(|key| key.strip_prefix(place)).collect()
        };
        let removed = open(before.keys().collect(), &|key| pairs.iter().any(|pair| pair.0 == key));
        let added = open(after.keys().collect(), &|key| pairs.iter().any(|pair| pair.1 == key));
        let schema = |parameter: &Value| without_prose(&parameter["schema"]);
        let key = |name: &str| format!("{place}{name}");
        let same = |from: &str, to: &str| schema(was(&key(from))) == schema(is(&key(to)));
        let alike = renames::pair_most_alike(&removed, &added, &same);
        pairs.extend(alike.into_iter().filter_map(|(from, to)| {
            let (from, to) = (before.get_key_value(&key(from))?, after.get_key_value(&key(to))?);
            Some((from.0.as_str(), to.0.as_str()))
        }));
    }
    pairs
}
