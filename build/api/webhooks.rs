//! The events that the API sends: which there are, what tells them apart, and which struct holds what they say.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Api, Type, Webhook};
use crate::build::{
    problem::Problem,
    walk::{escape, payload, resolve},
};

/// The mark on a payload that names the fields which are the same in two deliveries of one event, and differ between
/// any two events. A receiver tells a repeated delivery by them.
const DEDUPE: &str = "x-imprint-dedupe";

/// The mark for further fields that tell two events apart, where an event has them.
const DEDUPE_ALSO: &str = "x-imprint-dedupe-also";

/// Properties that tell the kinds of events apart where several do, the likeliest first.
const TAGS: [&str; 5] = ["object", "event", "type", "event_type", "kind"];

/// The property of a payload that tells the kinds of events apart, and the webhooks that the document declares.
pub fn read(document: &Value) -> Result<(String, Vec<Webhook>), Problem> {
    let mut found = Vec::new();
    for (name, item) in document["webhooks"].as_object().into_iter().flatten() {
        let pointer = format!("/webhooks/{}/post", escape(name));
        let Some(schema) = payload(item) else {
            return Err(Problem::new(
                pointer,
                "a webhook without a JSON body",
                "describe its payload by an overlay action, or remove the webhook",
            ));
        };
        let operation = item["post"]["operationId"].as_str().unwrap_or(name).to_string();
        found.push((name, pointer, schema, operation, only_values(document, schema)));
    }
    let tag = tag(document);
    let webhooks = found.into_iter().map(|(name, pointer, schema, operation, mut values)| {
        let Some(object) = values.remove(&tag) else {
            return Err(Problem::new(
                pointer,
                format!(
                    "the event type of `{schema}` is unknown: all payloads need a property, such as `{tag}`, with one enum value, \
                     another one in each"
                ),
                "add the property with its value to each of the payloads by an overlay action",
            ));
        };
        read_one(document, (name, operation), object, schema)
    });
    let webhooks = webhooks.collect::<Result<_, _>>()?;
    Ok((tag, webhooks))
}

/// The property that tells the kinds of events apart: every payload has it, and in each with another value.
pub fn tag(document: &Value) -> String {
    let items = document["webhooks"].as_object().into_iter().flatten();
    let all: Vec<_> = items.filter_map(|(_, item)| Some(only_values(document, payload(item)?))).collect();
    let is_tag = |tag: &&str| {
        let values: BTreeSet<_> = all.iter().filter_map(|values| values.get(*tag)).collect();
        values.len() == all.len()
    };
    let others = all.iter().flat_map(|values| values.keys().map(String::as_str));
    TAGS.into_iter().chain(others).find(is_tag).unwrap_or(TAGS[0]).to_string()
}

/// The properties of a payload that have one value, with it.
fn only_values(document: &Value, schema: &str) -> BTreeMap<String, String> {
    let payload = resolve(document, &document["components"]["schemas"][schema]);
    let properties = payload["properties"].as_object().into_iter().flatten();
    let values =
        properties.filter_map(|(name, property)| match resolve(document, property)["enum"].as_array()?.as_slice() {
            [only] => Some((name.clone(), only.as_str()?.to_string())),
            _ => None,
        });
    values.collect()
}

fn read_one(
    document: &Value,
    (name, operation): (&str, String),
    object: String,
    schema: &str,
) -> Result<Webhook, Problem> {
    let payload = resolve(document, &document["components"]["schemas"][schema]);
    let dedupe = field_names(schema, payload, DEDUPE)?;
    let dedupe_also = field_names(schema, payload, DEDUPE_ALSO)?;
    if dedupe.is_empty() && !dedupe_also.is_empty() {
        return Err(Problem::new(
            format!("/components/schemas/{}/{DEDUPE_ALSO}", escape(schema)),
            format!("`{DEDUPE_ALSO}` without `{DEDUPE}`: without it all fields tell events apart already"),
            format!("name the fields that every event has and that tell it apart by `{DEDUPE}`"),
        ));
    }
    let (name, schema) = (name.to_string(), schema.to_string());
    Ok(Webhook { name, operation, object, schema, dedupe, dedupe_also, holds: String::new(), in_data: false })
}

fn field_names(schema: &str, payload: &Value, mark: &str) -> Result<Vec<String>, Problem> {
    let place = || format!("/components/schemas/{}/{mark}", escape(schema));
    let Some(mark) = payload.get(mark) else { return Ok(Vec::new()) };
    let names = mark.as_array().into_iter().flatten().map(|name| name.as_str().map(str::to_string));
    match names.collect::<Option<Vec<String>>>() {
        Some(names) if !names.is_empty() => Ok(names),
        _ => Err(Problem::new(
            place(),
            "a mark that is not a list of the names of fields",
            "name the fields of the payload's `data`, such as `[reward_id, status]`",
        )),
    }
}

/// Finds the struct that holds what each event says: that of the payload's property `data`, or the payload's own.
pub fn find(api: &mut Api) -> Result<(), Problem> {
    for index in 0..api.webhooks.len() {
        let (holds, in_data) = holder(api, &api.webhooks[index])?;
        let webhook = &mut api.webhooks[index];
        (webhook.holds, webhook.in_data) = (holds, in_data);
    }
    Ok(())
}

fn holder(api: &Api, webhook: &Webhook) -> Result<(String, bool), Problem> {
    let place = format!("/components/schemas/{}", webhook.schema);
    let schema = api.aliases.get(&webhook.schema).unwrap_or(&webhook.schema);
    let Some(payload) = api.structure(&api.type_of(schema)) else {
        return Err(Problem::new(
            place,
            format!("the payload of the webhook `{}` is no object", webhook.name),
            "describe it as an object with `object` and `data` by an overlay action",
        ));
    };
    let data = payload.fields.iter().find(|field| field.wire == "data");
    let data = data.map(|field| &field.ty).and_then(Type::named).and_then(|name| api.structure(name));
    let (holds, in_data) = data.map_or((payload, false), |data| (data, true));
    let lacks = |name: &&String| !holds.fields.iter().any(|field| field.wire == **name);
    for (mark, names) in [(DEDUPE, &webhook.dedupe), (DEDUPE_ALSO, &webhook.dedupe_also)] {
        if let Some(name) = names.iter().find(lacks) {
            return Err(Problem::new(
                format!("{place}/{mark}"),
                format!("`{name}` is no field of what the webhook `{}` carries", webhook.name),
                "name fields that are there in the mark, or leave it out: then all fields tell events apart",
            ));
        }
    }
    Ok((holds.name.clone(), in_data))
}
