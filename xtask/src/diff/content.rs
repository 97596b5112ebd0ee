//! Compares the content of a body, of a request or of an answer: which media types it may have, which of them the client
//! uses, and what stands under that one.

use std::collections::{BTreeMap, BTreeSet};

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
    prose, schemas, serialization,
    words::listed,
};
use crate::{
    openapi::{Form, Media, encoding, essence, keys, media, property},
    pipeline::walk::escape,
    usage::Side,
};

/// A body that both documents have. One that comes or goes as a whole is compared elsewhere.
pub fn compare(documents: &Documents<'_>, old: &Value, new: &Value, at: &ComparedPlace) -> Vec<Change> {
    let (Some(before), Some(after)) = (media(old), media(new)) else { return Vec::new() };
    let mut changes = compare_media_types(old, new, at);
    if is_form(before) && before.form == after.form {
        changes.extend(compare_encoding((documents.old, before), (documents.new, after), at));
    }
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

/// The media types of a body that both documents have, and what stands under them beside schemas.
pub fn compare_media_types(old: &Value, new: &Value, at: &ComparedPlace) -> Vec<Change> {
    let (Some(used), Some(uses)) = (media(old), media(new)) else { return Vec::new() };
    let (before, after) = (by_essence(old), by_essence(new));
    let (from, to) = (essence(used.name), essence(uses.name));
    let mut changes = prose::compare(used.value, uses.value, at);
    // How forms are written is compared by property.
    let compared: &[&str] = if is_form(used) || is_form(uses) { &["schema", "encoding"] } else { &["schema"] };
    changes.extend(extensions::others(used.value, uses.value, compared, at));
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

fn is_form(media: Media<'_>) -> bool {
    matches!(media.form, Form::Urlencoded | Form::Multipart)
}

/// How the properties are written that the forms of both documents have, as far as their `encoding` says it.
fn compare_encoding(
    (old_document, old): (&Value, Media<'_>),
    (new_document, new): (&Value, Media<'_>),
    at: &ComparedPlace,
) -> Vec<Change> {
    let (before, after) = (&old.value["encoding"], &new.value["encoding"]);
    let (styles_before, styles_after) = (encoding(old_document, old), encoding(new_document, new));
    let one = |name: &&str| {
        let was = property(old_document, &old.value["schema"], name, 0)?;
        let is = property(new_document, &new.value["schema"], name, 0)?;
        let at = at.part(&format!("content/{}/encoding/{}", escape(new.name), escape(name)), "");
        let (was, is) = match (&styles_before, &styles_after) {
            (Ok(before), Ok(after)) => {
                (serialization::in_form(old, name, was, before), serialization::in_form(new, name, is, after))
            }
            (Err((name, what)), _) | (_, Err((name, what))) => {
                let why = format!(
                    "how the form is written is said otherwise, and the client cannot do that: `{name}` {what}"
                );
                return Some(at.change("serialization changed", effects(Nothing, Breaking, Nothing), why));
            }
        };
        Some(if was == is {
            let why = format!("how `{name}` is written is said otherwise, and it is still sent as {is}");
            at.change("serialization described otherwise", effects(Nothing, Documentation, Nothing), why)
        } else {
            let why = format!("`{name}` was sent as {was} and is sent as {is}");
            at.change("serialization changed", effects(Nothing, Breaking, Nothing), why)
        })
    };
    let names = keys(before).into_iter().chain(keys(after)).collect::<BTreeSet<_>>();
    names.iter().filter(|name| before[**name] != after[**name]).filter_map(one).collect()
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
