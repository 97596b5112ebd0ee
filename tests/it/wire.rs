//! A server without a library: what is on the wire is seen as it is, and answers may be as broken as they like.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use imprint_client::{Client, ClientBuilder, RetryPolicy};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::support::KEY;

/// What the server does once it has read a request.
#[derive(Clone)]
pub enum Reply {
    /// Writes this and waits for the next request.
    Whole(Arc<[u8]>),
    /// Writes this and closes the connection.
    Close(Arc<[u8]>),
    /// Writes the first, and then the second again and again until the client goes away.
    Flood(Arc<[u8]>, Arc<[u8]>),
    /// Writes nothing and waits until the client goes away.
    Hold,
}

/// No answer is longer than this: a client without a limit is to fail and not to run on.
const FLOOD: usize = 64 << 20;

pub struct Wire {
    url: String,
    state: Arc<Mutex<State>>,
    task: JoinHandle<()>,
}

struct State {
    reply: Reply,
    /// The request lines that arrived.
    lines: Vec<String>,
    connections: usize,
    /// The largest part of a flood that a client took.
    flooded: usize,
    /// How many requests were held, and how many of them were given up.
    held: usize,
    released: usize,
}

impl Wire {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let reply = Reply::Close(Arc::from(b"".as_slice()));
        let state =
            Arc::new(Mutex::new(State { reply, lines: Vec::new(), connections: 0, flooded: 0, held: 0, released: 0 }));
        let shared = Arc::clone(&state);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                lock(&shared).connections += 1;
                tokio::spawn(serve(stream, Arc::clone(&shared)));
            }
        });
        Self { url, state, task }
    }

    /// A client of this server, which makes one attempt.
    pub fn client(&self) -> Client {
        self.client_with(|builder| builder)
    }

    pub fn client_with(&self, configure: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Client {
        let builder = Client::builder().api_key(KEY).base_url(&self.url).retry(RetryPolicy::off());
        configure(builder).build().expect("a loopback URL is a good one")
    }

    /// Replies like this from now on.
    pub fn reply(&self, reply: Reply) {
        lock(&self.state).reply = reply;
    }

    /// Replies with a whole answer from now on, with a right `Content-Length`.
    pub fn answer(&self, status: u16, headers: &[(&str, &str)], body: &[u8]) {
        let length = ("content-length", &*body.len().to_string());
        self.reply(Reply::Whole(head(status, headers.iter().copied().chain([length])).chain(body)));
    }

    /// The request lines that arrived since the last time.
    pub fn lines(&self) -> Vec<String> {
        std::mem::take(&mut lock(&self.state).lines)
    }

    /// How many connections were made so far.
    pub fn connections(&self) -> usize {
        lock(&self.state).connections
    }

    /// The largest part of a flood that a client took since the last time, its buffers and ours included.
    pub fn flooded(&self) -> usize {
        std::mem::take(&mut lock(&self.state).flooded)
    }

    /// How many requests were held so far.
    pub fn held(&self) -> usize {
        lock(&self.state).held
    }

    /// How many of those that were held the client has given up.
    pub fn released(&self) -> usize {
        lock(&self.state).released
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The head of an answer.
pub struct Head(Vec<u8>);

pub fn head<'a>(status: u16, headers: impl IntoIterator<Item = (&'a str, &'a str)>) -> Head {
    let headers: String = headers.into_iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    Head(format!("HTTP/1.1 {status} Status\r\n{headers}\r\n").into_bytes())
}

impl Head {
    /// The bytes of the answer with this behind the head.
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
            Reply::Whole(bytes) => {
                if stream.write_all(&bytes).await.is_err() {
                    return;
                }
            }
            Reply::Close(bytes) => {
                let _ = stream.write_all(&bytes).await;
                return;
            }
            Reply::Hold => {
                lock(&state).held += 1;
                let _ = stream.read_to_end(&mut bytes).await;
                lock(&state).released += 1;
                return;
            }
            Reply::Flood(head, drops) => {
                let mut written = stream.write(&head).await;
                let mut sum = 0;
                while let Ok(count) = written
                    && sum < FLOOD
                {
                    sum += count;
                    written = stream.write_all(&drops).await.map(|()| drops.len());
                }
                let mut state = lock(&state);
                state.flooded = state.flooded.max(sum);
                return;
            }
        }
    }
}

/// The request line of the next request, and how many of the bytes it takes with its body.
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
