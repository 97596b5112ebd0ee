//! A server whose responses come from a closure.

use std::sync::{Arc, Mutex, PoisonError};

use imprint_client::{Client, ClientBuilder};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::clock::RecordingClock;
use crate::mock_api::decode;
use crate::support::KEY;

/// How the server replies to a request.
pub enum Reply {
    /// A response with this status and body.
    Json(u16, Value),
    /// A response with this status and no body.
    Empty(u16),
    /// No response: the connection is closed.
    Close,
    /// No response, and the connection stays open.
    NeverRespond,
}

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct ReceivedRequest {
    /// Method and path, such as `GET /v2/orders`.
    pub call: String,
    /// The query parameters, decoded.
    pub query: Vec<(String, String)>,
    pub authorization: String,
    pub merchant_key: Option<String>,
    /// The JSON body, or `Null` if there is none.
    pub body: Value,
}

pub struct ClosureServer {
    url: String,
    requests: Arc<Mutex<Vec<ReceivedRequest>>>,
    task: JoinHandle<()>,
}

impl ClosureServer {
    /// Starts a server that replies to each request as `play` returns.
    pub async fn start(play: impl FnMut(&ReceivedRequest) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (log, play) = (Arc::clone(&requests), Arc::new(Mutex::new(play)));
        let task = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (log, play) = (Arc::clone(&log), Arc::clone(&play));
                tokio::spawn(async move {
                    let Some(request) = read(&mut stream).await else { return };
                    let reply = {
                        lock(&log).push(request.clone());
                        (lock(&play))(&request)
                    };
                    answer(&mut stream, reply).await;
                });
            }
        });
        Self { url, requests, task }
    }

    /// A client of this server that does not wait in its pauses.
    pub fn client(&self) -> Client {
        self.client_with(|builder| builder)
    }

    pub fn client_with(&self, configure: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Client {
        let builder = Client::builder().api_key(KEY).base_url(&self.url).clock(RecordingClock::default());
        configure(builder).build().expect("a loopback URL is a good one")
    }

    /// The requests that the server received so far.
    pub fn requests(&self) -> Vec<ReceivedRequest> {
        lock(&self.requests).clone()
    }

    /// The methods and paths of the requests so far. Repetitions in a row, which are retries, are left out.
    pub fn calls(&self) -> Vec<String> {
        let mut calls: Vec<String> = self.requests().into_iter().map(|request| request.call).collect();
        calls.dedup();
        calls
    }

    /// How many requests with this method and path the server received so far.
    pub fn count(&self, call: &str) -> usize {
        lock(&self.requests).iter().filter(|request| request.call == call).count()
    }
}

impl Drop for ClosureServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl ReceivedRequest {
    pub fn is_call(&self, call: &str) -> bool {
        self.call == call
    }

    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

async fn answer(stream: &mut TcpStream, reply: Reply) {
    let (status, body) = match reply {
        Reply::Json(status, body) => (status, body.to_string()),
        Reply::Empty(status) => (status, String::new()),
        Reply::Close => return,
        // Wait until the client disconnects.
        Reply::NeverRespond => return drop(stream.read(&mut [0; 1]).await),
    };
    let length = body.len();
    let head = format!("HTTP/1.1 {status} Status\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n");
    let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
}

async fn read(stream: &mut TcpStream) -> Option<ReceivedRequest> {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let header = |name: &str| {
                let mut lines = head.lines().filter_map(|line| line.split_once(": "));
                lines.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned())
            };
            let length = header("content-length").map_or(0, |length| length.parse().expect("a length"));
            if bytes.len() >= end + 4 + length {
                let line = head.lines().next().unwrap_or_default();
                let target = line.rsplit_once(' ').map_or(line, |(target, _)| target);
                let (call, query) = target.split_once('?').unwrap_or((target, ""));
                let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
                return Some(ReceivedRequest {
                    call: call.to_owned(),
                    query: pairs.map(|(name, value)| (decode(name), decode(value))).collect(),
                    authorization: header("authorization").unwrap_or_default(),
                    merchant_key: header("x-imprint-merchant-key"),
                    body: serde_json::from_slice(&bytes[end + 4..]).unwrap_or_default(),
                });
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
