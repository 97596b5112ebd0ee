//! A schema of the document, with the validators that were compiled for it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock};

use serde_json::Value;

use super::check::Checker;

/// A schema of the document, whose references are not resolved.
///
/// It belongs to the contract that it was read from: another contract may have other schemas under the same names.
/// Copies share the compiled validators.
#[derive(Clone)]
pub struct Schema(Arc<Inner>);

/// How many names of properties are remembered for a schema, those that it does not name included.
const NAMES: usize = 1_000;

struct Inner {
    value: Value,
    checker: OnceLock<Checker>,
    /// Validators for single properties, by the name of the property; None if the schema does not name it.
    members: Mutex<BTreeMap<String, Option<Arc<Checker>>>>,
}

impl Schema {
    pub(super) fn new(value: Value) -> Self {
        Self(Arc::new(Inner { value, checker: OnceLock::new(), members: Mutex::default() }))
    }

    /// The schema as the document has it.
    pub fn value(&self) -> &Value {
        &self.0.value
    }

    /// The validator, compiled by `compile` if there is none yet.
    pub(super) fn checker(&self, compile: impl FnOnce() -> Checker) -> &Checker {
        self.0.checker.get_or_init(compile)
    }

    /// The validator of a property, if the schema names it; made by `compile` when it is first asked for.
    pub(super) fn member(&self, name: &str, compile: impl FnOnce() -> Option<Checker>) -> Option<Arc<Checker>> {
        let mut members = self.0.members.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(checker) = members.get(name) {
            return checker.clone();
        }
        let checker = compile().map(Arc::new);
        // The names of unknown members come from requests, and there is no end to them.
        if checker.is_none() && members.len() >= NAMES {
            return None;
        }
        members.insert(name.to_owned(), checker.clone());
        checker
    }
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Schema").field(self.value()).finish()
    }
}
