//! Compares two snapshots of the public API, and finds what the comparison of the documents does not explain.

use std::collections::BTreeSet;

use serde::Serialize;

use super::snapshot::{DEPRECATED, lines};
use crate::diff::{Change, Effect};

/// What differs between two snapshots.
#[derive(Clone, Debug, Default, Serialize)]
pub struct PublicApiDifference {
    pub removed: Vec<String>,
    pub added: Vec<String>,
    /// Lines of either that no change of the document accounts for.
    pub unexplained: Vec<String>,
}

impl PublicApiDifference {
    pub fn is_empty(&self) -> bool {
        self.removed.is_empty() && self.added.is_empty()
    }

    /// The effect on users of the API.
    pub fn effect(&self) -> Effect {
        let added = bare(&self.added);
        let lost = |line: &&String| !is_constant(line) && !is_only_deprecation(line, &added);
        match (self.removed.iter().any(|line| lost(&line)), self.added.is_empty()) {
            (true, _) => Effect::Breaking,
            (false, false) => Effect::Additive,
            (false, true) => Effect::Nothing,
        }
    }
}

/// The constant of an operation. Its text has the endpoint, which may change without a change for users.
fn is_constant(line: &str) -> bool {
    line.starts_with("operation::")
}

/// Lines without their deprecation.
fn bare(lines: &[String]) -> BTreeSet<&str> {
    lines.iter().map(|line| line.trim_end_matches(DEPRECATED)).collect()
}

/// Whether a removed line is among the added ones, and only its deprecation differs.
fn is_only_deprecation(line: &str, added: &BTreeSet<&str>) -> bool {
    added.contains(line.trim_end_matches(DEPRECATED))
}

/// Only letters and digits: `PARTNER_ID`, `partner_id` and `PartnerId` are one.
fn letters(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase()
}

/// A change of the document, by the letters of its names.
struct Named {
    rust: Effect,
    names: Vec<(String, String)>,
    used_by: Vec<String>,
}

impl Named {
    fn of(change: &Change) -> Self {
        Self {
            rust: change.rust,
            names: change.names.iter().map(|(owner, leaf)| (letters(owner), letters(leaf))).collect(),
            used_by: change.used_by.iter().map(|name| letters(name)).collect(),
        }
    }

    /// Whether the change accounts for a line; `text` has the letters of it.
    fn explains(&self, line: &str, text: &str) -> bool {
        let used = || self.used_by.iter().any(|name| text.contains(name));
        self.names.iter().any(|(owner, leaf)| {
            // A thing that was added or removed as a whole explains every line that uses it; a property only lines of
            // its schema.
            is_constant(line) && text.contains(owner)
                // A stream is of the items in `data`.
                || line.contains("::stream()") && leaf == "data" && used()
                || text.contains(leaf) && (owner == leaf || text.contains(owner) || used())
        })
    }
}

/// Compares two snapshots. `changes` are those of the document, which may explain the differences.
pub fn compare(old: &str, new: &str, changes: &[Change]) -> PublicApiDifference {
    let (before, after) = (lines(old), lines(new));
    let list = |lines: BTreeSet<&str>| -> Vec<String> { lines.into_iter().map(str::to_string).collect() };
    let removed = list(before.difference(&after).copied().collect());
    let added = list(after.difference(&before).copied().collect());
    // The names of each change, and those who carry it, once for all lines.
    let named: Vec<Named> = changes.iter().map(Named::of).collect();
    let explained = |line: &str, least: Effect| {
        let text = letters(line);
        let mut carried = named.iter().filter(|named| named.rust >= least || is_constant(line));
        carried.any(|named| named.explains(line, &text))
    };
    let bare_added = bare(&added);
    let least = |line: &str| if is_only_deprecation(line, &bare_added) { Effect::Additive } else { Effect::Breaking };
    let removed_lines = removed.iter().filter(|line| !explained(line, least(line)));
    let added_lines = added.iter().filter(|line| !explained(line, Effect::Additive));
    let unexplained =
        removed_lines.map(|line| format!("- {line}")).chain(added_lines.map(|line| format!("+ {line}"))).collect();
    PublicApiDifference { removed, added, unexplained }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(owner: &str, leaf: &str, rust: Effect) -> Change {
        Change {
            kind: "test",
            pointer: String::new(),
            location: String::new(),
            places: BTreeSet::new(),
            used_by: Vec::new(),
            rust,
            wire: Effect::Nothing,
            explanation: String::new(),
            guess: false,
            names: vec![(owner.into(), leaf.into())],
        }
    }

    #[test]
    fn what_no_change_accounts_for_is_named() {
        let (old, new) =
            ("types::Reward.amount: i64\ntypes::Offer.name: String\n", "types::Reward.amount_cents: i64\n");
        let renamed =
            [change("Reward", "amount", Effect::Breaking), change("Reward", "amount_cents", Effect::Additive)];
        let difference = compare(old, new, &renamed);
        assert_eq!(difference.unexplained, ["- types::Offer.name: String"]);
        assert_eq!(difference.effect(), Effect::Breaking);
        // What only adds does not account for what is gone.
        assert_eq!(compare(old, new, &[change("Reward", "amount", Effect::Additive)]).unexplained.len(), 2);
        assert!(compare(old, old, &[]).is_empty());
        assert_eq!(compare("", "types::A: struct\n", &[]).effect(), Effect::Additive);
        assert_eq!(compare("operation::A = a\n", "", &[]).effect(), Effect::Nothing);
    }
}
