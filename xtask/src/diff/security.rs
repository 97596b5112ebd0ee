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
use crate::{openapi::keys, usage::Side};

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

/// The scopes that each of the alternatives needs, in words.
fn scopes(security: &Value) -> BTreeSet<(String, String)> {
    let schemes = security.as_array().into_iter().flatten().filter_map(Value::as_object).flatten();
    let one = |(scheme, scopes): (&String, &Value)| -> Vec<(String, String)> {
        let scopes = scopes.as_array().into_iter().flatten().filter_map(Value::as_str);
        scopes.map(|scope| (scheme.clone(), scope.to_string())).collect()
    };
    schemes.flat_map(one).collect()
}

/// The ways to authenticate, in words.
pub fn ways(security: &Value) -> String {
    in_words(&alternatives(security))
}

fn in_words(ways: &BTreeSet<String>) -> String {
    ways.iter().map(|way| format!("`{way}`")).collect::<Vec<_>>().join(" or ")
}

/// Whether no key is needed.
pub fn is_open(security: &Value) -> bool {
    alternatives(security) == BTreeSet::from(["no key".to_string()])
}

/// What a change of the ways to authenticate does on the wire, and what it means.
pub fn compare(old: &Value, new: &Value) -> (Effect, String) {
    let (before, after) = (alternatives(old), alternatives(new));
    let seen = "`ClientBuilder` has those of the client";
    if before == after {
        return compare_scopes(old, new)
            .unwrap_or_else(|| (Documentation, format!("written otherwise, and still {}", in_words(&after))));
    }
    if is_open(new) {
        let why = format!("no key is needed any more where {} was: the client sends its key all the same", ways(old));
        return (Additive, why);
    }
    if is_open(old) {
        return (Breaking, format!("a key is needed where none was: {}; {seen}", in_words(&after)));
    }
    let (wire, why) = (
        if before.is_subset(&after) { Additive } else { Breaking },
        format!("the ways to authenticate were {} and are {}; {seen}", in_words(&before), in_words(&after)),
    );
    match compare_scopes(old, new) {
        Some((of_scopes, scopes)) => (wire.max(of_scopes), format!("{why}; {scopes}")),
        None => (wire, why),
    }
}

/// The scopes that differ in the schemes that both have.
fn compare_scopes(old: &Value, new: &Value) -> Option<(Effect, String)> {
    let schemes = |security: &Value| -> BTreeSet<String> {
        let all = security.as_array().into_iter().flatten();
        all.flat_map(|one| keys(one).into_iter().map(str::to_string).collect::<Vec<_>>()).collect()
    };
    let (before, after) = (scopes(old), scopes(new));
    let (schemes_before, schemes_after) = (schemes(old), schemes(new));
    let only = |one: &BTreeSet<(String, String)>, other: &BTreeSet<(String, String)>| -> Vec<String> {
        let both = |scheme: &String| schemes_before.contains(scheme) && schemes_after.contains(scheme);
        let found = one.difference(other).filter(|(scheme, _)| both(scheme));
        found.map(|(scheme, scope)| format!("`{scope}` of `{scheme}`")).collect()
    };
    let (come, gone) = (only(&after, &before), only(&before, &after));
    match (come.is_empty(), gone.is_empty()) {
        (true, true) => None,
        (true, false) => Some((Additive, format!("scopes that are no longer needed: {}", gone.join(", ")))),
        (false, true) => Some((Breaking, format!("scopes that are needed now: {}", come.join(", ")))),
        (false, false) => Some((
            Breaking,
            format!("scopes that are needed now: {}; and no longer: {}", come.join(", "), gone.join(", ")),
        )),
    }
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
    let at = new.part(Side::Request, "security", &format!("security of {}", new.id), "security");
    Some(at.change("security changed", effects(Nothing, wire, wire), why))
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
            (&json!([{"o": []}]), json!([{"o": ["read"]}]), Breaking, "needed now: `read` of `o`"),
            (&json!([{"o": ["read", "b"]}]), json!([{"o": ["read"]}]), Additive, "no longer needed: `b` of `o`"),
            (&json!([{"o": ["a"]}]), json!([{"o": ["b"]}]), Breaking, "now: `b` of `o`; and no longer: `a` of `o`"),
            (
                &json!([{"o": ["a"]}]),
                json!([{"o": ["a", "b"]}, {"p": ["c"]}]),
                Breaking,
                "scopes that are needed now: `b` of `o`",
            ),
        ] {
            let (wire, why) = compare(old, &new);
            assert_eq!(wire, effect, "{why}");
            assert!(why.contains(says), "{why}");
        }
    }
}
