//! Changes of how webhooks are delivered, verified and acknowledged.

use serde_json::{Value, json};
use xtask::diff::{Change, Comparison, compare};

use super::{A, B, Case, D, N, case, compared, push, remove, told};
use crate::frozen;

fn post<'d>(document: &'d mut Value, name: &str) -> &'d mut Value {
    &mut document["webhooks"][name]["post"]
}

fn every_post(document: &mut Value, edit: impl Fn(&mut Value)) {
    document["webhooks"].as_object_mut().unwrap().values_mut().for_each(|item| edit(&mut item["post"]));
}

const SIGNATURE: &str = "header parameter `X-IMPRINT-HMAC-SIGNATURE` of webhook Reward";

pub const CASES: &[Case] = &[
    case(
        "the signature of all webhooks comes in another header",
        |d| every_post(d, |post| post["parameters"][0]["name"] = json!("X-Signature-V2")),
        "patch",
        &[("webhook parameter renamed", "header parameter `X-IMPRINT-HMAC-SIGNATURE` of 7 webhooks", N, B)],
    ),
    case(
        "a webhook has another header alone",
        |d| {
            push(
                &mut post(d, "Reward")["parameters"],
                json!({"name": "X-Event-Id", "in": "header", "schema": {"type": "string"}}),
            )
        },
        "patch",
        &[("webhook parameter added", "header parameter `X-Event-Id` of webhook Reward", N, A)],
    ),
    case(
        "a webhook has no signature",
        |d| drop(remove(post(d, "Reward"), "parameters")),
        "patch",
        &[("webhook parameter removed", SIGNATURE, N, B)],
    ),
    case(
        "the signature of a webhook may be missing",
        |d| post(d, "Reward")["parameters"][0]["required"] = json!(false),
        "patch",
        &[("webhook parameter became optional", SIGNATURE, N, B)],
    ),
    case(
        "the signature of a webhook has another format",
        |d| post(d, "Reward")["parameters"][0]["schema"]["type"] = json!("integer"),
        "patch",
        &[("type changed", SIGNATURE, D, B)],
    ),
    case(
        "what is said of the signature of a webhook and of its answers",
        |d| {
            post(d, "Reward")["parameters"][0]["description"] = json!("HMAC-SHA-512.");
            post(d, "Reward")["responses"]["200"]["description"] = json!("Nothing else acknowledges.");
        },
        "patch",
        &[("described differently", SIGNATURE, D, D), ("described differently", "answer 200 of webhook Reward", D, D)],
    ),
    case(
        "a webhook is acknowledged by another status and text",
        |d| {
            let responses = &mut post(d, "Reward")["responses"];
            responses["202"] = remove(responses, "200");
            responses["500"] = json!({"description": "d"});
            let content = &mut post(d, "Streak")["responses"]["200"]["content"];
            *content = json!({"application/json": {"schema": {"type": "object"}}});
        },
        "patch",
        &[
            ("webhook answer removed", "answer 200 of webhook Reward", N, B),
            ("webhook answer added", "answer 202 of webhook Reward", N, A),
            ("webhook answer added", "answer 500 of webhook Reward", N, D),
            ("webhook answer changed", "answer 200 of webhook Streak", D, B),
        ],
    ),
    case(
        "a webhook has a key of its own",
        |d| post(d, "Reward")["security"] = json!([{"basicAuth": []}]),
        "patch",
        &[("webhook security changed", "security of webhook Reward", N, A)],
    ),
    case(
        "the body of a webhook may be missing",
        |d| drop(remove(&mut post(d, "Reward")["requestBody"], "required")),
        "patch",
        &[("webhook body became optional", "body of webhook Reward", N, B)],
    ),
    case(
        "a webhook comes in another media type, too",
        |d| post(d, "Reward")["requestBody"]["content"]["application/xml"] = json!({}),
        "patch",
        &[("media type added", "body of webhook Reward", N, A)],
    ),
    case(
        "a webhook comes by another method, too",
        |d| d["webhooks"]["Reward"]["get"] = json!({"responses": {"200": {"description": "d"}}}),
        "patch",
        &[("webhook method added", "webhook Reward", N, B)],
    ),
    case(
        "other keywords of a webhook",
        |d| {
            post(d, "Reward")["operationId"] = json!("hookRewards");
            post(d, "Reward")["x-unit"] = json!("cents");
            post(d, "Reward")["tags"] = json!(["Others"]);
        },
        "patch",
        &[("keyword changed", "webhook Reward", N, D), ("extensions changed", "webhook Reward", N, D)],
    ),
];

/// The differences of two documents that are both made from the one of tests.
fn between(old: impl Fn(&mut Value), new: impl Fn(&mut Value)) -> Vec<Change> {
    let (mut before, mut now) = (frozen::corrected(), frozen::corrected());
    old(&mut before);
    new(&mut now);
    compare(&before, &now).unwrap().changes
}

#[test]
fn the_header_that_deliveries_are_verified_by_is_told_as_that() {
    let changes = compared(&|d| every_post(d, |post| post["parameters"][0]["name"] = json!("X-Signature-V2"))).changes;
    let [change] = &changes[..] else { panic!("{changes:#?}") };
    assert!(change.guess && change.used_by.len() == 7, "{change:#?}");
    assert!(change.explanation.starts_with("it seems to be called `X-Signature-V2` now"), "{change:#?}");
    assert!(change.explanation.ends_with("none verifies any more"), "{change:#?}");
    let optional =
        told(&|d| post(d, "Reward")["parameters"][0]["required"] = json!(false), "webhook parameter became optional");
    assert!(optional.ends_with("this crate refuses those as unsigned"), "{optional}");
    // A header that nothing is verified by.
    let with = |name: &'static str| {
        move |d: &mut Value| push(&mut post(d, "Reward")["parameters"], json!({"name": name, "in": "header"}))
    };
    let removed = between(with("X-Id"), |_| {});
    assert_eq!(removed[0].explanation, "deliveries do not carry it any more");
    // The names of headers have no case.
    assert!(between(with("X-Id"), with("x-id")).is_empty());
}

#[test]
fn the_parameters_of_a_webhook_may_stand_in_components_and_beside_its_methods() {
    let parameter = json!({"name": "X-Id", "in": "header", "required": true, "schema": {"type": "string"}});
    let written_out = |d: &mut Value| push(&mut post(d, "Reward")["parameters"], parameter.clone());
    let referred_to = |d: &mut Value| {
        d["components"]["parameters"]["Id"] = parameter.clone();
        d["webhooks"]["Reward"]["parameters"] = json!([{"$ref": "#/components/parameters/Id"}]);
    };
    assert!(between(written_out, referred_to).is_empty());
    let optional = |d: &mut Value| {
        referred_to(d);
        d["components"]["parameters"]["Id"]["required"] = json!(false);
    };
    let changes = between(referred_to, optional);
    let seen: Vec<_> = changes.iter().map(|c| (c.kind, c.pointer.as_str())).collect();
    assert_eq!(seen, [("webhook parameter became optional", "/webhooks/Reward/parameters/0")]);
}

#[test]
fn another_group_of_a_webhook_is_counted() {
    let Comparison { changes, prose } = compared(&|d| post(d, "Reward")["tags"] = json!(["Others"]));
    assert_eq!((changes.len(), prose.len()), (0, 1), "{changes:#?} {prose:#?}");
}

#[test]
fn the_kinds_of_events_are_told_apart_by_one_property() {
    fn payload(document: &mut Value) -> &mut Value {
        &mut document["components"]["schemas"]["RewardWebhookPayload"]["properties"]
    }
    let currency =
        |values: Value| move |d: &mut Value| payload(d)["currency"] = json!({"type": "string", "enum": values});
    let kinds = |changes: Vec<Change>| changes.into_iter().map(|change| change.kind).collect::<Vec<_>>();
    let told = kinds(between(currency(json!(["USD"])), currency(json!(["USD", "CAD"]))));
    assert!(!told.is_empty() && !told.contains(&"webhook discriminator changed"), "{told:?}");
    let told = kinds(between(|_| {}, |d| payload(d)["object"]["enum"] = json!(["PRIZE"])));
    assert!(told.contains(&"webhook discriminator changed"), "{told:?}");
}
