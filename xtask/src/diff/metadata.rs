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
    words::{listed, quoted},
};
use crate::{
    openapi::{component, keys},
    pipeline::walk::escape,
    usage::Side,
};

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
    changes.extend(unused_components(old, new));
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

/// The URLs of a list of servers, with the defaults of their variables. A slash at the end makes no difference.
pub fn urls(servers: &Value) -> BTreeSet<String> {
    let url = |server: &Value| {
        let variables = server["variables"].as_object().into_iter().flatten();
        let url = variables.fold(server["url"].as_str()?.to_string(), |url, (name, variable)| {
            url.replace(&format!("{{{name}}}"), variable["default"].as_str().unwrap_or_default())
        });
        Some(url.trim_end_matches('/').to_string())
    };
    servers.as_array().into_iter().flatten().filter_map(url).collect()
}

fn servers(old: &Value, new: &Value) -> Vec<Change> {
    let (before, after) = (urls(&old["servers"]), urls(&new["servers"]));
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

/// Whether a scheme is named by the ways to authenticate of a document or of one of its operations.
fn uses_scheme(document: &Value, scheme: &str) -> bool {
    let names =
        |security: &Value| security.as_array().is_some_and(|all| all.iter().any(|one| one.get(scheme).is_some()));
    let items = ["paths", "webhooks"].into_iter().filter_map(|kind| document[kind].as_object()).flatten();
    let mut operations = items.filter_map(|(_, item)| component(document, item).as_object()).flatten();
    names(&document["security"]) || operations.any(|(_, operation)| names(&operation["security"]))
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
        let (was_used, is_used) = (uses_scheme(old, name), uses_scheme(new, name));
        if without_prose(was) != without_prose(is) {
            let about = "compare it with what `ClientBuilder` offers";
            let unused = "nothing of the API uses it";
            let (kind, wire, why) = match (was.is_null(), is.is_null()) {
                (true, _) if !is_used => ("security scheme added", Documentation, unused.to_string()),
                (true, _) => ("security scheme added", Additive, format!("a new way to authenticate; {about}")),
                (_, true) if !was_used => ("security scheme removed", Documentation, unused.to_string()),
                (_, true) => ("security scheme removed", Breaking, format!("a way to authenticate is gone; {about}")),
                _ if !was_used && !is_used => ("security scheme changed", Documentation, unused.to_string()),
                _ => {
                    let why = format!("how to authenticate is described differently; {about}");
                    ("security scheme changed", Breaking, why)
                }
            };
            changes.push(change(kind, &pointer, &location, (Nothing, wire), why));
        }
        let stays = !was.is_null() && !is.is_null();
        let told = meaning::of_texts(&was["description"], &is["description"]).filter(|_| stays);
        if let Some(why) = told {
            changes.push(change(MEANING, &pointer, &location, (Documentation, Documentation), why));
        } else if stays && was != is && without_prose(was) == without_prose(is) {
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

/// What stands under `components` and nothing refers to. What is referred to is compared where it is used.
fn unused_components(old: &Value, new: &Value) -> Vec<Change> {
    let mut changes = Vec::new();
    let texts = (old.to_string(), new.to_string());
    for kind in ["parameters", "pathItems", "requestBodies", "responses"] {
        let (before, after) = (&old["components"][kind], &new["components"][kind]);
        let is_unused = |name: &&&str| {
            let reference = format!("\"#/components/{kind}/{}\"", escape(name));
            !texts.0.contains(&reference) && !texts.1.contains(&reference)
        };
        let all: BTreeSet<&str> = keys(before).union(&keys(after)).copied().collect();
        let differing: Vec<_> = all.iter().filter(|name| before[**name] != after[**name]).filter(is_unused).collect();
        if !differing.is_empty() {
            let why = format!("nothing of the API uses what differs: {}", listed(&differing));
            let (pointer, location) = (format!("/components/{kind}"), format!("components/{kind}"));
            let is_prose = differing.iter().all(|name| without_prose(&before[**name]) == without_prose(&after[**name]));
            changes.push(match is_prose {
                true => change(PROSE, &pointer, &location, (Documentation, Nothing), why),
                false => change("document changed", &pointer, &location, (Nothing, Documentation), why),
            });
        }
    }
    changes
}

/// For two documents that differ although no comparison found anything, so that they are not said to be the same. Nobody has to
/// release anything for it.
pub fn nothing_known() -> Change {
    let why = "the documents differ in what neither the generator nor the comparison reads".to_string();
    change(PROSE, "", "document", (Nothing, Nothing), why)
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
    let compared = ["schemas", "parameters", "pathItems", "requestBodies", "responses", "securitySchemes"];
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
