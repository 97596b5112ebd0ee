//! Compares the webhooks: what Imprint sends by itself.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    change::{
        Change,
        Effect::{Additive, Breaking, Documentation, Nothing},
        PROSE, effects,
    },
    documents::Documents,
    extensions::{self, is_extension},
    place::ComparedPlace,
    prose::{self, PROSE_KEYWORDS, without_prose},
    schemas,
    words::quoted,
};
use crate::{
    openapi::{json_schema, keys},
    pipeline::{resolve, walk::escape},
    usage::{Carriers, Side},
};

/// Webhooks are compared by their event and by the name of what they carry; its fields are compared with the schemas.
pub fn compare(documents: &Documents<'_>) -> Vec<Change> {
    let (old, new) = (&documents.old["webhooks"], &documents.new["webhooks"]);
    let mut changes = Vec::new();
    for name in keys(old).union(&keys(new)) {
        let (before, after) = (&old[*name], &new[*name]);
        let (pointer, location) = (format!("/webhooks/{}", escape(name)), format!("webhook {name}"));
        let at = ComparedPlace::named(pointer, location, Carriers::of(Side::Webhook, name), name);
        match (before.is_null(), after.is_null()) {
            (true, _) => {
                let why = "a new kind of event, which earlier versions of this crate read as `Event::Unrecognized`";
                changes.push(at.change("webhook added", effects(Additive, Additive, Additive), why));
            }
            (_, true) => {
                let why =
                    "the event and its type are removed; if it is still sent, it is read as `Event::Unrecognized`";
                changes.push(at.change("webhook removed", effects(Breaking, Breaking, Breaking), why));
            }
            _ => changes.extend(compare_one(documents, &before["post"], &after["post"], &at)),
        }
    }
    changes
}

fn compare_one(documents: &Documents<'_>, old: &Value, new: &Value, at: &ComparedPlace) -> Vec<Change> {
    let mut changes = prose::compare(old, new, at);
    let (old_body, new_body) = (&old["requestBody"], &new["requestBody"]);
    changes.extend(prose::compare(old_body, new_body, at));
    let body = at.part("post/requestBody/content/application~1json/schema", "");
    changes.extend(schemas::compare(documents, json_schema(old_body), json_schema(new_body), &body));
    changes.extend(discriminators(documents, json_schema(old_body), json_schema(new_body), &body));
    for key in keys(old).union(&keys(new)) {
        let compared = PROSE_KEYWORDS.contains(key) || matches!(*key, "tags" | "requestBody");
        let (before, after) = (&old[*key], &new[*key]);
        if !compared && before != after && is_extension(key) {
            changes.push(extensions::change(key, at));
        } else if !compared && before != after {
            let kind = if without_prose(before) == without_prose(after) { PROSE } else { "keyword changed" };
            let why = format!("`{key}` of the webhook differs");
            changes.push(at.change(kind, effects(Documentation, Documentation, Documentation), why));
        }
    }
    changes
}

/// What receivers tell the kinds of events by: the properties of the payload that always have one value.
fn discriminators(documents: &Documents<'_>, old: &Value, new: &Value, at: &ComparedPlace) -> Vec<Change> {
    fn constants<'d>(document: &'d Value, payload: &'d Value) -> BTreeMap<&'d str, &'d Value> {
        let properties = resolve(document, payload)["properties"].as_object().into_iter().flatten();
        let one = |(name, property): (&'d String, &'d Value)| match resolve(document, property)["enum"]
            .as_array()?
            .as_slice()
        {
            [value] => Some((name.as_str(), value)),
            _ => None,
        };
        properties.filter_map(one).collect()
    }
    let (before, after) = (constants(documents.old, old), constants(documents.new, new));
    let differing = before.iter().filter(|(name, value)| after.get(*name) != Some(*value));
    differing
        .map(|(name, value)| {
            let now = after.get(name).map_or_else(|| "it has no fixed value any more".into(), |now| format!("it is {} now", quoted(now)));
            let why = format!(
                "`{name}` was {} and tells this event from others: {now}, so that earlier versions of this crate read the \
                 event as `Event::Unrecognized`",
                quoted(value)
            );
            at.change("webhook discriminator changed", effects(Nothing, Breaking, Breaking), why)
        })
        .collect()
}
