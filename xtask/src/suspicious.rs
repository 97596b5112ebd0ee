//! Finds suspicious places: where the document may be wrong, or where a rule of the generator may have missed
//! something.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToSnakeCase;
use serde::Serialize;
use serde_json::Value;

use crate::{
    openapi::{is_success, json_schema},
    pipeline::{
        MarkedPlaces, Problem, normalized, resolve,
        walk::{self, Place, Role},
    },
    usage::{Carriers, Side, usage},
};

/// One suspicious place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Suspicion {
    /// What is odd, in a few fixed words.
    pub kind: &'static str,
    /// JSON pointer into the document after the overlay.
    pub pointer: String,
    /// What to look for, and what to do about it.
    pub advice: String,
}

/// The kind of a place that seems to be a secret.
const SECRET: &str = "secret that no rule marks";

/// Words of a name that often mean a secret.
const SECRET_WORDS: [&str; 28] = [
    "bearer",
    "credential",
    "credentials",
    "cryptogram",
    "cvc",
    "cvv",
    "cvv2",
    "ein",
    "iban",
    "itin",
    "maiden",
    "otp",
    "pan",
    "passcode",
    "passport",
    "passphrase",
    "password",
    "pin",
    "private",
    "pwd",
    "secret",
    "signing",
    "ssn",
    "tax",
    "tin",
    "token",
    "track",
    "track2",
];
/// Words of which none means a secret by itself, but one behind the other they do, wherever they stand in a name.
const SECRET_NAMES: [&str; 15] = [
    "access_key",
    "account_no",
    "account_number",
    "api_key",
    "card_no",
    "card_number",
    "driver_license",
    "drivers_license",
    "license_number",
    "one_time_code",
    "routing_number",
    "security_answer",
    "security_code",
    "verification_code",
    "verification_value",
];
/// What descriptions say of secrets.
const SECRET_PHRASES: [&str; 9] = [
    "secret",
    "sensitive",
    "confidential",
    "never log",
    "not log",
    "never store",
    "not store",
    "never share",
    "not share",
];
const ID_WORDS: [&str; 5] = ["guid", "identifier", "ref", "reference", "uuid"];
const TIME_WORDS: [&str; 5] = ["date", "datetime", "on", "time", "timestamp"];

/// Every suspicious place of a document after its overlay; `marked` are those that the rules mark in it.
pub fn suspicions(document: &Value, marked: &MarkedPlaces) -> Result<BTreeSet<Suspicion>, Problem> {
    let document = normalized(document)?;
    let mut found = BTreeSet::new();
    let usage = usage(&document);
    walk::schemas(&mut document.clone(), &mut |schema, place| {
        let mut add = |kind, advice: String| found.insert(Suspicion { kind, pointer: place.pointer.clone(), advice });
        for name in undeclared_required_names(schema) {
            let advice = format!(
                "`{name}` is required and is not a property: a typo, or a property that was forgotten; the generator \
                 leaves it out"
            );
            add("required name that is no property", advice);
        }
        let target = resolve(&document, schema);
        if schema.get("enum").is_some() && is_sent(schema, place, &usage) {
            let advice = "a list of values that callers may send: check that it is complete; callers can send other \
                          values all the same";
            add("enum in a request", advice.into());
        }
        let Some(name) = place.name().map(ToSnakeCase::to_snake_case) else { return Ok(()) };
        if let Some(why) = sounds_secret(&name, &document, schema)
            && !marked.secrets.contains(&place.pointer)
            && schema["x-imprint-secret"].is_null()
        {
            let advice = format!(
                "`{name}` {why} and no rule marks it: `x-imprint-secret: true` (or false) by an overlay action"
            );
            add(SECRET, advice);
        }
        if target["type"] != "string" || target.get("enum").is_some() {
            return Ok(());
        }
        let words: Vec<&str> = name.split('_').collect();
        if is_unnamed_id(&name, &words, schema, place) && !marked.contains(&place.pointer) {
            let advice = format!(
                "`{name}` seems to be an id and stays plain text: `x-imprint-id: <Kind>` by an overlay action names \
                 its type"
            );
            add("id that the rule cannot name", advice);
        }
        // A plain date is no point in time, and stays text.
        let is_settled = target["format"] == "date-time" || target["format"] == "date" || name.ends_with("_at");
        if looks_like_time(&words, target) && !is_settled {
            let advice = format!(
                "`{name}` seems to be a time and stays plain text: `format: date-time` by an overlay action makes it \
                 a Timestamp"
            );
            add("timestamp without a format", advice);
        }
        Ok(())
    })?;
    operations(&document, &mut found)?;
    Ok(found)
}

/// What was marked as a secret in the old document and may be shown with the new one: the same place, and what is new beside a
/// secret that is gone, which may be the secret under another name. Both documents come after their overlay.
pub fn lost_secrets(
    (old, old_marked): (&Value, &MarkedPlaces),
    (new, new_marked): (&Value, &MarkedPlaces),
) -> Result<BTreeSet<Suspicion>, Problem> {
    let (old, new) = (normalized(old)?, normalized(new)?);
    let mut found = BTreeSet::new();
    for pointer in old_marked.secrets.difference(&new_marked.secrets) {
        let is_decided = |schema: &Value| !schema["x-imprint-secret"].is_null();
        if let Some(schema) = new.pointer(pointer) {
            let within = format!("{pointer}/");
            if !is_decided(schema) && !new_marked.secrets.iter().any(|marked| marked.starts_with(&within)) {
                let advice = "no rule marks it any more, and what it holds may be shown: `x-imprint-secret: true` (or \
                              false) by an overlay action, at the text in it";
                found.insert(Suspicion {
                    kind: "was a secret until now",
                    pointer: pointer.clone(),
                    advice: advice.into(),
                });
            }
            continue;
        }
        let Some((owner, name)) = pointer.rsplit_once('/').filter(|(owner, _)| owner.ends_with("/properties")) else {
            continue;
        };
        let members = |document| Value::pointer(document, owner).and_then(Value::as_object);
        let (Some(before), Some(after)) = (members(&old), members(&new)) else { continue };
        for (added, schema) in after.iter().filter(|(added, _)| !before.contains_key(*added)) {
            let place = format!("{owner}/{}", walk::escape(added));
            if !new_marked.contains(&place) && !is_decided(schema) && plain_value(&new, schema).is_some() {
                let advice = format!(
                    "`{name}` was a secret here and is gone: if `{added}` is the same under another name, \
                     `x-imprint-secret: true` by an overlay action, else `false`"
                );
                found.insert(Suspicion { kind: "may be a secret under another name", pointer: place, advice });
            }
        }
    }
    Ok(found)
}

/// Those of the suspicious places that are new. One that only moved is not: its kind and advice are those of a place that is
/// gone, and the end of its pointer too. That of a secret has to have the same owner, so that no other secret is taken for it.
pub fn new_places(now: BTreeSet<Suspicion>, before: &BTreeSet<Suspicion>) -> Vec<Suspicion> {
    let mut gone: Vec<&Suspicion> = before.difference(&now).collect();
    let added = now.iter().filter(|place| !before.contains(place)).filter(|place| {
        let segments = if place.kind == SECRET { 3 } else { 2 };
        let end = |place: &Suspicion| place.pointer.rsplit('/').take(segments).map(str::to_string).collect::<Vec<_>>();
        let is_it = |old: &&Suspicion| (old.kind, &old.advice) == (place.kind, &place.advice) && end(old) == end(place);
        let moved = gone.iter().position(is_it);
        moved.map(|index| gone.swap_remove(index)).is_none()
    });
    added.cloned().collect()
}

/// The text or number that a place holds, or that the items of its list are; `None` for everything else.
fn plain_value<'a>(document: &'a Value, schema: &'a Value) -> Option<&'a Value> {
    let target = resolve(document, schema);
    let value = if target["type"] == "array" { resolve(document, &target["items"]) } else { target };
    let is_plain = matches!(value["type"].as_str(), Some("string" | "integer" | "number"));
    (is_plain && value.get("enum").is_none()).then_some(value)
}

/// Why a place may hold a secret: by its name, or by what is said of it. It has to be a text, a number, or a list of them.
fn sounds_secret(name: &str, document: &Value, schema: &Value) -> Option<&'static str> {
    let (target, value) = (resolve(document, schema), plain_value(document, schema)?);
    let name = name.strip_suffix('s').filter(|_| target["type"] == "array").unwrap_or(name);
    let enclosed = format!("_{name}_");
    let has = |words: &&&str| enclosed.contains(&format!("_{words}_"));
    if SECRET_WORDS.iter().chain(&SECRET_NAMES).any(|words| has(&words)) {
        return Some("sounds like a secret");
    }
    let said = [schema, target, value].map(|schema| schema["description"].as_str().unwrap_or_default().to_lowercase());
    let is_said = |phrase: &&str| said.iter().any(|said| said.contains(*phrase));
    SECRET_PHRASES.iter().any(is_said).then_some("is described as a secret")
}

/// Names in `required` that no property has; those of an `allOf` may stand in another member.
fn undeclared_required_names(schema: &Value) -> Vec<&str> {
    if schema.get("allOf").is_some() || (schema.get("properties").is_none() && schema["type"] != "object") {
        return Vec::new();
    }
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    required.filter(|name| schema["properties"].get(name).is_none()).collect()
}

/// Whether callers may send the enum at a place.
fn is_sent(schema: &Value, place: &Place, usage: &BTreeMap<String, Carriers>) -> bool {
    // An enum of one value is a constant, and one beside a reference repeats what the schema says.
    if schema.get("$ref").is_some() || schema["enum"].as_array().is_none_or(|values| values.len() < 2) {
        return false;
    }
    match place.pointer.strip_prefix("/components/schemas/").and_then(|rest| rest.split('/').next()) {
        Some(name) => {
            usage.get(&name.replace("~1", "/").replace("~0", "~")).is_some_and(|c| c.sides.contains(&Side::Request))
        }
        None => place.pointer.contains("/parameters/") || place.pointer.contains("/requestBody/"),
    }
}

fn is_unnamed_id(name: &str, words: &[&str], schema: &Value, place: &Place) -> bool {
    if !schema["x-imprint-id"].is_null() || schema.get("$ref").is_some() {
        return false;
    }
    let has_no_owner = !matches!(&place.role, Role::Property { owner: Some(_), .. });
    (name == "id" && has_no_owner) || words.iter().any(|word| ID_WORDS.contains(word))
}

fn looks_like_time(words: &[&str], target: &Value) -> bool {
    let by_name = words.last().is_some_and(|last| TIME_WORDS.contains(last)) || words.first() == Some(&"date");
    let example = target["example"].as_str().unwrap_or_default().as_bytes();
    by_name
        || (example.len() >= 19
            && example[4] == b'-'
            && example[7] == b'-'
            && example[10] == b'T'
            && example[13] == b':')
}

fn operations(document: &Value, found: &mut BTreeSet<Suspicion>) -> Result<(), Problem> {
    walk::operations(&mut document.clone(), &mut |operation| {
        let value = Value::Object(operation.value.clone());
        let mut add = |kind, advice: &str| {
            found.insert(Suspicion { kind, pointer: operation.pointer.clone(), advice: advice.to_string() });
        };
        let responses: Vec<_> = value["responses"].as_object().into_iter().flatten().collect();
        if responses.iter().all(|(status, _)| is_success(status)) {
            add("operation without errors", "no error is declared, so the documentation of its method names none");
        }
        let body = resolve(document, json_schema(&value["requestBody"]));
        let parameters = value["parameters"].as_array().into_iter().flatten();
        let cursor = parameters.into_iter().any(|parameter| parameter["name"] == "starting_after")
            || body["properties"].get("starting_after").is_some();
        let answer = responses.iter().find(|(status, _)| is_success(status)).map(|(_, answer)| json_schema(answer));
        let Some(page) = answer.map(|schema| &resolve(document, schema)["properties"]) else { return Ok(()) };
        // With a cursor and items without an id the generator refuses the list.
        if !cursor && page.get("has_more").is_some() {
            add("paging without a cursor", "the answer says whether there is more, and no parameter asks for it");
        }
        Ok(())
    })
}
