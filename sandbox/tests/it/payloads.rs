//! Compares the bodies of webhooks with what the document declares for their kind.

use imprint_sandbox::contract::Contract;
use imprint_sandbox::{Event, Sandbox};
use serde_json::Value;

/// The `data` of all events of a kind. Every event of the sandbox, of whatever kind, has to keep to the document, and
/// to name no field that the document does not name.
pub fn data_of(sandbox: &Sandbox, object: &str) -> Vec<Value> {
    let events = sandbox.events();
    events.iter().for_each(check);
    events.into_iter().filter(|event| event.object == object).map(|event| event.body["data"].clone()).collect()
}

fn check(event: &Event) {
    let contract = Contract::shared();
    let name = match event.object.as_str() {
        "ACCOUNT_STATUS" => "AccountStatus",
        "APPLICATION" => "Application",
        "CUSTOMER_LINK" => "CustomerLink",
        "PAYMENT_METHOD" => "PaymentMethod",
        "REWARD" => "Reward",
        "STREAK" => "Streak",
        "TRANSACTION" => "Transaction",
        other => panic!("an event of the kind {other}"),
    };
    let schema = contract.webhook(name).unwrap_or_else(|| panic!("the document declares no webhook {name}"));
    let violations = contract.check(schema, &event.body);
    assert!(violations.is_empty(), "{violations:?}: {}", event.body);
    let document: Value = serde_json::from_str(imprint_client::openapi::DOCUMENT).expect("JSON");
    let payload = &document["components"]["schemas"][format!("{name}WebhookPayload")];
    let declared = payload["properties"]["data"]["properties"].as_object().expect("the fields of the payload");
    for field in event.body["data"].as_object().expect("an object").keys() {
        assert!(declared.contains_key(field), "{field} of {name} is unknown to the document");
    }
}
