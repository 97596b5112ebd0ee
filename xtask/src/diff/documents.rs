//! The two documents that are compared, with what has to be known of both before any place is: who carries which
//! schema, and which schemas were renamed. What needs a walk of a whole document is found out once, when it is first asked.

use std::{
    cell::OnceCell,
    collections::{BTreeMap, BTreeSet},
};

use serde_json::Value;

use super::{
    moved::{self, MovedPaths},
    prose::without_prose,
    renames,
    schemas::null_uses,
    successors::Successors,
};
use crate::{
    openapi::{keys, named_schema},
    pipeline::{self, MarkedPlaces},
    usage::{Carriers, Side, usage},
};

/// Both documents in the form in which they are compared.
pub struct Documents<'a> {
    pub old: &'a Value,
    pub new: &'a Value,
    /// As they are written: with components, and without the names that the normal form gives.
    pub written_old: &'a Value,
    pub written_new: &'a Value,
    old_usage: BTreeMap<String, Carriers>,
    new_usage: BTreeMap<String, Carriers>,
    /// The named schemas that a type is made of, before and now; `None` where the rules refuse a document.
    types: Option<(BTreeSet<String>, BTreeSet<String>)>,
    /// Named schemas that seem to have been renamed, old to new.
    renamed: BTreeMap<String, String>,
    /// Whether all paths begin otherwise in the new document.
    pub moved: Option<MovedPaths>,
    successors: OnceCell<Successors>,
    /// The named schemas of the new document for which null changes a type.
    null_changes: OnceCell<BTreeSet<String>>,
    /// The places that the rules mark, before and now; `None` where the rules refuse a document.
    marked: OnceCell<Option<[MarkedPlaces; 2]>>,
}

impl<'a> Documents<'a> {
    /// Each document in its normal form, and as it is written.
    pub fn new((old, written_old): (&'a Value, &'a Value), (new, written_new): (&'a Value, &'a Value)) -> Self {
        let schemas = |document: &'a Value| &document["components"]["schemas"];
        let (before, after) = (schemas(old), schemas(new));
        let removed: Vec<&str> = keys(before).difference(&keys(after)).copied().collect();
        let added: Vec<&str> = keys(after).difference(&keys(before)).copied().collect();
        let bare = |schemas: &Value, names: &[&str]| -> BTreeMap<String, Value> {
            names.iter().map(|name| (name.to_string(), without_prose(&schemas[*name]))).collect()
        };
        let (bare_removed, bare_added) = (bare(before, &removed), bare(after, &added));
        let same = |one: &str, other: &str| bare_removed.get(one) == bare_added.get(other);
        let pairs = renames::pair_most_alike(&removed, &added, &same);
        let renamed = pairs.into_iter().map(|(from, to)| (from.to_string(), to.to_string())).collect();
        // Where the rules refuse one of the two, their results cannot be compared.
        let types = pipeline::typed_schemas(old).and_then(|types| Ok((types, pipeline::typed_schemas(new)?)));
        let types = types.ok();
        Self {
            old,
            new,
            written_old,
            written_new,
            old_usage: usage(old),
            new_usage: usage(new),
            types,
            renamed,
            moved: moved::find(old, new),
            successors: OnceCell::new(),
            null_changes: OnceCell::new(),
            marked: OnceCell::new(),
        }
    }

    /// Who carries a named schema in either document.
    pub fn carriers(&self, schema: &str) -> Carriers {
        let mut carriers = self.old_usage.get(schema).cloned().unwrap_or_default();
        if let Some(more) = self.new_usage.get(schema) {
            carriers.extend(more);
        }
        carriers
    }

    /// Whether a call or a webhook carries a named schema, before and now, apart from errors.
    pub fn is_used(&self, schema: &str) -> (bool, bool) {
        let used = |usage: &BTreeMap<String, Carriers>| {
            usage.get(schema).is_some_and(|carriers| carriers.sides.iter().any(|side| *side != Side::Error))
        };
        (used(&self.old_usage), used(&self.new_usage))
    }

    /// Whether a named schema has a type, before and now. Those that no call and no webhook carries have none, and neither
    /// have numbers, lists and maps, nor what is only a part of others.
    pub fn has_type(&self, schema: &str) -> (bool, bool) {
        if let Some((old, new)) = &self.types {
            return (old.contains(schema), new.contains(schema));
        }
        let has_parts = |document| {
            let schema = named_schema(document, schema);
            let shaped = ["properties", "allOf", "$ref"].iter().any(|keyword| schema.get(keyword).is_some());
            shaped || schema["type"] == "string"
        };
        let (was_used, is_used) = self.is_used(schema);
        (was_used && has_parts(self.old), is_used && has_parts(self.new))
    }

    /// What an old named schema seems to be called now.
    pub fn renamed_to(&self, old: &str) -> Option<&str> {
        self.renamed.get(old).map(String::as_str)
    }

    /// Whether a new named schema seems to be an old one under another name.
    pub fn was_renamed(&self, new: &str) -> bool {
        self.renamed.values().any(|to| to == new)
    }

    /// What stands in the places of each named schema in the other document.
    pub fn successors(&self) -> &Successors {
        self.successors.get_or_init(|| Successors::of(self.old, self.new))
    }

    /// Whether a Rust type becomes an `Option`, or is none any more, when null is allowed for a named schema.
    pub fn null_changes_a_type(&self, schema: &str) -> bool {
        self.null_changes.get_or_init(|| null_uses::of_all(self)).contains(schema)
    }

    /// The places that the rules mark as secrets and as personal data, before and now.
    pub fn marked(&self) -> Option<&[MarkedPlaces; 2]> {
        let of_both = || {
            let of = |document| pipeline::marked_places(document).ok();
            Some([of(self.written_old)?, of(self.written_new)?])
        };
        self.marked.get_or_init(of_both).as_ref()
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
