//! The derived JSON Schemas accept the same values as the types.

use schemars::{JsonSchema, schema_for};
use serde_json::{Value, json};

use imprint_client::types;

use super::support::{json, payload};

fn accepts<T: JsonSchema>(value: &Value) -> Result<(), String> {
    let schema = schema_for!(T).to_value();
    let validator = jsonschema::validator_for(&schema).map_err(|e| e.to_string())?;
    validator.validate(value).map_err(|e| e.to_string())
}

macro_rules! accepted {
    ($($type:ident: $($name:literal),+;)*) => {
        [$((stringify!($type), accepts::<types::$type> as fn(&Value) -> Result<(), String>, &[$($name),+][..])),*]
    };
}

#[test]
fn the_schemas_accept_the_payloads_of_the_documentation() {
    let table = accepted! {
        AccountStatusWebhookPayload: "webhook-ACCOUNT_STATUS--openapi-composed.json";
        CreateSessionBody: "createSession-request--docs-newer.json", "createSession-request--openapi-composed.json";
        Customer: "getCustomer--openapi-composed.json", "updateCustomer--seed-002.json";
        CustomerLink: "linkCustomerAccount--openapi-composed.json";
        CustomerListResponse: "searchCustomersPost--seed-003.json";
        CustomerSession: "createSession--openapi-composed.json";
        Key: "createKey--docs.json";
        OrderBase: "createOrder--openapi-composed.json";
        OrderEventBase: "postOrderEvent--openapi-composed.json";
        PaymentMethod: "getPaymentMethod--openapi-composed.json";
        PaymentMethodWebhookPayload: "webhook-PAYMENT_METHOD--openapi-composed.json";
        Reward: "getReward--openapi-composed.json";
        SimulateTransactionEventBody: "simulateTransactionEvent-request-APPROVED--guide.json";
        StreakWebhookPayload: "webhook-STREAK--openapi-composed.json";
        Transaction: "getTransaction--openapi-composed.json";
        TransactionIntent: "getTransactionIntent--openapi-composed.json";
        TransactionWebhookPayload: "webhook-TRANSACTION--openapi-composed.json";
        UpdateCustomerBody: "updateCustomer-request--seed-002-older.json";
    };
    for (name, accepts, files) in table {
        for file in files {
            assert_eq!(accepts(&json(&payload(file))), Ok(()), "{name} and {file}");
        }
        assert!(accepts(&json!([])).is_err(), "{name} accepts a list");
    }
}

#[test]
fn the_schemas_accept_unknown_values_like_the_types() {
    let mut link = json(&payload("linkCustomerAccount--openapi-composed.json"));
    link["status"] = json!("SUSPENDED");
    link["new_field"] = json!({"a": 1});
    link["created_at"] = json!("soon");
    assert_eq!(accepts::<types::CustomerLink>(&link), Ok(()));
    link["status"] = json!(1);
    assert!(accepts::<types::CustomerLink>(&link).is_err());
    link.as_object_mut().expect("an object").remove("status");
    assert!(accepts::<types::CustomerLink>(&link).is_err(), "a required field may be absent");
}
