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

/// Words of a name that often mean a secret.
const SECRET_WORDS: [&str; 26] = [
    "credential",
    "credentials",
    "cryptogram",
    "cvc",
    "cvv",
    "cvv2",
    "ein",
    "iban",
    "itin",
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
/// Names of secrets whose single words do not give them away.
const SECRET_NAMES: [&str; 5] = ["access_key", "account_number", "card_number", "license_number", "security_code"];
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
        if target["type"] != "string" || target.get("enum").is_some() {
            return Ok(());
        }
        let words: Vec<&str> = name.split('_').collect();
        let has = |among: &[&str]| words.iter().any(|word| among.contains(word));
        let is_secret = has(&SECRET_WORDS) || SECRET_NAMES.contains(&name.as_str());
        if is_secret && !marked.contains(&place.pointer) && schema["x-imprint-secret"].is_null() {
            let advice = format!(
                "`{name}` sounds like a secret and no rule marks it: `x-imprint-secret: true` (or false) by an \
                 overlay action"
            );
            add("secret by its name that no rule marks", advice);
        }
        if is_unnamed_id(&name, &words, schema, place) && !marked.contains(&place.pointer) {
            let advice = format!(
                "`{name}` seems to be an id and stays plain text: `x-imprint-id: <Kind>` by an overlay action names \
                 its type"
            );
            add("id that the rule cannot name", advice);
        }
        if looks_like_time(&words, target) && target["format"] != "date-time" && !name.ends_with("_at") {
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
