//! Changes the JSON of an answer into what the document does not allow, or does not know yet, because a fault says so.
//!
//! Places are JSON pointers. A segment `*` stands for every item of a list and every member of an object.

use serde_json::{Value, json};

use crate::contract::{Contract, Operation, remove};
use crate::faults::Alteration;

use super::answer::Answer;
use super::redact::is_uuid;

/// A value that is in no list of the document.
const UNKNOWN_VALUE: &str = "VALUE_THAT_THE_DOCUMENT_DOES_NOT_HAVE";

/// Changes an answer. What it tells is why nothing was changed.
pub fn alter(
    contract: &Contract,
    operation: Option<&Operation>,
    answer: &mut Answer,
    alteration: &Alteration,
) -> Result<(), String> {
    if *alteration == Alteration::As200 {
        if answer.status < 400 {
            return Err(format!("the answer {} is no error", answer.status));
        }
        answer.status = 200;
        return Ok(());
    }
    let status = answer.status;
    let Some(body) = &mut answer.body else { return Err(format!("the answer {status} has no JSON")) };
    let changed = match alteration {
        Alteration::UnknownEnum(pointer) => each(body, pointer, |value| {
            let is_text = value.is_string();
            if is_text {
                *value = UNKNOWN_VALUE.into();
            }
            is_text
        }),
        Alteration::Null(pointer) => {
            let is_declared = |body: &Value, place: &str| {
                operation.is_some_and(|operation| contract.declares_member(operation, status, body, place))
            };
            nulls(body, pointer, is_declared)
        }
        Alteration::Without(pointer) => without(body, pointer),
        Alteration::ExtraFields => {
            let objects = operation.and_then(|operation| contract.objects_of_answer(operation, status, body));
            // Where the document says nothing, every object counts.
            let objects = objects.unwrap_or_else(|| every_object(body));
            add_fields(body, &objects)
        }
        Alteration::LowerCaseIds => lower_case_ids(body),
        Alteration::As200 => false,
    };
    if changed { Ok(()) } else { Err(format!("the answer {status} has nothing for {alteration}")) }
}

/// The pointers to the places that a pattern stands for. The last segment of a place need not be there.
fn expand(body: &Value, pattern: &str) -> Vec<String> {
    let mut places = vec![String::new()];
    for segment in pattern.split('/').skip(1) {
        places = places
            .iter()
            .flat_map(|place| match (segment, body.pointer(place)) {
                ("*", Some(Value::Array(items))) => {
                    (0..items.len()).map(|index| format!("{place}/{index}")).collect::<Vec<_>>()
                }
                ("*", Some(Value::Object(map))) => {
                    map.keys().map(|name| format!("{place}/{}", name.replace('~', "~0").replace('/', "~1"))).collect()
                }
                (_, Some(Value::Array(_) | Value::Object(_))) => vec![format!("{place}/{segment}")],
                _ => Vec::new(),
            })
            .collect();
    }
    places
}

/// Changes each place of a pattern that is there; whether any has changed.
fn each(body: &mut Value, pattern: &str, change: impl Fn(&mut Value) -> bool) -> bool {
    let mut changed = false;
    for place in expand(body, pattern) {
        changed |= body.pointer_mut(&place).is_some_and(&change);
    }
    changed
}

fn nulls(body: &mut Value, pattern: &str, is_declared: impl Fn(&Value, &str) -> bool) -> bool {
    let mut changed = false;
    for place in expand(body, pattern) {
        if let Some(value) = body.pointer_mut(&place) {
            changed |= !value.is_null();
            *value = Value::Null;
        } else if is_declared(body, &place) {
            let (object, name) = place.rsplit_once('/').unwrap_or_default();
            if let Some(Value::Object(object)) = body.pointer_mut(object) {
                object.insert(name.replace("~1", "/").replace("~0", "~"), Value::Null);
                changed = true;
            }
        }
    }
    changed
}

fn without(body: &mut Value, pattern: &str) -> bool {
    let mut changed = false;
    // From the last to the first, so that the places of a list stay valid.
    for place in expand(body, pattern).iter().rev() {
        let (parent, key) = place.rsplit_once('/').unwrap_or_default();
        match (body.pointer_mut(parent), key.parse::<usize>()) {
            (Some(Value::Array(items)), Ok(index)) if index < items.len() => {
                items.remove(index);
                changed = true;
            }
            _ => changed |= remove(body, place).is_some(),
        }
    }
    changed
}

fn every_object(value: &Value) -> Vec<String> {
    let children: Vec<(String, &Value)> = match value {
        Value::Array(items) => items.iter().enumerate().map(|(index, item)| (index.to_string(), item)).collect(),
        Value::Object(map) => {
            map.iter().map(|(name, part)| (name.replace('~', "~0").replace('/', "~1"), part)).collect()
        }
        _ => return Vec::new(),
    };
    let own = value.is_object().then(String::new);
    let below = children
        .into_iter()
        .flat_map(|(name, child)| every_object(child).into_iter().map(move |pointer| format!("/{name}{pointer}")));
    own.into_iter().chain(below).collect()
}

fn add_fields(body: &mut Value, objects: &[String]) -> bool {
    let mut changed = false;
    for pointer in objects {
        if let Some(Value::Object(object)) = body.pointer_mut(pointer) {
            object.insert("sandbox_extra_text".into(), json!("new"));
            object.insert("sandbox_extra_object".into(), json!({"list": [1, null], "flag": true}));
            changed = true;
        }
    }
    changed
}

fn lower_case_ids(value: &mut Value) -> bool {
    match value {
        Value::String(text) if is_uuid(text) => {
            let lower = text.to_ascii_lowercase();
            let changed = *text != lower;
            *text = lower;
            changed
        }
        Value::Array(items) => items.iter_mut().fold(false, |changed, item| lower_case_ids(item) | changed),
        Value::Object(map) => map.values_mut().fold(false, |changed, part| lower_case_ids(part) | changed),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::AnswerKind;

    fn altered(alteration: Alteration, body: Value) -> Result<Value, String> {
        let mut answer = Answer::new(200, Some(body), AnswerKind::State);
        alter(Contract::shared(), Contract::shared().operation("getCustomer"), &mut answer, &alteration)?;
        Ok(answer.body.unwrap_or_default())
    }

    #[test]
    fn places_are_changed_by_pointer_and_by_pattern() {
        let body = json!({"data": [{"status": "A", "n": 1}, {"status": "B"}], "a/b": {"c": "x"}});
        let unknown = |pointer: &str| altered(Alteration::UnknownEnum(pointer.into()), body.clone());
        assert_eq!(unknown("/data/1/status").expect("changed")["data"][1]["status"], UNKNOWN_VALUE);
        let all = unknown("/data/*/status").expect("changed");
        assert!(all["data"].as_array().is_some_and(|items| items.iter().all(|item| item["status"] == UNKNOWN_VALUE)));
        assert_eq!(unknown("/*/c").expect("changed")["a/b"]["c"], UNKNOWN_VALUE);
        assert_eq!(unknown("/data/0/n"), Err(r#"the answer 200 has nothing for unknown_enum "/data/0/n""#.into()));
        assert!(unknown("/data/7/status").is_err() && unknown("/none/of/this").is_err());

        let without = |pointer: &str| altered(Alteration::Without(pointer.into()), body.clone());
        assert_eq!(without("/data/*").expect("changed")["data"], json!([]));
        assert_eq!(without("/data/0").expect("changed")["data"], json!([{"status": "B"}]));
        assert_eq!(without("/a~1b").expect("changed").get("a/b"), None);
        assert!(without("/data/0/none").is_err());
    }

    #[test]
    fn null_takes_the_place_of_a_value_and_of_a_declared_one_that_is_absent() {
        let null = |pointer: &str| altered(Alteration::Null(pointer.into()), json!({"id": "A"}));
        assert_eq!(null("/id"), Ok(json!({"id": null})));
        assert_eq!(null("/email"), Ok(json!({"id": "A", "email": null})));
        assert!(null("/emial").is_err(), "a name that the document does not have is a mistake of the test");
        assert_eq!(null(""), Ok(Value::Null));
    }

    #[test]
    fn extra_fields_are_added_to_objects_and_not_to_maps() {
        let body = json!({"id": "A", "address": {"city": "B"}, "statuses": {"Card": "OPEN"}, "metadata": {"k": "v"}});
        let extra = altered(Alteration::ExtraFields, body).expect("changed");
        assert_eq!(extra["sandbox_extra_text"], "new");
        assert!(extra["address"].get("sandbox_extra_object").is_some());
        assert_eq!((&extra["statuses"], &extra["metadata"]), (&json!({"Card": "OPEN"}), &json!({"k": "v"})));
        let mut unknown = Answer::new(200, Some(json!([{"a": {}}])), AnswerKind::State);
        alter(Contract::shared(), None, &mut unknown, &Alteration::ExtraFields).expect("changed");
        assert!(unknown.body.is_some_and(|body| body.pointer("/0/a/sandbox_extra_text").is_some()));
    }

    #[test]
    fn ids_and_nothing_else_become_lower_case() {
        let id = "0A4B97D1-8C1E-4D2F-A5B6-0C1D2E3F4A5B";
        let lower = altered(Alteration::LowerCaseIds, json!({"id": id, "list": [id], "status": "OPEN"}));
        let small = id.to_ascii_lowercase();
        assert_eq!(lower, Ok(json!({"id": small, "list": [small], "status": "OPEN"})));
        assert!(altered(Alteration::LowerCaseIds, json!({"status": "OPEN"})).is_err());
    }

    #[test]
    fn only_an_error_becomes_a_200_that_is_none() {
        let mut error = Answer::new(404, None, AnswerKind::Refusal);
        assert_eq!(alter(Contract::shared(), None, &mut error, &Alteration::As200), Ok(()));
        assert_eq!(error.status, 200);
        assert!(altered(Alteration::As200, json!({})).is_err());
        let mut empty = Answer::new(204, None, AnswerKind::State);
        assert!(alter(Contract::shared(), None, &mut empty, &Alteration::ExtraFields).is_err());
    }
}
