//! Prose that may change what a caller has to do: how to authenticate, what errors mean, what may be sent twice and how often,
//! in what unit amounts are, what is to go. Reports show it; all other prose they only count.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    change::{Change, Effect::Documentation, PROSE, effects},
    place::ComparedPlace,
};
use crate::usage::Side;

/// The kind of a difference in such prose.
pub const MEANING: &str = "described differently";

/// How many of them are shown. A document that was written anew has hundreds.
const SHOWN: usize = 12;

/// Parts of words in sentences that callers have to act on.
const WORDS: [&str; 36] = [
    // How to authenticate.
    "api key",
    "authenticat",
    "authoriz",
    "signature",
    // What may be sent twice.
    "duplicate",
    "idempoten",
    "more than once",
    "must not",
    "retri",
    "retry",
    "twice",
    // What is to go.
    "be removed",
    "deprecat",
    "discontinu",
    "end of life",
    "no longer",
    "obsolete",
    "removed in",
    "removed on",
    "retired",
    "shut down",
    "stop working",
    "sunset",
    // How often something may be sent.
    "429",
    "per day",
    "per hour",
    "per minute",
    "per second",
    "rate limit",
    "throttl",
    "too many",
    // In what unit amounts are.
    "cents",
    "dollars",
    "major unit",
    "minor unit",
    "smallest unit",
];

/// How many words a sentence has that says what it says wherever it stands. A short one, such as "Deprecated.", is about its
/// place.
const WORDS_OF_ANY_PLACE: usize = 5;

const NO_HOLDERS: [&[&Value]; 2] = [&[], &[]];

/// The sentences of a text, each without the spaces around it.
fn sentences(text: &Value) -> Vec<String> {
    let text = text.as_str().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
    text.split_inclusive(['.', '!', '?', ';'])
        .map(|sentence| sentence.trim().to_string())
        .filter(|sentence| !sentence.is_empty())
        .collect()
}

/// Every sentence of the descriptions in a schema, at any depth.
fn sentences_within(schema: &Value, found: &mut BTreeSet<String>) {
    for (key, value) in schema.as_object().into_iter().flatten() {
        match value {
            Value::String(_) if matches!(key.as_str(), "description" | "summary") => found.extend(sentences(value)),
            value => sentences_within(value, found),
        }
    }
    schema.as_array().into_iter().flatten().for_each(|value| sentences_within(value, found));
}

/// The sentences that only one of two texts has, if they matter: all of them where `always`, otherwise those with one of
/// the words. Sentences that the old or the new `holders` have elsewhere have only moved.
fn differing(old: &Value, new: &Value, always: bool, holders: [&[&Value]; 2]) -> Option<String> {
    let (before, after) = (sentences(old), sentences(new));
    let [elsewhere_before, elsewhere_after] = holders.map(|holders| {
        let mut found = BTreeSet::new();
        holders.iter().for_each(|holder| sentences_within(holder, &mut found));
        found.retain(|sentence| sentence.split(' ').count() >= WORDS_OF_ANY_PLACE);
        found
    });
    let matters = |sentence: &&String| {
        let lower = sentence.to_lowercase();
        always || WORDS.iter().any(|word| lower.contains(word))
    };
    let only = |one: &[String], other: &[String], elsewhere: &BTreeSet<String>| {
        let is_there = |sentence: &&String| other.contains(sentence) || elsewhere.contains(*sentence);
        let found = one.iter().filter(|sentence| !is_there(sentence)).filter(matters);
        found.map(|sentence| shortened(sentence)).collect::<Vec<_>>().join(" ")
    };
    let gone = only(&before, &after, &elsewhere_after);
    let come = only(&after, &before, &elsewhere_before);
    match (gone.is_empty(), come.is_empty()) {
        (true, true) => None,
        (true, false) => Some(format!("it says now: {come}")),
        (false, true) => Some(format!("it no longer says: {gone}")),
        (false, false) => Some(format!("it said: {gone} It says now: {come}")),
    }
}

fn shortened(sentence: &str) -> String {
    let most = 240;
    match sentence.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &sentence[..end]),
        None => sentence.to_string(),
    }
}

/// What differs in descriptions and summaries at a place, if it may matter. Whatever is said of errors does.
/// What the `holders` of the old and of the new place say as well has only moved.
pub fn compare(old: &Value, new: &Value, at: &ComparedPlace, holders: [&[&Value]; 2]) -> Option<Change> {
    let of_errors = at.carriers.sides.len() == 1 && at.carriers.sides.contains(&Side::Error);
    let found: Vec<String> = ["summary", "description"]
        .iter()
        .filter_map(|key| differing(&old[*key], &new[*key], of_errors, holders))
        .collect();
    let effects = effects(Documentation, Documentation, Documentation);
    (!found.is_empty()).then(|| Change { rust: Documentation, ..at.change(MEANING, effects, found.join(" ")) })
}

/// The same of a description that always matters, for places without carriers.
pub fn of_texts(old: &Value, new: &Value) -> Option<String> {
    differing(old, new, true, NO_HOLDERS)
}

/// The same of a description of the whole API: the sentences with one of the words.
pub fn of_document(old: &Value, new: &Value) -> Option<String> {
    differing(old, new, false, NO_HOLDERS)
}

/// Equal differences as one, and what is beyond the number that is shown as prose.
pub fn together(changes: Vec<Change>) -> Vec<Change> {
    let mut kept: Vec<(Change, usize)> = Vec::new();
    let mut prose = Vec::new();
    for change in changes {
        let is_full = kept.len() >= SHOWN;
        match kept.iter_mut().find(|(other, _)| other.explanation == change.explanation) {
            Some((other, count)) => {
                *count += 1;
                other.places.extend(&change.places);
                other.used_by.extend(change.used_by);
                other.names.extend(change.names);
            }
            None if is_full => prose.push(Change { kind: PROSE, ..change }),
            None => kept.push((change, 1)),
        }
    }
    let shown = kept.into_iter().map(|(mut change, count)| {
        if count > 1 {
            change.location = format!("{} and {} more", change.location, count - 1);
            change.used_by.sort();
            change.used_by.dedup();
        }
        change
    });
    shown.chain(prose).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_sentences_that_differ_and_matter_are_told() {
        let differ = |old: &str, new: &str| differing(&json!(old), &json!(new), false, NO_HOLDERS);
        assert_eq!(differ("A colour. Red.", "A colour. Blue."), None);
        assert_eq!(differ("A. It may be retried.", "It may be  retried. B."), None);
        assert_eq!(differ("A.", "A. Deprecated: use B.").as_deref(), Some("it says now: Deprecated: use B."));
        for come in [
            "This will be removed on 2027-01-01.",
            "Calling it twice creates two orders.",
            "At most 10 calls per second are accepted.",
            "More answer 429.",
            "Amounts are in major units, such as dollars.",
        ] {
            assert_eq!(differ("A.", &format!("A. {come}")), Some(format!("it says now: {come}")));
        }
        assert_eq!(
            differ("Requests are idempotent.", "Requests are not idempotent.").as_deref(),
            Some("it said: Requests are idempotent. It says now: Requests are not idempotent.")
        );
        assert_eq!(
            differing(&json!("Red."), &json!(null), true, NO_HOLDERS).as_deref(),
            Some("it no longer says: Red.")
        );
        let long = differ("", &format!("Never retry {}.", "a".repeat(400))).unwrap();
        assert!(long.chars().count() < 300 && long.ends_with('…'), "{long}");
    }
}
