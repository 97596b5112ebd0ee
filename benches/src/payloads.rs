//! The bodies that both sides get: the payloads of `tests/payloads`, as compact JSON.

use serde_json::{Value, json};

macro_rules! payload {
    ($name:literal) => {
        include_str!(concat!("../../tests/payloads/", $name, "--openapi-composed.json"))
    };
}

fn value(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

/// A customer, 640 bytes.
pub fn customer() -> String {
    value(payload!("getCustomer")).to_string()
}

/// A page of so many transactions.
pub fn transactions(count: usize) -> String {
    page(payload!("getTransaction"), 0..count, false)
}

/// So many payment methods, each with a card, its details and a token.
pub fn payment_methods(count: usize) -> String {
    page(payload!("getPaymentMethod"), 0..count, false)
}

/// A page of rewards.
pub fn rewards(places: std::ops::Range<usize>, has_more: bool) -> String {
    page(payload!("getReward"), places, has_more)
}

/// The id of the item at a place of a list.
pub fn id(place: usize) -> String {
    format!("E777214A-2D11-4CAD-9E8F-{place:012}")
}

fn page(item: &str, places: std::ops::Range<usize>, has_more: bool) -> String {
    let mut item = value(item);
    let items: Vec<String> = places
        .map(|place| {
            item["id"] = id(place).into();
            item.to_string()
        })
        .collect();
    format!(r#"{{"data":[{}],"has_more":{has_more}}}"#, items.join(","))
}

/// A webhook of 4 KiB: 16 values that the partner has chosen fill it up.
pub fn webhook() -> String {
    let mut event = value(payload!("webhook-TRANSACTION"));
    for number in 0..16 {
        event["data"]["customer_metadata"][format!("key_{number}")] = json!("of the partner ".repeat(13));
    }
    // `object` stands first, as Imprint's documentation shows it.
    format!(r#"{{"object":"TRANSACTION","data":{}}}"#, event["data"])
}
