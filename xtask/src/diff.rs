//! What differs between two documents, and what each difference does: to who uses this crate, and on the wire.
//!
//! Both documents come with the overlay applied and are written the 3.0 way first, so that `nullable` and
//! `type: [string, "null"]` are one. The comparison is by position: the same edit of a schema is one thing in what
//! callers send and another in what Imprint answers. No crate was found that knows the second half of the question, what
//! open enums, Options and generated names make of a difference in Rust; the first half alone is the smaller one.

mod document;
mod keywords;
mod names;
mod operations;
mod properties;
mod responses;
mod schemas;
#[cfg(test)]
pub mod tests;
pub mod usage;
mod webhooks;

use std::{collections::BTreeSet, fmt};

use serde::Serialize;
use serde_json::Value;

use crate::build::{lower, problem::Problem};

/// What a difference does, from nothing to the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    None,
    Documentation,
    Additive,
    Breaking,
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::None => "none",
            Self::Documentation => "documentation",
            Self::Additive => "additive",
            Self::Breaking => "breaking",
        })
    }
}

/// Where a difference stands, seen from the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// About the whole document, or about an operation and not what it carries.
    Document,
    /// What callers send.
    Request,
    /// What Imprint answers.
    Response,
    /// What Imprint sends by itself.
    Webhook,
    /// What Imprint answers when it refuses; no types are made of it.
    Error,
}

/// One difference.
#[derive(Clone, Debug, Serialize)]
pub struct Change {
    /// What happened, in a few fixed words such as `property removed`.
    pub kind: &'static str,
    /// JSON pointer: into the new document, or into the old one for what is gone.
    pub pointer: String,
    /// The place in words, such as `Reward.type`.
    pub location: String,
    /// What carries it.
    pub places: BTreeSet<Side>,
    /// The operations and webhooks that carry it.
    pub used_by: Vec<String>,
    /// To the Rust API of this crate.
    pub rust: Effect,
    /// To what goes over the wire.
    pub wire: Effect,
    /// What it means, in a sentence.
    pub explanation: String,
    /// Two differences read as one on no more evidence than that they look alike.
    pub guess: bool,
    /// The schema or operation that holds it, and its own name, for finding it in the generated API; twice if it has two.
    #[serde(skip)]
    pub names: Vec<(String, String)>,
}

/// All the differences.
#[derive(Debug, Default)]
pub struct Comparison {
    /// Those that are more than prose.
    pub changes: Vec<Change>,
    /// Descriptions, summaries, examples: to be counted.
    pub prose: Vec<Change>,
}

impl Comparison {
    fn push(&mut self, change: Change) {
        match change.kind {
            PROSE => self.prose.push(change),
            _ => self.changes.push(change),
        }
    }
}

/// The kind of a difference in descriptions and examples alone.
pub const PROSE: &str = "prose changed";

/// The rules that write a document the 3.0 way without deciding anything about it.
pub const FORMS: [&str; 7] =
    ["inline components", "type with null", "const", "union with null", "enum with null", "examples", "single allOf"];

/// A document as the comparison wants it.
pub fn normal(document: &Value) -> Result<Value, Problem> {
    Ok(lower::lower_with(document.clone(), &|rule| FORMS.contains(&rule))?.document)
}

/// Compares two documents after their overlay.
pub fn compare(old: &Value, new: &Value) -> Result<Comparison, Problem> {
    let (old_forms, new_forms) = (normal(old)?, normal(new)?);
    let mut comparison = Comparison::default();
    document::compare(old, new, &mut comparison);
    let mut walker = schemas::Walker::new(&old_forms, &new_forms);
    operations::compare(&mut walker);
    webhooks::compare(&mut walker);
    walker.named();
    for change in walker.changes {
        comparison.push(change);
    }
    // The worst first, and then in the order of the document's places.
    comparison.changes.sort_by(|a, b| (b.rust, b.wire, &a.pointer).cmp(&(a.rust, a.wire, &b.pointer)));
    Ok(comparison)
}
