//! Requests over a socket, byte by byte, for what no HTTP client shows: how a connection ends.

use std::io::ErrorKind;
use std::time::Duration;

use imprint_sandbox::Sandbox;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// No step of a test takes longer.
const LONGEST: Duration = Duration::from_secs(10);

/// A connection to a sandbox.
pub struct Raw {
    stream: TcpStream,
    key: String,
}

/// How a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// In the orderly way.
    Closed,
    Reset,
}

impl Raw {
    pub async fn connect(sandbox: &Sandbox) -> Self {
        let stream = TcpStream::connect(sandbox.url().trim_start_matches("http://")).await.expect("a connection");
        Self { stream, key: sandbox.key().expose().to_owned() }
    }

    /// Sends a request without a body.
    pub async fn send(&mut self, method: &str, path: &str) {
        let key = &self.key;
        let head =
            format!("{method} {path} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {key}\r\ncontent-length: 0\r\n\r\n");
        self.stream.write_all(head.as_bytes()).await.expect("a request");
    }

    /// Reads an answer that is whole: the status line with the headers, and the body.
    pub async fn answer(&mut self) -> (String, String) {
        let head = self.head().await;
        let mut body = vec![0; content_length(&head)];
        self.read(&mut body).await;
        (head, String::from_utf8(body).expect("text"))
    }

    /// Reads a status line and headers.
    pub async fn head(&mut self) -> String {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(timeout(LONGEST, self.stream.read_u8()).await.expect("in time").expect("a head"));
        }
        String::from_utf8(head).expect("text")
    }

    /// Fills a buffer.
    pub async fn read(&mut self, bytes: &mut [u8]) {
        timeout(LONGEST, self.stream.read_exact(bytes)).await.expect("in time").expect("as many bytes");
    }

    /// Reads until the connection ends: what came, and how it ended.
    pub async fn end(&mut self) -> (Vec<u8>, End) {
        let mut bytes = Vec::new();
        let read = timeout(LONGEST, self.stream.read_to_end(&mut bytes)).await.expect("an end in time");
        let end = match read {
            Ok(_) => End::Closed,
            Err(e) if e.kind() == ErrorKind::ConnectionReset => End::Reset,
            Err(e) => panic!("{e}"),
        };
        (bytes, end)
    }

    /// Says that nothing more will be sent, as a client does that goes away, and can still read.
    pub async fn go(&mut self) {
        self.stream.shutdown().await.expect("a connection");
    }

    /// Whether nothing comes, and the connection does not end, for a time.
    pub async fn is_silent(&mut self, time: Duration) -> bool {
        timeout(time, self.stream.read_u8()).await.is_err()
    }
}

/// The length of the body that a head announces.
pub fn content_length(head: &str) -> usize {
    let line = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    line.and_then(|length| length.parse().ok()).expect("a content-length")
}
