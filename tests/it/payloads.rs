//! Sends and receives every payload of the documentation over HTTP, and checks that no field of the document is lost.

use imprint_client::{ApiError, Client, Error, ErrorKind, types};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::support::{client, json, payload, payloads, request_json, respond_always, server_responding};

/// Calls the operation and returns its response as JSON; `None` for an operation without a response payload.
async fn call(client: &Client, operation: &str) -> Option<Result<Value, Error>> {
    /// Sends the call and serializes the typed response to JSON.
    macro_rules! answer {
        ($call:expr) => {
            Some($call.send().await.map(|answer| serde_json::to_value(&*answer).expect("types serialize")))
        };
    }
    let any = "A-1";
    match operation {
        "createKey" => answer!(client.create_key()),
        "createOrder" => answer!(
            client.create_order().body_map(|b| b.payment_method_id(any).total_order_amount(1).partner_order_id(any))
        ),
        "createSession" => answer!(client.create_session()),
        "createTransactionIntent" => {
            answer!(client.create_transaction_intent().body_map(|b| b.customer_id(any).amount(1).currency("USD")))
        }
        "getCustomer" => answer!(client.get_customer().customer_id(any)),
        "getOffer" => answer!(client.get_offer()),
        "getPaymentMethod" => answer!(client.get_payment_method().payment_method_id(any)),
        "getPaymentMethods" => answer!(client.get_payment_methods().customer_id(any)),
        "getReward" => answer!(client.get_reward().reward_id(any)),
        "getRewardsBalance" => answer!(client.get_rewards_balance().customer_id(any)),
        "getTransaction" => answer!(client.get_transaction().transaction_id(any)),
        "getTransactionIntent" => answer!(client.get_transaction_intent().intent_id(any)),
        "linkCustomerAccount" => {
            answer!(client.link_customer_account().customer_id(any).body_map(|b| b.partner_customer_id(any)))
        }
        "postOrderEvent" => answer!(client.post_order_event().body_map(|b| {
            b.order_id(any).type_(types::OrderEventBaseType::Captured).amount(1).network_transaction_id(any)
        })),
        "searchCustomers" => answer!(client.search_customers()),
        "searchCustomersPost" => answer!(client.search_customers_post()),
        "simulateReward" => answer!(client.simulate_reward().body_map(|b| b.customer_id(any).reward_type("DELAYED"))),
        #[allow(deprecated)]
        "simulateStatementReward" => answer!(client.simulate_statement_reward().body_map(|b| b.customer_id(any))),
        "simulateTransactionEvent" => {
            answer!(client.simulate_transaction_event().body_map(|b| b.payment_method_id(any).status("APPROVED")))
        }
        "updateCustomer" => answer!(client.update_customer().customer_id(any)),
        "updateTransactionIntent" => answer!(
            client
                .update_transaction_intent()
                .intent_id(any)
                .body_map(|b| b.customer_id(any).amount(1).status("CANCELED"))
        ),
        _ => None,
    }
}

#[tokio::test]
async fn every_response_payload_is_decoded_completely() {
    let mut decoded = 0;
    for name in payloads() {
        let operation = name.split("--").next().expect("a name");
        if ["error-", "webhook-"].iter().any(|other| name.starts_with(other)) || operation.contains("-request") {
            continue;
        }
        let raw = payload(&name);
        let (_server, client) = server_responding(200, &raw).await;
        let answer = call(&client, operation).await.unwrap_or_else(|| panic!("{name} has no call"));
        assert_eq!(answer.unwrap_or_else(|e| panic!("{name}: {e}")), json(&raw), "{name}");
        decoded += 1;
    }
    assert_eq!(decoded, 27, "the number of payloads has changed");
}

#[tokio::test]
async fn a_200_a_201_and_a_202_are_each_a_success() {
    for status in [200, 201, 202] {
        for operation in ["createSession", "createOrder", "getCustomer"] {
            let name =
                payloads().into_iter().find(|name| name.starts_with(&format!("{operation}--"))).expect("a payload");
            let (_server, client) = server_responding(status, &payload(&name)).await;
            let answer = call(&client, operation).await.expect("a call");
            assert!(answer.is_ok(), "{operation} with {status}: {answer:?}");
        }
    }
}

/// Decodes the request body from its JSON, sends it, and checks what the server received. `drops` are fields that the
/// document does not have.
macro_rules! request {
    ($name:expr, $method:ident, $body:ty, $( $argument:ident ),*) => {{
        let raw = json(&payload(&$name));
        let body: $body = serde_json::from_value(raw.clone()).unwrap_or_else(|e| panic!("{}: {e}", $name));
        let server = httpmock::MockServer::start_async().await;
        let expected = raw.clone();
        let mut known = expected.clone();
        for dropped in drops(&$name) {
            known.as_object_mut().expect("an object").remove(*dropped);
        }
        let mock = server
            .mock_async(|when, then| {
                when.is_true(move |request| request_json(request) == known);
                then.status(200).body("{}");
            })
            .await;
        // Only the request matters here; `{}` cannot be decoded for most operations.
        let _ = client(&server).$method()$( .$argument("A-1") )*.body(body).send().await;
        mock.assert_async().await;
    }};
}

fn drops(name: &str) -> &'static [&'static str] {
    // Imprint's guide sends a `customer_id` that the document does not have.
    if name.ends_with("APPROVED--guide.json") { &["customer_id"] } else { &[] }
}

#[tokio::test]
#[allow(deprecated)]
async fn every_request_payload_is_sent_unchanged() {
    let mut checked = 0;
    for name in payloads().into_iter().filter(|name| name.contains("-request")) {
        match name.split("-request").next().expect("a name") {
            "createSession" => request!(name, create_session, types::CreateSessionBody,),
            "createTransactionIntent" => request!(name, create_transaction_intent, types::CreateTransactionIntentBody,),
            "linkCustomerAccount" => {
                request!(name, link_customer_account, types::LinkCustomerAccountBody, customer_id)
            }
            "patchReward" => request!(name, patch_reward, types::PatchRewardBody, reward_id),
            "searchCustomersPost" => request!(name, search_customers_post, types::SearchCustomersPostBody,),
            "searchPaymentMethodsPost" => {
                request!(name, search_payment_methods_post, types::SearchPaymentMethodsPostBody,)
            }
            "simulateReward" => request!(name, simulate_reward, types::SimulateRewardBody,),
            "simulateStatementReward" => {
                request!(name, simulate_statement_reward, types::SimulateStatementRewardBody,)
            }
            "simulateTransactionEvent" => {
                request!(name, simulate_transaction_event, types::SimulateTransactionEventBody,)
            }
            "updateCustomer" => request!(name, update_customer, types::UpdateCustomerBody, customer_id),
            "updateTransactionIntent" => {
                request!(name, update_transaction_intent, types::UpdateTransactionIntentBody, intent_id)
            }
            other => panic!("{other} has no request"),
        }
        checked += 1;
    }
    assert_eq!(checked, 15, "the number of payloads has changed");
}

#[tokio::test]
async fn every_error_payload_is_read_by_structure() {
    let mut checked = 0;
    for name in payloads().into_iter().filter(|name| name.starts_with("error-")) {
        let status: u16 = name["error-".len()..][..3].parse().expect("a status");
        let raw = payload(&name);
        let value = json(&raw);
        let (_server, client) = server_responding(status, &raw).await;
        let Err(Error::Api(error)) = client.get_customer().customer_id("A-1").send().await else {
            panic!("{name} is no API error");
        };
        assert_eq!(error.status().as_u16(), status, "{name}");
        assert_eq!(error.operation_id(), "getCustomer");
        assert_eq!(error.body(), raw.as_bytes(), "{name}");
        let nested = value["error"].is_object();
        let says = if nested { &value["error"] } else { &value };
        assert_eq!(error.code(), says["type"].as_str(), "{name}");
        if let Some(message) = says["message"].as_str() {
            assert_eq!(error.message(), message, "{name}");
        }
        assert_eq!(error.param(), says["param"].as_str(), "{name}");
        checked += 1;
    }
    assert_eq!(checked, 11, "the number of payloads has changed");
}

#[tokio::test]
async fn the_error_details_of_the_spring_form_are_read() {
    let (_server, client) = server_responding(400, &payload("error-400-InvalidRequestError--openapi.json")).await;
    let error = api_error(client.create_session().send().await);
    assert_eq!(error.kind(), ErrorKind::BadRequest);
    assert_eq!(error.details(), ["email: must be a well-formed email address"]);
    assert_eq!(error.code(), None);
}

#[tokio::test]
async fn a_conflict_contains_the_existing_link() {
    let (_server, client) = server_responding(409, &payload("error-409-customer-already-linked--seed-001.json")).await;
    let call = client.link_customer_account().customer_id("A-1").body_map(|b| b.partner_customer_id("P"));
    let error = api_error(call.send().await);
    assert_eq!(error.kind(), ErrorKind::Conflict);
    let link = error.existing_link().expect("the body contains a link");
    assert_eq!(link.partner_customer_id, "PARTNER_USER_456");
    assert_eq!(link.metadata["store_id"], "store_789");
}

fn api_error<T: std::fmt::Debug>(answer: Result<T, Error>) -> ApiError {
    match answer {
        Err(Error::Api(error)) => error,
        other => panic!("expected an API error, got {other:?}"),
    }
}

fn assert_kept<T: Serialize + DeserializeOwned>(name: &str) {
    let raw = json(&payload(name));
    let typed: T = serde_json::from_value(raw.clone()).unwrap_or_else(|e| panic!("{name}: {e}"));
    assert_eq!(serde_json::to_value(&typed).expect("types serialize"), without_empty(raw), "{name}");
}

/// Removes empty lists and maps, which mean the same as absent ones.
fn without_empty(value: Value) -> Value {
    let is_empty = |value: &Value| *value == serde_json::json!({}) || *value == serde_json::json!([]);
    match value {
        Value::Object(map) => {
            let kept = map.into_iter().filter(|(_, value)| !is_empty(value));
            kept.map(|(key, value)| (key, without_empty(value))).collect()
        }
        other => other,
    }
}

#[test]
fn every_webhook_payload_is_decoded_completely() {
    assert_kept::<types::AccountStatusWebhookPayload>("webhook-ACCOUNT_STATUS--openapi-composed.json");
    assert_kept::<types::ApplicationWebhookPayload>("webhook-APPLICATION--openapi-composed.json");
    assert_kept::<types::CustomerLinkWebhookPayload>("webhook-CUSTOMER_LINK--openapi-composed.json");
    assert_kept::<types::PaymentMethodWebhookPayload>("webhook-PAYMENT_METHOD--openapi-composed.json");
    assert_kept::<types::RewardWebhookPayload>("webhook-REWARD--openapi-composed.json");
    assert_kept::<types::StreakWebhookPayload>("webhook-STREAK--openapi-composed.json");
    assert_kept::<types::TransactionWebhookPayload>("webhook-TRANSACTION--openapi-composed.json");
}

#[tokio::test]
async fn a_page_of_rewards_decodes() {
    let reward = json(&payload("getReward--openapi-composed.json"));
    let page = serde_json::json!({"data": [reward, reward], "has_more": true, "total": 12});
    let (server, client) = server_responding(200, &page.to_string()).await;
    let rewards =
        client.get_rewards().customer_id("2EE24580").limit(2).starting_after("X").send().await.expect("a page");
    assert_eq!((rewards.data.len(), rewards.has_more, rewards.total), (2, Some(true), Some(12)));
    drop(rewards);
    server.reset_async().await;
    let mock = respond_always(&server, 200, r#"{"data": null}"#).await;
    let rewards = client.get_rewards().customer_id("2EE24580").send().await.expect("a page");
    assert!(rewards.data.is_empty() && rewards.has_more.is_none());
    mock.assert_async().await;
}
