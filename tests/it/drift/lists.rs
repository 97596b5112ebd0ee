//! The lists that operations answer: what has to be there so that an empty one is believed.

use imprint_client::Error;
use serde_json::{Value, json};

use super::Subject;
use crate::stage::Stage;
use crate::table::call;

/// An answer without the list says nothing about what the list would hold: least of all that it is empty.
#[tokio::test]
async fn a_list_that_is_not_there_is_an_error_that_names_it() {
    let stage = Stage::start().await;
    let mut operations = 0;
    for subject in Subject::all().into_iter().filter(|subject| subject.list().is_some()) {
        operations += 1;
        let id = &subject.operation.id;
        let mut renamed = subject.raw.clone();
        let list = renamed.as_object_mut().expect("an object").remove("data");
        renamed["results"] = list.expect("a list");
        let rest = subject.without(subject.list());
        for (status, body) in [
            (204, None),
            (200, Some(json!({}))),
            (200, Some(json!({"has_more": false, "total": 0}))),
            (200, Some(json!({"message": "Too many requests"}))),
            (200, Some(json!({"errors": []}))),
            (200, Some(renamed)),
            (200, Some(rest)),
        ] {
            stage.answer(status, body.as_ref());
            let error = call(&stage.client, subject.operation).await.expect_err("no list");
            assert_eq!(
                error.to_string(),
                format!("{id} answered {status}, but data is missing{}", place(&error)),
                "{body:?}"
            );
            assert!(matches!(&error, Error::Decode(error) if error.path() == "data"), "{error:?}");
            assert!(!error.is_retryable());
        }
        // Go writes an empty list so.
        stage.answer(200, Some(&json!({"data": null})));
        let answer = call(&stage.client, subject.operation).await.unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(*answer, json!({"data": []}), "{id}");
    }
    assert_eq!(operations, 12, "the lists of the document");
}

/// What an error says of the place in the body.
fn place(error: &Error) -> String {
    match error {
        Error::Decode(error) if error.line() > 0 => {
            format!(" (line {}, column {})", error.line(), error.column())
        }
        _ => String::new(),
    }
}

/// `OrdersResponse` requires `orders` and defines `data`.
#[tokio::test]
async fn the_orders_are_read_under_either_name() {
    let stage = Stage::start().await;
    let order: Value = crate::support::json(&crate::support::payload("createOrder--openapi-composed.json"));
    let id = order["id"].as_str().expect("an id").to_owned();
    let orders = async || Ok::<_, Error>(stage.client.list_orders().send().await?.into_inner().data);
    for body in [
        json!({"data": [order]}),
        json!({"orders": [order]}),
        json!({"orders": [null, order]}),
        // Both at once, as long as one of them says nothing or both say the same.
        json!({"data": [order], "orders": null}),
        json!({"data": null, "orders": [order]}),
        json!({"data": [order], "orders": []}),
        json!({"data": [], "orders": [order]}),
        json!({"data": [order], "orders": [order]}),
    ] {
        stage.answer(200, Some(&body));
        let found = orders().await.unwrap_or_else(|e| panic!("{body}: {e}"));
        let ids: Vec<_> = found.iter().filter_map(|order| order.id.as_ref().map(|id| id.as_str())).collect();
        assert_eq!(ids, [id.as_str()], "{body}");
    }
    for body in [json!({"orders": null}), json!({"orders": []}), json!({"data": null, "orders": []})] {
        stage.answer(200, Some(&body));
        assert!(orders().await.unwrap_or_else(|e| panic!("{body}: {e}")).is_empty());
    }
    // Two lists that differ: either may lack an order.
    let mut other = order.clone();
    other["id"] = json!("other");
    for body in [json!({"data": [order], "orders": [other]}), json!({"data": [order, other], "orders": [order]})] {
        stage.answer(200, Some(&body));
        let error = orders().await.expect_err("two lists");
        assert!(error.to_string().contains("data is there twice, under two names"), "{error}");
        assert!(matches!(&error, Error::Decode(error) if error.path() == "data"), "{error:?}");
    }
}
