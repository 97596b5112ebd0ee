//! The two documents that are compared, with what has to be known of both before any place is: who carries which
//! schema, and which schemas were renamed.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{prose::without_prose, renames};
use crate::{
    openapi::keys,
    pipeline,
    usage::{Carriers, Side, usage},
};

/// Both documents in the form in which they are compared.
pub struct Documents<'a> {
    pub old: &'a Value,
    pub new: &'a Value,
    old_usage: BTreeMap<String, Carriers>,
    new_usage: BTreeMap<String, Carriers>,
    /// Named schemas that seem to have been renamed, old to new.
    renamed: BTreeMap<String, String>,
}

impl<'a> Documents<'a> {
    pub fn new(old: &'a Value, new: &'a Value) -> Self {
        let schemas = |document: &'a Value| &document["components"]["schemas"];
        let (before, after) = (schemas(old), schemas(new));
        let removed: Vec<&str> = keys(before).difference(&keys(after)).copied().collect();
        let added: Vec<&str> = keys(after).difference(&keys(before)).copied().collect();
        let same = |one: &str, other: &str| without_prose(&before[one]) == without_prose(&after[other]);
        let pairs = renames::pair_most_alike(&removed, &added, &same);
        let renamed = pairs.into_iter().map(|(from, to)| (from.to_string(), to.to_string())).collect();
        Self { old, new, old_usage: usage(old), new_usage: usage(new), renamed }
    }

    /// Who carries a named schema in either document.
    pub fn carriers(&self, schema: &str) -> Carriers {
        let mut carriers = self.old_usage.get(schema).cloned().unwrap_or_default();
        if let Some(more) = self.new_usage.get(schema) {
            carriers.extend(more);
        }
        carriers
    }

    /// Whether a named schema has a type, before and now: those that no call and no webhook carries have none.
    pub fn has_type(&self, schema: &str) -> (bool, bool) {
        let typed = |usage: &BTreeMap<String, Carriers>| {
            usage.get(schema).is_some_and(|carriers| carriers.sides.iter().any(|side| *side != Side::Error))
        };
        (typed(&self.old_usage), typed(&self.new_usage))
    }

    /// What an old named schema seems to be called now.
    pub fn renamed_to(&self, old: &str) -> Option<&str> {
        self.renamed.get(old).map(String::as_str)
    }

    /// Whether a new named schema seems to be an old one under another name.
    pub fn was_renamed(&self, new: &str) -> bool {
        self.renamed.values().any(|to| to == new)
    }
}

/// A reference followed to its end, with what stands beside it.
pub fn resolve_with_siblings(document: &Value, schema: &Value) -> Value {
    let target = pipeline::resolve(document, schema);
    let mut merged = target.as_object().cloned().unwrap_or_default();
    let beside = schema.as_object().into_iter().flatten().filter(|(key, _)| *key != "$ref");
    merged.extend(beside.map(|(key, value)| (key.clone(), value.clone())));
    Value::Object(merged)
}
