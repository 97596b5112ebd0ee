//! Compares the operations, and what each sends.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    Effect::{Additive, Breaking, Documentation, None as Nothing},
    Side, names, responses,
    schemas::{At, Walker, keys, rule, said},
    usage::{Carriers, is_success, json_schema},
};
use crate::build::walk;

/// An operation of one of the documents.
#[derive(Clone)]
pub struct Operation {
    pub id: String,
    method: String,
    path: String,
    pointer: String,
    pub value: Value,
}

impl Operation {
    fn at(&self) -> At {
        let shown = format!("{} ({} {})", self.id, self.method.to_uppercase(), self.path);
        let carriers = Carriers::of(Side::Request, &self.id);
        At { pointer: self.pointer.clone(), location: shown, carriers, owner: self.id.clone(), leaf: self.id.clone() }
    }

    /// A part of it that is carried on one side.
    pub fn part(&self, side: Side, below: &str, said: &str, leaf: &str) -> At {
        At {
            pointer: format!("{}/{below}", self.pointer),
            location: said.to_string(),
            carriers: Carriers::of(side, &self.id),
            owner: self.id.clone(),
            leaf: leaf.to_string(),
        }
    }

    /// The path whatever its parameters are called: no one sees that on the wire.
    fn shape(&self) -> String {
        let segments = self.path.split('/').map(|segment| if segment.starts_with('{') { "{}" } else { segment });
        segments.collect::<Vec<_>>().join("/")
    }

    /// Where in the path a parameter stands.
    fn position(&self, name: &str) -> Option<usize> {
        self.path.split('/').position(|segment| segment == format!("{{{name}}}"))
    }

    /// By place and name, with their index.
    fn parameters(&self) -> BTreeMap<String, (usize, &Value)> {
        let all = self.value["parameters"].as_array().into_iter().flatten().enumerate();
        all.map(|(index, value)| (value["name"].as_str().unwrap_or_default().to_string(), (index, value))).collect()
    }

    fn parameter(&self, index: usize, value: &Value) -> At {
        let name = value["name"].as_str().unwrap_or_default();
        let shown = format!("{} parameter `{name}` of {}", value["in"].as_str().unwrap_or("unplaced"), self.id);
        self.part(Side::Request, &format!("parameters/{index}"), &shown, name)
    }
}

fn operations(document: &Value) -> Vec<Operation> {
    let mut found = Vec::new();
    let _ = walk::operations(&mut document.clone(), &mut |operation| {
        found.push(Operation {
            id: operation.id.unwrap_or("without an id").to_string(),
            method: operation.method.to_string(),
            path: operation.path.to_string(),
            pointer: operation.pointer.clone(),
            value: Value::Object(operation.value.clone()),
        });
        Ok(())
    });
    found
}

/// What of an operation tells it from others: what goes in and what comes out.
fn essence(operation: &Operation) -> Value {
    let answers = operation.value["responses"].as_object().into_iter().flatten();
    let success: Vec<&Value> = answers.filter(|(status, _)| is_success(status)).map(|(_, a)| json_schema(a)).collect();
    names::bare(&serde_json::json!([operation.method, json_schema(&operation.value["requestBody"]), success]))
}

pub fn compare(walker: &mut Walker<'_>) {
    let (old, new) = (operations(walker.old), operations(walker.new));
    let mut pairs: Vec<(&Operation, &Operation)> = Vec::new();
    let paired = |pairs: &[(&Operation, &Operation)], one: &Operation| {
        pairs.iter().any(|(a, b)| std::ptr::eq(*a, one) || std::ptr::eq(*b, one))
    };
    type Same<'s> = &'s dyn Fn(&Operation, &Operation) -> bool;
    let by_place: Same<'_> = &|a, b| (&a.method, a.shape()) == (&b.method, b.shape());
    let by_id: Same<'_> = &|a, b| a.id == b.id;
    for same in [by_place, by_id] {
        for before in &old {
            let found = new.iter().find(|after| same(before, after) && !paired(&pairs, after));
            if let Some(after) = found.filter(|_| !paired(&pairs, before)) {
                pairs.push((before, after));
            }
        }
    }
    let gone: Vec<&Operation> = old.iter().filter(|one| !paired(&pairs, one)).collect();
    let come: Vec<&Operation> = new.iter().filter(|one| !paired(&pairs, one)).collect();
    let find = |among: &[&Operation], id: &str| among.iter().find(|one| one.id == id).map(|one| essence(one));
    let ids = |among: &[&'_ Operation]| among.iter().map(|one| one.id.clone()).collect::<Vec<_>>();
    let (gone_ids, come_ids) = (ids(&gone), ids(&come));
    let (gone_ids, come_ids): (Vec<&str>, Vec<&str>) =
        (gone_ids.iter().map(String::as_str).collect(), come_ids.iter().map(String::as_str).collect());
    let renamed = names::pairs(&gone_ids, &come_ids, &|a, b| find(&gone, a) == find(&come, b));
    for before in &gone {
        match renamed.iter().find(|pair| pair.0 == before.id) {
            Some((_, after)) => {
                let why = format!("it seems to be `{after}` now: another method of the client, another endpoint");
                walker.renamed(&before.at(), after, "operation renamed", rule(Breaking, Breaking, Breaking), why);
            }
            None => {
                let why = "the method of the client and its builder vanish";
                walker.change(&before.at(), "operation removed", rule(Breaking, Breaking, Breaking), why);
            }
        }
    }
    for after in come.iter().filter(|one| !renamed.iter().any(|pair| pair.1 == one.id)) {
        let why = "a new method of the client with its builder";
        walker.change(&after.at(), "operation added", rule(Additive, Additive, Additive), why);
    }
    for (before, after) in pairs {
        operation(walker, before, after);
    }
}

fn operation(walker: &mut Walker<'_>, old: &Operation, new: &Operation) {
    let at = new.at();
    if old.id != new.id {
        let why = format!("its operationId was `{}`: the method and the builder have another name", old.id);
        walker.renamed(&old.at(), &new.id, "operationId changed", rule(Breaking, Nothing, Nothing), why);
        // The place is the same: this is no guess.
        if let Some(change) = walker.changes.last_mut() {
            change.guess = false;
        }
    }
    if (&old.method, old.shape()) != (&new.method, new.shape()) {
        let why = format!(
            "it was {} {}: code that calls it compiles as before, and older versions of this crate call the old place",
            old.method.to_uppercase(),
            old.path
        );
        walker.change(&at, "endpoint moved", rule(Nothing, Breaking, Breaking), why);
    }
    walker.prose(&old.value, &new.value, &at);
    parameters(walker, old, new);
    body(walker, old, new);
    responses::compare(walker, old, new);
    if old.value["security"] != new.value["security"] {
        security(walker, &old.value["security"], &new.value["security"], &at);
    }
    let known = ["parameters", "requestBody", "responses", "security", "operationId"];
    for key in keys(&old.value).union(&keys(&new.value)) {
        let prose = names::PROSE.contains(key) || *key == "tags";
        if old.value[*key] != new.value[*key] && !known.contains(key) && !prose {
            let why = format!("`{key}` was {} and is {}", said(&old.value[*key]), said(&new.value[*key]));
            walker.change(&at, "keyword changed", rule(Nothing, Documentation, Documentation), why);
        }
    }
}

/// Lists of alternatives: one that leaves may be the one in use.
pub fn security(walker: &mut Walker<'_>, old: &Value, new: &Value, at: &At) {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let (before, after) = (list(old), list(new));
    let lost = before.iter().any(|one| !after.contains(one)) || (before.is_empty() && !after.is_empty());
    let wire = if lost { Breaking } else { Additive };
    let why = format!(
        "the ways to authenticate were {} and are {}; src/config.rs has those of the client",
        Value::Array(before),
        Value::Array(after)
    );
    walker.change(at, "security changed", rule(Nothing, wire, wire), why);
}

fn parameters(walker: &mut Walker<'_>, old: &Operation, new: &Operation) {
    let (before, after) = (old.parameters(), new.parameters());
    let gone: Vec<&str> = before.keys().filter(|name| !after.contains_key(*name)).map(String::as_str).collect();
    let come: Vec<&str> = after.keys().filter(|name| !before.contains_key(*name)).map(String::as_str).collect();
    let same = |a: &str, b: &str| {
        let (a, b) = (before[a].1, after[b].1);
        a["in"] == "query" && a["in"] == b["in"] && names::bare(&a["schema"]) == names::bare(&b["schema"])
    };
    // Those of the path are told by where they stand.
    let in_path = gone.iter().filter_map(|old_name| {
        let place = old.position(old_name)?;
        let to = come.iter().find(|name| new.position(name) == Some(place) && old.shape() == new.shape())?;
        Some((*old_name, *to))
    });
    let renamed: Vec<(&str, &str)> = in_path.chain(names::pairs(&gone, &come, &same)).collect();
    for name in &gone {
        let (index, value) = before[*name];
        let at = old.parameter(index, value);
        match renamed.iter().find(|pair| pair.0 == *name) {
            Some((_, to)) if value["in"] == "path" => {
                let why = format!(
                    "it is called `{to}` now, and so is its setter; the path is the same. An id in a path also names its \
                     type, here and in what is answered: `x-imprint-id` by an overlay action keeps the name of before"
                );
                walker.renamed(&at, to, "path parameter renamed", rule(Breaking, Nothing, Nothing), why);
                if let Some(change) = walker.changes.last_mut() {
                    change.guess = false;
                    change.names.extend([*name, *to].map(|name| (name.to_string(), name.to_string())));
                }
            }
            Some((_, to)) => {
                let why = format!("it seems to be called `{to}` now, and so is its setter");
                walker.renamed(&at, to, "parameter renamed", rule(Breaking, Breaking, Nothing), why);
            }
            None => {
                let why = "its setter vanishes; Imprint may ignore or refuse it";
                walker.change(&at, "parameter removed", rule(Breaking, Breaking, Nothing), why);
            }
        }
    }
    for name in come.iter().filter(|name| !renamed.iter().any(|pair| pair.1 == **name)) {
        let (index, value) = after[*name];
        let at = new.parameter(index, value);
        if value["required"] == true {
            let why = "calls that do not set it are refused before they are sent";
            walker.change(&at, "required parameter added", rule(Breaking, Breaking, Nothing), why);
        } else {
            walker.change(&at, "parameter added", rule(Additive, Additive, Nothing), "a new setter");
        }
    }
    for (name, (_, value)) in &before {
        let Some((index, now)) = after.get(name) else { continue };
        let at = new.parameter(*index, now);
        if value["in"] != now["in"] {
            let why =
                format!("it was in the {} and is in the {}; its setter stays", said(&value["in"]), said(&now["in"]));
            walker.change(&at, "parameter moved", rule(Nothing, Breaking, Nothing), why);
        }
        match (value["required"] == true, now["required"] == true) {
            (false, true) => {
                let why = "calls that do not set it are refused before they are sent";
                walker.change(&at, "parameter became required", rule(Breaking, Breaking, Nothing), why);
            }
            (true, false) => {
                let why = "calls may leave it out";
                walker.change(&at, "parameter became optional", rule(Additive, Additive, Nothing), why);
            }
            _ => {}
        }
        walker.prose(value, now, &at);
        walker.schema(&value["schema"], &now["schema"], &at.part("schema", ""));
    }
}

fn body(walker: &mut Walker<'_>, old: &Operation, new: &Operation) {
    let (before, after) = (&old.value["requestBody"], &new.value["requestBody"]);
    let shown = format!("request of {}", new.id);
    let at = new.part(Side::Request, "requestBody", &shown, "body");
    match (before.is_null(), after.is_null()) {
        (true, true) => return,
        (true, false) if after["required"] == true => {
            let why = "calls have to send a body now";
            return walker.change(&at, "required body added", rule(Breaking, Breaking, Nothing), why);
        }
        (true, false) => {
            let why = "calls may send a body now: setters for it";
            return walker.change(&at, "body added", rule(Additive, Additive, Nothing), why);
        }
        (false, true) => {
            let at = At { pointer: format!("{}/requestBody", old.pointer), ..at };
            let why = "calls send no body any more: its setters and its type vanish";
            return walker.change(&at, "body removed", rule(Breaking, Breaking, Nothing), why);
        }
        (false, false) => {}
    }
    match (before["required"] == true, after["required"] == true) {
        (false, true) => {
            let why = "the client sends the body always";
            walker.change(&at, "body became required", rule(Nothing, Breaking, Nothing), why);
        }
        (true, false) => {
            let why = "the client sends the body always";
            walker.change(&at, "body became optional", rule(Nothing, Additive, Nothing), why);
        }
        _ => {}
    }
    walker.prose(before, after, &at);
    responses::media_types(walker, before, after, &at);
    let at = new.part(Side::Request, "requestBody/content/application~1json/schema", &format!("{shown}: "), "body");
    walker.schema(json_schema(before), json_schema(after), &at);
}
