//! Servers that break the rules of paging: the stream ends with an error, and never loops or ends as if it were
//! complete.

use futures_util::TryStreamExt;
use imprint_client::Error;
use serde_json::{Value, json};

use super::list_server::{ListServer, rewards_page};

/// Streams a list up to its error, and returns the ids before it, the text of the error, and its path.
async fn read_to_error(server: &ListServer) -> (Vec<String>, String, String) {
    let mut items = server.client.search_rewards().stream();
    let mut seen = Vec::new();
    loop {
        match items.try_next().await {
            Ok(Some(item)) => seen.push(item.id.to_string()),
            Ok(None) => panic!("the list ended without an error after {seen:?}"),
            Err(Error::Decode(error)) => {
                assert_eq!((error.operation_id(), error.status().as_u16()), ("searchRewards", 200));
                assert_eq!((error.line(), error.column(), error.expected()), (0, 0, None));
                assert_eq!(items.cursor(), seen.last().map(String::as_str));
                // A caller that no longer has the stream finds the cursor in the error.
                assert_eq!((error.cursor(), error.item_json()), (items.cursor(), None));
                assert!(items.next().await.is_none(), "the stream must end after the error");
                return (seen, error.to_string(), error.path().to_owned());
            }
            Err(error) => panic!("{error}"),
        }
        assert!(seen.len() < 100, "the stream does not end");
    }
}

#[tokio::test]
async fn an_empty_page_with_has_more_is_an_error() {
    let server = ListServer::responding(|cursor| match cursor {
        None => (200, rewards_page(&["a"], Some(true))),
        _ => (200, rewards_page(&[], Some(true))),
    })
    .await;
    let (seen, says, path) = read_to_error(&server).await;
    assert_eq!((seen, path.as_str()), (vec!["a".to_owned()], "data"));
    assert_eq!(says, "searchRewards answered 200, but data is empty on a page that says has_more");
    assert_eq!(server.cursors().len(), 2);
}

#[tokio::test]
async fn a_page_of_nulls_is_an_error() {
    for nulls in [json!([null]), json!([null, null])] {
        for has_more in [Some(true), Some(false), None] {
            let nulls = nulls.clone();
            let server = ListServer::responding(move |cursor| match cursor {
                None => (200, rewards_page(&["a"], Some(true))),
                _ => (200, json!({"data": nulls, "has_more": has_more})),
            })
            .await;
            let (seen, says, path) = read_to_error(&server).await;
            assert_eq!((seen, path.as_str()), (vec!["a".to_owned()], "data"));
            assert_eq!(says, "searchRewards answered 200, but data holds null in the place of every item");
            let mut pages = server.client.search_rewards().starting_after("a").pages();
            let error = pages.try_next().await.expect_err("nothing but nulls");
            assert!(matches!(&error, Error::Decode(error) if error.cursor() == Some("a")), "{error:?}");
        }
    }
}

#[tokio::test]
async fn a_page_without_its_list_is_an_error() {
    for (status, page) in
        [(200, json!({})), (200, json!({"items": [], "has_more": false})), (200, json!({"message": "m"}))]
    {
        let server = ListServer::responding(move |cursor| match cursor {
            None => (200, rewards_page(&["a", "b"], Some(true))),
            _ => (status, page.clone()),
        })
        .await;
        let mut items = server.client.search_rewards().stream();
        assert_eq!(items.try_next().await.expect("an item").expect("an item").id, "a");
        assert_eq!(items.try_next().await.expect("an item").expect("an item").id, "b");
        let Err(Error::Decode(error)) = items.try_next().await else { panic!("the list ended without an error") };
        assert_eq!((error.path(), error.cursor(), error.item_json()), ("data", Some("b"), None));
        assert!(items.next().await.is_none());
    }
}

/// The server returns the first page again after the last one. With `has_more` this is an error; without it, it is the
/// end of the list. The items of the first page must not be returned twice.
#[tokio::test]
async fn a_list_that_returns_to_its_first_page_gives_no_item_twice() {
    for between in [1, 2] {
        for has_more in [Some(true), None] {
            let server = ListServer::responding(move |cursor| {
                let page: &[&str] = match (cursor, between) {
                    (Some("b"), _) => &["c", "d"],
                    (Some("d"), 2) => &["e", "f"],
                    _ => &["a", "b"],
                };
                (200, rewards_page(page, has_more))
            })
            .await;
            let all = ["a", "b", "c", "d", "e", "f"];
            if has_more.is_none() {
                let ids = server.client.search_rewards().stream().map_ok(|reward| reward.id.to_string());
                assert_eq!(ids.try_collect::<Vec<_>>().await.expect("an end"), all[..2 + 2 * between]);
            } else {
                let (seen, _, path) = read_to_error(&server).await;
                assert_eq!((&seen[..], path.as_str()), (&all.map(str::to_owned)[..2 + 2 * between], "data[1].id"));
            }
            assert_eq!(server.cursors().len(), 2 + between);
        }
    }
}

#[tokio::test]
async fn a_repeated_page_is_an_error() {
    // The server ignores the cursor.
    let server = ListServer::responding(|_| (200, rewards_page(&["a", "b"], Some(true)))).await;
    let (seen, says, path) = read_to_error(&server).await;
    assert_eq!((seen.len(), path.as_str()), (2, "data[1].id"));
    assert_eq!(says, "searchRewards answered 200, but data[1].id is that of an item of an earlier page");
    assert_eq!(server.cursors().len(), 2);
}

#[tokio::test]
async fn a_page_that_begins_with_the_item_of_its_cursor_is_an_error() {
    let server = ListServer::responding(|cursor| match cursor {
        None => (200, rewards_page(&["a", "b"], Some(true))),
        _ => (200, rewards_page(&["b", "c"], Some(false))),
    })
    .await;
    let (seen, _, path) = read_to_error(&server).await;
    assert_eq!((seen.len(), path.as_str()), (2, "data[0].id"));

    // The same check applies to the first page of a call with `starting_after`.
    let mut pages = server.client.search_rewards().starting_after("b").pages();
    assert_eq!(pages.cursor(), Some("b"));
    let error = pages.try_next().await.expect_err("the item of the cursor again");
    assert!(matches!(&error, Error::Decode(error) if error.path() == "data[0].id"), "{error}");
    assert_eq!(pages.cursor(), Some("b"));
}

#[tokio::test]
async fn pages_in_a_cycle_are_an_error() {
    let server = ListServer::responding(|cursor| {
        let next: &[&str] = match cursor {
            None => &["a"],
            Some("a") | Some("d") => &["b"],
            Some("b") => &["c"],
            _ => &["d"],
        };
        (200, rewards_page(next, Some(true)))
    })
    .await;
    let (seen, _, path) = read_to_error(&server).await;
    assert!((4..12).contains(&seen.len()) && path == "data[0].id", "{seen:?} {path}");
}

#[tokio::test]
async fn an_item_without_an_id_is_an_error() {
    let event = |id: Value| json!({"order_event_id": id, "order_id": "O", "type": "CAPTURED", "amount": 1, "network_transaction_id": "N"});
    for (id, index) in [(json!(null), 1), (json!(""), 1)] {
        for has_more in [true, false] {
            let page = json!({"data": [event(json!("a")), event(id.clone())], "has_more": has_more});
            let server = ListServer::responding(move |_| (200, page.clone())).await;
            let mut events = server.client.list_order_events().stream();
            assert!(events.try_next().await.expect("the first item is valid").is_some());
            let error = events.try_next().await.expect_err("an item without an id");
            assert_eq!(
                error.to_string(),
                format!("listOrderEvents answered 200, but data[{index}].order_event_id is missing")
            );
            let Error::Decode(error) = error else { panic!("{error}") };
            let item: Value = serde_json::from_slice(error.item_json().expect("the item")).expect("its JSON");
            assert_eq!((item, events.cursor()), (event(id.clone()), Some("a")));
            // If there are more pages, the next one cannot be requested without the id.
            assert_eq!(events.next().await.is_some_and(|last| last.is_err()), has_more);
            assert!(events.next().await.is_none());
            let error = server.client.list_order_events().pages().try_next().await.expect_err("the same");
            assert!(matches!(error, Error::Decode(_)));
        }
    }
}
