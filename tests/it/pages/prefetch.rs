//! The next page while the caller works on this one.

use std::sync::Arc;
use std::time::Duration;

use futures_util::TryStreamExt;

use super::THREE;
use super::server::{Lists, PATIENCE};
use crate::wire::{Reply, Wire};

/// Long enough for a request to arrive that should not.
const A_WHILE: Duration = Duration::from_millis(80);

#[tokio::test]
async fn the_next_page_is_asked_for_before_this_one_is_used_up() {
    let lists = Lists::of(THREE).await;
    let mut items = lists.client.search_rewards().stream().prefetch();
    tokio::time::sleep(A_WHILE).await;
    assert_eq!(lists.cursors().len(), 0, "lazy all the same");
    items.try_next().await.expect("a page");
    lists.until(2).await;
    // One page ahead and no more.
    tokio::time::sleep(A_WHILE).await;
    assert_eq!((lists.cursors(), items.cursor()), (vec!["first".to_owned(), "b".to_owned()], Some("a")));
    let rest: Vec<_> = items.map_ok(|item| item.id.to_string()).try_collect().await.expect("the rest");
    assert_eq!((rest.len(), lists.cursors().len()), (4, 3));
}

#[tokio::test]
async fn pages_are_asked_for_ahead_as_well() {
    let lists = Lists::of(THREE).await;
    let mut pages = lists.client.search_rewards().pages().prefetch();
    pages.try_next().await.expect("a page");
    lists.until(2).await;
    assert_eq!(pages.cursor(), Some("b"));
    let rest: Vec<_> = pages.try_collect().await.expect("the rest");
    assert_eq!((rest.len(), lists.cursors().len()), (2, 3));
}

#[tokio::test]
async fn the_request_makes_progress_while_nobody_polls() {
    let wire = Wire::start().await;
    wire.reply(Reply::Hold);
    for prefetch in [false, true] {
        let held = wire.held();
        let mut items = wire.client().search_rewards().stream();
        if prefetch {
            items = items.prefetch();
        }
        // Polled once: too short for a connection, so that the request needs somebody who goes on.
        let _ = futures_util::FutureExt::now_or_never(items.try_next());
        tokio::time::sleep(A_WHILE).await;
        assert_eq!(wire.held() > held, prefetch, "prefetch: {prefetch}");
    }
}

#[tokio::test]
async fn the_task_ends_with_the_stream() {
    let wire = Wire::start().await;
    wire.reply(Reply::Hold);
    let mut items = wire.client().search_rewards().stream().prefetch();
    let _ = futures_util::FutureExt::now_or_never(items.try_next());
    let until = async |what: &str, done: &dyn Fn() -> bool| {
        let waiting = async {
            while !done() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.unwrap_or_else(|_| panic!("{what}"));
    };
    until("no request", &|| wire.held() == 1).await;
    tokio::time::sleep(A_WHILE).await;
    assert_eq!(wire.released(), 0, "the request ended before its stream");
    drop(items);
    until("the request outlives the stream", &|| wire.released() == 1).await;
    assert_eq!(wire.lines().len(), 1);
}

#[test]
fn a_page_whose_runtime_is_gone_is_asked_for_again() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let (server, first) = (runtime(), runtime());
    let lists = server.block_on(Lists::of(THREE));
    let mut items = lists.client.search_rewards().stream().prefetch();
    first.block_on(async {
        items.try_next().await.expect("a page");
    });
    drop(first);
    let rest = server.block_on(items.map_ok(|item| item.id.to_string()).try_collect::<Vec<_>>());
    assert_eq!(rest.expect("the rest"), ["b", "c", "d", "e"]);
}

#[tokio::test]
async fn an_error_ahead_waits_for_the_items_before_it() {
    let wire = Wire::start().await;
    let page = super::server::rewards(&["a", "b"], Some(true)).to_string();
    wire.answer(200, &[("content-type", "application/json")], page.as_bytes());
    let mut items = wire.client().search_rewards().stream().prefetch();
    for id in ["a", "b"] {
        let item = items.try_next().await.expect("no error yet").expect("an item");
        assert_eq!(item.id, id);
        wire.reply(Reply::Close(Arc::from(b"".as_slice())));
        tokio::time::sleep(A_WHILE).await;
    }
    assert!(items.try_next().await.is_err(), "the second page is the first again");
}
