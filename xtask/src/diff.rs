//! What differs between two documents, and what each difference does: to who uses this crate, and on the wire.
//!
//! Both documents come with the overlay applied. They are normalized first, so that two ways to write the same, such as
//! `nullable` and a type with null, are no difference. The comparison is by position: the same edit of a schema is one
//! thing in what callers send and another in what Imprint answers. Each module compares one kind of place and returns
//! the changes it found.
//!
//! No published crate does this: those that compare OpenAPI documents do not know what open enums, Options and
//! generated names make of a difference in Rust.

mod change;
mod content;
mod documents;
mod extensions;
mod keywords;
mod meaning;
mod metadata;
mod moved;
mod operation;
mod operations;
mod parameters;
mod place;
mod properties;
mod prose;
mod renames;
mod repeated;
mod request_body;
mod responses;
mod schemas;
mod security;
mod serialization;
mod successors;
mod unions;
mod value_types;
mod webhook_parts;
mod webhooks;
mod words;

pub use change::{Change, Comparison, Effect};
use documents::Documents;
use extensions::EXTENSION;
use meaning::MEANING;
pub use moved::{MovedPaths, find as moved_paths};
use serde_json::Value;

use crate::pipeline::{Problem, normalized};

/// Compares two documents after their overlay.
pub fn compare(old: &Value, new: &Value) -> Result<Comparison, Problem> {
    let (old_normalized, new_normalized) = (normalized(old)?, normalized(new)?);
    let documents = Documents::new((&old_normalized, old), (&new_normalized, new));
    let mut changes = metadata::compare(old, new);
    changes.extend(operations::compare(&documents));
    changes.extend(webhooks::compare(&documents));
    changes.extend(schemas::compare_named(&documents));
    let changes = repeated::together(changes);
    let (extensions, mut changes): (Vec<_>, Vec<_>) = changes.into_iter().partition(|change| change.kind == EXTENSION);
    changes.extend(extensions::together(extensions));
    let (meanings, mut changes): (Vec<_>, Vec<_>) = changes.into_iter().partition(|change| change.kind == MEANING);
    changes.extend(meaning::together(meanings));
    if changes.is_empty() && old_normalized != new_normalized {
        changes.push(metadata::nothing_known());
    }
    Ok(Comparison::new(changes))
}
