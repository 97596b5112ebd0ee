//! What differs between two snapshots, and which of it the comparison of the documents does not explain.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{DEPRECATED, lines};
use crate::diff::{Change, Effect};

/// What differs between two snapshots.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Difference {
    pub removed: Vec<String>,
    pub added: Vec<String>,
    /// Lines of either that no change of the document accounts for.
    pub unexplained: Vec<String>,
}

impl Difference {
    pub fn is_empty(&self) -> bool {
        self.removed.is_empty() && self.added.is_empty()
    }

    /// To whoever uses the API.
    pub fn effect(&self) -> Effect {
        let gone = |line: &&String| !is_constant(line) && !is_deprecated_now(line, &self.added);
        match (self.removed.iter().any(|line| gone(&line)), self.added.is_empty()) {
            (true, _) => Effect::Breaking,
            (false, false) => Effect::Additive,
            (false, true) => Effect::None,
        }
    }
}

/// What an operation is called with may change; its constant is named all the same.
fn is_constant(line: &str) -> bool {
    line.starts_with("operation::")
}

/// It is still there and should not be used, or the other way round.
fn is_deprecated_now(line: &str, added: &[String]) -> bool {
    let bare = |line: &str| line.trim_end_matches(DEPRECATED).to_string();
    added.iter().any(|other| bare(other) == bare(line))
}

/// Letters and digits alone: `PARTNER_ID`, `partner_id` and `PartnerId` are one.
fn letters(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase()
}

/// Compares two snapshots, in view of what has changed in the document.
pub fn compare(old: &str, new: &str, changes: &[Change]) -> Difference {
    let (before, after) = (lines(old), lines(new));
    let list = |lines: BTreeSet<&str>| -> Vec<String> { lines.into_iter().map(str::to_string).collect() };
    let removed = list(before.difference(&after).copied().collect());
    let added = list(after.difference(&before).copied().collect());
    let explained = |line: &str, least: Effect| {
        let said = letters(line);
        let carried = changes.iter().filter(|change| change.rust >= least || is_constant(line));
        carried.flat_map(|change| change.names.iter().map(move |names| (change, names))).any(|(change, names)| {
            let (owner, leaf) = (letters(&names.0), letters(&names.1));
            let used = || change.used_by.iter().any(|name| said.contains(&letters(name)));
            // What has come or gone as a whole explains its uses; a property only what its own schema holds.
            is_constant(line) && said.contains(&owner)
                // A stream is of the items in `data`.
                || line.contains("::stream()") && leaf == "data" && used()
                || said.contains(&leaf) && (owner == leaf || said.contains(&owner) || used())
        })
    };
    let least = |line: &str| if is_deprecated_now(line, &added) { Effect::Additive } else { Effect::Breaking };
    let gone = removed.iter().filter(|line| !explained(line, least(line)));
    let come = added.iter().filter(|line| !explained(line, Effect::Additive));
    let unexplained = gone.map(|line| format!("- {line}")).chain(come.map(|line| format!("+ {line}"))).collect();
    Difference { removed, added, unexplained }
}
