//! Changes of operations, of webhooks, and of the document as a whole.

use serde_json::json;

use super::{A, B, Case, D, N, answer, case, drop_entry, operation, push, remove, rename, schema};

pub const CASES: &[Case] = &[
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
        &[
            ("endpoint moved", "patchReward (PUT /v2/rewards/{reward_id})", N, B),
            ("repeatable now", "repetition of patchReward", D, A),
        ],
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
            for parameter in operation(d, "/v2/order_events", "get")["parameters"].as_array_mut().unwrap() {
                if parameter["name"] == "network_transaction_id" {
                    parameter["name"] = json!("network_transaction_ids");
                }
            }
        },
        "minor",
        &[("parameter renamed", "query parameter `network_transaction_id` of listOrderEvents", B, B)],
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
        "an operation has another way to authenticate",
        |d| operation(d, "/v2/offers", "get")["security"] = json!([{"basicAuth": []}]),
        "patch",
        &[("security changed", "security of getOffer", N, B)],
    ),
    case(
        "an operation needs no key",
        |d| operation(d, "/v2/offers", "get")["security"] = json!([]),
        "patch",
        &[("security changed", "security of getOffer", N, A)],
    ),
    case(
        "an operation repeats the ways of the document",
        |d| operation(d, "/v2/offers", "get")["security"] = d["security"].clone(),
        "patch",
        &[("security changed", "security of getOffer", N, D)],
    ),
    case(
        "what is said of authentication and of errors",
        |d| {
            d["components"]["securitySchemes"]["bearerAuth"]["description"] = json!("Keys end after a year.");
            operation(d, "/v2/offers", "get")["responses"]["404"]["description"] = json!("There is no offer today.");
            operation(d, "/v2/offers", "get")["description"] = json!("Never retry this.");
            operation(d, "/v2/rewards", "get")["description"] = json!("Rewards in all colours.");
        },
        "patch",
        &[
            ("described differently", "security scheme bearerAuth", D, D),
            ("described differently", "error 404 of getOffer", D, D),
            ("described differently", "getOffer (GET /v2/offers)", D, D),
        ],
    ),
    case(
        "extensions in many places",
        |d| {
            schema(d, "Reward")["properties"]["amount"]["x-unit"] = json!("cents");
            schema(d, "Customer")["x-internal"] = json!(true);
            operation(d, "/v2/offers", "get")["x-unit"] = json!("cents");
            operation(d, "/v2/offers", "get")["responses"]["200"]["x-unit"] = json!("cents");
            d["webhooks"]["Reward"]["post"]["x-unit"] = json!("cents");
            d["info"]["x-logo"] = json!("a");
            d["x-groups"] = json!([]);
        },
        "patch",
        &[("extensions changed", "7 places", N, D)],
    ),
    case(
        "the value that tells an event from others",
        |d| schema(d, "RewardWebhookPayload")["properties"]["object"]["enum"] = json!(["REWARD_V2"]),
        "minor",
        &[
            ("webhook discriminator changed", "webhook Reward", N, B),
            ("enum value removed", "RewardWebhookPayload.object", B, N),
            ("enum value added", "RewardWebhookPayload.object", A, A),
        ],
    ),
    case(
        "security scheme changed",
        |d| d["components"]["securitySchemes"]["bearerAuth"]["scheme"] = json!("digest"),
        "patch",
        &[("security scheme changed", "security scheme bearerAuth", N, B)],
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
        &[("null allowed", "RewardWebhookPayload.data.amount", N, A)],
    ),
    case(
        "response body removed",
        |d| drop(remove(&mut operation(d, "/v2/customers/{customer_id}", "get")["responses"]["200"], "content")),
        "minor",
        &[("response body removed", "response of getCustomer", B, B)],
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
            let responses = &mut operation(d, "/v2/orders/{order_id}", "delete")["responses"];
            rename(responses, "204", "200");
            responses["200"]["content"] = json!({"application/json":
                {"schema": {"type": "object", "properties": {"colour": {"type": "string"}}}}});
        },
        "minor",
        &[
            ("success status changed", "response of deleteOrder", D, D),
            ("response body added", "response of deleteOrder", B, A),
        ],
    ),
    case(
        "schema removed",
        |d| {
            remove(&mut d["paths"], "/v2/offers");
            remove(&mut d["components"]["schemas"], "Offer");
        },
        "minor",
        &[("operation removed", "getOffer (GET /v2/offers)", B, B), ("schema removed", "Offer", B, N)],
    ),
    case(
        "which properties there are together",
        |d| schema(d, "Reward")["oneOf"] = json!([{"required": ["amount"]}, {"required": ["type"]}]),
        "patch",
        &[("keyword changed", "Reward", N, D)],
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
        &[("success status changed", "response of createOrder", D, D)],
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
            let written = schema(d, "Customer").clone();
            let get = operation(d, "/v2/customers/{customer_id}", "get");
            get["responses"]["200"]["content"]["application/json"]["schema"] = written;
        },
        "minor",
        &[("type named differently", "response of getCustomer", B, N)],
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
            *address = json!({"allOf": [{"$ref": "#/components/schemas/Address"}]});
        },
        "none",
        &[],
    ),
    case(
        "an object is split into the parts of an allOf",
        |d| {
            let address = schema(d, "Address");
            let mut rest = address["properties"].take();
            let city = rest.as_object_mut().unwrap().remove("city").unwrap();
            let parts = json!([{"type": "object", "properties": {"city": city}}, {"properties": rest}]);
            let address = address.as_object_mut().unwrap();
            address.remove("properties");
            address.remove("type");
            address.insert("allOf".into(), parts);
        },
        "none",
        &[],
    ),
    case(
        "a keyword that the comparison does not know",
        |d| schema(d, "Reward")["properties"]["amount"]["contentEncoding"] = json!("base64"),
        "patch",
        &[("keyword changed", "Reward.amount", N, D)],
    ),
];
