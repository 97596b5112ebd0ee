//! For unit tests: a server on the loopback that follows a script, and a clock that does not wait.
//!
//! The script has an entry for each connection. The server hands over the requests that it got.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use crate::call::{Clock, Pause};

/// A clock that notes its pauses and does not wait. Time passes by pauses and by [`pass`](Self::pass) alone.
#[derive(Clone, Default)]
pub(crate) struct TestClock(Arc<Mutex<Passed>>);

struct Passed {
    now: Instant,
    pauses: Vec<Duration>,
}

impl Default for Passed {
    fn default() -> Self {
        Self { now: Instant::now(), pauses: Vec::new() }
    }
}

impl TestClock {
    pub(crate) fn pass(&self, time: Duration) {
        self.0.lock().unwrap().now += time;
    }

    pub(crate) fn pauses(&self) -> Vec<Duration> {
        self.0.lock().unwrap().pauses.clone()
    }
}

impl Clock for TestClock {
    fn now(&self) -> Instant {
        self.0.lock().unwrap().now
    }

    fn sleep(&self, pause: Duration) -> Pause {
        self.pass(pause);
        self.0.lock().unwrap().pauses.push(pause);
        Box::pin(std::future::ready(()))
    }

    fn jitter(&self) -> f64 {
        1.0
    }
}

/// No test waits longer than this for anything.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// What to do with one connection.
pub(crate) enum OnConnection {
    /// Read the request, write this, close.
    Answer(Vec<u8>),
    /// Read the request and close.
    Close,
    /// Read the request, write this, and keep the connection open until the client gives up.
    Stall(Vec<u8>),
    /// Read nothing and wait until the client gives up.
    #[cfg_attr(not(feature = "rustls"), expect(dead_code, reason = "for handshakes"))]
    Ignore,
}

pub(crate) struct TestServer {
    pub(crate) url: String,
    requests: Receiver<String>,
}

impl TestServer {
    pub(crate) fn start(script: Vec<OnConnection>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (sender, requests) = channel();
        thread::spawn(move || {
            for step in script {
                let Ok((mut stream, _)) = listener.accept() else { return };
                stream.set_read_timeout(Some(PATIENCE)).unwrap();
                if !matches!(step, OnConnection::Ignore) {
                    let _ = sender.send(read_request(&mut stream));
                }
                match step {
                    OnConnection::Answer(bytes) => drop(stream.write_all(&bytes)),
                    OnConnection::Close => {}
                    OnConnection::Stall(bytes) => {
                        let _ = stream.write_all(&bytes);
                        let _ = stream.read_to_end(&mut Vec::new());
                    }
                    OnConnection::Ignore => drop(stream.read_to_end(&mut Vec::new())),
                }
            }
        });
        Self { url, requests }
    }

    /// A server with one answer.
    pub(crate) fn answering(status: &str, headers: &[&str], body: &str) -> Self {
        Self::start(vec![OnConnection::Answer(answer(status, headers, body))])
    }

    /// The next request, as it was on the wire.
    pub(crate) fn request(&self) -> String {
        self.requests.recv_timeout(PATIENCE).unwrap()
    }

    pub(crate) fn got_nothing(&self) -> bool {
        self.requests.try_recv().is_err()
    }
}

/// An answer with a right `Content-Length`.
pub(crate) fn answer(status: &str, headers: &[&str], body: &str) -> Vec<u8> {
    let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
    let length = if status.starts_with("204") { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
    format!("HTTP/1.1 {status}\r\nConnection: close\r\n{headers}{length}\r\n{body}").into_bytes()
}

fn read_request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let count = stream.read(&mut chunk).unwrap_or(0);
        bytes.extend_from_slice(&chunk[..count]);
        let text = String::from_utf8_lossy(&bytes);
        let complete = text.split_once("\r\n\r\n").is_some_and(|(head, body)| {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            body.len() >= length.map_or(0, |length| length.parse().unwrap())
        });
        if complete || count == 0 {
            return text.into_owned();
        }
    }
}
