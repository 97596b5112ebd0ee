//! Compares the ways to authenticate, of the document or of one operation: a list of alternatives.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    change::{
        Change,
        Effect::{self, Additive, Breaking, Documentation, Nothing},
        effects,
    },
    operation::DocumentOperation,
};
use crate::openapi::keys;

/// The alternatives. None means that no key is needed, and so does a list without entries.
fn alternatives(security: &Value) -> BTreeSet<String> {
    let list = security.as_array().into_iter().flatten();
    let words = |one: &Value| match Vec::from_iter(keys(one)) {
        names if names.is_empty() => "no key".to_string(),
        names => names.join(" with "),
    };
    let found: BTreeSet<String> = list.map(words).collect();
    if found.is_empty() { BTreeSet::from(["no key".to_string()]) } else { found }
}

/// What a change of the ways to authenticate does on the wire, and what it means.
pub fn compare(old: &Value, new: &Value) -> (Effect, String) {
    let (before, after) = (alternatives(old), alternatives(new));
    let list = |ways: &BTreeSet<String>| ways.iter().map(|way| format!("`{way}`")).collect::<Vec<_>>().join(" or ");
    let none = BTreeSet::from(["no key".to_string()]);
    let seen = "`ClientBuilder` has those of the client";
    if before == after {
        return (Documentation, format!("written otherwise, and still {}", list(&after)));
    }
    if after == none {
        let why =
            format!("no key is needed any more where {} was: the client sends its key all the same", list(&before));
        return (Additive, why);
    }
    if before == none {
        return (Breaking, format!("a key is needed where none was: {}; {seen}", list(&after)));
    }
    let wire = if before.is_subset(&after) { Additive } else { Breaking };
    (wire, format!("the ways to authenticate were {} and are {}; {seen}", list(&before), list(&after)))
}

/// The ways to authenticate of one operation: its own, or those of the document.
pub fn of_operations(
    (old_document, old): (&Value, &DocumentOperation),
    (new_document, new): (&Value, &DocumentOperation),
) -> Option<Change> {
    let (before, after) = (old.value.get("security"), new.value.get("security"));
    if before == after {
        return None;
    }
    let effective = |document: &'_ Value, own: Option<&Value>| own.unwrap_or(&document["security"]).clone();
    let (wire, why) = compare(&effective(old_document, before), &effective(new_document, after));
    Some(new.place().change("security changed", effects(Nothing, wire, wire), why))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_way_that_is_gone_breaks_and_no_key_at_all_does_not() {
        let both = json!([{"basic": []}, {"bearer": []}]);
        for (old, new, effect, says) in [
            (&both, json!([{"bearer": []}]), Breaking, "were `basic` or `bearer` and are `bearer`"),
            (&both, json!([{"basic": []}, {"bearer": []}, {}]), Additive, "`no key`"),
            (&both, json!([]), Additive, "no key is needed any more where `basic` or `bearer` was"),
            (&json!(null), json!([{"bearer": []}]), Breaking, "a key is needed where none was"),
            (&both, json!([{"bearer": []}, {"basic": []}]), Documentation, "still `basic` or `bearer`"),
            (&json!([]), json!(null), Documentation, "still `no key`"),
        ] {
            let (wire, why) = compare(old, &new);
            assert_eq!(wire, effect, "{why}");
            assert!(why.contains(says), "{why}");
        }
    }
}
