//! Differences in extensions, the keywords that begin with `x-`: they are told in one line, however many there are.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    change::{
        Change,
        Effect::{Documentation, Nothing},
        PROSE, effects,
    },
    place::ComparedPlace,
    prose::{PROSE_KEYWORDS, without_prose},
    words::quoted,
};
use crate::openapi::keys;

/// The kind of a difference in an extension.
pub const EXTENSION: &str = "extensions changed";

/// Whether a keyword is an extension that means nothing to the generator. Its own marks begin with `x-imprint-`.
pub fn is_extension(keyword: &str) -> bool {
    keyword.starts_with("x-") && !keyword.starts_with("x-imprint-")
}

/// A difference in an extension; `together` makes one of all of them.
pub fn change(keyword: &str, at: &ComparedPlace) -> Change {
    Change { rust: Nothing, ..at.change(EXTENSION, effects(Nothing, Documentation, Documentation), keyword) }
}

/// The keywords of a place that have no comparison of their own, so that no difference is left out. `compared` are those
/// that have one.
pub fn others(old: &Value, new: &Value, compared: &[&str], at: &ComparedPlace) -> Vec<Change> {
    let all: BTreeSet<&str> = keys(old).union(&keys(new)).copied().collect();
    let is_open = |key: &&str| !compared.contains(key) && !PROSE_KEYWORDS.contains(key) && old[*key] != new[*key];
    let one = |key: &str| {
        let (before, after) = (&old[key], &new[key]);
        if is_extension(key) {
            return change(key, at);
        }
        let is_plain = [before, after].iter().all(|value| !value.is_object() && !value.is_array());
        let why = match is_plain {
            true => format!("`{key}` was {} and is {}", quoted(before), quoted(after)),
            false => format!("`{key}` differs"),
        };
        let kind = if without_prose(before) == without_prose(after) { PROSE } else { "keyword changed" };
        at.change(kind, effects(Nothing, Documentation, Documentation), why)
    };
    all.into_iter().filter(is_open).map(one).collect()
}

/// All differences in extensions as one.
pub fn together(changes: Vec<Change>) -> Option<Change> {
    let (places, keywords) = (changes.len(), changes.iter().map(|change| change.explanation.clone()));
    let keywords: BTreeSet<String> = keywords.collect();
    let (sides, used_by): (BTreeSet<_>, BTreeSet<String>) = (
        changes.iter().flat_map(|change| change.places.clone()).collect(),
        changes.iter().flat_map(|c| c.used_by.clone()).collect(),
    );
    let names: Vec<(String, String)> = changes.iter().flat_map(|change| change.names.clone()).collect();
    let wire = changes.iter().map(|change| change.wire).max().unwrap_or(Nothing);
    let first = changes.into_iter().min_by(|a, b| a.pointer.cmp(&b.pointer))?;
    let shown: Vec<String> = keywords.iter().take(6).map(|keyword| format!("`{keyword}`")).collect();
    let more = if keywords.len() > shown.len() { " and others" } else { "" };
    Some(Change {
        location: match places {
            1 => first.location.clone(),
            _ => format!("{places} places"),
        },
        places: sides,
        used_by: used_by.into_iter().collect(),
        explanation: format!("{}{more}: neither the generator nor the comparison reads them", shown.join(", ")),
        wire,
        names,
        ..first
    })
}
