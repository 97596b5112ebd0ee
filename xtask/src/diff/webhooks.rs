//! Compares the webhooks: what Imprint sends by itself.

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
    prose, schemas, webhook_parts,
    words::quoted,
};
use crate::{
    openapi::{json_schema, keys},
    pipeline::{
        event_tag, resolve,
        walk::{METHODS, escape},
    },
    usage::{Carriers, Side},
};

/// Webhooks are compared by their event and by the name of what they carry; its fields are compared with the schemas.
pub fn compare(documents: &Documents<'_>) -> Vec<Change> {
    let (old, new) = (&documents.old["webhooks"], &documents.new["webhooks"]);
    // Earlier versions of this crate tell events apart as they were told apart.
    let tag = event_tag(documents.old);
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
            _ => {
                changes.extend(methods(before, after, &at));
                changes.extend(prose::compare(before, after, &at));
                let compared: Vec<&str> = METHODS.into_iter().chain(["parameters"]).collect();
                changes.extend(extensions::others(before, after, &compared, &at));
                if !before["post"].is_null() && !after["post"].is_null() {
                    changes.extend(compare_one(documents, name, (before, after), &at));
                    changes.extend(discriminator(documents, &tag, (before, after), &at));
                }
            }
        }
    }
    changes
}

/// The methods by which an event may come. The generator reads that of POST.
fn methods(old: &Value, new: &Value, at: &ComparedPlace) -> Vec<Change> {
    let mut changes = Vec::new();
    for method in METHODS {
        let is_read = method == "post";
        let (before, after) = (&old[method], &new[method]);
        let at = at.part(method, "");
        let name = method.to_uppercase();
        match (before.is_null(), after.is_null()) {
            (true, false) if is_read => {
                let why = "the event comes by POST now: there is a type for it";
                changes.push(at.change("webhook method added", effects(Additive, Additive, Additive), why));
            }
            (true, false) => {
                let why = format!(
                    "the event may come by {name} now: receivers that take a POST alone refuse that, and no type is made \
                     of what it carries"
                );
                changes.push(at.change("webhook method added", effects(Nothing, Breaking, Breaking), why));
            }
            (false, true) => {
                let rust = if is_read { Breaking } else { Nothing };
                let why = format!("the event does not come by {name} any more");
                changes.push(at.change("webhook method removed", effects(rust, Breaking, Breaking), why));
            }
            _ if !is_read && before != after => {
                let why = format!("what comes by {name} differs: the generator reads what comes by POST");
                changes.push(at.change("keyword changed", effects(Nothing, Documentation, Documentation), why));
            }
            _ => {}
        }
    }
    changes
}

fn compare_one(
    documents: &Documents<'_>,
    name: &str,
    (old_item, new_item): (&Value, &Value),
    at: &ComparedPlace,
) -> Vec<Change> {
    let (old, new) = (&old_item["post"], &new_item["post"]);
    let mut changes = prose::compare(old, new, at);
    changes.extend(webhook_parts::parameters(documents, name, (old_item, new_item), at));
    changes.extend(webhook_parts::answers(documents, name, (old, new), at));
    let (old_body, new_body) = (&old["requestBody"], &new["requestBody"]);
    changes.extend(prose::compare(old_body, new_body, at));
    changes.extend(webhook_parts::body(documents, name, (old_body, new_body), at));
    let body = at.part("post/requestBody/content/application~1json/schema", "");
    changes.extend(schemas::compare(documents, json_schema(old_body), json_schema(new_body), &body));
    changes.extend(webhook_parts::security(name, (old, new), at));
    if old["tags"] != new["tags"] {
        let why = "it stands in another group of webhooks";
        changes.push(at.change(PROSE, effects(Documentation, Nothing, Nothing), why));
    }
    let compared = ["tags", "requestBody", "parameters", "responses", "security"];
    changes.extend(extensions::others(old, new, &compared, at));
    changes
}

/// The value by which receivers tell this event from others: that of the property `tag` of its payload.
fn discriminator(
    documents: &Documents<'_>,
    tag: &str,
    (old, new): (&Value, &Value),
    at: &ComparedPlace,
) -> Option<Change> {
    fn only_value<'d>(document: &'d Value, item: &'d Value, tag: &str) -> Option<&'d Value> {
        let payload = resolve(document, json_schema(&item["post"]["requestBody"]));
        match resolve(document, &payload["properties"][tag])["enum"].as_array()?.as_slice() {
            [value] => Some(value),
            _ => None,
        }
    }
    let was = only_value(documents.old, old, tag)?;
    let is = only_value(documents.new, new, tag);
    let now = is.map_or_else(|| "it has no fixed value any more".into(), |is| format!("it is {} now", quoted(is)));
    let why = format!(
        "`{tag}` was {} and tells this event from others: {now}, so that earlier versions of this crate read the event as \
         `Event::Unrecognized`",
        quoted(was)
    );
    let at = at.part("post/requestBody/content/application~1json/schema", "");
    (is != Some(was)).then(|| at.change("webhook discriminator changed", effects(Nothing, Breaking, Breaking), why))
}
