//! The same change at the same part of several operations or webhooks: one edit of a shared component is one difference,
//! and not one for each operation that uses it.

use std::collections::BTreeMap;

use super::{
    change::{Change, PROSE},
    extensions::EXTENSION,
    meaning::MEANING,
};

/// Changes that say the same of the same part of several operations, or of several webhooks, as one.
pub fn together(changes: Vec<Change>) -> Vec<Change> {
    let mut kept: Vec<Change> = Vec::new();
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    for change in changes {
        let part = match change.kind {
            // These are told together in their own way.
            PROSE | EXTENSION | MEANING => None,
            _ => part(&change),
        };
        let Some(Part { what, holders, inside }) = part else {
            kept.push(change);
            continue;
        };
        let Change { kind, rust, wire, guess, explanation, .. } = &change;
        let key = format!("{kind}\n{what}\n{holders}\n{inside}\n{rust}\n{wire}\n{guess}\n{explanation}");
        if let Some(index) = known.get(&key) {
            let first = &mut kept[*index];
            first.used_by.extend(change.used_by);
            first.used_by.sort();
            first.used_by.dedup();
            if first.used_by.len() > 1 {
                first.location = format!("{what} of {} {holders}{inside}", first.used_by.len());
            }
            first.names.extend(change.names);
        } else {
            known.insert(key, kept.len());
            kept.push(change);
        }
    }
    kept
}

/// A location in its parts, such as "query parameter `limit`" of one of the operations, and what is inside of it.
struct Part {
    what: String,
    holders: &'static str,
    inside: String,
}

fn part(change: &Change) -> Option<Part> {
    let [holder] = change.used_by.as_slice() else { return None };
    let forms = [(format!(" of webhook {holder}"), "webhooks"), (format!(" of {holder}"), "operations")];
    forms.into_iter().find_map(|(between, holders)| {
        let (what, inside) = change.location.split_once(&between)?;
        Some(Part { what: what.to_string(), holders, inside: inside.to_string() })
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{diff::Effect, usage::Side};

    #[test]
    fn only_what_says_the_same_of_the_same_part_is_told_together() {
        let change = |holder: &str, location: &str, explanation: &str| Change {
            kind: "test",
            pointer: String::new(),
            location: location.into(),
            places: BTreeSet::from([Side::Request]),
            used_by: vec![holder.into()],
            rust: Effect::Nothing,
            wire: Effect::Breaking,
            explanation: explanation.into(),
            guess: false,
            names: Vec::new(),
        };
        let changes = vec![
            change("b", "query parameter `limit` of b[]", "same"),
            change("a", "query parameter `limit` of a[]", "same"),
            change("a", "query parameter `limit` of a[]", "same"),
            change("a", "query parameter `limit` of a", "same"),
            change("c", "query parameter `limit` of c[]", "other"),
            change("a", "a (GET /a)", "same"),
            change("b", "b (GET /b)", "same"),
            change("A", "header parameter `S` of webhook A", "same"),
            change("B", "header parameter `S` of webhook B", "same"),
        ];
        let told = together(changes);
        let told: Vec<(&str, usize)> = told.iter().map(|one| (one.location.as_str(), one.used_by.len())).collect();
        assert_eq!(
            told,
            [
                ("query parameter `limit` of 2 operations[]", 2),
                ("query parameter `limit` of a", 1),
                ("query parameter `limit` of c[]", 1),
                ("a (GET /a)", 1),
                ("b (GET /b)", 1),
                ("header parameter `S` of 2 webhooks", 2),
            ]
        );
    }
}
