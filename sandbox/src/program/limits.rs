//! Tests of what connections may take of the program, with limits that are short enough to wait for. They stand here since they
//! start whole sandboxes, which the module of the connections knows nothing of.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::sandbox::{Bound, Builder, FIRST_KEY, Sandbox};
use crate::server::{Limits, MAX_BODY};

/// Short enough for a test to wait for, and long enough for a machine that is busy.
const SHORT: Duration = Duration::from_millis(300);
const LONG: Duration = Duration::from_secs(20);

const UNLIMITED: Limits = Limits { connections: 1_000, first_head: LONG, next_head: LONG, body: LONG };

async fn sandbox(limits: Limits) -> Sandbox {
    let Bound { sandbox, listeners, .. } = Builder::default().bind().await.expect("it starts");
    for listener in listeners {
        sandbox.listening().accept_within(listener, limits);
    }
    sandbox
}

async fn connect(sandbox: &Sandbox, sent: &str) -> TcpStream {
    let mut stream = TcpStream::connect(sandbox.listening().address()).await.expect("a connection");
    stream.write_all(sent.as_bytes()).await.expect("it is sent");
    stream
}

/// The bytes that come until the peer closes the connection.
async fn rest(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    let read = timeout(LONG / 2, stream.read_to_end(&mut bytes)).await.expect("the connection is closed");
    match read {
        Err(error) if error.kind() != io::ErrorKind::ConnectionReset => panic!("{error}"),
        _ => bytes,
    }
}

/// Sends a request and reads the first bytes of its answer.
async fn ask(stream: &mut TcpStream) -> String {
    stream.write_all(b"GET /v2/nothing HTTP/1.1\r\nhost: localhost\r\n\r\n").await.expect("it is sent");
    let mut bytes = vec![0; 4_096];
    let count = timeout(LONG / 2, stream.read(&mut bytes)).await.expect("an answer in time").expect("an answer");
    String::from_utf8_lossy(&bytes[..count]).into_owned()
}

#[tokio::test]
async fn a_connection_without_a_request_is_closed_and_one_with_a_request_stays() {
    let sandbox = sandbox(Limits { first_head: SHORT, ..UNLIMITED }).await;
    let mut kept = connect(&sandbox, "").await;
    assert!(ask(&mut kept).await.starts_with("HTTP/1.1 404"));
    for sent in ["", "GET / HTTP/1.1\r\nhost: loc"] {
        let mut stream = connect(&sandbox, sent).await;
        assert!(rest(&mut stream).await.is_empty());
    }
    assert!(ask(&mut kept).await.starts_with("HTTP/1.1 404"), "it was idle for longer");
}

#[tokio::test]
async fn a_connection_that_stays_idle_after_its_answer_is_closed() {
    let sandbox = sandbox(Limits { next_head: SHORT, ..UNLIMITED }).await;
    let mut stream = connect(&sandbox, "").await;
    assert!(ask(&mut stream).await.starts_with("HTTP/1.1 404"));
    rest(&mut stream).await;
}

#[tokio::test]
async fn a_body_that_does_not_end_in_time_ends_the_connection() {
    let sandbox = sandbox(Limits { body: SHORT, ..UNLIMITED }).await;
    let head = "POST /v2/customer_sessions HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{";
    assert!(rest(&mut connect(&sandbox, head).await).await.is_empty());
}

#[tokio::test]
async fn a_body_whose_length_is_too_long_is_refused_before_it_comes() {
    let sandbox = sandbox(UNLIMITED).await;
    let head = format!(
        "POST /v2/customer_sessions HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {FIRST_KEY}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        MAX_BODY + 1
    );
    let answer = rest(&mut connect(&sandbox, &head).await).await;
    assert!(answer.starts_with(b"HTTP/1.1 413"), "{}", String::from_utf8_lossy(&answer));
}

/// A client that writes its whole request before it reads, as many do, gets the answer all the same. The body is longer
/// than what the buffers of a connection hold.
#[tokio::test]
async fn a_client_that_sends_too_much_gets_the_answer_and_no_broken_connection() {
    const LENGTH: usize = 64 << 20;
    let sandbox = sandbox(UNLIMITED).await;
    for length in ["content-length: 67108864", "transfer-encoding: chunked"] {
        let head = format!(
            "POST /v2/customer_sessions HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {FIRST_KEY}\r\n\
             content-type: application/json\r\n{length}\r\n\r\n"
        );
        let mut stream = connect(&sandbox, &head).await;
        if length.ends_with("chunked") {
            stream.write_all(b"4000000\r\n").await.expect("it is sent");
        }
        let piece = vec![b'1'; 1 << 20];
        for _ in 0..LENGTH / piece.len() {
            stream.write_all(&piece).await.expect("the server takes what comes after its answer");
        }
        let mut answer = Vec::new();
        stream.shutdown().await.expect("the end is sent");
        stream.read_to_end(&mut answer).await.expect("no reset");
        assert!(answer.starts_with(b"HTTP/1.1 413"), "{}", String::from_utf8_lossy(&answer));
    }
}

#[tokio::test]
async fn one_connection_more_than_there_may_be_waits_for_the_end_of_another() {
    let sandbox = sandbox(Limits { connections: 1, ..UNLIMITED }).await;
    let mut first = connect(&sandbox, "").await;
    assert!(ask(&mut first).await.starts_with("HTTP/1.1 404"));
    let mut second = connect(&sandbox, "GET /v2/nothing HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
    let mut byte = [0; 8];
    assert!(timeout(SHORT, second.read(&mut byte)).await.is_err(), "it is not accepted yet");
    drop(first);
    let count = timeout(LONG / 2, second.read(&mut byte)).await.expect("in time").expect("an answer");
    assert!(b"HTTP/1.1".starts_with(&byte[..count]) && count > 0);
}
