//! Finds ids, secrets, personal data and timestamps by the names of properties and parameters.
//!
//! Where a name would lead to a wrong result, a mark in the overlay (`x-imprint-id`, `x-imprint-secret`,
//! `x-imprint-personal`) decides instead. A secret that is not found would be printed by `Debug`.

use std::collections::BTreeMap;

use heck::{ToSnakeCase, ToUpperCamelCase};
use serde_json::{Value, json};

use super::{Lowered, Mark, unions};
use crate::build::{
    problem::Problem,
    walk::{self, Place, Role, component_name, resolve},
};

/// The mark that names the kind of an id.
pub(super) const ID: &str = "x-imprint-id";
/// The mark that makes a place a secret, or says that it is none.
pub(super) const SECRET: &str = "x-imprint-secret";
/// The mark that makes a place personal data, or says that it is none.
pub(super) const PERSONAL: &str = "x-imprint-personal";

const SECRET_NAMES: [&str; 11] = [
    "account_number",
    "api_key",
    "client_secret",
    "cvc",
    "cvv",
    "pan",
    "pan_reference_id",
    "routing_number",
    "ssn",
    "ssn4",
    "token",
];

/// The same in bodies and headers. A parameter of a URL with one of these names is taken as it is: some APIs log their users in so.
const SECRET_NAMES_OUTSIDE_URLS: [&str; 6] =
    ["passphrase", "passwd", "password", "private_key", "secret", "secret_key"];

const PERSONAL_NAMES: [&str; 12] = [
    "address",
    "city",
    "date_of_birth",
    "email",
    "first_name",
    "full_name",
    "last_name",
    "phone",
    "postal_code",
    "state",
    "street_line1",
    "street_line2",
];

/// Replaces a schema as a whole, and keeps the keywords that describe the place.
fn replaced(schema: &Value, by: Value) -> Value {
    let mut by = by;
    for keyword in ["description", "nullable", "deprecated"] {
        if let Some(value) = schema.get(keyword) {
            by[keyword] = value.clone();
        }
    }
    by
}

/// The name of a place in snake case. For a list it is the singular, since the lists of the API have plural names.
fn spelled(document: &Value, schema: &Value, place: &Place) -> Option<String> {
    let name = place.name()?.to_snake_case();
    let is_list = resolve(document, schema)["type"] == "array";
    Some(name.strip_suffix('s').filter(|_| is_list).map_or(name.clone(), str::to_string))
}

/// The schemas of the values in a list or map, with the keyword that they stand under.
pub(super) fn values_of(target: &Value) -> Option<(&'static str, &Value)> {
    let (keyword, values) = match target["type"].as_str() {
        Some("array") => ("items", &target["items"]),
        Some("object") if target.get("properties").is_none() => {
            ("additionalProperties", &target["additionalProperties"])
        }
        _ => return None,
    };
    values.is_object().then_some((keyword, values))
}

/// Whether a name or a mark makes a place a secret.
pub(super) fn is_secret(document: &Value, schema: &Value, place: &Place) -> bool {
    if let Some(marked) = schema[SECRET].as_bool() {
        return marked;
    }
    let Some(name) = spelled(document, schema, place) else { return false };
    // Whether there is a secret is none.
    if resolve(document, schema)["type"] == "boolean" {
        return false;
    }
    // The API's own keys: `Key.key`.
    let key = matches!(&place.role, Role::Property { owner: Some(owner), .. } if owner == "Key") && name == "key";
    key || schema["format"] == "password"
        || SECRET_NAMES.contains(&name.as_str())
        || !in_url(place) && SECRET_NAMES_OUTSIDE_URLS.contains(&name.as_str())
        || name.ends_with("_secret")
        || name.ends_with("_token") && !is_of_pages(&name)
}

fn in_url(place: &Place) -> bool {
    matches!(place.role, Role::Parameter { in_header: false, .. })
}

/// Whether a token only names a page of a list: it has to be sent back in a URL, and opens nothing.
fn is_of_pages(name: &str) -> bool {
    let words = [
        "page_token",
        "next_token",
        "prev_token",
        "previous_token",
        "starting_token",
        "continuation_token",
        "sync_token",
    ];
    words.iter().any(|word| name.ends_with(word))
}

/// How a schema can hold the secret that its place is.
pub(super) enum Held<'a> {
    /// The schema is a string.
    Text,
    /// A list or map whose values are strings; the keyword is that of the values. The place as a whole is the secret.
    Values(&'static str),
    /// A union that may be a string. The strings are the secret.
    Members,
    /// Another list, map, object or union. The secret is a property in it that has a name of its own.
    Within,
    /// The schema has another type, which cannot be redacted.
    Other(&'a str),
}

/// How a schema holds the secret that its place is.
pub(super) fn held<'a>(document: &'a Value, schema: &'a Value) -> Held<'a> {
    let target = resolve(document, schema);
    match target["type"].as_str() {
        Some("string") => Held::Text,
        Some("object" | "array") => match values_of(target) {
            Some((keyword, values)) if resolve(document, values)["type"] == "string" => Held::Values(keyword),
            _ => Held::Within,
        },
        None if target.get("allOf").is_some() => Held::Within,
        None if unions::members(target).is_some() => {
            let mut members = unions::members(target).into_iter().flatten();
            if members.any(|member| is_text(document, member)) { Held::Members } else { Held::Within }
        }
        other => Held::Other(other.unwrap_or("any value")),
    }
}

fn is_text(document: &Value, schema: &Value) -> bool {
    let target = resolve(document, schema);
    target["type"] == "string" && target.get("enum").is_none()
}

/// Rewrites secrets as `{type: string, format: password}` without any constraint. With a length beside it typify's
/// conversion does not match, without an error, and the field would be a plain `String` that `Debug` prints.
pub fn secrets(lowered: &mut Lowered) -> Result<(), Problem> {
    let known = lowered.document.clone();
    let marks = &mut lowered.marks.secrets;
    walk::schemas(&mut lowered.document, &mut |schema, place| {
        if !is_secret(&known, schema, place) {
            return Ok(());
        }
        if in_url(place) {
            return Err(place.problem(
                "a secret in a URL, which logs and proxies keep",
                format!("if it is none, mark it `{SECRET}: false` by an overlay action; else leave the parameter out"),
            ));
        }
        let redacted = json!({"type": "string", "format": "password"});
        let rewritten = match held(&known, schema) {
            Held::Text => replaced(schema, redacted),
            Held::Values(keyword) => {
                let mut container = resolve(&known, schema).clone();
                container[keyword] = redacted;
                replaced(schema, container)
            }
            Held::Members => {
                let mut union = resolve(&known, schema).clone();
                for keyword in unions::KEYWORDS {
                    let members = union.get_mut(keyword).and_then(Value::as_array_mut).into_iter().flatten();
                    members.filter(|member| is_text(&known, member)).for_each(|member| *member = redacted.clone());
                }
                replaced(schema, union)
            }
            Held::Within => return Ok(()),
            Held::Other(kind) => {
                return Err(place.problem(
                    format!("a secret by its name or mark that is no string but {kind}"),
                    format!("make it a string, or mark it `{SECRET}: false`, by an overlay action"),
                ));
            }
        };
        *schema = rewritten;
        let name = place.name().unwrap_or_default().to_string();
        marks.push(Mark { name, pointer: place.pointer.clone() });
        Ok(())
    })
}

/// The form in which a place holds personal data.
pub(super) enum Personal {
    Text,
    /// The type of the number: `integer` or `number`.
    Number(String),
    /// An enum, a boolean, a free object or any value: none of these can carry the mark as a format.
    Other,
}

/// The prefix of the pointers to the properties of a schema that a property with a personal name (address,
/// date_of_birth) refers to, given that property: all of them are personal.
pub(super) fn holder(document: &Value, schema: &Value, place: &Place) -> Option<String> {
    let name = component_name(schema["$ref"].as_str()?, "schemas")?;
    let holds = is_personal(document, schema, place) && resolve(document, schema)["type"] == "object";
    holds.then(|| format!("/components/schemas/{}/properties/", walk::escape(name)))
}

/// The form in which a place holds personal data, by its name or mark or because it is in one of the places `inside`.
/// It is `None` for an object, list or map, whose parts hold the data: the place is then added to `inside`.
pub(super) fn personal_at(
    document: &Value,
    schema: &Value,
    place: &Place,
    inside: &mut Vec<String>,
) -> Option<Personal> {
    let within = inside.iter().any(|prefix| place.pointer.starts_with(prefix.as_str()));
    if schema[PERSONAL] == json!(false) || !(is_personal(document, schema, place) || within) {
        return None;
    }
    let target = resolve(document, schema);
    match target["type"].as_str() {
        // A secret is redacted already.
        Some("string") if target["format"] == "password" => None,
        Some("string") if target.get("enum").is_none() => Some(Personal::Text),
        Some(number @ ("integer" | "number")) => Some(Personal::Number(number.to_string())),
        Some("object" | "array") if target.get("properties").is_some() || values_of(target).is_some() => {
            inside.push(format!("{}/", place.pointer));
            None
        }
        _ => Some(Personal::Other),
    }
}

/// Marks personal data by a format. The generated field has a plain type, and `Debug` does not print its value.
pub fn personal(lowered: &mut Lowered) -> Result<(), Problem> {
    let known = lowered.document.clone();
    let mut inside: Vec<String> = Vec::new();
    walk::schemas(&mut known.clone(), &mut |schema, place| {
        inside.extend(holder(&known, schema, place));
        Ok(())
    })?;
    let (marks, names) = (&mut lowered.marks.personal, &mut lowered.marks.personal_names);
    walk::schemas(&mut lowered.document, &mut |schema, place| {
        match personal_at(&known, schema, place, &mut inside) {
            None => return Ok(()),
            Some(Personal::Text) => *schema = replaced(schema, json!({"type": "string", "format": "personal"})),
            Some(Personal::Number(number)) => {
                *schema = replaced(schema, json!({"type": number, "format": "personal"}));
            }
            Some(Personal::Other) => names.extend(place.name().map(str::to_string)),
        }
        let name = place.name().unwrap_or_default().to_string();
        marks.push(Mark { name, pointer: place.pointer.clone() });
        Ok(())
    })
}

fn is_personal(document: &Value, schema: &Value, place: &Place) -> bool {
    let name = spelled(document, schema, place);
    let named = name.is_some_and(|name| PERSONAL_NAMES.contains(&name.as_str()));
    schema[PERSONAL].as_bool().unwrap_or(named)
}

/// Gives each string whose name ends in `_at` the format of a timestamp, which the document does not always do.
pub fn timestamps(lowered: &mut Lowered) -> Result<(), Problem> {
    walk::schemas(&mut lowered.document, &mut |schema, place| {
        let named = place.name().is_some_and(|name| name.to_snake_case().ends_with("_at"));
        let is_timestamp = named || schema["format"] == "date-time";
        if is_timestamp && schema["type"] == "string" && schema.get("enum").is_none() {
            // No other keyword: even an extension keeps typify's conversion from matching.
            *schema = replaced(schema, json!({"type": "string", "format": "date-time"}));
        }
        Ok(())
    })
}

/// The kind of id that a name means: `customer_id` is a `CustomerId`.
fn kind_of(name: &str) -> Option<String> {
    let snake = name.to_snake_case();
    (snake.ends_with("_id") && snake.len() > 3).then(|| snake.to_upper_camel_case())
}

/// Rewrites ids as references to a named string schema, one for each kind of id, so that each kind is a type of its
/// own.
pub fn ids(lowered: &mut Lowered) -> Result<(), Problem> {
    let owners = owners(&mut lowered.document)?;
    let named = lowered.document.pointer("/components/schemas").cloned().unwrap_or_default();
    let mut kinds: BTreeMap<String, String> = BTreeMap::new();
    walk::schemas(&mut lowered.document, &mut |schema, place| {
        let mark = schema[ID].as_str().map(str::to_string);
        let by_name = match (&place.role, place.name()) {
            (Role::Property { owner: Some(owner), .. }, Some("id")) => Some(own_id(&owners, owner)),
            (_, Some(name)) => kind_of(name),
            _ => None,
        };
        let list = place.name().and_then(|name| kind_of(name.strip_suffix('s')?));
        if let Some(kind) = list
            && schema["type"] == "array"
            && is_plain_string(&schema["items"])
        {
            schema["items"] = replaced(&schema["items"], reference(&kind, &named, &mut kinds, place)?);
            return Ok(());
        }
        let marked = mark.is_some();
        let Some(kind) = mark.or(by_name) else { return Ok(()) };
        if is_plain_string(schema) {
            *schema = replaced(schema, reference(&kind, &named, &mut kinds, place)?);
        } else if marked {
            return Err(place.problem(
                format!("`{ID}: {kind}` on what is no plain string"),
                "an id is a string without enum or format: move the mark, or drop it, in the overlay",
            ));
        }
        Ok(())
    })?;
    for (schema, kind) in kinds {
        // A document without schemas may have ids.
        let schema = &mut lowered.document["components"]["schemas"][schema];
        if schema.is_null() {
            let about = format!("An id of the kind `{}`.", kind.to_snake_case());
            *schema = json!({"type": "string", "description": about});
        }
    }
    Ok(())
}

pub(super) fn is_plain_string(schema: &Value) -> bool {
    schema["type"] == "string" && schema.get("enum").is_none() && schema.get("format").is_none()
}

/// A reference to the schema of a kind. A schema of the document with the same name in another spelling
/// (`CardDesignID`) is used if there is one.
fn reference(kind: &str, named: &Value, kinds: &mut BTreeMap<String, String>, place: &Place) -> Result<Value, Problem> {
    let existing = named.as_object().into_iter().flatten().find(|(name, _)| name.to_upper_camel_case() == kind);
    let name = match existing {
        Some((name, schema)) if schema["type"] == "string" && schema.get("enum").is_none() => name.clone(),
        Some((name, _)) => {
            return Err(place.problem(
                format!("this id would be called {kind}, and the schema `{name}` is something else"),
                format!("name the kind by an overlay action: `{ID}: <Kind>` on this schema"),
            ));
        }
        None => kind.to_string(),
    };
    kinds.insert(name.clone(), kind.to_string());
    Ok(json!({"$ref": format!("#/components/schemas/{name}")}))
}

/// The kind of the property `id` of a schema.
pub(super) fn own_id(owners: &BTreeMap<String, String>, schema: &str) -> String {
    owners.get(schema).cloned().unwrap_or_else(|| format!("{schema}Id").to_upper_camel_case())
}

/// The kind of id that each schema has in its property `id`: if `GET …/{foo_id}` answers schema S, `S.id` is a `FooId`.
pub(super) fn owners(document: &mut Value) -> Result<BTreeMap<String, String>, Problem> {
    let mut owners = BTreeMap::new();
    walk::operations(document, &mut |operation| {
        let last = operation.path.rsplit('/').next().and_then(|last| last.strip_prefix('{')?.strip_suffix('}'));
        let answer = &operation.value["responses"]["2XX"]["content"]["application/json"]["schema"]["$ref"];
        let schema = answer.as_str().and_then(|reference| component_name(reference, "schemas"));
        let (Some(parameter), Some(schema), "get") = (last, schema, operation.method) else { return Ok(()) };
        let declared = operation.value["parameters"].as_array().into_iter().flatten().find(|p| p["name"] == parameter);
        let mark = declared.and_then(|parameter| parameter["schema"][ID].as_str()).map(str::to_string);
        if let Some(kind) = mark.or_else(|| kind_of(parameter)) {
            owners.insert(schema.to_string(), kind);
        }
        Ok(())
    })?;
    Ok(owners)
}
