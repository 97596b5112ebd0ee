//! Calls whose future is dropped, and types that can be sent between threads.

use std::time::Duration;

use imprint_client::{CallOptions, Client, Error, RetryPolicy};

use super::fault_server::{FaultServer, ServerAction, raw_bytes, response};
use super::operations::{OPERATIONS, PUT};
use super::{RecordingClock, wait_until};

/// The server sees that the connection is closed, and receives no further request.
#[tokio::test]
async fn dropping_a_call_closes_its_connection() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{";
    for (act, operations) in
        [(ServerAction::Stall(raw_bytes("")), OPERATIONS), (ServerAction::Stall(raw_bytes(head)), &OPERATIONS[..5])]
    {
        for &operation in operations {
            let server = FaultServer::always(act.clone());
            let client = server.builder().build().expect("a client");
            let task = tokio::spawn({
                let client = client.clone();
                async move { operation.call(&client, "1").await }
            });
            wait_until("the request arrives", || server.requests() == 1).await;
            assert_eq!(server.abandoned_connections(), 0);
            task.abort();
            assert!(task.await.expect_err("the task was aborted").is_cancelled());
            wait_until("the connection is closed", || server.abandoned_connections() == 1).await;
            tokio::time::sleep(Duration::from_millis(20)).await;
            assert_eq!((server.requests(), server.connections()), (1, 1), "{}", operation.id);
        }
    }
}

#[tokio::test]
async fn a_call_dropped_in_a_pause_makes_no_further_attempt() {
    let server = FaultServer::always(ServerAction::status(503));
    let clock = RecordingClock::with_endless_pauses();
    let client = server.builder().clock(clock.clone()).build().expect("a client");
    let task = tokio::spawn(async move { PUT.call(&client, "1").await });
    wait_until("the pause begins", || clock.pauses().len() == 1).await;
    task.abort();
    assert!(task.await.expect_err("the task was aborted").is_cancelled());
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!((server.requests(), clock.pauses().len()), (1, 1));
}

/// With the real clock: the attempt that would have followed the pause is not made.
#[tokio::test]
async fn a_timeout_around_a_call_ends_its_pause() {
    // The jitter could make the pause very short, so the API asks for a pause of one second.
    let server = FaultServer::always(ServerAction::Respond(response(503, &[("retry-after", "1")], "")));
    let client = server.builder().build().expect("a client");
    let call = tokio::time::timeout(Duration::from_millis(300), PUT.call(&client, "1"));
    assert!(call.await.is_err(), "the call must still wait for its retry");
    tokio::time::sleep(Duration::from_millis(1_000)).await;
    assert_eq!(server.requests(), 1);
}

/// A call sends nothing before its future is polled.
#[tokio::test]
async fn a_call_that_is_never_polled_sends_nothing() {
    let server = FaultServer::always(ServerAction::Succeed);
    let client = server.builder().build().expect("a client");
    drop(PUT.call(&client, "1"));
    drop(client.get_customer().customer_id("1").send());
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(server.connections(), 0);
}

#[test]
fn clients_can_be_shared_and_calls_can_be_sent_between_threads() {
    fn assert_shared<T: Send + Sync + Clone + 'static>(_: &T) {}
    fn assert_send<T: Send + 'static>(_: T) {}

    let client = Client::builder().api_key("test").build().expect("a client");
    assert_shared(&client);
    assert_shared(&CallOptions::new());
    assert_shared(&RetryPolicy::default());
    assert_send(Client::builder());
    assert_send(client.get_customer().customer_id("1").send());
    assert_send(client.search_customers_post().send());
    assert_send(client.put_order().send());
    assert_send(client.patch_reward().send());
    assert_send(client.delete_order().order_id("1").send());
    assert_send(client.request(imprint_client::Method::GET, "/v2/new").send::<()>());
    assert_send(None::<Error>);
}
