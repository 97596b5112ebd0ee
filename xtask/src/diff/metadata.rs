//! Compares what stands beside operations and schemas: servers, security, the version of the document.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    change::{
        Change,
        Effect::{self, Additive, Breaking, Documentation, Nothing},
        PROSE,
    },
    extensions::{EXTENSION, is_extension},
    meaning::{self, MEANING},
    prose::without_prose,
    security,
    words::quoted,
};
use crate::{openapi::keys, pipeline::walk::escape, usage::Side};

pub fn compare(old: &Value, new: &Value) -> Vec<Change> {
    let mut changes = servers(old, new);
    changes.extend(security(old, new));
    for key in ["openapi", "info"] {
        for (pointer, before, after) in differing(key, &old[key], &new[key]) {
            let key = pointer.rsplit('/').next().unwrap_or_default();
            if is_extension(key) {
                changes.push(change(EXTENSION, &pointer, "info", (Nothing, Documentation), key.to_string()));
                continue;
            }
            let told = meaning::of_document(&before, &after).filter(|_| key == "description" || key == "summary");
            if let Some(why) = told {
                changes.push(change(
                    MEANING,
                    &pointer,
                    "the description of the API",
                    (Documentation, Documentation),
                    why,
                ));
            }
            let kind = match pointer.as_str() {
                "/info/description" | "/info/summary" => PROSE,
                "/info/version" => "version changed",
                _ => "document changed",
            };
            let why = format!("it was {} and is {}", quoted(&before), quoted(&after));
            let location = pointer.trim_start_matches('/');
            changes.push(change(kind, &pointer, location, (Documentation, Documentation), why));
        }
    }
    changes.extend(unread(old, new));
    changes
}

/// A change of the whole document, with its effects on the Rust API and on the wire.
fn change(
    kind: &'static str,
    pointer: &str,
    location: &str,
    (rust, wire): (Effect, Effect),
    explanation: String,
) -> Change {
    Change {
        kind,
        pointer: pointer.to_string(),
        location: location.to_string(),
        places: BTreeSet::from([Side::Document]),
        used_by: Vec::new(),
        rust,
        wire,
        explanation,
        guess: false,
        names: vec![(location.to_string(), location.to_string())],
    }
}

fn servers(old: &Value, new: &Value) -> Vec<Change> {
    let urls = |document: &Value| -> BTreeSet<String> {
        let servers = document["servers"].as_array().into_iter().flatten();
        servers.filter_map(|server| server["url"].as_str()).map(str::to_string).collect()
    };
    let (before, after) = (urls(old), urls(new));
    let mut changes = Vec::new();
    for url in before.difference(&after) {
        let why = format!("{url} is no longer listed; if `Environment` names it, change that by hand");
        changes.push(change("server removed", "/servers", "servers", (Nothing, Breaking), why));
    }
    for url in after.difference(&before) {
        let why = format!("{url} is new; the servers that the client can choose are those of `Environment`");
        changes.push(change("server added", "/servers", "servers", (Nothing, Additive), why));
    }
    if old["servers"] != new["servers"] && before == after {
        let why = "the same servers, described differently".to_string();
        changes.push(change(PROSE, "/servers", "servers", (Documentation, Nothing), why));
    }
    changes
}

fn security(old: &Value, new: &Value) -> Vec<Change> {
    let mut changes = Vec::new();
    let (before, after) = (&old["security"], &new["security"]);
    if before != after {
        let (wire, why) = security::compare(before, after);
        changes.push(change("security changed", "/security", "security", (Nothing, wire), why));
    }
    let schemes = "/components/securitySchemes";
    let none = Value::Null;
    let (before, after) = (old.pointer(schemes).unwrap_or(&none), new.pointer(schemes).unwrap_or(&none));
    for name in keys(before).union(&keys(after)) {
        let (pointer, location) = (format!("{schemes}/{}", escape(name)), format!("security scheme {name}"));
        let (was, is) = (&before[*name], &after[*name]);
        if without_prose(was) != without_prose(is) {
            let why =
                "how to authenticate is described differently; compare it with what `ClientBuilder` offers".to_string();
            changes.push(change("security scheme changed", &pointer, &location, (Nothing, Breaking), why));
        }
        let told = meaning::of_texts(&was["description"], &is["description"]);
        if let Some(why) = told {
            changes.push(change(MEANING, &pointer, &location, (Documentation, Documentation), why));
        } else if was != is && without_prose(was) == without_prose(is) {
            changes.push(change(
                PROSE,
                &pointer,
                &location,
                (Documentation, Nothing),
                "another description".to_string(),
            ));
        }
    }
    changes
}

/// What neither the generator nor the comparison reads: that it differs is said all the same.
fn unread(old: &Value, new: &Value) -> Vec<Change> {
    let mut changes = Vec::new();
    let compared = ["openapi", "info", "servers", "security", "paths", "components", "webhooks"];
    for key in keys(old).union(&keys(new)) {
        if !compared.contains(key) && old[*key] != new[*key] && is_extension(key) {
            changes.push(change(EXTENSION, &format!("/{key}"), key, (Nothing, Documentation), key.to_string()));
        } else if !compared.contains(key) && old[*key] != new[*key] {
            let why = format!("`{key}` differs");
            changes.push(change(PROSE, &format!("/{key}"), key, (Documentation, Nothing), why));
        }
    }
    let compared = ["schemas", "parameters", "requestBodies", "responses", "securitySchemes"];
    let (before, after) = (&old["components"], &new["components"]);
    for key in keys(before).union(&keys(after)) {
        if !compared.contains(key) && before[*key] != after[*key] {
            let pointer = format!("/components/{key}");
            if is_extension(key) {
                changes.push(change(EXTENSION, &pointer, key, (Nothing, Documentation), key.to_string()));
                continue;
            }
            let why = format!("`components/{key}` differs, which the generator does not read");
            changes.push(change("document changed", &pointer, key, (Nothing, Documentation), why));
        }
    }
    changes
}

/// The members that differ, or the value itself when it has none.
fn differing(key: &str, old: &Value, new: &Value) -> Vec<(String, Value, Value)> {
    if !old.is_object() && !new.is_object() {
        return if old == new { vec![] } else { vec![(format!("/{key}"), old.clone(), new.clone())] };
    }
    let members = keys(old).union(&keys(new)).map(|name| name.to_string()).collect::<Vec<_>>();
    let pairs = members.into_iter().map(|name| (format!("/{key}/{name}"), old[&name].clone(), new[&name].clone()));
    pairs.filter(|(_, before, after)| before != after).collect()
}
