//! Changes of the document that can be brought in: a case for each kind, with everything that is said of it.

mod answers;
mod calls;
mod requests;
mod rust_names;
mod schemas;
mod webhooks;

use std::sync::OnceLock;

use serde_json::{Value, json};

use xtask::{
    diff::{
        Change, Comparison,
        Effect::{self, Additive as A, Breaking as B, Documentation as D, Nothing as N},
        compare,
    },
    refresh::examine::examine,
    usage::Side,
    version,
};

use crate::frozen::{self, after, each};

/// What is reported of a mutation: kind, location, effect on the Rust API and on the wire.
type ReportedChange = (&'static str, &'static str, Effect, Effect);

struct Case {
    name: &'static str,
    mutate: fn(&mut Value),
    reported: &'static [ReportedChange],
    /// The version step of 0.1.0.
    step: &'static str,
}

const fn case(
    name: &'static str,
    mutate: fn(&mut Value),
    step: &'static str,
    reported: &'static [ReportedChange],
) -> Case {
    Case { name, mutate, reported, step }
}

fn schema<'d>(document: &'d mut Value, name: &str) -> &'d mut Value {
    &mut document["components"]["schemas"][name]
}

fn operation<'d>(document: &'d mut Value, path: &str, method: &str) -> &'d mut Value {
    &mut document["paths"][path][method]
}

fn remove(value: &mut Value, key: &str) -> Value {
    value.as_object_mut().unwrap().remove(key).unwrap_or_else(|| panic!("there is no {key}"))
}

fn push(list: &mut Value, entry: Value) {
    list.as_array_mut().unwrap().push(entry);
}

fn drop_entry(list: &mut Value, gone: impl Fn(&Value) -> bool) {
    let list = list.as_array_mut().unwrap();
    let before = list.len();
    list.retain(|entry| !gone(entry));
    assert!(list.len() < before, "nothing to drop");
}

/// The body schema of a POST.
fn body<'d>(document: &'d mut Value, path: &str) -> &'d mut Value {
    &mut operation(document, path, "post")["requestBody"]["content"]["application/json"]["schema"]
}

/// The schema of the answer of a GET.
fn answer<'d>(document: &'d mut Value, path: &str) -> &'d mut Value {
    &mut operation(document, path, "get")["responses"]["200"]["content"]["application/json"]["schema"]
}

fn rename(value: &mut Value, from: &str, to: &str) {
    let moved = remove(value, from);
    value[to] = moved;
}

fn all_cases() -> impl Iterator<Item = &'static Case> {
    [answers::CASES, calls::CASES, requests::CASES, rust_names::CASES, schemas::CASES, webhooks::CASES]
        .into_iter()
        .flatten()
}

#[test]
fn every_kind_of_change_is_reported_with_its_effects() {
    check(calls::CASES);
    check(schemas::CASES);
    check(rust_names::CASES);
}

#[test]
fn every_kind_of_change_of_answers_is_reported_with_its_effects() {
    check(answers::CASES);
}

#[test]
fn every_kind_of_change_of_requests_and_webhooks_is_reported_with_its_effects() {
    let cases: Vec<&Case> = requests::CASES.iter().chain(webhooks::CASES).collect();
    each(&cases, |case| {
        let changes = compared(&case.mutate);
        let worst = |effect: &dyn Fn(&Change) -> Effect| changes.changes.iter().chain(&changes.prose).map(effect).max();
        let worst = (worst(&|change| change.rust).unwrap_or(N), worst(&|change| change.wire).unwrap_or(N));
        let step = version::next("0.1.0", worst.0, worst.1).unwrap().step;
        unexpected(case, &changes.changes, step)
    });
}

fn check(cases: &[Case]) {
    each(cases, |case| {
        let finding = match after(&case.mutate) {
            Ok(finding) => finding,
            Err(refusal) => return Some(format!("{}: refused: {}", case.name, refusal.failure)),
        };
        let unexplained = &finding.public_api.unexplained;
        let unexplained = (!unexplained.is_empty()).then(|| format!("{}: unexplained {unexplained:#?}", case.name));
        unexpected(case, &finding.comparison.changes, finding.version.step).or(unexplained)
    });
}

/// What a mutation makes of the document, without what is generated from it.
fn compared(mutate: &dyn Fn(&mut Value)) -> Comparison {
    static BEFORE: OnceLock<Value> = OnceLock::new();
    let before = BEFORE.get_or_init(frozen::corrected);
    let mut now = before.clone();
    mutate(&mut now);
    compare(before, &now).unwrap()
}

/// The sentence about the only difference of a kind that a mutation makes.
fn told(mutate: &dyn Fn(&mut Value), kind: &str) -> String {
    let changes = compared(mutate).changes;
    let told: Vec<_> = changes.iter().filter(|change| change.kind == kind).collect();
    let [change] = told[..] else { panic!("not one difference `{kind}`: {changes:#?}") };
    change.explanation.clone()
}

/// What differs from what a case expects.
fn unexpected(case: &Case, changes: &[Change], step: &str) -> Option<String> {
    let mut reported: Vec<_> = changes.iter().map(|c| (c.kind, c.location.as_str(), c.rust, c.wire)).collect();
    // Where another schema stands in a place, its properties follow one by one: the first stands for all.
    if case.name == "items of a list changed" {
        reported.retain(|(kind, location, ..)| *kind == "type named differently" || location.ends_with(".address"));
    }
    let reported = reported.as_slice();
    let complete =
        reported.len() == case.reported.len() && case.reported.iter().all(|expected| reported.contains(expected));
    (!complete || step != case.step).then(|| format!("{}: reported {reported:#?}, step {step}", case.name))
}

/// The differences of the only kind that a mutation has.
fn only(mutate: &dyn Fn(&mut Value), kind: &str) -> Vec<Change> {
    let changes = after(mutate).unwrap_or_else(|refusal| panic!("{}", refusal.failure)).comparison.changes;
    changes.into_iter().filter(|change| change.kind == kind).collect()
}

#[test]
fn what_is_said_of_a_field_is_about_the_sides_that_carry_it() {
    let colour = json!({"type": "string"});
    let sent = only(
        &|d| {
            let body = body(d, "/v2/transaction_intents");
            body["properties"]["colour"] = colour.clone();
            push(&mut body["required"], json!("colour"));
        },
        "required property added",
    );
    assert!(
        sent[0].explanation.contains("calls that do not set it") && !sent[0].explanation.contains("answers"),
        "{sent:?}"
    );
    let answered = only(
        &|d| {
            schema(d, "Reward")["properties"]["colour"] = colour.clone();
            push(&mut schema(d, "Reward")["required"], json!("colour"));
        },
        "required property added",
    );
    assert_eq!(answered[0].explanation, "answers have to carry it");
    // A schema that is sent and answered, and a property that is not.
    for (mark, side) in [("readOnly", Side::Response), ("writeOnly", Side::Request)] {
        let added = only(
            &|d| schema(d, "OrderBase")["properties"]["colour"] = json!({"type": "string", mark: true}),
            "property added",
        );
        assert_eq!(added[0].places, [side].into(), "{mark}");
    }
}

#[test]
fn the_members_of_a_union_are_compared_one_by_one() {
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let of = |members: Value| {
        let mut document = frozen::corrected();
        schema(&mut document, "Reward")["properties"]["about"] = json!({ "oneOf": members });
        document
    };
    let two = of(json!([reference("Merchant"), reference("Address")]));
    let three = of(json!([reference("Merchant"), reference("Address"), reference("Offer")]));
    for (old, new, kind, rust, wire) in
        [(&two, &three, "union member added", A, A), (&three, &two, "union member removed", B, N)]
    {
        let changes = compare(old, new).unwrap().changes;
        let of_reward: Vec<_> = changes.iter().filter(|change| change.location == "Reward.about").collect();
        assert_eq!(of_reward.len(), 1, "{changes:#?}");
        assert_eq!((of_reward[0].kind, of_reward[0].rust, of_reward[0].wire), (kind, rust, wire));
        assert!(of_reward[0].explanation.contains("`Offer`"), "{of_reward:?}");
    }
}

/// Nothing of it is seen by users: the properties are the same, and no type is made of the base.
#[test]
fn a_schema_that_is_split_into_a_base_and_the_rest_loses_nothing() {
    let finding = after(&|d| {
        let reward = schema(d, "Reward");
        let (mut base, mut rest) = (json!({}), reward["properties"].take());
        for name in ["amount", "currency"] {
            base[name] = remove(&mut rest, name);
        }
        remove(reward, "properties");
        reward["allOf"] = json!([{"$ref": "#/components/schemas/RewardBase"}, {"type": "object", "properties": rest}]);
        d["components"]["schemas"]["RewardBase"] = json!({"type": "object", "properties": base});
    });
    let finding = finding.unwrap_or_else(|refusal| panic!("{}", refusal.failure));
    let seen: Vec<_> =
        finding.comparison.changes.iter().map(|c| (c.kind, c.location.as_str(), c.rust, c.wire)).collect();
    assert_eq!(seen, [("schema added", "RewardBase", N, N)]);
    assert!(finding.public_api.is_empty(), "{:#?}", finding.public_api);
    assert_eq!(finding.version.step, "none");
}

#[test]
fn null_inside_of_maps_and_lists_is_seen() {
    let old = frozen::corrected();
    let mut new = old.clone();
    schema(&mut new, "CustomerSession")["properties"]["customer_metadata"]["additionalProperties"]["nullable"] =
        json!(true);
    let items = &mut schema(&mut new, "OrderEventsResponse")["properties"]["data"]["items"];
    *items = json!({"nullable": true, "allOf": [items.clone()]});
    let places = ["CustomerSession.customer_metadata{}", "OrderEventsResponse.data[]"];
    for (old, new, kind) in [(&old, &new, "null allowed"), (&new, &old, "null no longer allowed")] {
        let changes = compare(old, new).unwrap().changes;
        let seen: Vec<_> = changes.iter().map(|c| (c.kind, c.location.as_str(), c.rust)).collect();
        assert_eq!(seen, places.map(|place| (kind, place, B)));
        assert!(kind != "null allowed" || changes.iter().all(|change| change.wire == B), "{changes:#?}");
    }
}

#[test]
fn an_operation_that_needs_no_key_is_told_as_that() {
    let changes = only(&|d| operation(d, "/v2/offers", "get")["security"] = json!([]), "security changed");
    assert!(
        changes[0].explanation.starts_with("no key is needed any more where `basicAuth` or `bearerAuth`"),
        "{changes:?}"
    );
}

#[test]
fn paths_that_all_moved_are_said_once_before_what_else_is_wrong_with_the_overlay() {
    let refusal = after(&|d| {
        let text = d.to_string().replace("\"/v2/", "\"/v3/");
        *d = serde_json::from_str(&text).unwrap();
        remove(&mut schema(d, "OrderBase")["properties"], "id");
    });
    let refusal = refusal.unwrap_err();
    let moved: Vec<_> = refusal.changes.iter().filter(|change| change.kind.ends_with(" moved")).collect();
    assert_eq!(moved.len(), 1, "{moved:#?}");
    assert_eq!((moved[0].kind, moved[0].rust, moved[0].wire), ("all paths moved", N, B));
    assert!(!refusal.changes.iter().any(|change| change.kind.starts_with("operation")), "{:#?}", refusal.changes);
    let reasons: Vec<String> = refusal.failure.reasons.iter().map(ToString::to_string).collect();
    assert_eq!(reasons.len(), 2, "{reasons:#?}");
    assert!(reasons[0].contains("every path begins with `/v3` where it began with `/v2`"), "{reasons:#?}");
    assert!(reasons[0].contains("replace `/v2/` by `/v3/` in openapi/overlay.yaml"), "{reasons:#?}");
    assert!(reasons[1].contains("OrderBase.properties.id"), "{reasons:#?}");
}

#[test]
fn a_document_that_is_cut_off_is_said_to_be_first() {
    let before = frozen::before();
    let text = frozen::DOCUMENT;
    // In the schemas, where references break; in the paths, where most of the document is missing; and in a line that is no
    // YAML any more.
    let places = [text.find("\n    RewardType:").unwrap(), text.find("\n  /v2/offers:").unwrap(), text.len() / 2 + 7];
    for cut in places {
        let refusal = examine(before, &frozen::read(&text[..cut])).unwrap_err();
        let reasons = refusal.failure.reasons;
        assert!(reasons[0].message.contains("seems to be cut off"), "{cut}: {reasons:#?}");
        assert!(reasons.len() > 1, "what follows from it comes after it: {reasons:#?}");
    }
}

#[test]
fn the_same_document_has_no_differences() {
    let finding = after(&|_| {}).unwrap();
    let Comparison { changes, prose } = &finding.comparison;
    assert!(changes.is_empty() && prose.is_empty() && finding.public_api.is_empty(), "{finding:?}");
    assert_eq!((finding.version.step, finding.suspicious_new.len()), ("none", 0));
    assert!(finding.suspicious_known > 20);
}

#[test]
fn the_table_has_a_case_for_more_than_thirty_kinds() {
    let kinds: std::collections::BTreeSet<&str> =
        all_cases().flat_map(|case| case.reported).map(|change| change.0).collect();
    assert!(kinds.len() > 40, "{} kinds: {kinds:?}", kinds.len());
}
