//! Compares the ways to authenticate, of the document or of one operation: a list of alternatives.

use std::collections::{BTreeMap, BTreeSet};

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

/// One way to authenticate: the schemes that are used together, each with its scopes.
type Way = BTreeMap<String, BTreeSet<String>>;

/// The alternatives. None means that no key is needed, and so does a list without entries.
fn alternatives(security: &Value) -> BTreeSet<Way> {
    let list = security.as_array().into_iter().flatten();
    let scopes = |scopes: &Value| -> BTreeSet<String> {
        scopes.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_string).collect()
    };
    let way = |one: &Value| -> Way {
        let schemes = one.as_object().into_iter().flatten();
        schemes.map(|(scheme, needed)| (scheme.clone(), scopes(needed))).collect()
    };
    let found: BTreeSet<Way> = list.map(way).collect();
    if found.is_empty() { BTreeSet::from([Way::new()]) } else { found }
}

/// The schemes of each way.
fn schemes(ways: &BTreeSet<Way>) -> BTreeSet<Vec<&String>> {
    ways.iter().map(|way| way.keys().collect()).collect()
}

/// Whether several ways are of the same schemes, so that their scopes tell them apart.
fn has_scopes_apart(ways: &BTreeSet<Way>) -> bool {
    schemes(ways).len() < ways.len()
}

/// Whether who authenticates in one way has all that another way needs.
fn is_enough(given: &Way, needed: &Way) -> bool {
    needed.iter().all(|(scheme, scopes)| given.get(scheme).is_some_and(|given| scopes.is_subset(given)))
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

fn in_words(ways: &BTreeSet<Way>) -> String {
    let apart = has_scopes_apart(ways);
    let scheme = |(name, scopes): (&String, &BTreeSet<String>)| match apart && !scopes.is_empty() {
        true => format!("{name} for {}", scopes.iter().map(String::as_str).collect::<Vec<_>>().join(" and ")),
        false => name.clone(),
    };
    let mut words: Vec<String> = ways
        .iter()
        .map(|way| match way.is_empty() {
            true => "`no key`".to_string(),
            false => format!("`{}`", way.iter().map(scheme).collect::<Vec<_>>().join(" with ")),
        })
        .collect();
    words.sort();
    words.join(" or ")
}

/// Whether no key is needed.
pub fn is_open(security: &Value) -> bool {
    alternatives(security) == BTreeSet::from([Way::new()])
}

/// What a change of the ways to authenticate does on the wire, and what it means.
pub fn compare(old: &Value, new: &Value) -> (Effect, String) {
    let (before, after) = (alternatives(old), alternatives(new));
    let seen = "`ClientBuilder` has those of the client";
    if before == after {
        return (Documentation, format!("written otherwise, and still {}", in_words(&after)));
    }
    let apart = has_scopes_apart(&before) || has_scopes_apart(&after);
    let of_scopes = compare_scopes(old, new).filter(|_| !apart);
    if let Some(of_scopes) = of_scopes.as_ref().filter(|_| schemes(&before) == schemes(&after)) {
        return of_scopes.clone();
    }
    if is_open(new) {
        let why = format!("no key is needed any more where {} was: the client sends its key all the same", ways(old));
        return (Additive, why);
    }
    if is_open(old) {
        return (Breaking, format!("a key is needed where none was: {}; {seen}", in_words(&after)));
    }
    let (wire, why) = (
        if before.iter().all(|given| after.iter().any(|needed| is_enough(given, needed))) {
            Additive
        } else {
            Breaking
        },
        format!("the ways to authenticate were {} and are {}; {seen}", in_words(&before), in_words(&after)),
    );
    match of_scopes {
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
            (
                &json!([{"o": ["read"]}]),
                json!([{"o": ["read"]}, {"o": ["write"]}]),
                Additive,
                "were `o` and are `o for read` or `o for write`",
            ),
            (
                &json!([{"o": ["read"]}, {"o": ["write"]}]),
                json!([{"o": ["read"]}]),
                Breaking,
                "were `o for read` or `o for write` and are `o`",
            ),
            (
                &json!([{"o": ["a", "b"]}, {"o": ["c"]}]),
                json!([{"o": ["c"]}, {"o": ["b", "a"]}]),
                Documentation,
                "still",
            ),
            (
                &json!([{"basic": [], "key": []}]),
                json!([{"basic": []}]),
                Additive,
                "were `basic with key` and are `basic`",
            ),
            (&json!([{"basic": []}]), json!([{"basic": [], "key": []}]), Breaking, "are `basic with key`"),
        ] {
            let (wire, why) = compare(old, &new);
            assert_eq!(wire, effect, "{why}");
            assert!(why.contains(says), "{why}");
        }
    }
}
