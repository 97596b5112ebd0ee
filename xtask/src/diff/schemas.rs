//! Compares schemas, each once for all who carry it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    Change,
    Effect::{self, Additive, Breaking, Documentation, None as Nothing},
    PROSE, Side, names,
    usage::{Carriers, usage},
};
use crate::build::walk::{component_name, escape};

/// A place in both documents.
#[derive(Clone)]
pub struct At {
    pub pointer: String,
    pub location: String,
    pub carriers: Carriers,
    pub owner: String,
    pub leaf: String,
}

impl At {
    /// A part of the schema here, with what its location adds.
    pub fn part(&self, below: &str, said: &str) -> Self {
        Self {
            pointer: format!("{}/{below}", self.pointer),
            location: format!("{}{said}", self.location),
            ..self.clone()
        }
    }

    pub fn property(&self, name: &str) -> Self {
        let part = self.part(&format!("properties/{}", escape(name)), &format!(".{name}"));
        Self { leaf: name.to_string(), ..part }
    }
}

/// What a difference does where it is sent, and where it is answered.
#[derive(Clone, Copy)]
pub struct Ruling {
    rust: [Effect; 2],
    wire: [Effect; 2],
}

/// The effect on the Rust API, then on the wire of what is sent and of what is answered.
pub const fn rule(rust: Effect, sent: Effect, answered: Effect) -> Ruling {
    Ruling { rust: [rust, rust], wire: [sent, answered] }
}

/// The same, where the Rust API depends on the side as well.
pub const fn sides(rust: [Effect; 2], wire: [Effect; 2]) -> Ruling {
    Ruling { rust, wire }
}

pub struct Walker<'a> {
    pub old: &'a Value,
    pub new: &'a Value,
    pub old_usage: BTreeMap<String, Carriers>,
    pub new_usage: BTreeMap<String, Carriers>,
    /// Named schemas that seem to have been renamed, old to new.
    pub renames: BTreeMap<String, String>,
    pub changes: Vec<Change>,
}

static NULL: Value = Value::Null;

pub fn named<'a>(document: &'a Value, name: &str) -> &'a Value {
    document.pointer(&format!("/components/schemas/{}", escape(name))).unwrap_or(&NULL)
}

pub fn keys(map: &Value) -> BTreeSet<&str> {
    map.as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect()
}

pub fn reference(schema: &Value) -> Option<&str> {
    component_name(schema["$ref"].as_str()?, "schemas")
}

impl<'a> Walker<'a> {
    pub fn new(old: &'a Value, new: &'a Value) -> Self {
        let (old_usage, new_usage) = (usage(old), usage(new));
        Self { old, new, old_usage, new_usage, renames: BTreeMap::new(), changes: Vec::new() }.guess_renamed()
    }

    fn guess_renamed(mut self) -> Self {
        let (old, new) = (&self.old["components"]["schemas"], &self.new["components"]["schemas"]);
        let gone: Vec<&str> = keys(old).difference(&keys(new)).copied().collect();
        let come: Vec<&str> = keys(new).difference(&keys(old)).copied().collect();
        let same = |before: &str, after: &str| names::bare(&old[before]) == names::bare(&new[after]);
        self.renames = names::pairs(&gone, &come, &same).into_iter().map(|(a, b)| (a.into(), b.into())).collect();
        self
    }

    /// Records a change; errors make no types, and what nobody carries does nothing.
    pub fn change(&mut self, at: &At, kind: &'static str, ruling: Ruling, explanation: impl Into<String>) {
        let sides = &at.carriers.sides;
        let sent = sides.contains(&Side::Request);
        let answered = sides.contains(&Side::Response) || sides.contains(&Side::Webhook);
        let worst = |effects: [Effect; 2], errors: bool| {
            let of = |carried: bool, effect: Effect| if carried { effect } else { Nothing };
            let answered = answered || errors && sides.contains(&Side::Error);
            of(sent, effects[0]).max(of(answered, effects[1]))
        };
        self.changes.push(Change {
            kind,
            pointer: at.pointer.clone(),
            location: at.location.clone(),
            places: sides.clone(),
            used_by: at.carriers.names.iter().cloned().collect(),
            rust: worst(ruling.rust, false),
            wire: worst(ruling.wire, true),
            explanation: explanation.into(),
            guess: false,
            names: vec![(at.owner.clone(), at.leaf.clone())],
        });
    }

    /// Records that something seems to be called `to` now, which the evidence only suggests.
    pub fn renamed(&mut self, at: &At, to: &str, kind: &'static str, ruling: Ruling, explanation: impl Into<String>) {
        self.change(at, kind, ruling, explanation);
        if let Some(change) = self.changes.last_mut() {
            change.guess = true;
            let owner = if at.owner == at.leaf { to.to_string() } else { at.owner.clone() };
            change.names.push((owner, to.to_string()));
        }
    }

    /// Everything under `components/schemas`.
    pub fn named(&mut self) {
        let (old, new) = (self.old, self.new);
        let (before, after) = (keys(&old["components"]["schemas"]), keys(&new["components"]["schemas"]));
        let renamed = self.renames.clone();
        for name in before.union(&after) {
            let mut carriers = self.old_usage.get(*name).cloned().unwrap_or_default();
            carriers.join(&self.new_usage.get(*name).cloned().unwrap_or_default());
            let pointer = format!("/components/schemas/{}", escape(name));
            let (owner, leaf) = (name.to_string(), name.to_string());
            let at = At { pointer, location: name.to_string(), carriers, owner, leaf };
            match (before.contains(name), after.contains(name)) {
                (true, true) => {
                    self.reach(name, &at);
                    self.schema(named(old, name), named(new, name), &at);
                }
                (true, false) => match renamed.get(*name) {
                    Some(to) => {
                        let why = format!("the schema seems to be called `{to}` now, and so is its type");
                        self.renamed(&at, to, "schema renamed", rule(Breaking, Nothing, Nothing), why);
                    }
                    None => self.change(
                        &at,
                        "schema removed",
                        rule(Breaking, Nothing, Nothing),
                        "the type goes with it; the places that carried it are listed on their own",
                    ),
                },
                (false, _) if renamed.values().any(|to| to == name) => {}
                (false, _) => {
                    self.change(&at, "schema added", rule(Additive, Nothing, Nothing), "there is a new type for it");
                }
            }
        }
    }

    /// Whether a schema that stays has a type: those that no call and no webhook carries have none.
    fn reach(&mut self, name: &str, at: &At) {
        let typed = |usage: &BTreeMap<String, Carriers>| {
            usage.get(name).is_some_and(|carriers| carriers.sides.iter().any(|side| *side != Side::Error))
        };
        match (typed(&self.old_usage), typed(&self.new_usage)) {
            (true, false) => {
                let why = "no operation and no webhook carries it any more: its type vanishes";
                self.change(at, "schema no longer used", rule(Breaking, Nothing, Nothing), why);
            }
            (false, true) => {
                let why = "an operation or a webhook carries it now: there is a type for it";
                self.change(at, "schema newly used", rule(Additive, Nothing, Nothing), why);
            }
            _ => {}
        }
    }

    /// One schema in both documents.
    pub fn schema(&mut self, old: &Value, new: &Value, at: &At) {
        if old == new {
            return;
        }
        self.prose(old, new, at);
        match (reference(old), reference(new)) {
            (Some(before), Some(after))
                if before == after || self.renames.get(before).is_some_and(|to| to == after) => {}
            (None, None) => self.shape(old, new, at),
            (before, after) => {
                let (was, is) = (self.resolve(self.old, old), self.resolve(self.new, new));
                let said = |name: Option<&str>| name.map_or("a schema of its own".into(), |name| format!("`{name}`"));
                let why = format!("it was {} and is {}: the type has another name", said(before), said(after));
                // Numbers, lists and maps have no type of their own to be called by.
                let plain = [&was, &is].iter().all(|schema| {
                    let shaped = schema.get("properties").is_some() || schema.get("allOf").is_some();
                    schema["type"] != "string" && !shaped
                });
                let rust = if plain { Nothing } else { Breaking };
                self.change(at, "type named differently", rule(rust, Nothing, Nothing), why);
                self.shape(&was, &is, at);
            }
        }
        if at.leaf == at.owner && old["nullable"] != new["nullable"] {
            self.nullable(new["nullable"] == true, Breaking, at);
        }
    }

    /// A reference followed to its end, with what stands beside it.
    pub fn resolve(&self, document: &Value, schema: &Value) -> Value {
        let target = crate::build::lower::resolve(document, schema);
        let mut merged = target.as_object().cloned().unwrap_or_default();
        merged.extend(
            schema.as_object().into_iter().flatten().filter(|(k, _)| *k != "$ref").map(|(k, v)| (k.clone(), v.clone())),
        );
        Value::Object(merged)
    }

    /// Differences that change neither what is sent nor what compiles.
    pub fn prose(&mut self, old: &Value, new: &Value, at: &At) {
        let differing: Vec<&str> = names::PROSE
            .into_iter()
            .filter(|key| !matches!(*key, "title" | "deprecated") && old[*key] != new[*key])
            .collect();
        if !differing.is_empty() {
            self.change(at, PROSE, rule(Documentation, Nothing, Nothing), format!("another {}", differing.join(", ")));
        }
        if old["deprecated"] != new["deprecated"] {
            if new["deprecated"] == true {
                let why = "it still works and should not be used any more; Rust code that uses it may get a warning";
                self.change(at, "deprecated", rule(Additive, Documentation, Documentation), why);
            } else {
                self.change(
                    at,
                    "no longer deprecated",
                    rule(Documentation, Documentation, Documentation),
                    "it is back",
                );
            }
        }
    }

    fn shape(&mut self, old: &Value, new: &Value, at: &At) {
        if old["title"] != new["title"] {
            let why =
                format!("{} became {}: generated types are named by it", said(&old["title"]), said(&new["title"]));
            self.change(at, "title changed", rule(Breaking, Nothing, Nothing), why);
            let titles = [old, new].map(|schema| text(&schema["title"]));
            if let Some(change) = self.changes.last_mut() {
                change.names.extend(titles.map(|title| (title.clone(), title)));
            }
        }
        let (before, after) = (kind(old), kind(new));
        if before != after {
            let wire = match (before, after) {
                ("integer", "number") => [Additive, Breaking],
                ("number", "integer") => [Breaking, Additive],
                ("any value", _) => [Breaking, Additive],
                (_, "any value") => [Additive, Breaking],
                _ => [Breaking, Breaking],
            };
            let why = format!("it was {before} and is {after}");
            return self.change(at, "type changed", sides([Breaking, Breaking], wire), why);
        }
        self.format(old, new, at);
        self.values(old, new, at);
        self.limits(old, new, at);
        self.properties(old, new, at);
        if before == "a list" {
            self.schema(&old["items"], &new["items"], &at.part("items", "[]"));
        }
        self.more(&old["additionalProperties"], &new["additionalProperties"], at);
        self.rest(old, new, at);
    }

    fn format(&mut self, old: &Value, new: &Value, at: &At) {
        let (before, after) = (&old["format"], &new["format"]);
        if before == after {
            return;
        }
        let typed = |format: &Value| {
            let timestamp = format == "date-time" && !at.leaf.ends_with("_at");
            timestamp || format == "password" || ["int32", "float"].iter().any(|narrow| format == narrow)
        };
        let rust = if typed(before) || typed(after) { Breaking } else { Nothing };
        let wire = match (before.is_null(), after.is_null()) {
            (true, _) => [Breaking, Nothing],
            (_, true) => [Additive, Breaking],
            _ => [Breaking, Breaking],
        };
        let why = match rust {
            Breaking => format!("{} became {}: the Rust type is another one", said(before), said(after)),
            _ => format!("{} became {}: the Rust type stays", said(before), said(after)),
        };
        self.change(at, "format changed", sides([rust, rust], wire), why);
    }

    fn values(&mut self, old: &Value, new: &Value, at: &At) {
        let strings = kind(old) == "text";
        let rust = |effect| if strings { effect } else { Nothing };
        match (old["enum"].as_array(), new["enum"].as_array()) {
            (None, None) => {}
            (None, Some(values)) => {
                let why = format!("any value was allowed, now {}: the type becomes an open enum", listed(values));
                self.change(at, "enum introduced", rule(rust(Breaking), Breaking, Nothing), why);
            }
            (Some(_), None) => {
                let why = "any value is allowed now: the enum becomes plain text";
                self.change(at, "enum dropped", rule(rust(Breaking), Additive, Additive), why);
            }
            (Some(before), Some(after)) => {
                for value in after.iter().filter(|value| !before.contains(value)) {
                    let at = At { leaf: text(value), ..at.clone() };
                    let why = format!(
                        "{}: enums are open, so that it has arrived as `Unrecognized` until now and gets a variant",
                        said(value)
                    );
                    self.change(&at, "enum value added", rule(rust(Additive), Additive, Additive), why);
                }
                for value in before.iter().filter(|value| !after.contains(value)) {
                    let at = At { leaf: text(value), ..at.clone() };
                    let why =
                        format!("{}: the variant vanishes; the text still arrives as `Unrecognized`", said(value));
                    self.change(&at, "enum value removed", rule(rust(Breaking), Breaking, Nothing), why);
                }
            }
        }
    }

    /// `nullable` gained or lost, with what that does to the Rust type.
    pub fn nullable(&mut self, gained: bool, rust: Effect, at: &At) {
        if gained {
            self.change(at, "null allowed", rule(rust, Additive, Breaking), "it may be null now");
        } else {
            self.change(at, "null no longer allowed", rule(rust, Breaking, Additive), "it cannot be null any more");
        }
    }
}

/// The shape of a schema in a word or two.
pub fn kind(schema: &Value) -> &'static str {
    match schema["type"].as_str() {
        Some("string") => "text",
        Some("integer") => "integer",
        Some("number") => "number",
        Some("boolean") => "true or false",
        Some("array") => "a list",
        _ if schema.get("properties").is_some() || schema.get("allOf").is_some() => "an object",
        Some("object") => "a map",
        _ if schema.get("enum").is_some() => "text",
        _ => "any value",
    }
}

/// A value as a sentence quotes it.
pub fn said(value: &Value) -> String {
    match value {
        Value::Null => "nothing".into(),
        Value::String(text) => format!("`{text}`"),
        Value::Object(_) => "a schema".into(),
        other => format!("`{other}`"),
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_string)
}

fn listed(values: &[Value]) -> String {
    values.iter().map(said).collect::<Vec<_>>().join(", ")
}
