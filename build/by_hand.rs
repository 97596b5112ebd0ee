//! What hand-written code names of the document, and the stop that says so when the document has it no more.
//!
//! Without it rustc would complain about code that the reader of its message has never seen.

use serde_json::Value;

use super::lower::{enums_text, resolve};
use super::problem::Problem;
use super::walk;

/// A schema or an operation, what of it is named, and where.
///
/// Of a schema: its properties, with a `?` where they are taken for optional (lists are neither), and behind a colon the
/// values of an enum. Of an operation: its parameters, and after `body.` the properties of its body.
struct Need {
    name: &'static str,
    parts: &'static [&'static str],
    reader: &'static str,
}

const fn need(name: &'static str, parts: &'static [&'static str], reader: &'static str) -> Need {
    Need { name, parts, reader }
}

const EXISTING_LINK: &str = "ApiError::existing_link in src/error";
const LINKS: &str = "ensure_linked in src/ext/links.rs";
const CUSTOMERS: &str = "find_customer in src/ext/customers.rs";
const REWARDS: &str = "confirm_reward in src/ext/rewards.rs";
const KEYS: &str = "rotate_key in src/ext/keys.rs";
const ORDERS: &str = "create_order_once in src/ext/orders.rs";
const EVENTS: &str = "post_order_event_once in src/ext/orders.rs";
const TOTALS: &str = "check_totals in src/totals.rs";

const SCHEMAS: &[Need] = &[
    need("CustomerLink", &[], EXISTING_LINK),
    need("CustomerLink", &["customer_id", "partner_customer_id", "status: INACTIVE"], LINKS),
    need("Customer", &["id", "partner_customer_id?"], CUSTOMERS),
    need("CustomerListResponse", &["data", "has_more?"], CUSTOMERS),
    need("Reward", &["id", "amount", "currency?", "status: PENDING AVAILABLE PENDING_DEDUCTION DEDUCTED"], REWARDS),
    need("Key", &["key?"], KEYS),
    need("Order", &[], ORDERS),
    need("OrderBase", &["id?", "partner_order_id", "payment_method_id", "total_order_amount"], ORDERS),
    need("OrdersResponse", &["data"], ORDERS),
    need("OrderEvent", &[], EVENTS),
    need("OrderEventBase", &["partner_event_id?", "order_event_id?", "order_id", "amount", "type"], EVENTS),
    need("OrderEventsResponse", &["data", "has_more?"], EVENTS),
    need("OrderBase", &["order_lines", "total_order_amount", "total_rewards_amount?"], TOTALS),
    need("OrderEventBase", &["order_lines", "amount", "rewards_amount?"], TOTALS),
    need("OrderLine", &["rate", "rewards_rate", "quantity"], TOTALS),
];

const OPERATIONS: &[Need] = &[
    need("linkCustomerAccount", &["customer_id", "body.partner_customer_id"], LINKS),
    need("searchCustomers", &["partner_customer_id", "limit", "starting_after"], CUSTOMERS),
    need("getReward", &["reward_id"], REWARDS),
    need("patchReward", &["reward_id", "body.status"], REWARDS),
    need("createKey", &[], KEYS),
    need("deleteKey", &[], KEYS),
    need("searchRewards", &["limit"], KEYS),
    need("searchTransactionIntents", &["limit"], KEYS),
    need("listOrderEvents", &["limit"], KEYS),
    need("searchCustomers", &["limit"], KEYS),
    need("createOrder", &[], ORDERS),
    need("listOrders", &["partner_order_id"], ORDERS),
    need("postOrderEvent", &[], EVENTS),
    need("listOrderEvents", &["partner_event_id", "limit", "starting_after"], EVENTS),
];

/// Whether a lowered document has all of it. `aliases` are the schemas that only name another one.
pub fn check(document: &mut Value, is_alias: &dyn Fn(&str) -> bool) -> Result<(), Problem> {
    for need in SCHEMAS {
        let pointer = format!("/components/schemas/{}", need.name);
        let schema = &document["components"]["schemas"][need.name];
        if schema.is_null() && !is_alias(need.name) {
            return Err(missing(pointer, "the document has it no more", need));
        }
        for part in need.parts {
            property(document, schema, part)
                .map_err(|(name, what)| missing(format!("{pointer}/properties/{name}"), what, need))?;
        }
    }
    let mut operations = Vec::new();
    walk::operations(document, &mut |operation| {
        operations.push((operation.id.map(str::to_string), operation.pointer, Value::Object(operation.value.clone())));
        Ok(())
    })?;
    for need in OPERATIONS {
        let Some((_, pointer, operation)) = operations.iter().find(|(id, ..)| id.as_deref() == Some(need.name)) else {
            return Err(missing(need.name.to_string(), "the document has no operation of this id any more", need));
        };
        let body = resolve(document, &operation["requestBody"]["content"]["application/json"]["schema"]);
        for part in need.parts {
            let there = match part.strip_prefix("body.") {
                Some(name) => !body["properties"][name].is_null(),
                None => operation["parameters"].as_array().into_iter().flatten().any(|given| given["name"] == *part),
            };
            if !there {
                let what = format!("it has no `{part}` any more");
                return Err(missing(pointer.clone(), what, need).in_operation(need.name));
            }
        }
    }
    Ok(())
}

fn missing(place: String, what: impl Into<String>, need: &Need) -> Problem {
    Problem::new(
        place,
        format!("{}, and {} reads it", what.into(), need.reader),
        "restore it by an overlay action, or change the hand-written code that reads it",
    )
}

/// Whether a property is as `part` says; else its name, and what is the matter.
fn property<'a>(document: &Value, schema: &Value, part: &'a str) -> Result<(), (&'a str, String)> {
    let (part, values) = part.split_once(": ").unwrap_or((part, ""));
    let (name, optional) = part.strip_suffix('?').map_or((part, false), |name| (name, true));
    let property = &schema["properties"][name];
    if property.is_null() {
        return Err((name, "the document has it no more".to_string()));
    }
    let target = match &property["allOf"][0] {
        Value::Null => resolve(document, property),
        wrapped => resolve(document, wrapped),
    };
    let required = schema["required"].as_array().is_some_and(|names| names.iter().any(|given| given == name));
    let is_optional = !required || property["nullable"] == true;
    if target["type"] != "array" && is_optional != optional {
        let now = if is_optional { "optional" } else { "required" };
        return Err((name, format!("it has become {now}")));
    }
    let declared: Vec<String> = target["enum"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|token| token.as_str().and_then(enums_text))
        .collect();
    match values.split_whitespace().find(|value| !declared.iter().any(|text| text == value)) {
        Some(value) => Err((name, format!("its values do not include `{value}` any more"))),
        None => Ok(()),
    }
}
