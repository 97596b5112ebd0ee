//! Changes of schemas.

use serde_json::json;

use super::{A, B, Case, N, answer, body, case, drop_entry, push, remove, rename, schema};

pub const CASES: &[Case] = &[
    case(
        "property added",
        |d| schema(d, "Reward")["properties"]["colour"] = json!({"type": "string"}),
        "patch",
        &[("property added", "Reward.colour", A, A)],
    ),
    case(
        "schema of which no type is made",
        |d| {
            d["components"]["schemas"]["Cents"] = json!({"type": "integer"});
            d["components"]["schemas"]["Unused"] = json!({"type": "object", "properties": {"a": {"type": "string"}}});
            schema(d, "Reward")["properties"]["tax"] = json!({"$ref": "#/components/schemas/Cents"});
        },
        "patch",
        &[("schema added", "Cents", N, N), ("schema added", "Unused", N, N), ("property added", "Reward.tax", A, A)],
    ),
    case(
        "properties that are only sent, or only answered",
        |d| {
            let order = &mut schema(d, "OrderBase")["properties"];
            order["seen_at"] = json!({"type": "string", "readOnly": true});
            order["nonce"] = json!({"type": "string", "writeOnly": true});
        },
        "patch",
        &[("property added", "OrderBase.seen_at", A, A), ("property added", "OrderBase.nonce", A, A)],
    ),
    case(
        "required property added to an answer",
        |d| {
            schema(d, "Reward")["properties"]["colour"] = json!({"type": "string"});
            push(&mut schema(d, "Reward")["required"], json!("colour"));
        },
        "patch",
        &[("required property added", "Reward.colour", A, A)],
    ),
    case(
        "required property added to a request",
        |d| {
            let body = body(d, "/v2/transaction_intents");
            body["properties"]["colour"] = json!({"type": "string"});
            push(&mut body["required"], json!("colour"));
        },
        "minor",
        &[("required property added", "request of createTransactionIntent: .colour", B, B)],
    ),
    case(
        "property removed",
        |d| drop(remove(&mut schema(d, "Merchant")["properties"], "category")),
        "minor",
        &[("property removed", "Merchant.category", B, B)],
    ),
    case(
        "property renamed",
        |d| {
            rename(&mut schema(d, "Merchant")["properties"], "category", "category_name");
        },
        "minor",
        &[("property renamed", "Merchant.category", B, B)],
    ),
    case(
        "property became required",
        |d| push(&mut schema(d, "Reward")["required"], json!("updated_at")),
        "minor",
        &[("property became required", "Reward.updated_at", B, A)],
    ),
    case(
        "property became optional",
        |d| drop_entry(&mut schema(d, "Reward")["required"], |name| name == "created_at"),
        "minor",
        &[("property became optional", "Reward.created_at", B, B)],
    ),
    case(
        "required list became optional",
        |d| drop_entry(&mut schema(d, "OrderEventsResponse")["required"], |name| name == "data"),
        "patch",
        &[("property became optional", "OrderEventsResponse.data", N, B)],
    ),
    case(
        "null allowed",
        |d| schema(d, "Reward")["properties"]["created_at"]["nullable"] = json!(true),
        "minor",
        &[("null allowed", "Reward.created_at", B, B)],
    ),
    case(
        "null no longer allowed where the field may be missing all the same",
        |d| drop(remove(&mut schema(d, "Merchant")["properties"]["category"], "nullable")),
        "patch",
        &[("null no longer allowed", "Merchant.category", N, B)],
    ),
    case(
        "type changed",
        |d| schema(d, "Transaction")["properties"]["amount"]["type"] = json!("boolean"),
        "minor",
        &[("type changed", "Transaction.amount", B, B)],
    ),
    case(
        "items of a list changed",
        |d| answer(d, "/v2/rewards")["properties"]["data"]["items"] = json!({"$ref": "#/components/schemas/Customer"}),
        "minor",
        &[
            ("type named differently", "response of searchRewards: .data[]", B, N),
            ("property added", "response of searchRewards: .data[].address", A, A),
        ],
    ),
    case(
        "format that makes a Timestamp",
        |d| body(d, "/v2/transaction_intents")["properties"]["expected_date"]["format"] = json!("date-time"),
        "minor",
        &[("format changed", "request of createTransactionIntent: .expected_date", B, B)],
    ),
    case(
        "format that changes no type",
        |d| schema(d, "Merchant")["properties"]["name"]["format"] = json!("hostname"),
        "patch",
        &[("format changed", "Merchant.name", N, B)],
    ),
    case(
        "enum value added",
        |d| push(&mut schema(d, "RewardType")["enum"], json!("CASHBACK")),
        "patch",
        &[("enum value added", "RewardType", A, A)],
    ),
    case(
        "enum value removed from an answer",
        |d| drop_entry(&mut schema(d, "RewardType")["enum"], |value| value == "REFERRAL"),
        "minor",
        &[("enum value removed", "RewardType", B, N)],
    ),
    case(
        "enum value removed from a request",
        |d| drop_entry(&mut body(d, "/v2/simulate_reward")["properties"]["reward_type"]["enum"], |v| v == "DELAYED"),
        "minor",
        &[("enum value removed", "request of simulateReward: .reward_type", B, B)],
    ),
    case(
        "enum introduced",
        |d| schema(d, "CustomerSession")["properties"]["source"]["enum"] = json!(["web", "app"]),
        "minor",
        &[("enum introduced", "CustomerSession.source", B, N)],
    ),
    case(
        "enum dropped",
        |d| drop(remove(&mut schema(d, "PaymentMethod")["properties"]["loan"]["properties"]["loan_status"], "enum")),
        "minor",
        &[("enum dropped", "PaymentMethod.loan.loan_status", B, A)],
    ),
    case(
        "limit tightened",
        |d| body(d, "/v2/customers")["properties"]["limit"]["maximum"] = json!(100),
        "patch",
        &[("limit tightened", "request of searchCustomersPost: .limit", N, B)],
    ),
    case(
        "limit loosened",
        |d| drop(remove(&mut schema(d, "DateOfBirth")["properties"]["month"], "maximum")),
        "patch",
        &[("limit loosened", "DateOfBirth.month", N, A)],
    ),
    case(
        "pattern added",
        |d| schema(d, "OrderLine")["properties"]["name"]["pattern"] = json!("^a"),
        "patch",
        &[("pattern changed", "OrderLine.name", N, B)],
    ),
    case(
        "default changed",
        |d| body(d, "/v2/customers")["properties"]["limit"]["default"] = json!(20),
        "patch",
        &[("default changed", "request of searchCustomersPost: .limit", N, B)],
    ),
];

/// What the comparison says of null has to be what the generator makes of it.
const NULLS: &[Case] = &[
    case(
        "null for the answer of a call",
        |d| {
            let answer = answer(d, "/v2/offers");
            *answer = json!({"anyOf": [answer.clone(), {"type": "null"}]});
        },
        "minor",
        &[("null allowed", "response of getOffer", B, B)],
    ),
    case(
        "null refused in words where it was refused before",
        |d| schema(d, "Reward")["nullable"] = json!(false),
        "none",
        &[],
    ),
];

#[test]
fn null_is_told_as_it_is_generated() {
    super::check(NULLS);
}
