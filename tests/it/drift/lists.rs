//! List operations: the list must be in the response, also if it is empty.

use imprint_client::Error;
use serde_json::{Value, json};

use super::ResponseCase;
use crate::mock_api::MockApi;
use crate::table::call;

/// A response without its list must not be read as an empty list, because a caller would conclude that nothing exists.
#[tokio::test]
async fn a_missing_list_is_a_decode_error_that_names_it() {
    let api = MockApi::start().await;
    let mut operations = 0;
    for case in ResponseCase::all().into_iter().filter(|case| case.list().is_some()) {
        operations += 1;
        let id = &case.operation.id;
        let mut renamed = case.raw.clone();
        let list = renamed.as_object_mut().expect("an object").remove("data");
        renamed["results"] = list.expect("a list");
        let rest = case.without(case.list());
        for (status, body) in [
            (204, None),
            (200, Some(json!({}))),
            (200, Some(json!({"has_more": false, "total": 0}))),
            (200, Some(json!({"message": "Too many requests"}))),
            (200, Some(json!({"errors": []}))),
            (200, Some(renamed)),
            (200, Some(rest)),
        ] {
            api.respond_with(status, body.as_ref());
            let error = call(&api.client, case.operation).await.expect_err("no list");
            assert_eq!(
                error.to_string(),
                format!("{id} answered {status}, but data is missing{}", position_text(&error)),
                "{body:?}"
            );
            assert!(matches!(&error, Error::Decode(error) if error.path() == "data"), "{error:?}");
            assert!(!error.is_retryable());
        }
        // Go writes an empty list as null.
        api.respond_with(200, Some(&json!({"data": null})));
        let answer = call(&api.client, case.operation).await.unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(*answer, json!({"data": []}), "{id}");
    }
    assert_eq!(operations, 12, "the number of list operations in the document");
}

/// The position in the body as the text of an error shows it.
fn position_text(error: &Error) -> String {
    match error {
        Error::Decode(error) if error.line() > 0 => {
            format!(" (line {}, column {})", error.line(), error.column())
        }
        _ => String::new(),
    }
}

/// The schema `OrdersResponse` requires `orders` but defines `data`, so both names are accepted.
#[tokio::test]
async fn orders_are_read_as_data_or_as_orders() {
    let api = MockApi::start().await;
    let order: Value = crate::support::json(&crate::support::payload("createOrder--openapi-composed.json"));
    let id = order["id"].as_str().expect("an id").to_owned();
    let orders = async || Ok::<_, Error>(api.client.list_orders().send().await?.into_inner().data);
    for body in [
        json!({"data": [order]}),
        json!({"orders": [order]}),
        json!({"orders": [null, order]}),
        // Both names at once are accepted if one list is empty or null, or if both are equal.
        json!({"data": [order], "orders": null}),
        json!({"data": null, "orders": [order]}),
        json!({"data": [order], "orders": []}),
        json!({"data": [], "orders": [order]}),
        json!({"data": [order], "orders": [order]}),
    ] {
        api.respond_with(200, Some(&body));
        let found = orders().await.unwrap_or_else(|e| panic!("{body}: {e}"));
        let ids: Vec<_> = found.iter().filter_map(|order| order.id.as_ref().map(|id| id.as_str())).collect();
        assert_eq!(ids, [id.as_str()], "{body}");
    }
    for body in [json!({"orders": null}), json!({"orders": []}), json!({"data": null, "orders": []})] {
        api.respond_with(200, Some(&body));
        assert!(orders().await.unwrap_or_else(|e| panic!("{body}: {e}")).is_empty());
    }
    // Two different lists are an error, because each may lack an order that the other contains.
    let mut other = order.clone();
    other["id"] = json!("other");
    for body in [json!({"data": [order], "orders": [other]}), json!({"data": [order, other], "orders": [order]})] {
        api.respond_with(200, Some(&body));
        let error = orders().await.expect_err("two lists");
        assert!(error.to_string().contains("data is there twice, under two names"), "{error}");
        assert!(matches!(&error, Error::Decode(error) if error.path() == "data"), "{error:?}");
    }
}
