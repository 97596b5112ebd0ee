//! Streams of items and pages: which pages are requested and when, the returned items, and errors of the server.

mod broken_items;
mod faults;
mod list_server;
mod prefetch;

use std::collections::BTreeSet;
use std::pin::pin;
use std::time::Duration;

use futures_util::{FutureExt, Stream, StreamExt, TryStreamExt, stream::FusedStream};
use imprint_client::{
    Error,
    list::{Items, Pages},
    operation, types,
};
use serde_json::{Value, json};

use self::list_server::{ListServer, rewards_page, server_error};
use imprint_sandbox::contract::{Contract, PropertySet};

const THREE_PAGES: &[&[&str]] = &[&["a", "b"], &["c", "d"], &["e"]];

/// The ids of the remaining items of a stream.
async fn collect_ids(items: Items<types::Reward>) -> Result<Vec<String>, Error> {
    items.map_ok(|reward| reward.id.to_string()).try_collect().await
}

#[tokio::test]
async fn items_come_in_order_over_all_pages_with_the_callers_limit() {
    let server = ListServer::with_pages(THREE_PAGES).await;
    let items = server.client.get_rewards().customer_id("2EE24580").limit(2).stream();
    assert_eq!(collect_ids(items).await.expect("three pages"), ["a", "b", "c", "d", "e"]);
    assert_eq!(server.cursors(), ["first", "b", "d"]);
    for request in server.take_requests() {
        assert_eq!(request.path, "/v2/customers/2EE24580/rewards");
        assert!(request.query.contains(&("limit".to_owned(), "2".to_owned())), "{request:?}");
    }
}

#[tokio::test]
async fn a_list_is_collected_whole_or_not_at_all() {
    let server = ListServer::with_pages(THREE_PAGES).await;
    let call = || server.client.get_rewards().customer_id("C").limit(2).stream();
    for limit in [5, 6, usize::MAX] {
        let rewards = call().collect_all(limit).await.expect("five items");
        assert_eq!(rewards.iter().map(|reward| reward.id.as_str()).collect::<Vec<_>>(), ["a", "b", "c", "d", "e"]);
    }
    server.take_requests();
    for (limit, pages) in [(4, 3), (1, 1), (0, 1)] {
        let error = call().collect_all(limit).await.expect_err("more items than that");
        let Error::ResponseTooLarge(error) = &error else { panic!("{error:?}") };
        assert_eq!((error.limit(), error.operation_id()), (limit, "getRewards"));
        assert_eq!(
            error.to_string(),
            format!("getRewards answered 200, but the list has more items than the {limit} that may be collected")
        );
        // No page is requested behind the first item too many.
        assert_eq!(server.take_requests().len(), pages);
    }
}

#[tokio::test]
async fn the_methods_of_the_streams_need_no_trait() {
    let server = ListServer::with_pages(THREE_PAGES).await;
    // By their paths: the traits of `futures_util` are imported here, and have methods of the same names.
    let mut items = server.client.get_rewards().customer_id("C").limit(2).stream();
    let first = Items::try_next(&mut items).await.expect("a page").expect("an item");
    let second = Items::next(&mut items).await.expect("an item").expect("an item");
    assert_eq!((first.id.as_str(), second.id.as_str(), items.cursor()), ("a", "b", Some("b")));
    let mut pages = server.client.get_rewards().customer_id("C").limit(2).pages();
    let first = Pages::try_next(&mut pages).await.expect("an answer").expect("a page");
    assert_eq!(first.data.len(), 2);
    assert!(Pages::next(&mut pages).await.is_some() && Pages::next(&mut pages).await.is_some());
    assert!(Pages::next(&mut pages).await.is_none() && Pages::try_next(&mut pages).await.expect("the end").is_none());
}

#[tokio::test]
async fn a_page_is_requested_only_when_it_is_needed() {
    let server = ListServer::with_pages(THREE_PAGES).await;
    let mut items = server.client.get_rewards().customer_id("C").stream();
    assert_eq!((items.cursor(), items.size_hint()), (None, (0, None)));
    tokio::time::sleep(Duration::from_millis(30)).await;
    assert_eq!(server.cursors().len(), 0);
    for (id, requests) in [("a", 1), ("b", 1), ("c", 2), ("d", 2), ("e", 3)] {
        let item = items.try_next().await.expect("a page").expect("an item");
        assert_eq!((item.id.as_str(), server.cursors().len()), (id, requests));
        assert_eq!(items.cursor(), Some(id));
    }
    assert_eq!(items.size_hint(), (0, Some(0)));
    for _ in 0..3 {
        assert!(items.is_terminated() && items.next().await.is_none());
    }
    assert_eq!((items.cursor(), server.cursors().len()), (Some("e"), 3));
}

#[tokio::test]
async fn pages_returns_each_page_with_its_total_and_headers() {
    let server = ListServer::with_pages(THREE_PAGES).await;
    let mut pages = server.client.get_rewards().customer_id("C").pages();
    assert_eq!(pages.cursor(), None);
    for (before, last, size) in [("first", "b", 2), ("b", "d", 2), ("d", "e", 1)] {
        let page = pages.try_next().await.expect("a page").expect("three pages");
        assert_eq!((page.data.len(), page.total, page.has_more), (size, Some(7), Some(last != "e")));
        assert_eq!((page.status().as_u16(), page.attempts()), (200, 1));
        assert_eq!(page.headers()["x-page"], before);
        assert_eq!(pages.cursor(), Some(last));
    }
    assert!(pages.is_terminated() && pages.next().await.is_none() && pages.next().await.is_none());
    assert_eq!(server.cursors().len(), 3);
}

#[tokio::test]
async fn an_empty_list_has_no_items_and_one_page() {
    for has_more in [Some(false), None] {
        let server = ListServer::responding(move |_| (200, rewards_page(&[], has_more))).await;
        assert!(collect_ids(server.client.search_rewards().stream()).await.expect("a page").is_empty());
        let pages: Vec<_> = server.client.search_rewards().pages().try_collect().await.expect("a page");
        assert_eq!((pages.len(), pages[0].total), (1, Some(7)));
        assert_eq!(server.cursors().len(), 2);
    }
}

#[tokio::test]
async fn a_list_without_has_more_ends_with_an_empty_or_a_repeated_page() {
    for end in [&[][..], &["c", "d"], &["d"], &["a", "b"]] {
        let server = ListServer::responding(move |cursor| {
            let page = match cursor {
                None => &["a", "b"],
                Some("b") => &["c", "d"],
                _ => end,
            };
            (200, rewards_page(page, None))
        })
        .await;
        assert_eq!(
            collect_ids(server.client.search_rewards().stream()).await.expect("the list ends without an error"),
            ["a", "b", "c", "d"]
        );
        assert_eq!(server.cursors(), ["first", "b", "d"], "{end:?}");
    }
}

#[tokio::test]
async fn after_an_error_the_cursor_says_where_to_continue() {
    let failing = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
    let fails = failing.clone();
    let server = ListServer::responding(move |cursor| match cursor {
        None => (200, rewards_page(&["a", "b"], Some(true))),
        Some("b") => (200, rewards_page(&["c", "d"], Some(true))),
        Some("d") if fails.load(std::sync::atomic::Ordering::SeqCst) => server_error(),
        _ => (200, rewards_page(&["e", "f"], Some(false))),
    })
    .await;
    for prefetch in [false, true] {
        failing.store(true, std::sync::atomic::Ordering::SeqCst);
        let call = server.client.search_rewards().limit(2);
        let mut items = call.clone().stream();
        if prefetch {
            items = items.prefetch();
        }
        let mut seen = Vec::new();
        let error = loop {
            match items.try_next().await {
                Ok(item) => seen.push(item.expect("an error before the end").id.to_string()),
                Err(error) => break error,
            }
        };
        assert_eq!(error.status().map(|status| status.as_u16()), Some(500), "{error}");
        assert_eq!((items.cursor(), seen.len()), (Some("d"), 4));
        assert!(items.is_terminated() && items.next().await.is_none(), "the stream must end after the error");

        failing.store(false, std::sync::atomic::Ordering::SeqCst);
        seen.extend(collect_ids(call.starting_after(items.cursor()).stream()).await.expect("the rest"));
        assert_eq!(seen, ["a", "b", "c", "d", "e", "f"]);
    }
    // The cursor is also correct in the middle of a page.
    let mut items = server.client.search_rewards().stream();
    items.try_next().await.expect("a page");
    let again = server.client.search_rewards().starting_after(items.cursor()).stream();
    assert_eq!(again.cursor(), Some("a"));
}

#[tokio::test]
async fn dropping_a_future_of_the_stream_loses_no_item() {
    for prefetch in [false, true] {
        let server = ListServer::responding(|cursor| {
            std::thread::sleep(Duration::from_millis(60));
            match cursor {
                None => (200, rewards_page(&["a", "b"], Some(true))),
                Some("b") => (200, rewards_page(&["c", "d"], Some(true))),
                _ => (200, rewards_page(&["e"], Some(false))),
            }
        })
        .await;
        let mut items = server.client.search_rewards().stream();
        if prefetch {
            items = items.prefetch();
        }
        let (mut seen, mut dropped) = (Vec::new(), 0);
        loop {
            assert!(dropped < 1_000, "only these items arrived: {seen:?}");
            match tokio::time::timeout(Duration::from_millis(3), items.try_next()).await {
                Err(_) => dropped += 1,
                Ok(item) => match item.expect("a page") {
                    Some(item) => seen.push(item.id.to_string()),
                    None => break,
                },
            }
        }
        assert_eq!(seen, ["a", "b", "c", "d", "e"]);
        assert_eq!(server.cursors(), ["first", "b", "d"], "a page was requested twice");
        assert!(dropped >= 3, "only {dropped} futures were dropped");
    }
}

#[tokio::test]
async fn streams_are_unpin_and_can_be_sent_between_threads() {
    fn is_free<T: Unpin + Send + 'static>(stream: T) -> T {
        stream
    }
    let server = ListServer::with_pages(THREE_PAGES).await;
    let items = is_free(server.client.search_rewards().stream().prefetch());
    let pages: Pages<types::SearchRewardsResponse> = is_free(server.client.search_rewards().pages());
    let shown = format!("{items:?} {pages:?} {:?}", server.client.search_rewards().starting_after("x").stream());
    assert_eq!(shown, r#"Items { cursor: None, .. } Pages { cursor: None, .. } Items { cursor: Some("x"), .. }"#);
    let there = tokio::spawn(async move { collect_ids(items).await }).await.expect("a task").expect("pages");
    assert_eq!(there.len(), 5);
    // The stream is polled only once, so it still waits for its first page.
    assert!(pin!(pages.skip(5)).next().now_or_never().is_none());
}

#[tokio::test]
async fn a_request_that_cannot_be_sent_is_the_only_item_of_the_stream() {
    let server = ListServer::with_pages(THREE_PAGES).await;
    let mut items = server.client.get_rewards().limit(0).stream();
    let error = items.try_next().await.expect_err("no customer, and a limit of 0");
    assert!(matches!(error, Error::InvalidRequest(_)), "{error}");
    assert!(items.next().await.is_none() && server.cursors().is_empty());
}

/// Reads two pages of each operation as items and as pages, and returns the ids of the operations.
macro_rules! paging {
    ($server:expr, $(($id:literal, $call:expr, $key:ident)),* $(,)?) => {{
        let mut followed = BTreeSet::new();
        $(
            let server: &ListServer = $server;
            server.take_requests();
            let items: Vec<_> = $call(&server.client).stream().prefetch().try_collect().await.unwrap_or_else(|e| panic!("{e}"));
            let ids: Vec<String> = items
                .iter()
                .map(|item| serde_json::to_value(item).expect("JSON")[stringify!($key)].as_str().expect("an id").to_owned())
                .collect();
            assert_eq!((ids, server.cursors()), (vec!["one".to_owned(), "two".into(), "three".into()], vec!["first".to_owned(), "two".into()]), $id);
            let pages: Vec<_> = $call(&server.client).pages().prefetch().try_collect().await.unwrap_or_else(|e| panic!("{e}"));
            assert_eq!(pages.iter().map(|page| page.data.len()).collect::<Vec<_>>(), [2, 1], $id);
            followed.insert($id);
        )*
        followed
    }};
}

#[tokio::test]
async fn every_paged_operation_can_be_streamed() {
    // One item for all operations: it has the required fields of all of them and both names of the id.
    let mut item = json!({});
    for operation in Contract::shared().operations().iter().filter(|operation| paged(&operation.id)) {
        let schema = operation.success_body().expect("a page");
        let page = Contract::shared().compose(schema, PropertySet::Required);
        let page = if page["data"][0].is_null() { Contract::shared().compose(schema, PropertySet::All) } else { page };
        let fields = page["data"][0].as_object().unwrap_or_else(|| panic!("{}: {page}", operation.id)).clone();
        item.as_object_mut().expect("a map").extend(fields);
    }
    let page = move |ids: &[&str], has_more: bool| {
        let with = |id: &&str| {
            let mut item = item.clone();
            (item["id"], item["order_event_id"]) = (json!(id), json!(id));
            item
        };
        json!({"data": ids.iter().map(with).collect::<Vec<Value>>(), "has_more": has_more})
    };
    let server = ListServer::responding(move |cursor| match cursor {
        None => (200, page(&["one", "two"], true)),
        _ => (200, page(&["three"], false)),
    })
    .await;
    use imprint_client::Client;
    let followed = paging!(
        &server,
        ("getRewards", |c: &Client| c.get_rewards().customer_id("C"), id),
        ("getTransactions", |c: &Client| c.get_transactions().customer_id("C"), id),
        ("listOrderEvents", |c: &Client| c.list_order_events(), order_event_id),
        ("searchCustomers", |c: &Client| c.search_customers(), id),
        ("searchCustomersPost", |c: &Client| c.search_customers_post().body_map(|b| b.ssn("123456789")), id),
        ("searchPaymentMethods", |c: &Client| c.search_payment_methods().customer_id("C"), id),
        ("searchRewards", |c: &Client| c.search_rewards(), id),
        ("searchTransactionIntents", |c: &Client| c.search_transaction_intents(), id),
    );
    let all: BTreeSet<&str> = operation::ALL.iter().filter(|o| o.pages()).map(|o| o.id()).collect();
    assert_eq!(followed, all);
}

fn paged(id: &str) -> bool {
    operation::ALL.iter().any(|operation| operation.id() == id && operation.pages())
}

#[tokio::test]
async fn a_cursor_in_the_body_is_sent_with_the_other_fields() {
    let server = ListServer::responding(|cursor| {
        let customer: Value = super::support::json(&super::support::payload("getCustomer--openapi-composed.json"));
        let page = |id: &str, has_more| {
            let mut customer = customer.clone();
            customer["id"] = json!(id);
            json!({"data": [customer], "has_more": has_more})
        };
        (200, if cursor == Some("x") { page("one", true) } else { page("two", false) })
    })
    .await;
    let call = server.client.search_customers_post();
    let items = call.body_map(|b| b.ssn("123456789").limit(1).starting_after("x")).stream();
    assert_eq!(items.cursor(), Some("x"));
    let found: Vec<types::Customer> = items.try_collect().await.expect("two pages");
    assert_eq!(found.iter().map(|customer| customer.id.as_str()).collect::<Vec<_>>(), ["one", "two"]);
    let bodies: Vec<Value> =
        server.take_requests().iter().map(|request| serde_json::from_slice(&request.body).expect("JSON")).collect();
    assert_eq!(bodies[0], json!({"ssn": "123456789", "limit": 1, "starting_after": "x"}));
    assert_eq!(bodies[1], json!({"ssn": "123456789", "limit": 1, "starting_after": "one"}));
}
