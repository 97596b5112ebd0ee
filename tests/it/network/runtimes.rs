//! Calls without a tokio runtime, with a runtime that lacks a driver, and with several runtimes for one client.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use imprint_client::{Client, Error, RetryPolicy, error::TimeoutPhase};
use tokio::runtime::{Builder, Runtime};

use crate::support::{KEY, install_cryptography};

/// A server that runs in threads without a runtime, keeps its connections open, and counts them.
struct CountingServer {
    url: String,
    connections: Arc<AtomicUsize>,
}

impl CountingServer {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let connections = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&connections);
        // The thread ends with the test process.
        thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                count.fetch_add(1, Ordering::SeqCst);
                thread::spawn(move || serve(stream));
            }
        });
        Self { url, connections }
    }

    fn client(&self) -> Client {
        install_cryptography();
        let builder = Client::builder().api_key(KEY).base_url(&self.url).retry(RetryPolicy::off());
        builder.attempt_timeout(Duration::from_millis(500)).build().expect("a client")
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

fn serve(mut stream: TcpStream) {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        let mut chunk = [0; 1024];
        match stream.read(&mut chunk) {
            Ok(count) if count > 0 => bytes.extend_from_slice(&chunk[..count]),
            _ => return,
        }
        if bytes.ends_with(b"\r\n\r\n") {
            bytes.clear();
            if stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n{\"id\": \"C\"}").is_err() {
                return;
            }
        }
    }
}

fn current_thread_runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

async fn call(client: &Client) -> Result<(), Error> {
    client.get_customer().customer_id("C").send().await.map(drop)
}

fn assert_runtime_error(error: &Error, says: &str) {
    let Error::Config(config) = error else { panic!("{error:?}") };
    assert_eq!(config.setting(), "runtime");
    assert!(error.to_string().contains(says) && error.to_string().contains("nothing was sent"), "{error}");
    assert!(!error.is_retryable() && !error.may_have_been_processed() && error.attempts() == 0, "{error:?}");
}

#[test]
fn a_call_without_a_runtime_is_a_config_error() {
    let server = CountingServer::start();
    let client = server.client();
    let mut context = Context::from_waker(Waker::noop());
    let Poll::Ready(Err(error)) = pin!(call(&client)).poll(&mut context) else {
        panic!("the call must fail at once without a runtime")
    };
    assert_runtime_error(&error, "#[tokio::main]");
    let mut items = client.get_rewards().customer_id("C").stream().prefetch();
    let Poll::Ready(Some(Err(error))) = futures_util::StreamExt::poll_next_unpin(&mut items, &mut context) else {
        panic!("the call must fail at once without a runtime")
    };
    assert_runtime_error(&error, "#[tokio::main]");
    assert_eq!(server.connections(), 0);
}

/// tokio panics if a driver is missing. The client catches that panic, but its line on stderr remains.
#[test]
fn a_call_in_a_runtime_without_a_driver_is_a_config_error() {
    let server = CountingServer::start();
    let client = server.client();
    let mut bare = Builder::new_current_thread();
    let mut timeless = Builder::new_current_thread();
    let mut offline = Builder::new_multi_thread();
    for (builder, says) in [
        (&mut bare, "enable_time()"),
        (timeless.enable_io(), "enable_time()"),
        (offline.worker_threads(1).enable_time(), "enable_io()"),
    ] {
        let runtime = builder.build().expect("a runtime");
        for _ in 0..2 {
            assert_runtime_error(&runtime.block_on(call(&client)).expect_err("the runtime lacks a driver"), says);
        }
    }
    assert_eq!(server.connections(), 0);
    // The same client works in a complete runtime.
    current_thread_runtime().block_on(call(&client)).expect("a success");
}

/// A connection ends with the runtime that made it, and the next runtime makes a new one.
#[test]
fn one_client_works_in_runtimes_one_after_the_other() {
    let server = CountingServer::start();
    let client = server.client();
    for expected in 1..=5 {
        let runtime = current_thread_runtime();
        for _ in 0..2 {
            runtime.block_on(call(&client)).expect("a success");
        }
        assert_eq!(server.connections(), expected);
        drop(runtime);
    }
}

/// A multi-threaded runtime always runs, so calls from another runtime can use its connections.
#[test]
fn multi_threaded_runtimes_share_a_client() {
    let server = CountingServer::start();
    let client = server.client();
    let one = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let other = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    for _ in 0..10 {
        one.block_on(call(&client)).expect("a success");
        other.block_on(call(&client)).expect("a success");
    }
    // On a busy machine a connection may not be back in the pool when the next call looks for one.
    assert!(server.connections() <= 5, "{} connections for 20 calls", server.connections());
}

/// The runtime that made the connection exists but does not run. A call from another runtime gets this connection from
/// the pool. Its request is never sent, and the attempt times out.
#[test]
fn a_runtime_that_does_not_run_blocks_a_call_of_another_until_its_timeout() {
    let server = CountingServer::start();
    let client = server.client();
    let still = current_thread_runtime();
    still.block_on(call(&client)).expect("a success");
    let running = current_thread_runtime();
    let begun = Instant::now();
    let error = running.block_on(call(&client)).expect_err("the request is never sent");
    assert!(matches!(&error, Error::Timeout(timeout) if timeout.phase() == TimeoutPhase::Attempt), "{error:?}");
    assert!(error.may_have_been_processed() && begun.elapsed() >= Duration::from_millis(500));
    // The connection is no longer in the pool.
    running.block_on(call(&client)).expect("a success");
    assert_eq!(server.connections(), 2);
    drop(still);
}
