//! What upstream changes where an action of the overlay writes something else is told all the same.

use serde_json::{Value, json};
use xtask::{
    diff::{Change, Effect},
    refresh::examine::examine,
};

use crate::frozen;

/// What is told of a mutation to be under the overlay, with these actions at its end: location, wire, explanation.
fn hidden(mutate: impl Fn(&mut Value), actions: &str) -> Vec<(String, Effect, String)> {
    let mut document = frozen::parsed();
    mutate(&mut document);
    let finding = examine(&frozen::with_actions(actions), &frozen::read(&format!("{document}\n"))).unwrap();
    let hidden = finding.comparison.changes.into_iter().filter(|change| change.kind == "changed under the overlay");
    hidden.map(|Change { location, wire, explanation, .. }| (location, wire, explanation)).collect()
}

fn reward(document: &mut Value) -> &mut Value {
    &mut document["components"]["schemas"]["Reward"]["properties"]
}

#[test]
fn another_description_under_the_one_of_an_action() {
    let action =
        "- {target: $.components.schemas.Reward.properties.amount, description: t, update: {description: Cents.}}";
    let told = hidden(|document| reward(document)["amount"]["description"] = json!("In major units."), action);
    let [(location, wire, explanation)] = &told[..] else { panic!("{told:?}") };
    assert_eq!((location.as_str(), *wire), ("Reward.amount.description", Effect::Nothing));
    assert!(
        explanation.contains("has `In major units.` now") && explanation.contains("overlay action"),
        "{explanation}"
    );
}

#[test]
fn another_type_under_the_one_of_an_action() {
    let restore = "- {target: $.components.schemas.Reward.properties.amount, description: t, update: {type: integer}}";
    let told = hidden(|document| reward(document)["amount"]["type"] = json!("string"), restore);
    let [(location, wire, explanation)] = &told[..] else { panic!("{told:?}") };
    assert_eq!((location.as_str(), *wire), ("Reward.amount.type", Effect::Breaking));
    assert!(explanation.starts_with("upstream had `integer` here and has `string` now"), "{explanation}");
    // The action that adds this property writes text.
    let told = hidden(
        |document| {
            let link = &mut document["components"]["schemas"]["CustomerLink"]["properties"];
            link["partner_identifier"] = json!({"type": "integer"});
        },
        "",
    );
    let locations: Vec<_> = told.iter().map(|(location, ..)| location.as_str()).collect();
    assert_eq!(locations, ["CustomerLink.partner_identifier.type"], "{told:?}");
}

#[test]
fn what_an_action_brings_back() {
    let list = |document: &mut Value| {
        let parameters = document["paths"]["/v2/customers/{customer_id}/rewards"]["get"]["parameters"].as_array_mut();
        let parameters = parameters.unwrap();
        let before = parameters.len();
        parameters.retain(|parameter| parameter["name"] != "limit");
        assert!(parameters.len() < before, "there is no such parameter");
    };
    let action = "- {target: \"$.paths['/v2/customers/{customer_id}/rewards'].get.parameters\", description: t, \
                  update: {name: limit, in: query, schema: {type: integer}}}";
    let told = hidden(list, action);
    let [(_, wire, explanation)] = &told[..] else { panic!("{told:?}") };
    assert_eq!(*wire, Effect::Breaking);
    assert!(explanation.contains("has nothing now"), "{explanation}");
}

#[test]
fn what_upstream_changes_beside_the_actions_or_as_they_do_is_not_hidden() {
    let told = hidden(
        |document| {
            reward(document)["amount"]["maximum"] = json!(7);
            reward(document)["customer_id"]["description"] = json!("Another.");
        },
        "",
    );
    assert_eq!(told, []);
    let restore = "- {target: $.components.schemas.Reward.properties.amount, description: t, update: {type: integer}}";
    assert_eq!(hidden(|_| {}, restore), []);
}
