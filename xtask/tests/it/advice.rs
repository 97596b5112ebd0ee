//! Following the advice of a refusal helps: the document is not refused any more.

use serde_json::{Value, json};
use xtask::refresh::examine::examine;

use crate::frozen::{self, each};

/// A refused document, and the actions of the overlay that the advice asks for.
struct Advised {
    mutate: fn(&mut Value),
    /// A part of the advice.
    says: &'static str,
    actions: &'static str,
}

fn offer(document: &mut Value) -> &mut Value {
    &mut document["paths"]["/v2/offers"]["get"]
}

fn amount(document: &mut Value) -> &mut Value {
    &mut document["components"]["schemas"]["Reward"]["properties"]["amount"]
}

const ADVISED: &[Advised] = &[
    Advised {
        mutate: |d| *amount(d) = json!({"$ref": "#/components/schemas/Money"}),
        says: "define the schema there by an overlay action",
        actions: "- {target: $.components.schemas, description: t, update: {Money: {type: integer}}}",
    },
    Advised {
        mutate: |d| *amount(d) = json!({"oneOf": [{"type": "string"}, {"type": "integer"}]}),
        says: "restore it by an overlay action",
        actions: "- {target: $.components.schemas.Reward.properties.amount, description: t, remove: true}\n\
                  - {target: $.components.schemas.Reward.properties, description: t, update: {amount: {type: integer}}}",
    },
    Advised {
        mutate: |d| {
            d["components"]["schemas"]["Reward"]["properties"]["colour"] = json!({"type": "object", "properties": {"a": {"type": "string"}},
                    "then": {"properties": {"b": {"type": "string"}}}});
        },
        says: "replace the schema by an overlay action",
        actions: "- {target: $.components.schemas.Reward.properties.colour.then, description: t, remove: true}",
    },
    Advised {
        mutate: |d| d["components"]["schemas"]["Reward"]["properties"]["colour"] = json!({"enum": []}),
        says: "list its values, or drop it, by an overlay action",
        actions: "- {target: $.components.schemas.Reward.properties.colour, description: t, remove: true}",
    },
    Advised {
        mutate: |d| {
            let object = &mut d["components"]["schemas"]["RewardWebhookPayload"]["properties"]["object"];
            drop(object.as_object_mut().unwrap().remove("enum"));
        },
        says: "add the property with its value to each of the payloads by an overlay action",
        actions: "- {target: $.components.schemas.RewardWebhookPayload.properties.object, description: t, \
                  update: {enum: [REWARD]}}",
    },
    Advised {
        mutate: |d| {
            let parameter = json!({"name": "offer_id", "in": "path", "required": true, "schema": {"type": "string"}});
            offer(d)["parameters"].as_array_mut().unwrap().insert(0, parameter);
        },
        says: "remove the parameter, or correct its name, by an overlay action",
        actions: "- {target: \"$.paths['/v2/offers'].get.parameters[0]\", description: t, remove: true}",
    },
];

/// What examining a document finds with these actions at the end of the overlay: nothing that refuses it, or the reasons.
fn refused(mutate: fn(&mut Value), actions: &str) -> Option<Vec<String>> {
    let mut document = frozen::parsed();
    mutate(&mut document);
    let refusal = examine(&frozen::with_actions(actions), &frozen::read(&format!("{document}\n"))).err()?;
    Some(refusal.failure.reasons.iter().map(ToString::to_string).collect())
}

#[test]
fn following_an_advice_never_leads_to_a_worse_place() {
    each(ADVISED, |Advised { mutate, says, actions }| {
        let Some(before) = refused(*mutate, "") else { return Some(format!("{says}: it was not refused")) };
        if before.len() != 1 || !before[0].contains(says) {
            return Some(format!("{says}: {before:#?}"));
        }
        refused(*mutate, actions).map(|after| format!("{says}: after the advice was followed: {after:#?}"))
    });
}
