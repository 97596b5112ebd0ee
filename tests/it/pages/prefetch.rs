//! `prefetch()`: the next page is requested while the caller works on the current one.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::{FutureExt, TryStreamExt};
use imprint_client::Interceptor;
use imprint_client::interceptor::Attempt;

use super::THREE_PAGES;
use super::list_server::{ListServer, TEST_TIMEOUT};
use crate::raw_server::{RawReply, RawServer};

/// Long enough for a request to arrive, in tests that expect none.
const WAIT: Duration = Duration::from_millis(80);

#[tokio::test]
async fn the_next_page_is_requested_before_the_current_one_is_used_up() {
    let server = ListServer::with_pages(THREE_PAGES).await;
    let mut items = server.client.search_rewards().stream().prefetch();
    tokio::time::sleep(WAIT).await;
    assert_eq!(server.cursors().len(), 0, "nothing is sent before the stream is polled");
    items.try_next().await.expect("a page");
    server.wait_for_requests(2).await;
    // At most one page is requested in advance.
    tokio::time::sleep(WAIT).await;
    assert_eq!((server.cursors(), items.cursor()), (vec!["first".to_owned(), "b".to_owned()], Some("a")));
    let rest: Vec<_> = items.map_ok(|item| item.id.to_string()).try_collect().await.expect("the rest");
    assert_eq!((rest.len(), server.cursors().len()), (4, 3));
}

#[tokio::test]
async fn pages_are_prefetched_too() {
    let server = ListServer::with_pages(THREE_PAGES).await;
    let mut pages = server.client.search_rewards().pages().prefetch();
    pages.try_next().await.expect("a page");
    server.wait_for_requests(2).await;
    assert_eq!(pages.cursor(), Some("b"));
    let rest: Vec<_> = pages.try_collect().await.expect("the rest");
    assert_eq!((rest.len(), server.cursors().len()), (2, 3));
}

/// A page that has arrived is held for some turns of the runtime. A caller who stops meanwhile has to continue with that page.
#[tokio::test]
async fn the_cursor_stays_until_the_page_is_returned() {
    let server = ListServer::with_pages(THREE_PAGES).await;
    let mut pages = server.client.search_rewards().pages().prefetch();
    let waiting = async {
        while pages.try_next().now_or_never().is_none() {
            assert_eq!(pages.cursor(), None);
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(TEST_TIMEOUT, waiting).await.expect("the first page");
    assert_eq!(pages.cursor(), Some("b"));
}

/// The consumer is a task as in a service, so it stands in one queue with the tasks of the request and of its connection.
#[tokio::test]
async fn a_consumer_that_keeps_the_thread_does_not_delay_the_next_request() {
    let server = ListServer::with_pages(THREE_PAGES).await;
    let consumer = tokio::spawn(async move {
        let mut items = server.client.search_rewards().stream().prefetch();
        for (item, requests) in [("a", 2), ("b", 2), ("c", 3)] {
            assert_eq!(items.try_next().await.expect("a page").expect("an item").id, item);
            // Nothing else runs in this thread meanwhile, as if the consumer computed.
            let begun = std::time::Instant::now();
            while server.cursors().len() < requests {
                assert!(begun.elapsed() < TEST_TIMEOUT, "at {item} the next page was not requested");
                std::thread::sleep(Duration::from_millis(5));
            }
        }
    });
    consumer.await.expect("no request came late");
}

/// Panics before the second attempt, and at no other.
struct PanicsOnce(AtomicUsize);

impl Interceptor for PanicsOnce {
    fn before_attempt(&self, _: &mut Attempt<'_>) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        assert!(self.0.fetch_add(1, Ordering::Relaxed) != 1, "a defect of the application");
        Ok(())
    }
}

/// A panic in the code of the application is one for whoever reads the stream, and no end of the list: it is not lost with
/// the task that requests in advance, and the request is not made again as if nothing had been.
#[tokio::test]
async fn a_panic_in_the_task_reaches_the_reader() {
    let server = ListServer::with_pages(THREE_PAGES).await;
    let client = server.builder().interceptor(PanicsOnce(AtomicUsize::new(0))).build().expect("a client");
    let mut pages = client.search_rewards().pages().prefetch();
    pages.try_next().await.expect("a page");
    let reader = tokio::spawn(async move { pages.try_next().await.map(drop) });
    let panic = reader.await.expect_err("the panic").into_panic();
    assert_eq!(server.cursors(), ["first"]);
    assert!(panic.downcast_ref::<&str>().is_some_and(|message| message.contains("a defect of the application")));
}

#[tokio::test]
async fn a_prefetched_request_proceeds_between_polls() {
    let server = RawServer::start().await;
    server.set_reply(RawReply::NeverRespond);
    for prefetch in [false, true] {
        let held = server.unanswered_requests();
        let mut items = server.client().search_rewards().stream();
        if prefetch {
            items = items.prefetch();
        }
        // One poll is too short to make a connection, so the request can proceed only in a task of its own.
        let _ = items.try_next().now_or_never();
        tokio::time::sleep(WAIT).await;
        assert_eq!(server.unanswered_requests() > held, prefetch, "prefetch: {prefetch}");
    }
}

#[tokio::test]
async fn dropping_the_stream_aborts_the_prefetched_request() {
    let server = RawServer::start().await;
    server.set_reply(RawReply::NeverRespond);
    let mut items = server.client().search_rewards().stream().prefetch();
    let _ = items.try_next().now_or_never();
    let until = async |what: &str, done: &dyn Fn() -> bool| {
        let waiting = async {
            while !done() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(TEST_TIMEOUT, waiting).await.unwrap_or_else(|_| panic!("{what}"));
    };
    until("no request arrived", &|| server.unanswered_requests() == 1).await;
    tokio::time::sleep(WAIT).await;
    assert_eq!(server.abandoned_requests(), 0, "the request ended before its stream");
    drop(items);
    until("the request outlives the stream", &|| server.abandoned_requests() == 1).await;
    assert_eq!(server.lines().len(), 1);
}

#[test]
fn a_page_whose_runtime_has_ended_is_requested_again() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let (server_runtime, first) = (runtime(), runtime());
    let server = server_runtime.block_on(ListServer::with_pages(THREE_PAGES));
    let mut items = server.client.search_rewards().stream().prefetch();
    first.block_on(async {
        items.try_next().await.expect("a page");
    });
    drop(first);
    let rest = server_runtime.block_on(items.map_ok(|item| item.id.to_string()).try_collect::<Vec<_>>());
    assert_eq!(rest.expect("the rest"), ["b", "c", "d", "e"]);
}

#[tokio::test]
async fn a_prefetched_error_is_returned_after_the_items_before_it() {
    let server = RawServer::start().await;
    let page = super::list_server::rewards_page(&["a", "b"], Some(true)).to_string();
    server.respond_with(200, &[("content-type", "application/json")], page.as_bytes());
    let mut items = server.client().search_rewards().stream().prefetch();
    for id in ["a", "b"] {
        let item = items.try_next().await.expect("the items before the error are returned first").expect("an item");
        assert_eq!(item.id, id);
        server.set_reply(RawReply::Close(Arc::from(b"".as_slice())));
        tokio::time::sleep(WAIT).await;
    }
    assert!(items.try_next().await.is_err(), "the request for the second page must fail");
}
