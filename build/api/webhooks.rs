//! The events that the API sends: which there are, what tells them apart, and which struct holds what they say.

use serde_json::Value;

use super::{Api, Type, Webhook};
use crate::build::{
    problem::Problem,
    walk::{escape, payload},
};

/// The mark on a payload that names the fields which are the same in two deliveries of one event, and differ between
/// any two events. A receiver tells a repeated delivery by them.
const DEDUPE: &str = "x-imprint-dedupe";

/// The mark for further fields that tell two events apart, where an event has them.
const DEDUPE_ALSO: &str = "x-imprint-dedupe-also";

/// The webhooks that the document declares.
pub fn read(document: &Value) -> Result<Vec<Webhook>, Problem> {
    document["webhooks"].as_object().into_iter().flatten().map(|(name, item)| read_one(document, name, item)).collect()
}

fn read_one(document: &Value, name: &str, item: &Value) -> Result<Webhook, Problem> {
    let pointer = format!("/webhooks/{}/post", escape(name));
    let Some(schema) = payload(item) else {
        return Err(Problem::new(
            pointer,
            "a webhook whose JSON body is not a `$ref` to a named schema",
            "name its payload under `components/schemas` by an overlay action",
        ));
    };
    let payload = &document["components"]["schemas"][schema];
    let object = payload["properties"]["object"]["enum"][0].as_str().map(str::to_string);
    let operation = item["post"]["operationId"].as_str().map(str::to_string);
    let Some((object, operation)) = object.zip(operation) else {
        return Err(Problem::new(
            pointer,
            format!("the event type of `{schema}` is unknown: it needs an `object` property with one enum value"),
            "add the enum value (and an operationId for the webhook) by an overlay action",
        ));
    };
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
