//! Compares two snapshots of the public API, and finds what the comparison of the documents does not explain.

use std::{collections::BTreeSet, ops::Bound};

use serde::Serialize;

use super::snapshot::{DEPRECATED, lines};
use crate::{
    diff::{Change, Effect},
    usage::Side,
};

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
                // Without its required fields a type has a default, and an id is a type wherever it stands.
                || line.ends_with(": Default") && text.contains(owner)
                || line.ends_with(": opaque string") && text.contains(leaf)
                || text.contains(leaf) && (owner == leaf || text.contains(owner) || used())
        })
    }
}

/// The lists that can no longer be read page by page, and those that can be now: no place of the document says so by itself.
pub fn paging_changes(old: &str, new: &str) -> Vec<Change> {
    let (before, after) = (lines(old), lines(new));
    let methods = |lines: &BTreeSet<&str>, list: &str| -> Vec<&'static str> {
        let has = |method: &&str| {
            let start = format!("calls::{list}::{method}");
            let mut behind = lines.range::<str, _>((Bound::Included(start.as_str()), Bound::Unbounded));
            behind.next().is_some_and(|line| line.starts_with(&start))
        };
        ["pages()", "stream()"].into_iter().filter(has).collect()
    };
    let structure = |line: &&str| Some(line.strip_prefix("calls::")?.strip_suffix(": struct")?.to_string());
    // A list that is new or gone as a whole says so itself.
    let lists = before.intersection(&after).filter_map(structure);
    let changes = lists.flat_map(|list| {
        let (had, has) = (methods(&before, &list), methods(&after, &list));
        let only = |some: &[&'static str], others: &[&'static str]| -> Vec<&'static str> {
            some.iter().filter(|method| !others.contains(method)).copied().collect()
        };
        let (lost, gained) = (only(&had, &has), only(&has, &had));
        let change = |kind, methods: &[&str], rust, what: &str| Change {
            kind,
            pointer: format!("calls::{list}"),
            location: list.clone(),
            places: [Side::Response].into(),
            used_by: Vec::new(),
            rust,
            wire: Effect::Nothing,
            explanation: format!("{} {what}", methods.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ")),
            guess: false,
            names: methods.iter().map(|method| (list.clone(), method.trim_end_matches("()").to_string())).collect(),
        };
        let is_gone = "cannot be called any more: the parameters and the answer no longer show how the next page is asked \
                       for, or where the items are";
        let lost = (!lost.is_empty()).then(|| change("list can no longer be paged", &lost, Effect::Breaking, is_gone));
        let gained = (!gained.is_empty()).then(|| change("list can be paged", &gained, Effect::Additive, "can be called now"));
        lost.into_iter().chain(gained)
    });
    changes.collect()
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
    let (bare_removed, bare_added) = (bare(&removed), bare(&added));
    let least = |line: &str, others: &BTreeSet<&str>, least: Effect| {
        if is_only_deprecation(line, others) { Effect::Documentation } else { least }
    };
    let removed_lines = removed.iter().filter(|line| !explained(line, least(line, &bare_added, Effect::Breaking)));
    let added_lines = added.iter().filter(|line| !explained(line, least(line, &bare_removed, Effect::Additive)));
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
    fn a_list_that_loses_its_pages_is_a_change_of_its_own() {
        let list = |methods: &[&str]| {
            let lines = methods.iter().map(|method| format!("calls::GetRewards::{method}"));
            ["calls::GetRewards: struct".to_string()].into_iter().chain(lines).collect::<Vec<_>>().join("\n")
        };
        let (with, without) = (list(&["pages() -> Pages<A>", "stream() -> Items<B>"]), list(&[]));
        let changes = paging_changes(&with, &without);
        let told = |changes: &[Change]| -> Vec<_> {
            changes.iter().map(|change| (change.kind, change.rust, change.location.clone())).collect()
        };
        let name = || "GetRewards".to_string();
        assert_eq!(told(&changes), [("list can no longer be paged", Effect::Breaking, name())]);
        assert!(changes[0].explanation.starts_with("`pages()` and `stream()` cannot be called"), "{changes:?}");
        assert_eq!(compare(&with, &without, &changes).unexplained, Vec::<String>::new());
        assert_eq!(told(&paging_changes(&without, &with)), [("list can be paged", Effect::Additive, name())]);
        // Other items of the same list, and a list that is gone.
        assert!(paging_changes(&with, &list(&["pages() -> Pages<C>", "stream() -> Items<D>"])).is_empty());
        assert!(paging_changes(&with, "").is_empty());
    }

    #[test]
    fn what_follows_from_a_change_is_explained_by_it() {
        let explained = |old: &str, new: &str, change| compare(old, new, &[change]).unexplained.is_empty();
        let required = || change("CreateSessionBody", "email", Effect::Breaking);
        assert!(explained("types::CreateSessionBody: Default\n", "", required()));
        assert!(!explained("types::Reward: Default\n", "", required()));
        let added = || change("getOffer", "X-Request-Id", Effect::Additive);
        assert!(explained("", "types::XRequestId: opaque string\n", added()));
        assert!(!explained("", "types::RewardId: opaque string\n", added()));
        let undeprecated = || change("simulate", "simulate", Effect::Documentation);
        let (before, after) = (format!("Client::simulate(){DEPRECATED}\n"), "Client::simulate()\n");
        assert!(explained(&before, after, undeprecated()));
        assert!(explained(after, &before, undeprecated()));
        assert!(!explained(after, "", undeprecated()));
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
