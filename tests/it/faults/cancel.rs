//! A call that is dropped is over, and what can be sent between threads.

use std::time::Duration;

use imprint_client::{CallOptions, Client, Error, RetryPolicy};

use super::operations::{OPERATIONS, PUT};
use super::server::{Act, Server, answer, raw};
use super::{NotingClock, until};

/// The server sees the connection closed, and no further request.
#[tokio::test]
async fn a_dropped_call_is_cancelled() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{";
    for (act, operations) in [(Act::Stall(raw("")), OPERATIONS), (Act::Stall(raw(head)), &OPERATIONS[..5])] {
        for &operation in operations {
            let server = Server::always(act.clone());
            let client = server.builder().build().expect("a client");
            let task = tokio::spawn({
                let client = client.clone();
                async move { operation.call(&client, "1").await }
            });
            until("the request arrives", || server.requests() == 1).await;
            assert_eq!(server.deserters(), 0);
            task.abort();
            assert!(task.await.expect_err("it was aborted").is_cancelled());
            until("the connection is closed", || server.deserters() == 1).await;
            tokio::time::sleep(Duration::from_millis(20)).await;
            assert_eq!((server.requests(), server.connections()), (1, 1), "{}", operation.id);
        }
    }
}

#[tokio::test]
async fn a_call_dropped_in_a_pause_makes_no_further_attempt() {
    let server = Server::always(Act::status(503));
    let clock = NotingClock::endless();
    let client = server.builder().clock(clock.clone()).build().expect("a client");
    let task = tokio::spawn(async move { PUT.call(&client, "1").await });
    until("the pause begins", || clock.pauses().len() == 1).await;
    task.abort();
    assert!(task.await.expect_err("it was aborted").is_cancelled());
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!((server.requests(), clock.pauses().len()), (1, 1));
}

/// By the real clock: the attempt that would have come does not.
#[tokio::test]
async fn a_timeout_around_a_call_ends_its_pause() {
    // Chance may make the pause as short as it likes, so the API asks for one.
    let server = Server::always(Act::Answer(answer(503, &[("retry-after", "1")], "")));
    let client = server.builder().build().expect("a client");
    let call = tokio::time::timeout(Duration::from_millis(300), PUT.call(&client, "1"));
    assert!(call.await.is_err(), "it did not wait");
    tokio::time::sleep(Duration::from_millis(1_000)).await;
    assert_eq!(server.requests(), 1);
}

/// A call that nobody polls has not begun.
#[tokio::test]
async fn a_call_that_is_never_polled_sends_nothing() {
    let server = Server::always(Act::Good);
    let client = server.builder().build().expect("a client");
    drop(PUT.call(&client, "1"));
    drop(client.get_customer().customer_id("1").send());
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(server.connections(), 0);
}

#[test]
fn clients_are_shared_and_calls_are_sent() {
    fn shared<T: Send + Sync + Clone + 'static>(_: &T) {}
    fn sent<T: Send + 'static>(_: T) {}

    let client = Client::builder().api_key("test").build().expect("a client");
    shared(&client);
    shared(&CallOptions::new());
    shared(&RetryPolicy::default());
    sent(Client::builder());
    sent(client.get_customer().customer_id("1").send());
    sent(client.search_customers_post().send());
    sent(client.put_order().send());
    sent(client.patch_reward().send());
    sent(client.delete_order().order_id("1").send());
    sent(client.request(imprint_client::Method::GET, "/v2/new").send::<()>());
    sent(None::<Error>);
}
