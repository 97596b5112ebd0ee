//! Lists over their pages: what is asked for, when, what comes out, and what happens when the server errs.

mod broken_items;
mod faults;
mod prefetch;
mod server;

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

use self::server::{Lists, broken, rewards};
use super::spec::{Spec, Which};

const THREE: &[&[&str]] = &[&["a", "b"], &["c", "d"], &["e"]];

/// The ids of what is left of a stream.
async fn ids(items: Items<types::Reward>) -> Result<Vec<String>, Error> {
    items.map_ok(|reward| reward.id.to_string()).try_collect().await
}

#[tokio::test]
async fn items_come_in_order_over_all_pages_with_the_callers_limit() {
    let lists = Lists::of(THREE).await;
    let items = lists.client.get_rewards().customer_id("2EE24580").limit(2).stream();
    assert_eq!(ids(items).await.expect("three pages"), ["a", "b", "c", "d", "e"]);
    assert_eq!(lists.cursors(), ["first", "b", "d"]);
    for request in lists.requests() {
        assert_eq!(request.path, "/v2/customers/2EE24580/rewards");
        assert!(request.query.contains(&("limit".to_owned(), "2".to_owned())), "{request:?}");
    }
}

#[tokio::test]
async fn nothing_is_sent_before_it_is_needed() {
    let lists = Lists::of(THREE).await;
    let mut items = lists.client.get_rewards().customer_id("C").stream();
    assert_eq!((items.cursor(), items.size_hint()), (None, (0, None)));
    tokio::time::sleep(Duration::from_millis(30)).await;
    assert_eq!(lists.cursors().len(), 0);
    for (id, requests) in [("a", 1), ("b", 1), ("c", 2), ("d", 2), ("e", 3)] {
        let item = items.try_next().await.expect("a page").expect("an item");
        assert_eq!((item.id.as_str(), lists.cursors().len()), (id, requests));
        assert_eq!(items.cursor(), Some(id));
    }
    assert_eq!(items.size_hint(), (0, Some(0)));
    for _ in 0..3 {
        assert!(items.is_terminated() && items.next().await.is_none());
    }
    assert_eq!((items.cursor(), lists.cursors().len()), (Some("e"), 3));
}

#[tokio::test]
async fn pages_come_whole() {
    let lists = Lists::of(THREE).await;
    let mut pages = lists.client.get_rewards().customer_id("C").pages();
    assert_eq!(pages.cursor(), None);
    for (before, last, size) in [("first", "b", 2), ("b", "d", 2), ("d", "e", 1)] {
        let page = pages.try_next().await.expect("a page").expect("three pages");
        assert_eq!((page.data.len(), page.total, page.has_more), (size, Some(7), Some(last != "e")));
        assert_eq!((page.status().as_u16(), page.attempts()), (200, 1));
        assert_eq!(page.headers()["x-page"], before);
        assert_eq!(pages.cursor(), Some(last));
    }
    assert!(pages.is_terminated() && pages.next().await.is_none() && pages.next().await.is_none());
    assert_eq!(lists.cursors().len(), 3);
}

#[tokio::test]
async fn an_empty_list_is_no_item_and_one_page() {
    for has_more in [Some(false), None] {
        let lists = Lists::answering(move |_| (200, rewards(&[], has_more))).await;
        assert!(ids(lists.client.search_rewards().stream()).await.expect("a page").is_empty());
        let pages: Vec<_> = lists.client.search_rewards().pages().try_collect().await.expect("a page");
        assert_eq!((pages.len(), pages[0].total), (1, Some(7)));
        assert_eq!(lists.cursors().len(), 2);
    }
}

#[tokio::test]
async fn a_list_that_does_not_say_has_more_ends_with_an_empty_or_a_repeated_page() {
    for end in [&[][..], &["c", "d"], &["d"], &["a", "b"]] {
        let lists = Lists::answering(move |cursor| {
            let page = match cursor {
                None => &["a", "b"],
                Some("b") => &["c", "d"],
                _ => end,
            };
            (200, rewards(page, None))
        })
        .await;
        assert_eq!(ids(lists.client.search_rewards().stream()).await.expect("an end"), ["a", "b", "c", "d"]);
        assert_eq!(lists.cursors(), ["first", "b", "d"], "{end:?}");
    }
}

#[tokio::test]
async fn after_an_error_in_the_middle_the_cursor_says_where_to_go_on() {
    let failing = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
    let fails = failing.clone();
    let lists = Lists::answering(move |cursor| match cursor {
        None => (200, rewards(&["a", "b"], Some(true))),
        Some("b") => (200, rewards(&["c", "d"], Some(true))),
        Some("d") if fails.load(std::sync::atomic::Ordering::SeqCst) => broken(),
        _ => (200, rewards(&["e", "f"], Some(false))),
    })
    .await;
    for prefetch in [false, true] {
        failing.store(true, std::sync::atomic::Ordering::SeqCst);
        let call = lists.client.search_rewards().limit(2);
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
        assert!(items.is_terminated() && items.next().await.is_none(), "it ends after an error");

        failing.store(false, std::sync::atomic::Ordering::SeqCst);
        seen.extend(ids(call.starting_after(items.cursor()).stream()).await.expect("the rest"));
        assert_eq!(seen, ["a", "b", "c", "d", "e", "f"]);
    }
    // Within a page as well.
    let mut items = lists.client.search_rewards().stream();
    items.try_next().await.expect("a page");
    let again = lists.client.search_rewards().starting_after(items.cursor()).stream();
    assert_eq!(again.cursor(), Some("a"));
}

#[tokio::test]
async fn dropping_a_future_of_the_stream_loses_nothing() {
    for prefetch in [false, true] {
        let lists = Lists::answering(|cursor| {
            std::thread::sleep(Duration::from_millis(60));
            match cursor {
                None => (200, rewards(&["a", "b"], Some(true))),
                Some("b") => (200, rewards(&["c", "d"], Some(true))),
                _ => (200, rewards(&["e"], Some(false))),
            }
        })
        .await;
        let mut items = lists.client.search_rewards().stream();
        if prefetch {
            items = items.prefetch();
        }
        let (mut seen, mut dropped) = (Vec::new(), 0);
        loop {
            assert!(dropped < 1_000, "only {seen:?} came");
            match tokio::time::timeout(Duration::from_millis(3), items.try_next()).await {
                Err(_) => dropped += 1,
                Ok(item) => match item.expect("a page") {
                    Some(item) => seen.push(item.id.to_string()),
                    None => break,
                },
            }
        }
        assert_eq!(seen, ["a", "b", "c", "d", "e"]);
        assert_eq!(lists.cursors(), ["first", "b", "d"], "a page was asked for twice");
        assert!(dropped >= 3, "{dropped} futures were dropped on the way");
    }
}

#[tokio::test]
async fn streams_are_unpin_and_can_be_sent_anywhere() {
    fn is_free<T: Unpin + Send + 'static>(stream: T) -> T {
        stream
    }
    let lists = Lists::of(THREE).await;
    let items = is_free(lists.client.search_rewards().stream().prefetch());
    let pages: Pages<types::SearchRewardsResponse> = is_free(lists.client.search_rewards().pages());
    let shown = format!("{items:?} {pages:?} {:?}", lists.client.search_rewards().starting_after("x").stream());
    assert_eq!(shown, r#"Items { cursor: None, .. } Pages { cursor: None, .. } Items { cursor: Some("x"), .. }"#);
    let there = tokio::spawn(async move { ids(items).await }).await.expect("a task").expect("pages");
    assert_eq!(there.len(), 5);
    // Without tokio's context it is not polled, so nothing is sent.
    assert!(pin!(pages.skip(5)).next().now_or_never().is_none());
}

#[tokio::test]
async fn a_request_that_cannot_be_sent_is_the_one_error_of_the_stream() {
    let lists = Lists::of(THREE).await;
    let mut items = lists.client.get_rewards().limit(0).stream();
    let error = items.try_next().await.expect_err("no customer, and a limit of 0");
    assert!(matches!(error, Error::InvalidRequest(_)), "{error}");
    assert!(items.next().await.is_none() && lists.cursors().is_empty());
}

/// Two pages of an operation as its items' ids.
macro_rules! paging {
    ($lists:expr, $(($id:literal, $call:expr, $key:ident)),* $(,)?) => {{
        let mut followed = BTreeSet::new();
        $(
            let lists: &Lists = $lists;
            lists.requests();
            let items: Vec<_> = $call(&lists.client).stream().prefetch().try_collect().await.unwrap_or_else(|e| panic!("{e}"));
            let ids: Vec<String> = items
                .iter()
                .map(|item| serde_json::to_value(item).expect("JSON")[stringify!($key)].as_str().expect("an id").to_owned())
                .collect();
            assert_eq!((ids, lists.cursors()), (vec!["one".to_owned(), "two".into(), "three".into()], vec!["first".to_owned(), "two".into()]), $id);
            let pages: Vec<_> = $call(&lists.client).pages().prefetch().try_collect().await.unwrap_or_else(|e| panic!("{e}"));
            assert_eq!(pages.iter().map(|page| page.data.len()).collect::<Vec<_>>(), [2, 1], $id);
            followed.insert($id);
        )*
        followed
    }};
}

#[tokio::test]
async fn each_operation_that_pages_is_followed() {
    // Every item there is, in one: the required fields of all of them, and both names of the id.
    let mut item = json!({});
    for operation in Spec::get().operations().iter().filter(|operation| paged(&operation.id)) {
        let schema = operation.success().schema.as_ref().expect("a page");
        let page = Spec::get().compose(schema, Which::Required);
        let page = if page["data"][0].is_null() { Spec::get().compose(schema, Which::All) } else { page };
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
    let lists = Lists::answering(move |cursor| match cursor {
        None => (200, page(&["one", "two"], true)),
        _ => (200, page(&["three"], false)),
    })
    .await;
    use imprint_client::Client;
    let followed = paging!(
        &lists,
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
async fn a_cursor_in_the_body_goes_with_the_rest_of_the_body() {
    let lists = Lists::answering(|cursor| {
        let customer: Value = super::support::json(&super::support::payload("getCustomer--openapi-composed.json"));
        let page = |id: &str, has_more| {
            let mut customer = customer.clone();
            customer["id"] = json!(id);
            json!({"data": [customer], "has_more": has_more})
        };
        (200, if cursor == Some("x") { page("one", true) } else { page("two", false) })
    })
    .await;
    let call = lists.client.search_customers_post();
    let items = call.body_map(|b| b.ssn("123456789").limit(1).starting_after("x")).stream();
    assert_eq!(items.cursor(), Some("x"));
    let found: Vec<types::Customer> = items.try_collect().await.expect("two pages");
    assert_eq!(found.iter().map(|customer| customer.id.as_str()).collect::<Vec<_>>(), ["one", "two"]);
    let bodies: Vec<Value> =
        lists.requests().iter().map(|request| serde_json::from_slice(&request.body).expect("JSON")).collect();
    assert_eq!(bodies[0], json!({"ssn": "123456789", "limit": 1, "starting_after": "x"}));
    assert_eq!(bodies[1], json!({"ssn": "123456789", "limit": 1, "starting_after": "one"}));
}
