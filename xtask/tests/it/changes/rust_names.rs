//! Changes of schemas of which the names in Rust decide what they do to users: the lines of the generated API are checked as
//! well.

use serde_json::{Value, json};

use super::{A, B, Case, N, case, drop_entry, push, remove, rename, schema};

/// Gives a schema a name: the place refers to it from now on.
fn extract(place: &mut Value, name: &str) -> Value {
    std::mem::replace(place, json!({"$ref": format!("#/components/schemas/{name}")}))
}

pub const CASES: &[Case] = &[
    case(
        "schema that gets the name which its type has",
        |d| {
            let card = extract(&mut schema(d, "PaymentMethod")["properties"]["card"], "PaymentMethodCard");
            d["components"]["schemas"]["PaymentMethodCard"] = card;
        },
        "none",
        &[("schema added", "PaymentMethodCard", N, N)],
    ),
    case(
        "schema renamed and changed",
        |d| {
            let text = d.to_string().replace("schemas/PaymentMethodToken\"", "schemas/CardStandIn\"");
            *d = serde_json::from_str(&text).unwrap();
            rename(&mut d["components"]["schemas"], "PaymentMethodToken", "CardStandIn");
            schema(d, "CardStandIn")["properties"]["colour"] = json!({"type": "string"});
        },
        "minor",
        &[("schema renamed", "PaymentMethodToken", B, N), ("property added", "CardStandIn.colour", A, A)],
    ),
    case(
        "second schema of a Rust name",
        |d| {
            d["components"]["schemas"]["merchant"] = json!({"type": "object", "properties": {"a": {"type": "string"}}});
            schema(d, "Reward")["properties"]["shop"] = json!({"$ref": "#/components/schemas/merchant"});
        },
        "patch",
        &[("schema added", "merchant", A, N), ("property added", "Reward.shop", A, A)],
    ),
    case(
        "property in another case",
        |d| rename(&mut schema(d, "Merchant")["properties"], "category_code", "categoryCode"),
        "patch",
        &[("property renamed", "Merchant.category_code", N, B)],
    ),
    case(
        "property became read-only",
        |d| schema(d, "OrderLine")["properties"]["name"]["readOnly"] = json!(true),
        "minor",
        &[("property became read-only", "OrderLine.name", B, B)],
    ),
    case(
        "unquoted no among the values of an enum",
        |d| {
            let values = &mut schema(d, "PaymentMethod")["properties"]["card"]["properties"]["network"]["enum"];
            drop_entry(values, |value| value == "");
            push(values, json!(false));
        },
        "minor",
        &[("enum dropped", "PaymentMethod.card.network", B, A)],
    ),
    case(
        "field of a webhook became required",
        |d| schema(d, "RewardWebhookPayload")["required"] = json!(["object"]),
        "patch",
        &[("property became required", "RewardWebhookPayload.object", N, A)],
    ),
    case(
        "null no longer allowed for an enum that only Options hold",
        |d| drop(remove(schema(d, "PurchaseMethod"), "nullable")),
        "patch",
        &[("null no longer allowed", "PurchaseMethod", N, B)],
    ),
];
