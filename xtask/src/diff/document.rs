//! Compares what stands beside the operations and schemas: servers, security, the version.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    Change, Comparison,
    Effect::{self, Additive, Breaking, Documentation, None as Nothing},
    PROSE, Side, names,
    schemas::{keys, said},
};

pub fn compare(old: &Value, new: &Value, comparison: &mut Comparison) {
    let mut push = |kind, pointer: &str, location: &str, effects: (Effect, Effect), explanation: String| {
        comparison.push(Change {
            kind,
            pointer: pointer.to_string(),
            location: location.to_string(),
            places: BTreeSet::from([Side::Document]),
            used_by: Vec::new(),
            rust: effects.0,
            wire: effects.1,
            explanation,
            guess: false,
            names: vec![(location.to_string(), location.to_string())],
        });
    };
    let urls = |document: &Value| -> BTreeSet<String> {
        let servers = document["servers"].as_array().into_iter().flatten();
        servers.filter_map(|server| server["url"].as_str()).map(str::to_string).collect()
    };
    for url in urls(old).difference(&urls(new)) {
        let why = format!("{url} is gone; if it is one of src/environment.rs, that has to follow by hand");
        push("server removed", "/servers", "servers", (Nothing, Breaking), why);
    }
    for url in urls(new).difference(&urls(old)) {
        let why = format!("{url} is new; src/environment.rs names the servers of the client");
        push("server added", "/servers", "servers", (Nothing, Additive), why);
    }
    if old["servers"] != new["servers"] && urls(old) == urls(new) {
        push(PROSE, "/servers", "servers", (Documentation, Nothing), "the same servers, described differently".into());
    }
    if old["security"] != new["security"] {
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let lost = list(&old["security"]).iter().any(|one| !list(&new["security"]).contains(one));
        let wire = if lost || old["security"].is_null() { Breaking } else { Additive };
        let why = format!(
            "the ways to authenticate were {} and are {}; src/config.rs has those of the client",
            old["security"], new["security"]
        );
        push("security changed", "/security", "security", (Nothing, wire), why);
    }
    let schemes = "/components/securitySchemes";
    let (before, after) = (old.pointer(schemes), new.pointer(schemes));
    let bare = |schemes: Option<&Value>| schemes.map(names::bare);
    if bare(before) != bare(after) {
        let why = "how to authenticate is described differently; src/config.rs has what the client does".to_string();
        push("security scheme changed", schemes, "security schemes", (Nothing, Breaking), why);
    } else if before != after {
        push(PROSE, schemes, "security schemes", (Documentation, Nothing), "another description".into());
    }
    for key in ["openapi", "info"] {
        for (pointer, before, after) in differing(key, &old[key], &new[key]) {
            let kind = match pointer.as_str() {
                "/info/description" | "/info/summary" => PROSE,
                "/info/version" => "version changed",
                _ => "document changed",
            };
            let why = format!("it was {} and is {}", said(&before), said(&after));
            push(kind, &pointer, pointer.trim_start_matches('/'), (Documentation, Documentation), why);
        }
    }
    let compared = ["openapi", "info", "servers", "security", "paths", "components", "webhooks"];
    for key in keys(old).union(&keys(new)) {
        if !compared.contains(key) && old[*key] != new[*key] {
            push(PROSE, &format!("/{key}"), key, (Documentation, Nothing), format!("`{key}` differs"));
        }
    }
    let inlined = ["schemas", "parameters", "requestBodies", "responses", "securitySchemes"];
    let (before, after) = (&old["components"], &new["components"]);
    for key in keys(before).union(&keys(after)) {
        if !inlined.contains(key) && before[*key] != after[*key] {
            let why = format!("`components/{key}` differs, which nothing here reads");
            push("document changed", &format!("/components/{key}"), key, (Nothing, Documentation), why);
        }
    }
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
