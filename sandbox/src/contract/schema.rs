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

struct Inner {
    value: Value,
    checker: OnceLock<Checker>,
    /// Validators for single properties, by the name of the property.
    members: Mutex<BTreeMap<String, Arc<Checker>>>,
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

    /// The validator of a property, compiled by `compile` if there is none yet.
    pub(super) fn member(&self, name: &str, compile: impl FnOnce() -> Checker) -> Arc<Checker> {
        let mut members = self.0.members.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(checker) = members.get(name) {
            return checker.clone();
        }
        let checker = Arc::new(compile());
        members.insert(name.to_owned(), checker.clone());
        checker
    }
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Schema").field(self.value()).finish()
    }
}
