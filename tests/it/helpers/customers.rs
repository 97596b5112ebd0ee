//! Tests of `find_customer`.

use imprint_client::Error;
use imprint_client::helpers::FindError;
use serde_json::{Value, json};

use super::closure_server::{ClosureServer, Reply};
use crate::support::{json as parsed, payload};

fn customer(id: &str, partner_customer_id: Option<&str>) -> Value {
    let mut customer = parsed(&payload("getCustomer--openapi-composed.json"));
    customer["id"] = json!(id);
    customer["partner_customer_id"] = json!(partner_customer_id);
    customer
}

async fn server_responding(body: Value) -> ClosureServer {
    ClosureServer::start(move |_| Reply::Json(200, body.clone())).await
}

#[tokio::test]
async fn the_only_match_is_returned() {
    let server = server_responding(json!({"data": [customer("A", Some("P 1"))], "has_more": false, "total": 1})).await;
    let found = server.client().find_customer("P 1").await.unwrap().expect("a customer");
    assert_eq!(found.id, "A");
    let requests = server.requests();
    assert_eq!(requests.len(), 1);
    assert!(requests[0].is_call("GET /v2/customers"), "{requests:?}");
    assert_eq!(requests[0].query("partner_customer_id").map(|id| id.replace('+', " ")).as_deref(), Some("P 1"));
    assert_eq!(requests[0].query("limit"), Some("2"));
}

#[tokio::test]
async fn an_empty_list_is_none() {
    for body in [json!({"data": []}), json!({"data": null, "has_more": false, "total": 0})] {
        assert_eq!(server_responding(body).await.client().find_customer("P").await.unwrap(), None);
    }
}

#[tokio::test]
async fn several_matches_are_an_error_that_contains_them() {
    let server = server_responding(json!({"data": [customer("A", Some("P")), customer("B", Some("P"))]})).await;
    let error = server.client().find_customer("P").await.unwrap_err();
    assert_eq!(error.to_string(), "2 have the id that only one should have");
    let shown = format!("{error:?}");
    for personal in ["customer@example.com", "+14155552671", "John", "1234", "123 Main St"] {
        assert!(!shown.contains(personal), "{personal} in {shown}");
    }
    let FindError::Several(found) = error else { panic!("{error:?}") };
    assert_eq!(found.iter().map(|customer| customer.id.as_str()).collect::<Vec<_>>(), ["A", "B"]);
}

#[tokio::test]
async fn a_response_with_another_customer_is_unreliable() {
    for other in [Some("Q"), Some("p"), Some(""), None] {
        for data in [json!([customer("A", other)]), json!([customer("A", Some("P")), customer("B", other)])] {
            let error = server_responding(json!({ "data": data })).await.client().find_customer("P").await.unwrap_err();
            assert!(matches!(error, FindError::Unreliable), "{error:?}");
        }
    }
    let error =
        server_responding(json!({"data": [], "has_more": true})).await.client().find_customer("P").await.unwrap_err();
    assert!(matches!(error, FindError::Unreliable), "{error:?}");
}

#[tokio::test]
async fn the_next_page_is_read_if_the_page_says_has_more() {
    let mut documented = parsed(&payload("searchCustomers--docs-search-for-customers.json"));
    assert_eq!(documented["has_more"], true);
    // The server has one customer, and returns it again on the next page.
    let server = server_responding(documented.clone()).await;
    assert!(server.client().find_customer("PARTNER_USER_456").await.unwrap().is_some());
    assert_eq!(server.requests()[1].query("starting_after"), documented["data"][0]["id"].as_str());
    // The server returns two customers with this id, on two pages.
    let server = ClosureServer::start(move |request| {
        let page = documented.clone();
        if request.query("starting_after").is_some() {
            documented["data"][0]["id"] = json!("another");
            return Reply::Json(200, documented.clone());
        }
        Reply::Json(200, page)
    })
    .await;
    let error = server.client().find_customer("PARTNER_USER_456").await.unwrap_err();
    assert!(matches!(&error, FindError::Several(found) if found.len() == 2), "{error:?}");
}

#[tokio::test]
async fn an_empty_id_is_not_sent() {
    let server = server_responding(json!({})).await;
    let error = server.client().find_customer("").await.unwrap_err();
    assert!(matches!(error, FindError::Call(Error::InvalidRequest(_))), "{error:?}");
    assert_eq!(error.to_string(), "searchCustomers: partner_customer_id is empty; nothing was sent");
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_failed_call_is_returned_as_its_error() {
    let server = ClosureServer::start(|_| Reply::Json(401, json!({}))).await;
    let error = server.client().find_customer("P").await.unwrap_err();
    assert!(matches!(&error, FindError::Call(Error::Api(e)) if e.status() == 401), "{error:?}");
    assert!(error.to_string().starts_with("searchCustomers answered 401 Unauthorized (sent to 127.0.0.1:"), "{error}");
}
