//! End-to-end tests of the four documentation pages that the project started from: the requests and responses that they
//! show.

use httpmock::{HttpMockRequest, MockServer};
use imprint_client::{Error, ErrorKind, types};
use serde_json::json;

use super::support::{client, json, payload, request_json, server_expecting};

const CUSTOMER: &str = "BBB815E9-F654-438D-9AD3-3F7BB8136FC0";

fn is_request(request: &HttpMockRequest, method: &str, path: &str) -> bool {
    request.method_str() == method && request.uri_str().ends_with(path)
}

#[tokio::test]
async fn the_link_of_the_first_page_is_sent_and_read() {
    let answer = json!({
        "customer_id": "9B5E1EE0-2E1C-46E7-81B9-3C3917204BE4",
        "partner_customer_id": "PARTNER_USER_456",
        "partner_identifier": "MCD",
        "status": "ACTIVE",
        "created_at": "2025-02-13T19:08:07.000Z",
        "updated_at": "2025-02-13T19:08:07.000Z",
        "metadata": {"store_id": "store_789", "platform_version": "2.1.0"},
    });
    let expected = json(&payload("linkCustomerAccount-request--seed-000.json"));
    let check = move |request: &HttpMockRequest| {
        is_request(request, "POST", &format!("/v2/customers/{CUSTOMER}/link")) && request_json(request) == expected
    };
    let (_server, client) = server_expecting(check, 200, &answer.to_string()).await;
    let mut metadata = serde_json::Map::new();
    metadata.insert("store_id".into(), "store_789".into());
    metadata.insert("platform_version".into(), "2.1.0".into());
    let link = client
        .link_customer_account()
        .customer_id(CUSTOMER)
        .body_map(|b| b.partner_customer_id("PARTNER_USER_456").metadata(metadata))
        .send()
        .await
        .expect("a link");
    assert_eq!(link.status, types::CustomerLinkStatus::Active);
    assert_eq!(link.partner_identifier.as_deref(), Some("MCD"));
    assert_eq!(link.created_at.as_str(), "2025-02-13T19:08:07.000Z");
    assert_eq!(serde_json::to_value(&*link).expect("a link is JSON"), answer);
}

#[tokio::test]
async fn the_link_and_the_conflict_of_the_second_page_are_read() {
    let conflict = payload("error-409-customer-already-linked--seed-001.json");
    let mut link = json(&conflict)["error"]["existing_link"].take();
    link["metadata"] = json!(null);
    let check = |request: &HttpMockRequest| request_json(request) == json!({"partner_customer_id": "PARTNER_USER_456"});
    for (status, body) in [(200, link.to_string()), (409, conflict)] {
        let (_server, client) = server_expecting(check, status, &body).await;
        let call = client.link_customer_account().customer_id(CUSTOMER);
        let answer = call.body_map(|b| b.partner_customer_id("PARTNER_USER_456")).send().await;
        match answer {
            Ok(link) => assert!(status == 200 && link.partner_identifier.is_none() && link.metadata.is_empty()),
            Err(Error::Api(e)) => {
                assert_eq!((status, e.kind(), e.code()), (409, ErrorKind::Conflict, Some("CUSTOMER_ALREADY_LINKED")));
                assert_eq!(e.existing_link().expect("a link").customer_id, "9B5E1EE0-2E1C-46E7-81B9-3C3917204BE4");
            }
            Err(other) => panic!("{other}"),
        }
    }
}

#[tokio::test]
async fn the_update_of_the_third_page_is_sent_and_read() {
    let raw = payload("updateCustomer-request--seed-002-older.json");
    let expected = json(&raw);
    let check = move |request: &HttpMockRequest| {
        is_request(request, "POST", &format!("/v2/customers/{CUSTOMER}")) && request_json(request) == expected
    };
    let (_server, client) = server_expecting(check, 200, &payload("updateCustomer--seed-002.json")).await;
    let address = types::Address::builder()
        .street_line1("123 Main St")
        .street_line2("Apt 4B")
        .city("San Francisco")
        .state("CA")
        .postal_code("94105")
        .country("USA")
        .build()
        .expect("an address");
    let history = types::CustomerAccountHistory::builder()
        .email("customer@example.com")
        .phone("+14155552671")
        .first_name("John")
        .last_name("Doe")
        .preferred_language("en")
        .address(address)
        .account_tenure(13)
        .ltv_amount(34_000)
        .ltv_currency("USD")
        .loyalty_tier("GOLD")
        .build()
        .expect("a history");
    let metadata: serde_json::Map<_, _> = [("preferred_language".to_string(), json!("en"))].into_iter().collect();
    let customer = client
        .update_customer()
        .customer_id(CUSTOMER)
        .body_map(|b| {
            b.email("customer@example.com")
                .phone("+14155552671")
                .first_name("John")
                .last_name("Doe")
                .preferred_language("en")
                .street_line1("123 Main St")
                .street_line2("Apt 4B")
                .city("San Francisco")
                .state("CA")
                .postal_code("94105")
                .customer_history(history)
                .metadata(metadata)
        })
        .send()
        .await
        .expect("a customer");
    assert_eq!(customer.statuses["Card Program Name"], types::CustomerProgramStatus::Open);
    assert_eq!(customer.ssn4.as_ref().expect("four digits").expose(), "1234");
    assert_eq!(customer.date_of_birth.as_ref().and_then(|born| born.year), Some(1990));
}

#[tokio::test]
async fn the_search_of_the_fourth_page_is_sent_and_read() {
    let expected = json(&payload("searchCustomersPost-request--seed-003.json"));
    let check = move |request: &HttpMockRequest| {
        is_request(request, "POST", "/v2/customers") && request_json(request) == expected
    };
    let (_server, client) = server_expecting(check, 200, &payload("searchCustomersPost--seed-003.json")).await;
    let born = types::DateOfBirth::builder().year(1990).month(1).day(1).build().expect("a date");
    let found = client
        .search_customers_post()
        .body_map(|b| {
            b.partner_customer_id("<string>").ssn("123456789").date_of_birth(born).limit(10).starting_after("<string>")
        })
        .send()
        .await
        .expect("a page");
    assert_eq!((found.data.len(), found.has_more, found.total), (1, Some(true), Some(123)));
    assert_eq!(found.data[0].partner_customer_id.as_ref().expect("a partner customer id"), "PARTNER_USER_456");
}

#[tokio::test]
async fn a_search_sends_only_what_the_caller_set() {
    let server = MockServer::start_async().await;
    let mock = server
        .mock_async(|when, then| {
            when.is_true(|request| request_json(request) == json!({"ssn": "123456789"}));
            then.status(200).body(r#"{"data":[]}"#);
        })
        .await;
    let found = client(&server).search_customers_post().body_map(|b| b.ssn("123456789")).send().await.expect("a page");
    assert!(found.data.is_empty());
    mock.assert_async().await;
}
