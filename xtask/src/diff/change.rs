//! One difference between two documents, and what it does: the types that every comparison returns.

use std::{collections::BTreeSet, fmt};

use serde::Serialize;

use crate::usage::Side;

/// What a difference does, from nothing to the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    #[serde(rename = "none")]
    Nothing,
    Documentation,
    Additive,
    Breaking,
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Nothing => "none",
            Self::Documentation => "documentation",
            Self::Additive => "additive",
            Self::Breaking => "breaking",
        })
    }
}

/// The effects of a difference on the Rust API and on the wire: first where callers send it, then where Imprint
/// answers.
#[derive(Clone, Copy)]
pub struct Effects {
    pub rust: [Effect; 2],
    pub wire: [Effect; 2],
}

/// The effect on the Rust API, then on the wire of what is sent and of what is answered.
pub const fn effects(rust: Effect, sent: Effect, answered: Effect) -> Effects {
    Effects { rust: [rust, rust], wire: [sent, answered] }
}

/// The same, where the Rust API depends on the direction as well.
pub const fn effects_by_direction(rust: [Effect; 2], wire: [Effect; 2]) -> Effects {
    Effects { rust, wire }
}

/// One difference.
#[derive(Clone, Debug, Serialize)]
pub struct Change {
    /// What happened, in a few fixed words such as `property removed`.
    pub kind: &'static str,
    /// JSON pointer: into the new document, or into the old one for what was removed.
    pub pointer: String,
    /// The place in words, such as `Reward.type`.
    pub location: String,
    /// The sides that carry it.
    pub places: BTreeSet<Side>,
    /// The operations and webhooks that carry it.
    pub used_by: Vec<String>,
    /// To the Rust API of this crate.
    pub rust: Effect,
    /// To what goes over the wire.
    pub wire: Effect,
    /// What it means, in a sentence.
    pub explanation: String,
    /// Whether two differences were read as one (a rename) only because they look alike.
    pub guess: bool,
    /// The schema or operation that holds it, and its own name, for finding it in the generated API; a rename has two.
    #[serde(skip)]
    pub names: Vec<(String, String)>,
}

/// The kind of a difference in descriptions and examples alone.
pub const PROSE: &str = "prose changed";

/// All the differences.
#[derive(Debug, Default)]
pub struct Comparison {
    /// Those that are more than prose, the worst first.
    pub changes: Vec<Change>,
    /// Descriptions, summaries, examples: reports only count them.
    pub prose: Vec<Change>,
}

impl Comparison {
    /// Sorts the changes: the worst first, and then in the order of the document's places.
    pub fn new(changes: Vec<Change>) -> Self {
        let (prose, mut changes): (Vec<_>, Vec<_>) = changes.into_iter().partition(|change| change.kind == PROSE);
        changes.sort_by(|a, b| (b.rust, b.wire, &a.pointer).cmp(&(a.rust, a.wire, &b.pointer)));
        Self { changes, prose }
    }

    /// Adds changes that were found otherwise.
    pub fn with(self, more: Vec<Change>) -> Self {
        Self::new([self.changes, self.prose, more].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_effect_is_printed_as_json_has_it() {
        for effect in [Effect::Nothing, Effect::Documentation, Effect::Additive, Effect::Breaking] {
            assert_eq!(serde_json::to_value(effect).unwrap(), effect.to_string());
        }
    }
}
