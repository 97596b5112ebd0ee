//! Compares what a webhook is delivered with and what a receiver answers: its headers, its body, its answers. No types are
//! made of them, but receivers verify and acknowledge deliveries by them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    change::{
        Change,
        Effect::{Additive, Breaking, Documentation, Nothing},
        PROSE, effects,
    },
    content,
    documents::Documents,
    extensions,
    meaning::{self, MEANING},
    operation::parameter_key,
    place::ComparedPlace,
    prose::{self, without_prose},
    renames, schemas, security,
};
use crate::{
    openapi::{component, is_success, keys},
    pipeline::walk::escape,
};

/// The header that hand-written code verifies deliveries by, as `src/webhook.rs` has it.
const SIGNATURE_HEADER: &str = "x-imprint-hmac-signature";

/// What it means that deliveries have no such header any more.
const UNVERIFIED: &str = "; this crate verifies deliveries by the old header alone, so that none verifies any more";

/// A parameter with its JSON pointer below the webhook.
struct Parameter<'a> {
    pointer: String,
    value: &'a Value,
}

impl Parameter<'_> {
    fn name(&self) -> &str {
        self.value["name"].as_str().unwrap_or_default()
    }

    fn place(&self, webhook: &str, at: &ComparedPlace) -> ComparedPlace {
        let (place, name) = (self.value["in"].as_str().unwrap_or("unplaced"), self.name());
        ComparedPlace {
            location: format!("{place} parameter `{name}` of webhook {webhook}"),
            leaf: name.to_string(),
            ..at.part(&self.pointer, "")
        }
    }

    /// Whether hand-written code verifies deliveries by it.
    fn is_signature(&self) -> bool {
        self.value["in"] == "header" && self.name().eq_ignore_ascii_case(SIGNATURE_HEADER)
    }
}

/// The parameters of a webhook by `parameter_key`. Those of the path item count as its own. `written` is the document with
/// its components.
fn all<'a>(item: &'a Value, written: &'a Value) -> BTreeMap<String, Parameter<'a>> {
    let mut found = BTreeMap::new();
    for (holder, below) in [(item, ""), (&item["post"], "post/")] {
        for (index, value) in holder["parameters"].as_array().into_iter().flatten().enumerate() {
            let parameter =
                Parameter { pointer: format!("{below}parameters/{index}"), value: component(written, value) };
            found.insert(parameter_key(parameter.value), parameter);
        }
    }
    found
}

pub fn parameters(
    documents: &Documents<'_>,
    webhook: &str,
    (old, new): (&Value, &Value),
    at: &ComparedPlace,
) -> Vec<Change> {
    let (before, after) = (all(old, documents.written_old), all(new, documents.written_new));
    let removed: Vec<&str> = before.keys().filter(|key| !after.contains_key(*key)).map(String::as_str).collect();
    let added: Vec<&str> = after.keys().filter(|key| !before.contains_key(*key)).map(String::as_str).collect();
    let renamed = renamed(&before, &after, &removed, &added);
    let mut changes = Vec::new();
    for key in &removed {
        let parameter = &before[*key];
        let at = parameter.place(webhook, at);
        let lost = if parameter.is_signature() { UNVERIFIED } else { "" };
        let breaking = effects(Nothing, Breaking, Breaking);
        changes.push(match renamed.iter().find(|pair| pair.0 == *key) {
            Some((_, to)) => {
                let to = after[*to].name();
                let why = format!("it seems to be called `{to}` now{lost}");
                at.guessed_rename(to, "webhook parameter renamed", breaking, why)
            }
            None => {
                let why = format!("deliveries do not carry it any more{lost}");
                at.change("webhook parameter removed", breaking, why)
            }
        });
    }
    for key in added.iter().filter(|key| !renamed.iter().any(|pair| pair.1 == **key)) {
        let why = "deliveries carry it as well; receivers that do not know it ignore it";
        let at = after[*key].place(webhook, at);
        changes.push(at.change("webhook parameter added", effects(Nothing, Additive, Additive), why));
    }
    for (key, was) in &before {
        let to = renamed.iter().find(|pair| pair.0 == key).map_or(key.as_str(), |pair| pair.1);
        if let Some(is) = after.get(to) {
            changes.extend(parameter(documents, was, is, &is.place(webhook, at)));
        }
    }
    changes
}

/// Pairs removed parameters with added ones: those most alike, and in any case the only one that is gone with the only new
/// one.
fn renamed<'n>(
    before: &BTreeMap<String, Parameter<'_>>,
    after: &BTreeMap<String, Parameter<'_>>,
    removed: &[&'n str],
    added: &[&'n str],
) -> Vec<(&'n str, &'n str)> {
    let same = |one: &str, other: &str| {
        let (one, other) = (before[one].value, after[other].value);
        one["in"] == other["in"] && without_prose(&one["schema"]) == without_prose(&other["schema"])
    };
    match (removed, added) {
        ([one], [other]) if same(one, other) => vec![(*one, *other)],
        _ => renames::pair_most_alike(removed, added, &same),
    }
}

/// One parameter that both documents have.
fn parameter(documents: &Documents<'_>, was: &Parameter<'_>, is: &Parameter<'_>, at: &ComparedPlace) -> Vec<Change> {
    let (old, new) = (was.value, is.value);
    let mut changes = told(old, new, at);
    match (old["required"] == true, new["required"] == true) {
        (true, false) => {
            let refused = if is.is_signature() { ", and this crate refuses those as unsigned" } else { "" };
            let why = format!("deliveries may come without it{refused}");
            changes.push(at.change("webhook parameter became optional", effects(Nothing, Breaking, Breaking), why));
        }
        (false, true) => {
            let why = "every delivery carries it";
            changes.push(at.change("webhook parameter became required", effects(Nothing, Additive, Additive), why));
        }
        _ => {}
    }
    changes.extend(schemas::compare(documents, &old["schema"], &new["schema"], &at.part("schema", "")));
    changes.extend(extensions::others(old, new, &["name", "in", "required", "schema"], at));
    without_types(changes)
}

/// No types are made of these parts, so that users notice no more than what is said of them.
fn without_types(changes: Vec<Change>) -> Vec<Change> {
    changes.into_iter().map(|change| Change { rust: change.rust.min(Documentation), ..change }).collect()
}

/// Differences in what is said of such a part. How deliveries are verified and acknowledged always matters to receivers.
fn told(old: &Value, new: &Value, at: &ComparedPlace) -> Vec<Change> {
    let mut changes = prose::compare(old, new, at);
    if let Some(why) = meaning::of_texts(&old["description"], &new["description"]) {
        changes.retain(|change| change.kind != MEANING);
        changes.push(at.change(MEANING, effects(Documentation, Documentation, Documentation), why));
    }
    changes
}

/// Whether there is a body, and in which media types. Its schema is compared with all schemas.
pub fn body(documents: &Documents<'_>, webhook: &str, (old, new): (&Value, &Value), at: &ComparedPlace) -> Vec<Change> {
    let location = format!("body of webhook {webhook}");
    let at = ComparedPlace { location, leaf: "body".into(), ..at.part("post/requestBody", "") };
    let mut changes = extensions::others(old, new, &["required", "content"], &at);
    match (old["required"] == true, new["required"] == true) {
        (true, false) => {
            let why = "deliveries may come without a body, which is read as no event";
            changes.push(at.change("webhook body became optional", effects(Nothing, Breaking, Breaking), why));
        }
        (false, true) => {
            let why = "every delivery has a body";
            changes.push(at.change("webhook body became required", effects(Nothing, Additive, Additive), why));
        }
        _ => {}
    }
    // The normal form keeps one media type alone.
    let written = |document: &'_ Value| {
        let body = &document["webhooks"][webhook]["post"]["requestBody"];
        component(document, body).clone()
    };
    let (old, new) = (written(documents.written_old), written(documents.written_new));
    changes.extend(content::compare_media_types(&old, &new, &at));
    changes
}

/// What a receiver may answer, and what that means to Imprint.
pub fn answers(
    documents: &Documents<'_>,
    webhook: &str,
    (old, new): (&Value, &Value),
    at: &ComparedPlace,
) -> Vec<Change> {
    let (before, after) = (&old["responses"], &new["responses"]);
    let mut changes = Vec::new();
    for status in keys(before).union(&keys(after)) {
        let at = ComparedPlace {
            location: format!("answer {status} of webhook {webhook}"),
            leaf: "answer".into(),
            ..at.part(&format!("post/responses/{}", escape(status)), "")
        };
        let was = component(documents.written_old, &before[*status]);
        let is = component(documents.written_new, &after[*status]);
        match (was.is_null(), is.is_null()) {
            (true, false) => {
                let (wire, why) = match is_success(status) {
                    true => (Additive, "this status acknowledges a delivery, too"),
                    false => (Documentation, "it is declared what this status means to Imprint"),
                };
                changes.push(at.change("webhook answer added", effects(Nothing, wire, wire), why));
            }
            (false, true) => {
                let (wire, why) = match is_success(status) {
                    true => (Breaking, "this status may not acknowledge a delivery any more"),
                    false => (Documentation, "it is not declared any more what this status means to Imprint"),
                };
                changes.push(at.change("webhook answer removed", effects(Nothing, wire, wire), why));
            }
            _ => {
                changes.extend(told(was, is, &at));
                changes.extend(extensions::others(was, is, &["content"], &at));
                changes.extend(answer_body(&was["content"], &is["content"], &at));
            }
        }
    }
    without_types(changes)
}

fn answer_body(old: &Value, new: &Value, at: &ComparedPlace) -> Option<Change> {
    if old == new {
        return None;
    }
    let (kind, wire) = match without_prose(old) == without_prose(new) {
        true => (PROSE, Nothing),
        false if new.is_null() => ("webhook answer changed", Documentation),
        false => ("webhook answer changed", Breaking),
    };
    let why = "what a receiver has to answer is declared otherwise; compare it with what yours answers";
    Some(at.change(kind, effects(Documentation, wire, wire), why))
}

/// How Imprint proves to a receiver who sends.
pub fn security(webhook: &str, (old, new): (&Value, &Value), at: &ComparedPlace) -> Option<Change> {
    let (before, after) = (&old["security"], &new["security"]);
    let location = format!("security of webhook {webhook}");
    let at = ComparedPlace { location, ..at.part("post/security", "") };
    let (was, is) = match (before.is_null(), after.is_null()) {
        (true, false) => ("not said".to_string(), security::ways(after)),
        (false, true) => (security::ways(before), "not said".to_string()),
        _ => (security::ways(before), security::ways(after)),
    };
    let wire = match was == is {
        true => Documentation,
        false if before.is_null() || security::is_open(before) => Additive,
        false => Breaking,
    };
    let why = format!("how deliveries are authenticated beside their signature: it was {was} and is {is}");
    (before != after).then(|| at.change("webhook security changed", effects(Nothing, wire, wire), why))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_of_the_signature_is_the_one_that_is_read() {
        let source = include_str!("../../../src/webhook.rs");
        assert!(source.contains(&format!("SIGNATURE_HEADER: &str = {SIGNATURE_HEADER:?};")));
    }
}
