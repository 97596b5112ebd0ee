//! The changes that are brought in.

use serde_json::{Value, json};

use super::{after, each};
use crate::diff::Effect::{self, Additive as A, Breaking as B, Documentation as D, None as N};

/// What is said of a mutation: kind, location, effect on the Rust API and on the wire.
type Said = (&'static str, &'static str, Effect, Effect);

struct Case {
    name: &'static str,
    mutate: fn(&mut Value),
    said: &'static [Said],
    /// The version step of 0.1.0.
    step: &'static str,
}

const fn case(name: &'static str, mutate: fn(&mut Value), step: &'static str, said: &'static [Said]) -> Case {
    Case { name, mutate, said, step }
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

const CASES: &[Case] = &[
    case(
        "operation added",
        |d| {
            d["paths"]["/v2/statements"] = json!({"get": {"operationId": "listStatements", "responses": {
                "200": {"description": "d", "content": {"application/json": {"schema":
                    {"type": "object", "properties": {"count": {"type": "integer"}}}}}},
            }}});
        },
        "patch",
        &[("operation added", "listStatements (GET /v2/statements)", A, A)],
    ),
    case(
        "operation removed",
        |d| drop(remove(&mut d["paths"], "/v2/offers")),
        "minor",
        &[("operation removed", "getOffer (GET /v2/offers)", B, B), ("schema no longer used", "Offer", B, N)],
    ),
    case(
        "operationId changed",
        |d| operation(d, "/v2/offers", "get")["operationId"] = json!("retrieveOffer"),
        "minor",
        &[("operationId changed", "getOffer (GET /v2/offers)", B, N)],
    ),
    case(
        "operation renamed and moved, guessed by its shape",
        |d| {
            rename(&mut d["paths"], "/v2/offers", "/v2/loan_offers");
            operation(d, "/v2/loan_offers", "get")["operationId"] = json!("getOffers");
        },
        "minor",
        &[("operation renamed", "getOffer (GET /v2/offers)", B, B)],
    ),
    case(
        "endpoint moved",
        |d| rename(&mut d["paths"], "/v2/offers", "/v2/loan_offers"),
        "patch",
        &[("endpoint moved", "getOffer (GET /v2/loan_offers)", N, B)],
    ),
    case(
        "method changed",
        |d| rename(&mut d["paths"]["/v2/rewards/{reward_id}"], "patch", "put"),
        "patch",
        &[("endpoint moved", "patchReward (PUT /v2/rewards/{reward_id})", N, B)],
    ),
    case(
        "operation deprecated",
        |d| operation(d, "/v2/offers", "get")["deprecated"] = json!(true),
        "patch",
        &[("deprecated", "getOffer (GET /v2/offers)", A, D)],
    ),
    case(
        "parameter added",
        |d| {
            let parameter = json!({"name": "colour", "in": "query", "schema": {"type": "string"}});
            push(&mut operation(d, "/v2/rewards", "get")["parameters"], parameter);
        },
        "patch",
        &[("parameter added", "query parameter `colour` of searchRewards", A, A)],
    ),
    case(
        "required parameter added",
        |d| {
            let parameter = json!({"name": "colour", "in": "query", "required": true, "schema": {"type": "string"}});
            push(&mut operation(d, "/v2/rewards", "get")["parameters"], parameter);
        },
        "minor",
        &[("required parameter added", "query parameter `colour` of searchRewards", B, B)],
    ),
    case(
        "parameter removed",
        |d| drop_entry(&mut operation(d, "/v2/offers", "get")["parameters"], |p| p["name"] == "partner_customer_id"),
        "minor",
        &[("parameter removed", "query parameter `partner_customer_id` of getOffer", B, B)],
    ),
    case(
        "parameter renamed",
        |d| {
            for parameter in operation(d, "/v2/orders", "get")["parameters"].as_array_mut().unwrap() {
                if parameter["name"] == "partner_order_id" {
                    parameter["name"] = json!("partner_order_ref");
                }
            }
        },
        "minor",
        &[("parameter renamed", "query parameter `partner_order_id` of listOrders", B, B)],
    ),
    case(
        "path parameter renamed",
        |d| {
            rename(&mut d["paths"], "/v2/payment_methods/{payment_method_id}", "/v2/payment_methods/{method_id}");
            operation(d, "/v2/payment_methods/{method_id}", "get")["parameters"][0]["name"] = json!("method_id");
        },
        "minor",
        &[("path parameter renamed", "path parameter `payment_method_id` of getPaymentMethod", B, N)],
    ),
    case(
        "parameter became required",
        |d| operation(d, "/v2/offers", "get")["parameters"][0]["required"] = json!(true),
        "minor",
        &[("parameter became required", "query parameter `partner_customer_id` of getOffer", B, B)],
    ),
    case(
        "parameter became optional",
        |d| drop(remove(&mut operation(d, "/v2/payment_methods", "get")["parameters"][0], "required")),
        "patch",
        &[("parameter became optional", "query parameter `customer_id` of searchPaymentMethods", A, A)],
    ),
    case(
        "property added",
        |d| schema(d, "Reward")["properties"]["colour"] = json!({"type": "string"}),
        "patch",
        &[("property added", "Reward.colour", A, A)],
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
        |d| drop_entry(&mut schema(d, "Reward")["required"], |name| name == "amount"),
        "minor",
        &[("property became optional", "Reward.amount", B, B)],
    ),
    case(
        "required list became optional",
        |d| drop_entry(&mut schema(d, "OrderEventsResponse")["required"], |name| name == "data"),
        "patch",
        &[("property became optional", "OrderEventsResponse.data", N, B)],
    ),
    case(
        "null allowed",
        |d| schema(d, "Reward")["properties"]["amount"]["nullable"] = json!(true),
        "minor",
        &[("null allowed", "Reward.amount", B, B)],
    ),
    case(
        "null no longer allowed where the field may be missing all the same",
        |d| drop(remove(&mut schema(d, "Merchant")["properties"]["category"], "nullable")),
        "patch",
        &[("null no longer allowed", "Merchant.category", N, B)],
    ),
    case(
        "type changed",
        |d| schema(d, "Reward")["properties"]["amount"]["type"] = json!("boolean"),
        "minor",
        &[("type changed", "Reward.amount", B, B)],
    ),
    case(
        "items of a list changed",
        |d| {
            schema(d, "CustomerListResponse")["properties"]["data"]["items"] =
                json!({"$ref": "#/components/schemas/Reward"})
        },
        "minor",
        &[
            ("type named differently", "CustomerListResponse.data[]", B, N),
            ("property removed", "CustomerListResponse.data[].address", B, B),
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
        |d| drop(remove(&mut schema(d, "CustomerLink")["properties"]["status"], "enum")),
        "minor",
        &[("enum dropped", "CustomerLink.status", B, A)],
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
    case(
        "prose changed",
        |d| {
            schema(d, "Reward")["description"] = json!("Another text.");
            operation(d, "/v2/offers", "get")["summary"] = json!("Another text");
        },
        "patch",
        &[],
    ),
    case(
        "server changed",
        |d| d["servers"][0]["url"] = json!("https://sandbox.example"),
        "patch",
        &[("server removed", "servers", N, B), ("server added", "servers", N, A)],
    ),
    case(
        "a way to authenticate is gone",
        |d| drop_entry(&mut d["security"], |one| one.get("bearerAuth").is_some()),
        "patch",
        &[("security changed", "security", N, B)],
    ),
    case(
        "a way to authenticate is new",
        |d| push(&mut d["security"], json!({"oauth": []})),
        "patch",
        &[("security changed", "security", N, A)],
    ),
    case(
        "an operation needs no authentication",
        |d| operation(d, "/v2/offers", "get")["security"] = json!([{"basicAuth": []}]),
        "patch",
        &[("security changed", "getOffer (GET /v2/offers)", N, B)],
    ),
    case(
        "security scheme changed",
        |d| d["components"]["securitySchemes"]["bearerAuth"]["scheme"] = json!("digest"),
        "patch",
        &[("security scheme changed", "security schemes", N, B)],
    ),
    case(
        "webhook added",
        |d| {
            d["components"]["schemas"]["DisputeWebhookPayload"] = json!({"type": "object", "properties": {
                "object": {"type": "string", "enum": ["DISPUTE"]},
                "data": {"title": "DisputeEventData", "type": "object", "properties": {"colour": {"type": "string"}}},
            }});
            d["webhooks"]["Dispute"] = json!({"post": {"operationId": "hookDispute", "requestBody": {"content":
                {"application/json": {"schema": {"$ref": "#/components/schemas/DisputeWebhookPayload"}}}},
                "responses": {"200": {"description": "d"}}}});
        },
        "patch",
        &[("webhook added", "webhook Dispute", A, A), ("schema added", "DisputeWebhookPayload", A, N)],
    ),
    case(
        "webhook removed",
        |d| drop(remove(&mut d["webhooks"], "AccountStatus")),
        "minor",
        &[
            ("webhook removed", "webhook AccountStatus", B, B),
            ("schema no longer used", "AccountStatusValue", B, N),
            ("schema no longer used", "AccountStatusWebhookPayload", B, N),
        ],
    ),
    case(
        "property of a webhook became null",
        |d| {
            schema(d, "RewardWebhookPayload")["properties"]["data"]["properties"]["amount"]["type"] =
                json!(["integer", "null"])
        },
        "patch",
        &[("null allowed", "RewardWebhookPayload.data.amount", N, B)],
    ),
    case(
        "response body removed",
        |d| drop(remove(&mut operation(d, "/v2/keys", "post")["responses"]["200"], "content")),
        "minor",
        &[("response body removed", "response of createKey", B, B)],
    ),
    case(
        "required body added",
        |d| {
            operation(d, "/v2/keys", "post")["requestBody"] = json!({"required": true, "content": {"application/json":
                {"schema": {"type": "object", "properties": {"colour": {"type": "string"}}}}}});
        },
        "minor",
        &[("required body added", "request of createKey", B, B)],
    ),
    case(
        "body added",
        |d| {
            operation(d, "/v2/keys", "post")["requestBody"] = json!({"content": {"application/json":
                {"schema": {"type": "object", "properties": {"colour": {"type": "string"}}}}}});
        },
        "patch",
        &[("body added", "request of createKey", A, A)],
    ),
    case(
        "body removed",
        |d| drop(remove(operation(d, "/v2/customer_sessions", "post"), "requestBody")),
        "minor",
        &[("body removed", "request of createSession", B, B)],
    ),
    case(
        "body became required",
        |d| operation(d, "/v2/customer_sessions", "post")["requestBody"]["required"] = json!(true),
        "patch",
        &[("body became required", "request of createSession", N, B)],
    ),
    case(
        "response body added",
        |d| {
            operation(d, "/v2/orders/{order_id}", "delete")["responses"]["204"]["content"] = json!({"application/json":
                {"schema": {"type": "object", "properties": {"colour": {"type": "string"}}}}});
        },
        "minor",
        &[("response body added", "response of deleteOrder", B, A)],
    ),
    case(
        "schema removed",
        |d| {
            remove(&mut d["paths"], "/v2/keys");
            remove(&mut d["components"]["schemas"], "Key");
        },
        "minor",
        &[
            ("operation removed", "createKey (POST /v2/keys)", B, B),
            ("operation removed", "deleteKey (DELETE /v2/keys)", B, B),
            ("schema removed", "Key", B, N),
        ],
    ),
    case(
        "composition changed",
        |d| schema(d, "Reward")["allOf"] = json!([{"$ref": "#/components/schemas/Merchant"}]),
        "patch",
        &[("composition changed", "Reward", A, A)],
    ),
    case(
        "body became optional",
        |d| operation(d, "/v2/customers", "post")["requestBody"]["required"] = json!(false),
        "patch",
        &[("body became optional", "request of searchCustomersPost", N, A)],
    ),
    case(
        "success status changed",
        |d| rename(&mut operation(d, "/v2/orders", "post")["responses"], "200", "201"),
        "patch",
        &[("success status changed", "response of createOrder", N, B)],
    ),
    case(
        "error response added",
        |d| operation(d, "/v2/orders", "post")["responses"]["422"] = json!({"description": "d"}),
        "patch",
        &[("error response added", "error 422 of createOrder", D, A)],
    ),
    case(
        "error response removed",
        |d| drop(remove(&mut operation(d, "/v2/offers", "get")["responses"], "404")),
        "patch",
        &[("error response removed", "error 404 of getOffer", D, N)],
    ),
    case(
        "property of an error",
        |d| drop(remove(&mut schema(d, "InvalidRequestError")["properties"], "path")),
        "patch",
        &[("property removed", "InvalidRequestError.path", N, B)],
    ),
    case(
        "schema renamed",
        |d| {
            rename(&mut d["components"]["schemas"], "Offer", "LoanOffer");
            *answer(d, "/v2/offers") = json!({"$ref": "#/components/schemas/LoanOffer"});
        },
        "minor",
        &[("schema renamed", "Offer", B, N)],
    ),
    case(
        "schema written out",
        |d| {
            let written = schema(d, "Key").clone();
            operation(d, "/v2/keys", "post")["responses"]["200"]["content"]["application/json"]["schema"] = written;
        },
        "minor",
        &[("type named differently", "response of createKey: ", B, N)],
    ),
    case(
        "title that names a type",
        |d| schema(d, "PaymentMethod")["properties"]["loan"]["title"] = json!("LoanDetails"),
        "minor",
        &[("title changed", "PaymentMethod.loan", B, N)],
    ),
    case(
        "free properties closed",
        |d| schema(d, "Reward")["additionalProperties"] = json!(false),
        "patch",
        &[("further properties changed", "Reward", N, D)],
    ),
    case(
        "values of a map",
        |d| {
            schema(d, "CustomerSession")["properties"]["customer_metadata"]["additionalProperties"] =
                json!({"type": "integer"})
        },
        "minor",
        &[("type changed", "CustomerSession.customer_metadata{}", B, B)],
    ),
    case(
        "required without a property",
        |d| push(&mut schema(d, "Reward")["required"], json!("phantom")),
        "patch",
        &[("required without a property", "Reward.phantom", N, D)],
    ),
    case(
        "version and dialect",
        |d| {
            d["info"]["version"] = json!("2.1");
            d["openapi"] = json!("3.0.3");
        },
        "patch",
        &[("document changed", "openapi", D, D), ("version changed", "info/version", D, D)],
    ),
    case(
        "the same in the words of OpenAPI 3.1",
        |d| {
            let category = &mut schema(d, "Merchant")["properties"]["category"];
            remove(category, "nullable");
            category["type"] = json!(["string", "null"]);
            let address = &mut schema(d, "Customer")["properties"]["address"];
            *address =
                json!({"allOf": [{"$ref": "#/components/schemas/Address"}], "description": address["description"]});
        },
        "none",
        &[],
    ),
    case(
        "a keyword that the comparison does not know",
        |d| schema(d, "Reward")["properties"]["amount"]["x-unit"] = json!("cents"),
        "patch",
        &[("keyword changed", "Reward.amount", N, D)],
    ),
];

#[test]
fn every_kind_of_change_is_named_and_ruled_by_its_place() {
    each(CASES, |case| {
        let finding = match after(&case.mutate) {
            Ok(finding) => finding,
            Err(refusal) => return Some(format!("{}: refused: {}", case.name, refusal.failure)),
        };
        let mut said: Vec<_> =
            finding.comparison.changes.iter().map(|c| (c.kind, c.location.as_str(), c.rust, c.wire)).collect();
        // Where another schema stands in a place, its properties follow one by one: the first stands for all.
        if case.name == "items of a list changed" {
            said.retain(|(kind, location, ..)| *kind == "type named differently" || location.ends_with(".address"));
        }
        let said = said.as_slice();
        let complete = said.len() == case.said.len() && case.said.iter().all(|expected| said.contains(expected));
        let unexplained = &finding.surface.unexplained;
        (!complete || finding.version.step != case.step || !unexplained.is_empty()).then(|| {
            format!("{}: said {said:#?}, step {}, unexplained {unexplained:#?}", case.name, finding.version.step)
        })
    });
}

#[test]
fn the_table_has_a_case_for_more_than_thirty_kinds() {
    let kinds: std::collections::BTreeSet<&str> = CASES.iter().flat_map(|case| case.said).map(|said| said.0).collect();
    assert!(kinds.len() > 40, "{} kinds: {kinds:?}", kinds.len());
}
