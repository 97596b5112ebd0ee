//! Changes of the document that the command refuses: a case for each reason, with what the refusal has to say.

use serde_json::{Value, json};

use crate::frozen::{after, each};

struct Case {
    name: &'static str,
    mutate: fn(&mut Value),
    /// What the refusal has to name.
    says: &'static [&'static str],
}

const fn case(name: &'static str, mutate: fn(&mut Value), says: &'static [&'static str]) -> Case {
    Case { name, mutate, says }
}

fn property<'d>(document: &'d mut Value, schema: &str, name: &str) -> &'d mut Value {
    &mut document["components"]["schemas"][schema]["properties"][name]
}

const CASES: &[Case] = &[
    case(
        "what the overlay corrects is gone",
        |d| drop(d["paths"].as_object_mut().unwrap().remove("/v2/orders")),
        &["overlay action", "$.paths['/v2/orders'].get", "selects nothing", "openapi/overlay.yaml"],
    ),
    case(
        "upstream has the operation that the overlay adds",
        |d| {
            let answers = d["paths"]["/v2/customers/{customer_id}"]["get"]["responses"].clone();
            d["paths"]["/v2/customers/{customer_id}"]["post"] =
                json!({"operationId": "updateCustomer", "responses": answers});
        },
        &["overlay action 2", "getCustomer", "selects nothing"],
    ),
    case(
        "upstream has the operation that the overlay adds, with another method",
        |d| {
            let answers = d["paths"]["/v2/customers/{customer_id}"]["get"]["responses"].clone();
            d["paths"]["/v2/customers/{customer_id}"]["patch"] =
                json!({"operationId": "updateCustomer", "responses": answers});
        },
        &[
            "operation updateCustomer, at /paths/~1v2~1customers~1{customer_id}/post",
            "the overlay adds an operation of this id, and upstream has one now, at /paths/~1v2~1customers~1{customer_id}/patch",
        ],
    ),
    case(
        "one of two names in the target of an action selects nothing",
        |d| {
            let item = d["paths"]["/v2/transaction_intents/{intent_id}"].as_object_mut().unwrap();
            let post = item.remove("post").unwrap();
            item.insert("put".into(), post);
        },
        &["['get', 'post']", "selects nothing for `post`", "take the name out of it"],
    ),
    case(
        "a property of errors that hand-written code reads has another name",
        |d| {
            let text = d.to_string().replace("\"existing_link\"", "\"linked_already\"");
            *d = serde_json::from_str(&text).unwrap();
        },
        &["no error of the document has the property `existing_link`", "src/ext/links.rs", "openapi/needs.yaml"],
    ),
    case(
        "an operation that is needed is gone, and its schemas with it",
        |d| d["paths"].as_object_mut().unwrap().retain(|path, _| !path.starts_with("/v2/keys")),
        &["createKey", "deleteKey", "if the API still has it"],
    ),
    case(
        "several overlay actions at once, all of them named",
        |d| {
            d["components"]["schemas"].as_object_mut().unwrap().remove("OrderBase");
            d["webhooks"].as_object_mut().unwrap().remove("Streak");
            d["components"]["schemas"].as_object_mut().unwrap().remove("StreakWebhookPayload");
        },
        &["$.components.schemas.OrderBase.properties.id", "$.components.schemas.StreakWebhookPayload.properties.data"],
    ),
    case(
        "a parameter that a helper sends is called otherwise",
        |d| {
            for parameter in d["paths"]["/v2/orders"]["get"]["parameters"].as_array_mut().unwrap() {
                if parameter["name"] == "partner_order_id" {
                    parameter["name"] = json!("partner_order_ref");
                }
            }
        },
        &["listOrders", "`partner_order_id`", "src/ext/orders.rs"],
    ),
    case(
        "a list whose items have no id",
        |d| {
            let offers = &mut d["paths"]["/v2/offers"]["get"];
            offers["parameters"][0] = json!({"name": "starting_after", "in": "query", "schema": {"type": "string"}});
            offers["responses"]["200"]["content"]["application/json"]["schema"] = json!({"type": "object", "properties": {
                "data": {"type": "array", "items": {"type": "object", "properties": {"colour": {"type": "string"}}}},
                "has_more": {"type": "boolean"},
            }});
        },
        &["getOffer", "no id", "x-imprint-cursor"],
    ),
    case(
        "a union in the place of a number that helpers read",
        |d| *property(d, "Reward", "amount") = json!({"oneOf": [{"type": "string"}, {"type": "integer"}]}),
        &["/components/schemas/Reward/properties/amount", "`RewardAmount`", "src/ext/rewards.rs", "overlay action"],
    ),
    case(
        "parts of an allOf that contradict each other",
        |d| {
            let merchant = json!({"$ref": "#/components/schemas/Merchant"});
            *property(d, "Reward", "merchant") =
                json!({"allOf": [merchant, {"properties": {"name": {"type": "integer"}}}]});
        },
        &["/properties/merchant/allOf/1/properties/name/type", "/components/schemas/Merchant/properties/name/type"],
    ),
    case(
        "a reference to nothing",
        |d| *property(d, "Reward", "amount") = json!({"$ref": "#/components/schemas/Money"}),
        &["/components/schemas/Reward/properties/amount", "Money", "does not resolve"],
    ),
    case(
        "a document cut off in its schemas",
        |d| drop(d["components"]["schemas"].as_object_mut().unwrap().remove("RewardType")),
        &["RewardType", "does not resolve"],
    ),
    case(
        "two operations of one name",
        |d| d["paths"]["/v2/offers"]["get"]["operationId"] = json!("getReward"),
        &["operationId is taken"],
    ),
    case(
        "a parameter in a cookie",
        |d| {
            let parameter = &mut d["paths"]["/v2/offers"]["get"]["parameters"][0];
            (parameter["in"], parameter["required"]) = (json!("cookie"), json!(true));
        },
        &["operation getOffer", "partner_customer_id", "neither in the path nor in the query"],
    ),
    case(
        "a secret in a URL",
        |d| d["paths"]["/v2/offers"]["get"]["parameters"][0]["name"] = json!("ssn"),
        &["operation getOffer", "a secret in a URL"],
    ),
    case(
        "a webhook of unknown kind",
        |d| drop(property(d, "RewardWebhookPayload", "object").as_object_mut().unwrap().remove("enum")),
        &["/webhooks/Reward", "event type"],
    ),
    case(
        "what hand-written code reads",
        |d| {
            let text = d.to_string().replace("#/components/schemas/CustomerLink\"", "#/components/schemas/Link\"");
            *d = serde_json::from_str(&text).unwrap();
            let link = d["components"]["schemas"]["CustomerLink"].clone();
            d["components"]["schemas"]["Link"] = link;
        },
        &["/components/schemas/CustomerLink", "src/ext/links.rs"],
    ),
    case("another OpenAPI", |d| d["openapi"] = json!("4.0.0"), &["/openapi", "4.0.0"]),
    case(
        "no version of OpenAPI",
        |d| drop(d.as_object_mut().unwrap().remove("openapi")),
        &["/openapi", "does not say"],
    ),
    case("no operations", |d| d["paths"] = json!({}), &["/paths", "no operations"]),
];

#[test]
fn what_cannot_be_brought_in_is_refused_with_place_and_advice() {
    each(CASES, |case| match after(&case.mutate) {
        Ok(_) => Some(format!("{}: brought in", case.name)),
        Err(refusal) => {
            let text = refusal.failure.to_string();
            let complete = case.says.iter().all(|says| text.contains(says)) && text.contains("what to do: ");
            (!complete || text.contains("panic")).then(|| format!("{}: {text}", case.name))
        }
    });
}

#[test]
fn a_refusal_also_lists_the_differences() {
    let refusal = after(&|d| drop(d["paths"].as_object_mut().unwrap().remove("/v2/orders"))).unwrap_err();
    let kinds: Vec<_> = refusal.changes.iter().map(|change| (change.kind, change.location.as_str())).collect();
    assert!(kinds.contains(&("operation removed", "listOrders (GET /v2/orders)")), "{kinds:?}");
}

#[test]
fn a_version_without_quotation_marks_is_brought_in_with_a_note() {
    let finding = after(&|document: &mut Value| document["info"]["version"] = json!(2.1)).unwrap();
    assert!(finding.notes.iter().any(|note| note.contains("the number 2.1, and no text")), "{:?}", finding.notes);
    let finding = after(&|document: &mut Value| document["info"]["version"] = json!("2.1")).unwrap();
    assert!(!finding.notes.iter().any(|note| note.contains("no text")), "{:?}", finding.notes);
}
