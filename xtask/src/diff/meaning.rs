//! Prose that may change what a caller has to do: how to authenticate, what errors mean, what may be sent twice, what is to
//! go. Reports show it; all other prose they only count.

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
const WORDS: [&str; 15] = [
    "api key",
    "authenticat",
    "authoriz",
    "deprecat",
    "duplicate",
    "end of life",
    "idempoten",
    "must not",
    "no longer",
    "obsolete",
    "retired",
    "retri",
    "retry",
    "signature",
    "sunset",
];

/// The sentences of a text, each without the spaces around it.
fn sentences(text: &Value) -> Vec<String> {
    let text = text.as_str().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
    text.split_inclusive(['.', '!', '?', ';'])
        .map(|sentence| sentence.trim().to_string())
        .filter(|sentence| !sentence.is_empty())
        .collect()
}

/// The sentences that only one of two texts has, if they matter: all of them where `always`, otherwise those with one of
/// the words.
fn differing(old: &Value, new: &Value, always: bool) -> Option<String> {
    let (before, after) = (sentences(old), sentences(new));
    let matters = |sentence: &&String| {
        let lower = sentence.to_lowercase();
        always || WORDS.iter().any(|word| lower.contains(word))
    };
    let only = |one: &[String], other: &[String]| {
        let found = one.iter().filter(|sentence| !other.contains(sentence)).filter(matters);
        found.map(|sentence| shortened(sentence)).collect::<Vec<_>>().join(" ")
    };
    let (gone, come) = (only(&before, &after), only(&after, &before));
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
pub fn compare(old: &Value, new: &Value, at: &ComparedPlace) -> Option<Change> {
    let of_errors = at.carriers.sides.len() == 1 && at.carriers.sides.contains(&Side::Error);
    let found: Vec<String> =
        ["summary", "description"].iter().filter_map(|key| differing(&old[*key], &new[*key], of_errors)).collect();
    let effects = effects(Documentation, Documentation, Documentation);
    (!found.is_empty()).then(|| Change { rust: Documentation, ..at.change(MEANING, effects, found.join(" ")) })
}

/// The same of a description that always matters, for places without carriers.
pub fn of_texts(old: &Value, new: &Value) -> Option<String> {
    differing(old, new, true)
}

/// The same of a description of the whole API: the sentences with one of the words.
pub fn of_document(old: &Value, new: &Value) -> Option<String> {
    differing(old, new, false)
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
        let differ = |old: &str, new: &str| differing(&json!(old), &json!(new), false);
        assert_eq!(differ("A colour. Red.", "A colour. Blue."), None);
        assert_eq!(differ("A. It may be retried.", "It may be  retried. B."), None);
        assert_eq!(differ("A.", "A. Deprecated: use B.").as_deref(), Some("it says now: Deprecated: use B."));
        assert_eq!(
            differ("Requests are idempotent.", "Requests are not idempotent.").as_deref(),
            Some("it said: Requests are idempotent. It says now: Requests are not idempotent.")
        );
        assert_eq!(differing(&json!("Red."), &json!(null), true).as_deref(), Some("it no longer says: Red."));
        let long = differ("", &format!("Never retry {}.", "a".repeat(400))).unwrap();
        assert!(long.chars().count() < 300 && long.ends_with('…'), "{long}");
    }
}
