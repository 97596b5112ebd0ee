//! A server without an HTTP library: the tests see the raw requests, and can send malformed and endless responses.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use imprint_client::{Client, ClientBuilder, RetryPolicy};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::support::KEY;

/// How the server replies after it has read a request.
#[derive(Clone)]
pub enum RawReply {
    /// Sends these bytes and waits for the next request.
    KeepOpen(Arc<[u8]>),
    /// Sends these bytes and closes the connection.
    Close(Arc<[u8]>),
    /// Sends the first bytes, and then the second ones again and again until the client disconnects.
    Endless(Arc<[u8]>, Arc<[u8]>),
    /// Sends nothing and waits until the client disconnects.
    NeverRespond,
}

/// The maximum size of an endless response, so that a client without a limit fails the test instead of running for
/// ever.
const MAX_ENDLESS_BYTES: usize = 64 << 20;

pub struct RawServer {
    url: String,
    state: Arc<Mutex<State>>,
    task: JoinHandle<()>,
}

struct State {
    reply: RawReply,
    /// The request lines that the server received.
    lines: Vec<String>,
    connections: usize,
    /// The largest number of bytes that a client took of an endless response.
    endless_bytes: usize,
    /// How many requests got no response, and how many of those the client gave up.
    unanswered_requests: usize,
    abandoned_requests: usize,
}

impl RawServer {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let reply = RawReply::Close(Arc::from(b"".as_slice()));
        let state = Arc::new(Mutex::new(State {
            reply,
            lines: Vec::new(),
            connections: 0,
            endless_bytes: 0,
            unanswered_requests: 0,
            abandoned_requests: 0,
        }));
        let shared = Arc::clone(&state);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                lock(&shared).connections += 1;
                tokio::spawn(serve(stream, Arc::clone(&shared)));
            }
        });
        Self { url, state, task }
    }

    /// A client of this server that makes one attempt per call.
    pub fn client(&self) -> Client {
        self.client_with(|builder| builder)
    }

    pub fn client_with(&self, configure: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Client {
        let builder = Client::builder().api_key(KEY).base_url(&self.url).retry(RetryPolicy::off());
        configure(builder).build().expect("a loopback URL is a good one")
    }

    /// Sets the reply to all later requests.
    pub fn set_reply(&self, reply: RawReply) {
        lock(&self.state).reply = reply;
    }

    /// Sets the response to all later requests: a complete one with a correct `Content-Length`.
    pub fn respond_with(&self, status: u16, headers: &[(&str, &str)], body: &[u8]) {
        let length = ("content-length", &*body.len().to_string());
        self.set_reply(RawReply::KeepOpen(response_head(status, headers.iter().copied().chain([length])).chain(body)));
    }

    /// Removes and returns the request lines since the last call.
    pub fn lines(&self) -> Vec<String> {
        std::mem::take(&mut lock(&self.state).lines)
    }

    /// How many connections were made so far.
    pub fn connections(&self) -> usize {
        lock(&self.state).connections
    }

    /// The largest number of bytes that a client took of an endless response since the last call, including the buffers
    /// of both sockets.
    pub fn endless_bytes(&self) -> usize {
        std::mem::take(&mut lock(&self.state).endless_bytes)
    }

    /// How many requests got no response so far.
    pub fn unanswered_requests(&self) -> usize {
        lock(&self.state).unanswered_requests
    }

    /// How many of the requests without a response the client has given up.
    pub fn abandoned_requests(&self) -> usize {
        lock(&self.state).abandoned_requests
    }
}

impl Drop for RawServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The head of a response.
pub struct ResponseHead(Vec<u8>);

pub fn response_head<'a>(status: u16, headers: impl IntoIterator<Item = (&'a str, &'a str)>) -> ResponseHead {
    let headers: String = headers.into_iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    ResponseHead(format!("HTTP/1.1 {status} Status\r\n{headers}\r\n").into_bytes())
}

impl ResponseHead {
    /// The bytes of the response: this head and the body.
    pub fn chain(mut self, body: &[u8]) -> Arc<[u8]> {
        self.0.extend_from_slice(body);
        self.0.into()
    }
}

async fn serve(mut stream: TcpStream, state: Arc<Mutex<State>>) {
    let mut bytes = Vec::new();
    while let Some((line, length)) = read_request(&mut stream, &mut bytes).await {
        bytes.drain(..length);
        let reply = {
            let mut state = lock(&state);
            state.lines.push(line);
            state.reply.clone()
        };
        match reply {
            RawReply::KeepOpen(bytes) => {
                if stream.write_all(&bytes).await.is_err() {
                    return;
                }
            }
            RawReply::Close(bytes) => {
                let _ = stream.write_all(&bytes).await;
                return;
            }
            RawReply::NeverRespond => {
                lock(&state).unanswered_requests += 1;
                let _ = stream.read_to_end(&mut bytes).await;
                lock(&state).abandoned_requests += 1;
                return;
            }
            RawReply::Endless(head, drops) => {
                let mut written = stream.write(&head).await;
                let mut sum = 0;
                while let Ok(count) = written
                    && sum < MAX_ENDLESS_BYTES
                {
                    sum += count;
                    written = stream.write_all(&drops).await.map(|()| drops.len());
                }
                let mut state = lock(&state);
                state.endless_bytes = state.endless_bytes.max(sum);
                return;
            }
        }
    }
}

/// The request line of the next request, and the length of the request with its body.
async fn read_request(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> Option<(String, usize)> {
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let lengths = head.lines().filter_map(|line| line.split_once(':'));
            let mut lengths = lengths.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
            let length: usize = lengths.next().map_or(0, |(_, length)| length.trim().parse().expect("a length"));
            if bytes.len() >= end + 4 + length {
                return Some((head.lines().next().unwrap_or_default().to_owned(), end + 4 + length));
            }
        }
        if stream.read_buf(bytes).await.ok()? == 0 {
            return None;
        }
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
