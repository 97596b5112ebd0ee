//! Prose that may change what a caller has to do: how to authenticate, what errors mean, what may be sent twice and how often,
//! in what unit amounts are, what is to go. Reports show it; all other prose they only count.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    change::{Change, Effect::Documentation, effects},
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

/// What is said around a text in one of the documents.
#[derive(Clone, Copy)]
pub struct Around<'a> {
    /// The schema that holds the place.
    pub holder: &'a Value,
    /// The schema that the place refers to.
    pub target: &'a Value,
}

impl Around<'_> {
    /// Nothing around it.
    pub const NOTHING: Around<'static> = Around { holder: &Value::Null, target: &Value::Null };

    /// How often each sentence is said: one that is short is left out, since it is about its place.
    fn said(self) -> BTreeMap<String, usize> {
        let mut found = BTreeMap::new();
        sentences_within(self.holder, &mut found);
        if !std::ptr::eq(self.holder, self.target) {
            sentences_within(self.target, &mut found);
        }
        found.retain(|sentence, _| sentence.split(' ').count() >= WORDS_OF_ANY_PLACE);
        found
    }

    /// Whether the schema that the place refers to says a sentence of itself, and so of the place.
    fn says_of_the_place(self, sentence: &String) -> bool {
        ["summary", "description"].iter().any(|key| sentences(&self.target[*key]).contains(sentence))
    }
}

/// The sentences of a text, each without the spaces around it.
fn sentences(text: &Value) -> Vec<String> {
    let text = text.as_str().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
    text.split_inclusive(['.', '!', '?', ';'])
        .map(|sentence| sentence.trim().to_string())
        .filter(|sentence| !sentence.is_empty())
        .collect()
}

/// Every sentence of the descriptions in a schema, at any depth, and how often it is there.
fn sentences_within(schema: &Value, found: &mut BTreeMap<String, usize>) {
    for (key, value) in schema.as_object().into_iter().flatten() {
        match value {
            Value::String(_) if matches!(key.as_str(), "description" | "summary") => {
                sentences(value).into_iter().for_each(|sentence| *found.entry(sentence).or_default() += 1);
            }
            value => sentences_within(value, found),
        }
    }
    schema.as_array().into_iter().flatten().for_each(|value| sentences_within(value, found));
}

/// The sentences that only one of two texts has, if they matter: all of them where `always`, otherwise those with one of
/// the words. One that is said no more often and no less often `around` the place than before has only moved.
fn differing(old: &Value, new: &Value, always: bool, around: [Around<'_>; 2]) -> Option<String> {
    let (before, after) = (sentences(old), sentences(new));
    let [said_before, said_now] = around.map(Around::said);
    let matters = |sentence: &&String| {
        let lower = sentence.to_lowercase();
        always || WORDS.iter().any(|word| lower.contains(word))
    };
    let only = |one: &[String], other: &[String], around: Around<'_>, said: [&BTreeMap<String, usize>; 2]| {
        let has_moved = |sentence: &String| {
            let [here, elsewhere] = said.map(|said| said.get(sentence).copied().unwrap_or_default());
            elsewhere > 0 && here <= elsewhere
        };
        let is_there =
            |sentence: &&String| other.contains(sentence) || around.says_of_the_place(sentence) || has_moved(sentence);
        let found = one.iter().filter(|sentence| !is_there(sentence)).filter(matters);
        found.map(|sentence| shortened(sentence)).collect::<Vec<_>>().join(" ")
    };
    let gone = only(&before, &after, around[1], [&said_before, &said_now]);
    let come = only(&after, &before, around[0], [&said_now, &said_before]);
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
/// What has only moved in what is said `around` the old and the new place does not differ.
pub fn compare(old: &Value, new: &Value, at: &ComparedPlace, around: [Around<'_>; 2]) -> Option<Change> {
    let of_errors = at.carriers.sides.len() == 1 && at.carriers.sides.contains(&Side::Error);
    let found: Vec<String> = ["summary", "description"]
        .iter()
        .filter_map(|key| differing(&old[*key], &new[*key], of_errors, around))
        .collect();
    let effects = effects(Documentation, Documentation, Documentation);
    (!found.is_empty()).then(|| Change { rust: Documentation, ..at.change(MEANING, effects, found.join(" ")) })
}

/// The same of a description that always matters, for places without carriers.
pub fn of_texts(old: &Value, new: &Value) -> Option<String> {
    differing(old, new, true, [Around::NOTHING; 2])
}

/// The same of a description of the whole API: the sentences with one of the words.
pub fn of_document(old: &Value, new: &Value) -> Option<String> {
    differing(old, new, false, [Around::NOTHING; 2])
}

/// Equal differences as one, and what is beyond the number that is shown as one as well.
pub fn together(changes: Vec<Change>) -> Vec<Change> {
    let mut kept: Vec<(Change, usize)> = Vec::new();
    let mut beyond: Option<(Change, usize)> = None;
    for change in changes {
        let is_full = kept.len() >= SHOWN;
        let same = kept.iter_mut().find(|(other, _)| other.explanation == change.explanation);
        match same.or(beyond.as_mut().filter(|_| is_full)) {
            Some((other, count)) => {
                *count += 1;
                other.places.extend(&change.places);
                other.used_by.extend(change.used_by);
                other.names.extend(change.names);
            }
            None if is_full => beyond = Some((change, 1)),
            None => kept.push((change, 1)),
        }
    }
    let shown = kept.into_iter().map(|(change, count)| match count {
        1 => change,
        _ => Change { location: format!("{} and {} more", change.location, count - 1), ..change },
    });
    let beyond = beyond.map(|(change, count)| Change {
        location: if count == 1 { "1 more place".into() } else { format!("{count} more places") },
        explanation: "not shown; the pointer is that of the first".into(),
        ..change
    });
    shown.chain(beyond).map(with_each_once).collect()
}

/// A change that names each operation that carries it once.
fn with_each_once(mut change: Change) -> Change {
    change.used_by.sort();
    change.used_by.dedup();
    change
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_sentences_that_differ_and_matter_are_told() {
        let differ = |old: &str, new: &str| differing(&json!(old), &json!(new), false, [Around::NOTHING; 2]);
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
            differing(&json!("Red."), &json!(null), true, [Around::NOTHING; 2]).as_deref(),
            Some("it no longer says: Red.")
        );
        let long = differ("", &format!("Never retry {}.", "a".repeat(400))).unwrap();
        assert!(long.chars().count() < 300 && long.ends_with('…'), "{long}");
    }

    #[test]
    fn what_is_not_shown_is_counted() {
        let document = |names: &[String]| {
            let property = |name: &String| (name.clone(), json!({"description": format!("`{name}` will be removed.")}));
            let properties: serde_json::Map<_, _> = names.iter().map(property).collect();
            let schema = json!({"type": "object", "properties": properties});
            let content = json!({"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}});
            json!({
                "openapi": "3.0.3",
                "info": {"title": "t", "version": "1"},
                "paths": {"/things": {"get": {
                    "operationId": "getThing",
                    "responses": {"200": {"description": "d", "content": content}},
                }}},
                "components": {"schemas": {"Thing": schema}},
            })
        };
        let names = |count| (0..count).map(|number| format!("field_{number}")).collect::<Vec<_>>();
        for (count, last) in [(SHOWN, None), (SHOWN + 1, Some("1 more place")), (SHOWN + 5, Some("5 more places"))] {
            let names = names(count);
            let new = document(&names);
            let text = new.to_string().replace("will be removed", "stays");
            let old = serde_json::from_str(&text).unwrap();
            let told = crate::diff::compare(&old, &new).unwrap();
            let told: Vec<_> = told.changes.iter().filter(|change| change.kind == MEANING).collect();
            assert_eq!(told.len(), count.min(SHOWN) + usize::from(last.is_some()));
            let unshown = told
                .iter()
                .find(|change| change.location.ends_with("more place") || change.location.ends_with("places"));
            assert_eq!(unshown.map(|change| change.location.as_str()), last, "{told:#?}");
            assert!(unshown.is_none_or(|change| change.explanation.starts_with("not shown")));
        }
    }
}
