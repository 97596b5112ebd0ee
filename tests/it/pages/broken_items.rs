//! Items that cannot be decoded: each is an error at its place, and the stream continues with the next item.

use futures_util::{Stream, TryStreamExt, stream::FusedStream};
use imprint_client::{Error, list::Items, types::Reward};
use serde_json::{Value, json};

use super::list_server::{ListServer, rewards_page};

/// Reads a stream: the ids of its items, the paths of items that cannot be decoded, and the error that ended it, if
/// any.
async fn read_to_end(mut items: Items<Reward>) -> (Vec<String>, Option<Error>) {
    let mut seen = Vec::new();
    loop {
        assert!(seen.len() < 100, "the stream does not end");
        match items.next().await {
            Some(Ok(item)) => seen.push(item.id.to_string()),
            Some(Err(Error::Decode(error))) if error.item_json().is_some() => seen.push(error.path().to_owned()),
            Some(Err(error)) => {
                assert!(items.is_terminated() && items.next().await.is_none(), "the stream must end after {error}");
                return (seen, Some(error));
            }
            None => return (seen, None),
        }
    }
}

/// A page of rewards in which the items at these positions cannot be decoded.
fn page_with_broken_items(ids: &[&str], has_more: Option<bool>, at: &[usize]) -> Value {
    let mut page = rewards_page(ids, has_more);
    for index in at {
        page["data"][index]["amount"] = json!("4111111592341815");
    }
    page
}

fn streams(server: &ListServer) -> [Items<Reward>; 2] {
    [server.client.search_rewards().stream(), server.client.search_rewards().stream().prefetch()]
}

#[tokio::test]
async fn the_stream_continues_after_an_item_that_cannot_be_decoded() {
    for has_more in [true, false] {
        let last = move || (!has_more).then_some(false).or(Some(false));
        let server = ListServer::responding(move |cursor| match cursor {
            None => (200, page_with_broken_items(&["a", "b", "c"], Some(true), &[1])),
            // The cursor is the id of an item that can be decoded, and no item of this page can be.
            Some("c") => (200, page_with_broken_items(&["d", "e"], has_more.then_some(true), &[0, 1])),
            Some("e") => (200, page_with_broken_items(&["f", "g"], last(), &[0])),
            _ => (200, rewards_page(&[], None)),
        })
        .await;
        for items in streams(&server) {
            let (seen, error) = read_to_end(items).await;
            assert!(error.is_none(), "{error:?}");
            assert_eq!(seen, ["a", "data[1].amount", "c", "data[0].amount", "data[1].amount", "data[0].amount", "g"]);
        }
        assert_eq!(server.cursors()[..3], ["first", "c", "e"]);
    }
}

#[tokio::test]
async fn the_error_shows_the_path_and_only_item_json_returns_the_item() {
    let server = ListServer::responding(|_| (200, page_with_broken_items(&["a", "b", "c"], Some(false), &[1]))).await;
    let mut items = server.client.search_rewards().stream();
    let sent = page_with_broken_items(&["a", "b", "c"], Some(false), &[1]);
    assert_eq!(items.try_next().await.expect("an item").expect("an item").id, "a");
    assert_eq!(items.size_hint(), (2, Some(2)));
    let error = items.try_next().await.expect_err("an item that cannot be decoded");
    assert!(
        error
            .to_string()
            .starts_with("searchRewards answered 200, but data[1].amount is a string, not an integer (line 1, column ")
    );
    assert!(!error.is_retryable() && error.may_have_been_processed());
    let Error::Decode(error) = error else { panic!("{error}") };
    let item: Value = serde_json::from_slice(error.item_json().expect("the item")).expect("its JSON");
    assert_eq!(item, sent["data"][1]);
    assert_eq!((error.path(), error.expected(), error.cursor()), ("data[1].amount", Some("an integer"), Some("b")));
    let text = sent.to_string();
    assert_eq!(&text[..error.column()].rfind("4111111592341815").map(|at| at + 17), &Some(error.column()));
    for shown in [format!("{error}"), format!("{error:?}"), format!("{error:#?}"), format!("{items:?}")] {
        assert!(!shown.contains("4111111592341815") && !shown.contains("\"amount\""), "{shown}");
    }
    // The cursor is now the id of the broken item: a new stream from here continues with the next item.
    assert_eq!((items.cursor(), items.size_hint(), items.is_terminated()), (Some("b"), (1, Some(1)), false));
    assert_eq!(items.try_next().await.expect("an item").expect("an item").id, "c");
    assert!(items.is_terminated() && items.try_next().await.expect("the end").is_none());
}

#[tokio::test]
async fn a_broken_item_does_not_affect_the_other_items() {
    let good = || rewards_page(&["x"], None)["data"][0].clone();
    let without = |name: &str| {
        let mut item = good();
        item.as_object_mut().expect("an object").remove(name);
        item
    };
    let with = |name: &str, value: Value| {
        let mut item = good();
        item[name] = value;
        item
    };
    for (item, path, cursor) in [
        (json!(7), "data[2]", "a"),
        (json!("x"), "data[2]", "a"),
        (json!([]), "data[2]", "a"),
        (json!({}), "data[2].", "a"),
        (without("id"), "data[2].id", "a"),
        (with("id", json!(7)), "data[2].id", "a"),
        (with("id", json!(null)), "data[2].id", "a"),
        (with("id", json!("")), "data[2].id", "a"),
        (without("status"), "data[2].status", "x"),
        (with("metadata", json!("text")), "data[2].metadata", "x"),
        (with("amount", json!(1.5)), "data[2].amount", "x"),
    ] {
        // A null is left out of the items, but counts for the index in the path.
        let mut page = rewards_page(&["a", "b"], Some(true));
        let list = page["data"].as_array_mut().expect("a list");
        list.insert(1, item.clone());
        list.insert(1, Value::Null);
        let server = ListServer::responding(move |cursor| match cursor {
            None => (200, page.clone()),
            _ => (200, rewards_page(&["c"], Some(false))),
        })
        .await;
        for mut items in streams(&server) {
            assert_eq!(items.try_next().await.expect("the first").expect("an item").id, "a");
            let Err(Error::Decode(error)) = items.try_next().await else { panic!("{item} was not an error") };
            assert!(error.path().starts_with(path), "{} is not {path}", error.path());
            assert_eq!(error.item_json().map(<[u8]>::to_vec), Some(item.to_string().into_bytes()));
            assert_eq!(items.cursor(), Some(cursor), "{item}");
            assert_eq!(error.cursor(), Some(cursor).filter(|cursor| *cursor == "x"), "{item}");
            let rest: Vec<String> = items.map_ok(|item| item.id.to_string()).try_collect().await.expect("the rest");
            assert_eq!(rest, ["b", "c"]);
        }
    }
}

#[tokio::test]
async fn a_last_item_without_an_id_ends_the_stream_with_an_error() {
    for has_more in [Some(true), None, Some(false)] {
        let server = ListServer::responding(move |_| {
            let mut page = rewards_page(&["a", "b"], has_more);
            page["data"][1]["id"] = json!(null);
            (200, page)
        })
        .await;
        for mut items in streams(&server) {
            assert_eq!(items.try_next().await.expect("the first").expect("an item").id, "a");
            let Err(Error::Decode(error)) = items.try_next().await else { panic!("no error") };
            assert!(error.item_json().is_some() && error.path() == "data[1].id", "{error}");
            if has_more == Some(false) {
                assert!(
                    items.is_terminated() && items.next().await.is_none(),
                    "the stream must end after the last item"
                );
                continue;
            }
            assert!(!items.is_terminated());
            let error = items.try_next().await.expect_err("there may be more");
            let says = "searchRewards answered 200, but data[1].id is missing, and the next page cannot be asked for without it";
            assert_eq!(error.to_string(), says);
            let Error::Decode(error) = error else { panic!("{error}") };
            assert_eq!((error.item_json(), error.cursor(), items.cursor()), (None, Some("a"), Some("a")));
            assert!(items.is_terminated() && items.next().await.is_none());
        }
        assert_eq!(server.cursors(), ["first", "first"]);
    }
}

#[tokio::test]
async fn repeated_pages_are_found_by_the_ids_of_broken_items() {
    let server = ListServer::responding(|_| (200, page_with_broken_items(&["a", "b"], Some(true), &[0, 1]))).await;
    for items in streams(&server) {
        let (seen, error) = read_to_end(items).await;
        assert_eq!(seen, ["data[0].amount", "data[1].amount"]);
        let error = error.expect("the first page again");
        assert!(error.to_string().contains("data[1].id is that of an item of an earlier page"), "{error}");
        assert!(matches!(&error, Error::Decode(error) if error.cursor() == Some("b")), "{error:?}");
    }
}

#[tokio::test]
async fn a_page_with_an_error_outside_its_items_is_an_error() {
    let server = ListServer::responding(|_| {
        let mut page = page_with_broken_items(&["a", "b"], None, &[1]);
        page["has_more"] = json!("yes");
        (200, page)
    })
    .await;
    let (seen, error) = read_to_end(server.client.search_rewards().stream()).await;
    assert!(seen.is_empty() && error.is_some(), "{seen:?} {error:?}");
}

#[tokio::test]
async fn pages_returns_an_error_if_one_item_is_broken() {
    let server = ListServer::responding(|cursor| match cursor {
        None => (200, rewards_page(&["a", "b"], Some(true))),
        _ => (200, page_with_broken_items(&["c", "d"], Some(false), &[1])),
    })
    .await;
    let mut pages = server.client.search_rewards().pages();
    assert_eq!(pages.try_next().await.expect("a page").expect("a page").data.len(), 2);
    let Err(Error::Decode(error)) = pages.try_next().await else { panic!("no error") };
    assert_eq!((error.path(), error.item_json(), error.cursor()), ("data[1].amount", None, Some("b")));
    assert!(pages.is_terminated() && pages.cursor() == Some("b"));
    assert!(server.client.search_rewards().starting_after("b").send().await.is_err());
}
