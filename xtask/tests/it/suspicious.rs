//! Which places of a document are suspicious, and which are not.

use serde_json::{Value, json};
use xtask::{
    overlay_actions::correct,
    pipeline,
    suspicious::{Suspicion, lost_secrets, new_places, suspicions},
};

use crate::frozen;

/// What is suspicious after a mutation and was not before.
fn new_suspicions(mutate: impl Fn(&mut Value)) -> Vec<(&'static str, String)> {
    let found = |document: Value| {
        let corrected = correct(document, frozen::OVERLAY).unwrap();
        assert!(corrected.failure().is_none());
        let marked = pipeline::marked_places(&corrected.document).unwrap();
        suspicions(&corrected.document, &marked).unwrap()
    };
    let before = found(frozen::parsed());
    let mut document = frozen::parsed();
    mutate(&mut document);
    found(document).difference(&before).map(|place| (place.kind, place.pointer.clone())).collect()
}

fn property(name: &str, schema: Value) -> Vec<(&'static str, String)> {
    new_suspicions(|document| document["components"]["schemas"]["Reward"]["properties"][name] = schema.clone())
}

const REWARD: &str = "/components/schemas/Reward";

/// What is said of a property of `Reward` that seems to be a secret.
fn unmarked(name: &str) -> (&'static str, String) {
    ("secret that no rule marks", format!("{REWARD}/properties/{name}"))
}

#[test]
fn names_that_sound_like_secrets_are_listed_until_they_are_marked() {
    for name in [
        "card_number",
        "otp",
        "taxId",
        "iban",
        "webhook_signing_key",
        "wallet_password",
        "full_card_number",
        "one_time_code",
        "mothers_maiden_name",
        "apiKeyValue",
    ] {
        assert_eq!(property(name, json!({"type": "string"})), [unmarked(name)], "{name}");
    }
    for (name, schema) in [
        ("pin", json!({"type": "integer"})),
        ("pins", json!({"type": "array", "items": {"type": "string"}})),
        // By what is said of it.
        ("code", json!({"type": "string", "description": "Opens the account. Sensitive: never log it."})),
    ] {
        assert_eq!(property(name, schema), [unmarked(name)], "{name}");
    }
    // Marked by a rule, said to be none, a flag, or an enum.
    for (name, schema) in [
        ("cvv", json!({"type": "string"})),
        ("session_token", json!({"type": "string"})),
        ("pin", json!({"type": "string", "x-imprint-secret": false})),
        ("pin", json!({"type": "boolean"})),
        ("token", json!({"type": "string", "enum": ["A"], "x-imprint-secret": false})),
        ("company", json!({"type": "string"})),
    ] {
        assert_eq!(property(name, schema), [], "{name}");
    }
}

#[test]
fn a_secret_that_is_gone_or_no_secret_any_more_is_listed() {
    const DETAILS: &str = "/components/schemas/PaymentMethod/properties/card/properties/pci_details/properties";
    let lost = |mutate: &dyn Fn(&mut Value)| {
        let of = |document: Value| {
            let corrected = correct(document, frozen::OVERLAY).unwrap().document;
            let marked = pipeline::marked_places(&corrected).unwrap();
            (corrected, marked)
        };
        let mut document = frozen::parsed();
        mutate(&mut document);
        let (before, now) = (of(frozen::parsed()), of(document));
        let lost = lost_secrets((&before.0, &before.1), (&now.0, &now.1)).unwrap();
        lost.into_iter().map(|place| (place.kind, place.pointer)).collect::<Vec<_>>()
    };
    let renamed = lost(&|document| {
        let details = document.pointer_mut(DETAILS).unwrap().as_object_mut().unwrap();
        let cvv = details.remove("cvv").unwrap();
        details.insert("check_digits".into(), cvv);
        // These are no secret, and none under another name.
        details.insert("is_virtual".into(), json!({"type": "boolean"}));
        details.insert("network".into(), json!({"type": "string", "enum": ["VISA"]}));
    });
    assert_eq!(renamed, [("may be a secret under another name", format!("{DETAILS}/check_digits"))]);
    let taken_apart = lost(&|document| {
        *document.pointer_mut(&format!("{DETAILS}/cvv")).unwrap() =
            json!({"type": "object", "properties": {"value": {"type": "string"}}});
    });
    assert_eq!(taken_apart, [("was a secret until now", format!("{DETAILS}/cvv"))]);
    let kept = lost(&|document| {
        *document.pointer_mut(&format!("{DETAILS}/cvv")).unwrap() =
            json!({"type": "object", "properties": {"cvv": {"type": "string"}}});
        document.pointer_mut(DETAILS).unwrap()["holder"] = json!({"type": "string"});
    });
    assert_eq!(kept, []);
}

#[test]
fn a_suspicious_place_that_only_moved_is_not_new() {
    let found = |path: &str| {
        let mut document = frozen::parsed();
        let offers = document["paths"].as_object_mut().unwrap().remove("/v2/offers").unwrap();
        document["paths"][path] = offers;
        let parameter = json!({"name": "part_ref", "in": "query", "schema": {"type": "string"}});
        document["paths"][path]["get"]["parameters"].as_array_mut().unwrap().push(parameter);
        suspicions(&document, &pipeline::marked_places(&document).unwrap()).unwrap()
    };
    let (before, moved) = (found("/v2/offers"), found("/v3/offers"));
    assert!(moved.difference(&before).next().is_some());
    assert_eq!(new_places(moved.clone(), &before), []);
    // A second one of the same name is new.
    let mut more = moved.clone();
    let mut twin = moved.difference(&before).next().unwrap().clone();
    twin.pointer += "/twin";
    more.insert(twin);
    assert_eq!(new_places(more, &before).len(), 1);
    // A secret of the same name elsewhere is another one.
    let secret = |owner: &str| {
        let place = moved.iter().next().unwrap().clone();
        [Suspicion { kind: "secret that no rule marks", pointer: format!("/s/{owner}/properties/tax_id"), ..place }]
            .into()
    };
    assert_eq!(new_places(secret("Bank"), &secret("Old")).len(), 1);
    assert_eq!(new_places(secret("Old"), &secret("Old")).len(), 0);
}

#[test]
fn ids_that_the_rule_cannot_name_are_listed() {
    let inline = json!({"type": "object", "properties": {"id": {"type": "string"}}});
    let pointer = format!("{REWARD}/properties/part/properties/id");
    assert_eq!(property("part", inline), [("id that the rule cannot name", pointer)]);
    assert_eq!(property("uuid", json!({"type": "string"})).len(), 1);
    assert_eq!(property("uuid", json!({"type": "string", "x-imprint-id": "RewardUuid"})), []);
    assert_eq!(property("part_id", json!({"type": "string"})), []);
}

#[test]
fn timestamps_that_stay_text_are_listed() {
    for (name, schema) in [
        ("valid_on", json!({"type": "string"})),
        ("start_date", json!({"type": "string"})),
        ("since", json!({"type": "string", "example": "2025-02-13T19:08:07.000Z"})),
    ] {
        let pointer = format!("{REWARD}/properties/{name}");
        assert_eq!(property(name, schema), [("timestamp without a format", pointer)]);
    }
    for (name, schema) in [
        ("expires_at", json!({"type": "string", "example": "2025-02-13T19:08:07.000Z"})),
        ("valid_on", json!({"type": "string", "format": "date-time"})),
        ("valid_on", json!({"type": "string", "format": "date"})),
        ("since", json!({"type": "string", "example": "2025-02-13"})),
        ("reason", json!({"type": "string"})),
    ] {
        assert_eq!(property(name, schema), [], "{name}");
    }
}

#[test]
fn required_names_without_a_property_are_listed() {
    let phantom = new_suspicions(|document| {
        document["components"]["schemas"]["Reward"]["required"].as_array_mut().unwrap().push(json!("phantom"));
    });
    assert_eq!(phantom, [("required name that is no property", REWARD.to_string())]);
}

#[test]
fn enums_that_callers_send_are_listed_and_those_of_answers_are_not() {
    let parameter = |values: Value| {
        let values = values.clone();
        new_suspicions(move |document| {
            document["paths"]["/v2/offers"]["get"]["parameters"][0]["schema"] =
                json!({"type": "string", "enum": values});
        })
    };
    let pointer = "/paths/~1v2~1offers/get/parameters/0/schema".to_string();
    assert_eq!(parameter(json!(["A", "B"])), [("enum in a request", pointer)]);
    assert_eq!(parameter(json!(["A"])), []);
    assert_eq!(property("colour", json!({"type": "string", "enum": ["RED", "BLUE"]})), []);
}

#[test]
fn operations_without_errors_and_pages_that_cannot_be_followed_are_listed() {
    let operation = "/paths/~1v2~1offers/get".to_string();
    let silent = new_suspicions(|document| {
        document["paths"]["/v2/offers"]["get"]["responses"].as_object_mut().unwrap().remove("404");
    });
    assert_eq!(silent, [("operation without errors", operation.clone())]);
    let page = |cursor: bool| {
        new_suspicions(|document| {
            let offers = &mut document["paths"]["/v2/offers"]["get"];
            if cursor {
                offers["parameters"][0] =
                    json!({"name": "starting_after", "in": "query", "schema": {"type": "string"}});
            }
            offers["responses"]["200"]["content"]["application/json"]["schema"] = json!({"type": "object", "properties": {
                "data": {"type": "array", "items": {"$ref": "#/components/schemas/Reward"}},
                "has_more": {"type": "boolean"},
            }});
        })
    };
    assert_eq!(page(true), []);
    assert_eq!(page(false), [("paging without a cursor", operation)]);
}
