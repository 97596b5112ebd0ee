//! Compares the content of a body, of a request or of an answer: which media types it may have, which of them the client
//! uses, and what stands under that one.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    change::{
        Change,
        Effect::{Additive, Breaking, Documentation, Nothing},
        PROSE, effects,
    },
    documents::Documents,
    extensions,
    place::ComparedPlace,
    prose, schemas,
    words::listed,
};
use crate::{
    openapi::{Form, Media, keys, media},
    pipeline::walk::escape,
    usage::Side,
};

/// A body that both documents have. One that comes or goes as a whole is compared elsewhere.
pub fn compare(documents: &Documents<'_>, old: &Value, new: &Value, at: &ComparedPlace) -> Vec<Change> {
    let (Some(before), Some(after)) = (media(old), media(new)) else { return Vec::new() };
    let mut changes = compare_media_types(old, new, at);
    if before.form != Form::Bytes && after.form != Form::Bytes {
        let schema = at.part(&format!("content/{}/schema", escape(after.name)), ": ");
        let found = schemas::compare(documents, &before.value["schema"], &after.value["schema"], &schema);
        // The colon is for what is inside of the body.
        changes.extend(found.into_iter().map(|change| match change.location.strip_suffix(": ") {
            Some(whole) => Change { location: whole.to_string(), ..change },
            None => change,
        }));
    }
    changes
}

/// What a media type is called without its parameters, such as `charset`, and what stands under it.
fn by_essence(holder: &Value) -> BTreeMap<String, &Value> {
    let content = holder["content"].as_object().into_iter().flatten();
    content.map(|(name, value)| (essence(name), value)).collect()
}

fn essence(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// The media types of a body that both documents have, and what stands under them beside schemas.
pub fn compare_media_types(old: &Value, new: &Value, at: &ComparedPlace) -> Vec<Change> {
    let (Some(used), Some(uses)) = (media(old), media(new)) else { return Vec::new() };
    let (before, after) = (by_essence(old), by_essence(new));
    let (from, to) = (essence(used.name), essence(uses.name));
    let mut changes = prose::compare(used.value, uses.value, at);
    changes.extend(extensions::others(used.value, uses.value, &["schema"], at));
    let is_other = |name: &&String| **name != from && **name != to;
    let unused = before.keys().filter(is_other).any(|name| after.get(name).is_some_and(|now| before[name] != *now));
    if unused || from == to && keys(&old["content"]) != keys(&new["content"]) && before.keys().eq(after.keys()) {
        let why = "the media types are written otherwise, or what stands under those that the client does not use";
        changes.push(at.change(PROSE, effects(Documentation, Nothing, Nothing), why));
    }
    if from != to {
        changes.push(other_media_type((used, &from), (uses, &to), after.contains_key(&from), at));
        return changes;
    }
    let added = || after.keys().filter(|name| !before.contains_key(*name));
    let removed = || before.keys().filter(|name| !after.contains_key(*name));
    if added().next().is_some() {
        let why = format!("new beside `{to}`, which this crate goes on with: {}", listed(added()));
        changes.push(at.change("media type added", effects(Nothing, Additive, Additive), why));
    }
    if removed().next().is_some() {
        let why = format!("no longer beside `{to}`, which this crate goes on with: {}", listed(removed()));
        changes.push(at.change("media type removed", effects(Nothing, Documentation, Documentation), why));
    }
    changes
}

/// The client uses another media type than before. `stays` says whether the one of before is still there.
fn other_media_type(
    (used, from): (Media<'_>, &str),
    (uses, to): (Media<'_>, &str),
    stays: bool,
    at: &ComparedPlace,
) -> Change {
    let rust = if used.form == uses.form { Nothing } else { Breaking };
    let kind = "media types changed";
    let was = format!("it was `{from}` and is `{to}`");
    if at.carriers.sides.contains(&Side::Error) {
        let (wire, what) = match uses.form {
            Form::Json => (Documentation, "the client reads any JSON alike"),
            _ => (Breaking, "the client finds no code and no message in it"),
        };
        return at.change(kind, effects(Nothing, wire, wire), format!("{was}; {what}"));
    }
    if stays {
        let why = format!("{was}, which the client prefers; `{from}` is still there");
        return at.change(kind, effects(rust, Additive, Additive), why);
    }
    let what = match at.carriers.sides.contains(&Side::Webhook) {
        true => "receivers of today read the old one".to_string(),
        false => at.by_side(
            "older versions of this crate send the old one",
            "older versions of this crate ask for the old one",
        ),
    };
    let why = format!("{was}; {what}");
    at.change(kind, effects(rust, Breaking, Breaking), why)
}
