//! The blocking client: outside and inside of runtimes, from many threads, with its lists, helpers and errors.

use std::sync::Arc;
use std::time::{Duration, Instant};

use httpmock::{HttpMockRequest, MockServer};
use imprint_client::blocking::Client;
use imprint_client::{CallOptions, Error, Method, OptionalExt, RetryPolicy, types};
use serde_json::json;

use super::clock::RecordingClock;
use super::raw_server::RawServer;
use super::support::{KEY, install_cryptography};

const LINK: &str =
    r#"{"customer_id":"C","partner_customer_id":"U","status":"ACTIVE","created_at":"2025-02-13T19:08:07Z"}"#;

fn client(server: &MockServer) -> Client {
    install_cryptography();
    Client::builder().api_key(KEY).base_url(server.base_url()).retry(RetryPolicy::off()).build().expect("a client")
}

fn respond(server: &MockServer, path: &str, status: u16, body: &str) {
    server.mock(|when, then| {
        when.path(path);
        then.status(status).header("content-type", "application/json").body(body);
    });
}

/// A server of one link, and of rewards in two pages.
fn server() -> MockServer {
    let server = MockServer::start();
    respond(&server, "/v2/customers/C/link", 200, LINK);
    let missing = r#"{"type":"CUSTOMER_NOT_FOUND_ERROR","message":"no such customer"}"#;
    respond(&server, "/v2/customers/X", 404, missing);
    let reward = |id: &str| {
        json!({
            "id": id, "amount": 5, "customer_id": "C", "status": "PENDING", "type": "CASHBACK",
            "created_at": "2025-02-13T19:08:07Z", "updated_at": "2025-02-13T19:08:07Z",
        })
    };
    let follows = |request: &HttpMockRequest| request.uri_str().contains("starting_after=b");
    let second = json!({"data": [reward("c")], "has_more": false});
    let first = json!({"data": [reward("a"), reward("b")], "has_more": true});
    server.mock(|when, then| {
        when.path("/v2/customers/C/rewards").is_true(follows);
        then.status(200).header("content-type", "application/json").body(second.to_string());
    });
    server.mock(|when, then| {
        when.path("/v2/customers/C/rewards").is_true(move |request: &HttpMockRequest| !follows(request));
        then.status(200).header("content-type", "application/json").body(first.to_string());
    });
    server
}

/// One call of each kind.
fn use_it(client: &Client) {
    let call = || client.link_customer_account().customer_id("C").partner_customer_id("U");
    let link = call().timeout(Duration::from_secs(20)).header("x-request-id", "7f3a").send().expect("a link");
    assert_eq!((link.status.clone(), link.attempts()), (types::CustomerLinkStatus::Active, 1));
    assert_eq!(call().send_raw().expect("an answer").bytes(), LINK.as_bytes());
    let raw = client.request(Method::POST, "/v2/customers/C/link").send::<types::CustomerLink>().expect("a link");
    assert_eq!(raw.partner_customer_id, "U");
    let none = client.get_customer().customer_id("X").send().optional().expect("an answer that says so");
    assert!(none.is_none());
    let error = client.link_customer_account().customer_id("C").send().expect_err("a field is missing");
    assert_eq!(error.to_string(), "linkCustomerAccount needs partner_customer_id; nothing was sent");

    let rewards = || client.get_rewards().customer_id("C").limit(2);
    let ids = |rewards: &mut dyn Iterator<Item = Result<types::Reward, Error>>| -> Vec<String> {
        rewards.map(|reward| reward.expect("a reward").id.to_string()).collect()
    };
    assert_eq!(ids(&mut rewards().stream()), ["a", "b", "c"]);
    assert_eq!(ids(&mut rewards().stream().prefetch()), ["a", "b", "c"]);
    let mut items = rewards().stream();
    assert_eq!(items.try_next().expect("a page").expect("an item").id, "a");
    assert_eq!(items.cursor(), Some("a"));
    assert_eq!(rewards().stream().collect_all(3).expect("three").len(), 3);
    assert!(matches!(rewards().stream().collect_all(2), Err(Error::ResponseTooLarge(_))));
    let pages: Vec<usize> = rewards().pages().map(|page| page.expect("a page").data.len()).collect();
    assert_eq!(pages, [2, 1]);

    let link = client.ensure_linked("C", "U").expect("a link");
    assert_eq!(link.customer_id, "C");
}

/// Runs a test in a thread, and fails if it does not end: a blocking call that waits for its own thread would wait for ever, and
/// no timer of that thread could end it.
fn ends(test: impl FnOnce() + Send + 'static) {
    let (done, ended) = std::sync::mpsc::channel();
    let thread = std::thread::spawn(move || {
        test();
        let _ = done.send(());
    });
    match ended.recv_timeout(Duration::from_secs(60)) {
        Err(std::sync::mpsc::RecvTimeoutError::Timeout) => panic!("a blocking call does not end"),
        // Without a message the thread has panicked.
        _ => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
    }
}

#[test]
fn calls_are_made_without_a_runtime() {
    let server = server();
    let client = client(&server);
    use_it(&client);
    assert!(format!("{client:?}").contains("base_url") && !format!("{client:?}").contains(KEY));
    // What was made of it still works when it is gone.
    let variant = client.with_timeout(Duration::from_secs(20));
    drop(client);
    use_it(&variant);
}

#[test]
fn calls_are_made_inside_of_a_single_threaded_runtime() {
    ends(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let server = server();
            let client = client(&server);
            use_it(&client);
            tokio::spawn({
                let client = client.clone();
                // More calls than tokio lets a task poll in one go.
                async move { (0..50).for_each(|_| use_it(&client)) }
            })
            .await
            .expect("no panic");
            // Dropping it here does not panic either.
            drop(client);
        });
    });
}

#[test]
fn calls_are_made_inside_of_a_runtime_with_several_threads() {
    ends(|| {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let server = server();
            let client = client(&server);
            use_it(&client);
            let made = tokio::task::spawn_blocking(move || use_it(&client));
            made.await.expect("no panic");
        });
    });
}

#[test]
fn many_threads_share_a_client() {
    let server = server();
    let client = Arc::new(client(&server));
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| use_it(&client));
        }
    });
}

#[test]
fn a_server_that_does_not_answer_ends_a_call_by_its_timeout() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = silent.local_addr().expect("an address");
    let client = Client::builder().api_key(KEY).base_url(format!("http://{address}")).retry(RetryPolicy::off());
    let client = client.timeout(Duration::from_millis(200)).build().expect("a client");
    let begun = Instant::now();
    let error = client.get_customer().customer_id("C").send().expect_err("no answer");
    assert!(matches!(error, Error::Timeout(_)), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}

#[test]
fn the_key_is_rotated_with_a_closure_that_makes_calls() {
    const NEW: &str = "test_new_4eC39HqLyjWDarjtT1zdp7dc";
    let server = MockServer::start();
    respond(&server, "/v2/customers/C/link", 200, LINK);
    // It creates the key, answers the read that proves it, and deletes the old one.
    server.mock(|when, then| {
        when.path_matches("^/v2/(keys|customers|customers/search).*").method_not("DELETE");
        then.status(200).header("content-type", "application/json").body(json!({"key": NEW, "data": []}).to_string());
    });
    server.mock(|when, then| {
        when.method("DELETE");
        then.status(200).header("content-type", "application/json").body(json!({"key": KEY}).to_string());
    });
    let by_new = server.mock(|when, then| {
        when.path("/v2/offers/O").header("authorization", format!("Bearer {NEW}"));
        then.status(200).header("content-type", "application/json").body("{}");
    });
    let old = client(&server);
    let mut stored = None;
    let new = old
        .rotate_key(|key| {
            use_link(&old);
            stored = Some(key.expose().to_owned());
            Ok::<_, std::io::Error>(())
        })
        .expect("a new key");
    assert_eq!(stored.as_deref(), Some(NEW));
    new.request(Method::GET, "/v2/offers/O").send_raw().expect("an answer");
    by_new.assert_calls(1);

    // What the storage says comes back with the client of the new key, which is used in the same thread.
    let error = old.rotate_key(|_| Err(std::io::Error::other("the disk is full"))).expect_err("nothing was stored");
    let rescued = old.with_client(error.into_client().expect("the client of the new key"));
    rescued.request(Method::GET, "/v2/offers/O").send_raw().expect("an answer");
    by_new.assert_calls(2);
}

fn use_link(client: &Client) {
    client.link_customer_account().customer_id("C").partner_customer_id("U").send().expect("a link");
}

#[test]
fn settings_that_cannot_be_used_are_refused() {
    let error = Client::builder().base_url("http://127.0.0.1:1").build().expect_err("no key");
    assert!(matches!(error, Error::Config(_)), "{error}");
}

/// Each helper is tried with answers that refuse it, by both clients: what is sent and what comes back is the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_helper_sends_and_returns_what_the_async_one_does() {
    let server = RawServer::start().await;
    // The pauses of the helpers take no time.
    let client = || server.client_with(|builder| builder.clock(RecordingClock::default()));
    let (client, blocking) = (client(), Client::new(client()).expect("a client"));
    let order = || types::OrderBase::builder().partner_order_id("o-1").payment_method_id("PM").total_order_amount(5);
    let event = || {
        let event = types::OrderEventBase::builder().partner_event_id("e-1").order_id("O").network_transaction_id("N");
        event.type_("CAPTURED").amount(5)
    };
    for (status, body) in [(400, r#"{"type":"T","message":"m"}"#), (200, r#"{"data":[],"has_more":false}"#), (404, "")]
    {
        server.respond_with(status, &[], body.as_bytes());
        macro_rules! compare {
            ($($helper:ident($($argument:expr),*), $store:expr;)*) => {$({
                let expected = format!("{:?}", client.$helper($($argument),*).await);
                let sent = server.lines();
                let blocking = blocking.clone();
                let found = tokio::task::spawn_blocking(move || format!("{:?}", $store(&blocking)));
                assert_eq!(found.await.expect("it ends"), expected, "{status}: {}", stringify!($helper));
                assert!(!sent.is_empty(), "{} sends nothing", stringify!($helper));
                assert_eq!(server.lines(), sent, "{status}: {}", stringify!($helper));
            })*};
        }
        compare! {
            find_customer("U"), |client: &Client| client.find_customer("U");
            ensure_linked("C", "U"), |client: &Client| client.ensure_linked("C", "U");
            confirm_reward("R"), |client: &Client| client.confirm_reward("R");
            confirm_issued("R"), |client: &Client| client.confirm_issued("R");
            confirm_deducted("R"), |client: &Client| client.confirm_deducted("R");
            find_order("o-1"), |client: &Client| client.find_order("o-1");
            find_order_event("e-1"), |client: &Client| client.find_order_event("e-1");
            create_order_once(order()), move |client: &Client| client.create_order_once(order());
            post_order_event_once(event()), move |client: &Client| client.post_order_event_once(event());
        }
        let expected = client.rotate_key(async |_| Ok::<_, Error>(())).await.map(|_| ());
        let sent = server.lines();
        let blocking = blocking.clone();
        let found = tokio::task::spawn_blocking(move || blocking.rotate_key(|_| Ok::<_, Error>(())).map(|_| ()));
        assert_eq!(format!("{:?}", found.await.expect("it ends")), format!("{expected:?}"));
        assert_eq!(server.lines(), sent);
    }
}

#[test]
fn lists_have_the_methods_of_the_async_ones() {
    let server = server();
    let client = client(&server).with_options(CallOptions::new().timeout(Duration::from_secs(20)));
    assert_eq!(client.base_url().trim_end_matches('/'), server.base_url());
    let rewards = || client.get_rewards().customer_id("C").limit(2);
    let mut items = rewards().stream();
    assert_eq!(items.size_hint(), (0, None));
    items.try_next().expect("a page").expect("an item");
    assert_eq!(items.size_hint(), (1, None), "an item of the first page is left");
    assert!(format!("{items:?}").contains('a'), "{items:?}");
    let mut pages = rewards().pages().prefetch();
    assert_eq!((pages.size_hint(), pages.cursor()), ((0, None), None));
    assert_eq!(pages.try_next().expect("a page").expect("the first page").data.len(), 2);
    assert_eq!(pages.cursor(), Some("b"));
    assert!(format!("{pages:?}").contains('b'), "{pages:?}");
    assert_eq!(pages.try_next().expect("a page").expect("the second page").data.len(), 1);
    assert!(pages.try_next().expect("the end").is_none());
    assert_eq!(pages.size_hint(), (0, Some(0)));
    let product = client.with_merchant_key("another-product");
    assert_eq!(product.get_rewards().customer_id("C").send().expect("a page").data.len(), 2);
}
