//! A server that follows a script, a request a step, and counts what reached it.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use imprint_client::{Client, ClientBuilder};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::{AbortHandle, JoinSet};

use super::PATIENCE;
use super::operations::good;
use crate::support::{KEY, install_cryptography};

/// What the server does with a request, or with a connection.
#[derive(Clone, Debug)]
pub enum Act {
    /// The answer that the operation would like, and waits for the next request.
    Good,
    /// The same after this.
    GoodAfter(Arc<[u8]>),
    /// The same, and closes the connection once it is idle.
    GoodThenClose,
    /// The same, and resets the connection as soon as the next request comes, without reading it.
    GoodThenReset,
    /// Writes this and waits for the next request.
    Answer(Arc<[u8]>),
    /// Writes this and closes the connection.
    Close(Arc<[u8]>),
    /// Writes this and resets the connection.
    Reset(Arc<[u8]>),
    /// Writes this, and nothing more until the client goes away.
    Stall(Arc<[u8]>),
    /// Writes the first, and then the second again and again until the client goes away, with a rest between.
    Repeat(Arc<[u8]>, Arc<[u8]>, Duration),
    /// Writes this when only the head of the request is there, and reads no more of it.
    Early(Arc<[u8]>),
    /// Resets a new connection without reading the request.
    Hangup,
    /// Says nothing on a new connection until the client goes away, whatever comes.
    Ignore,
    /// Reads nothing from a new connection, and does not see the client go away.
    Deaf,
}

impl Act {
    pub fn status(status: u16) -> Self {
        Self::Answer(answer(status, &[], ""))
    }

    /// An act that needs no request.
    fn is_greeting(&self) -> bool {
        matches!(self, Self::Hangup | Self::Ignore | Self::Deaf)
    }
}

/// A whole answer, with a right `Content-Length`.
pub fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Arc<[u8]> {
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    format!("HTTP/1.1 {status} Status\r\n{headers}content-length: {}\r\n\r\n{body}", body.len()).into_bytes().into()
}

/// Bytes as they are.
pub fn raw(text: &str) -> Arc<[u8]> {
    text.as_bytes().into()
}

type Choose = Box<dyn FnMut(&str) -> Act + Send>;

enum Script {
    /// A step for each, and then always the same.
    Steps(VecDeque<Act>, Act),
    /// By the request line.
    Choice(Choose),
}

struct State {
    script: Script,
    /// The request lines that arrived.
    lines: Vec<String>,
    connections: usize,
    /// Connections that were reset with a request in them that was not read.
    unread: usize,
    /// Clients that went away before they had an answer.
    deserters: usize,
}

pub struct Server {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    /// Bound and not listening: connections are refused, and nobody else gets the port.
    closed: Option<TcpSocket>,
    task: Option<AbortHandle>,
}

impl Server {
    /// A server with this script.
    pub fn following(first: Vec<Act>, then: Act) -> Self {
        Self::refusing(first, then).opened()
    }

    /// A server that does the same each time.
    pub fn always(act: Act) -> Self {
        Self::following(Vec::new(), act)
    }

    /// A server that looks at the request line.
    pub fn choosing(choose: impl FnMut(&str) -> Act + Send + 'static) -> Self {
        let server = Self::refusing(Vec::new(), Act::Good);
        lock(&server.state).script = Script::Choice(Box::new(choose));
        server.opened()
    }

    /// A server that refuses connections until it is opened.
    pub fn refusing(first: Vec<Act>, then: Act) -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).expect("a port");
        let script = Script::Steps(first.into(), then);
        let state = State { script, lines: Vec::new(), connections: 0, unread: 0, deserters: 0 };
        Self {
            address: socket.local_addr().expect("an address"),
            state: Arc::new(Mutex::new(state)),
            closed: Some(socket),
            task: None,
        }
    }

    /// Listens from now on.
    pub fn open(&mut self) {
        if let Some(socket) = self.closed.take() {
            let listener = socket.listen(1024).expect("a listener");
            self.task = Some(tokio::spawn(listen(listener, Arc::clone(&self.state))).abort_handle());
        }
    }

    fn opened(mut self) -> Self {
        self.open();
        self
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A client of this server. It trusts nobody: to read the certificates of the system takes longer than most calls.
    pub fn builder(&self) -> ClientBuilder {
        install_cryptography();
        let builder = Client::builder().api_key(KEY).base_url(self.url());
        #[cfg(feature = "rustls")]
        let builder = builder.http(|http| http.tls_certs_only([]));
        builder
    }

    /// How many requests arrived so far, those that were not read included.
    pub fn requests(&self) -> usize {
        let state = lock(&self.state);
        state.lines.len() + state.unread
    }

    /// The request lines that arrived.
    pub fn lines(&self) -> Vec<String> {
        lock(&self.state).lines.clone()
    }

    pub fn connections(&self) -> usize {
        lock(&self.state).connections
    }

    pub fn deserters(&self) -> usize {
        lock(&self.state).deserters
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

/// Takes connections until it is aborted, and what it takes ends with it.
async fn listen(listener: TcpListener, state: Arc<Mutex<State>>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        lock(&state).connections += 1;
        let state = Arc::clone(&state);
        connections.spawn(async move {
            // An error is a client that went away, which the test sees from the other side.
            let _ = serve(stream, &state).await;
        });
    }
}

async fn serve(mut stream: TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    match greeting(state) {
        Some(Act::Hangup) => {
            lock(state).unread += 1;
            return stream.set_zero_linger();
        }
        Some(Act::Deaf) => {
            lock(state).unread += 1;
            tokio::time::sleep(PATIENCE).await;
            return Ok(());
        }
        Some(_) => {
            lock(state).unread += 1;
            return gone(&mut stream, state).await;
        }
        None => {}
    }
    let mut bytes = Vec::new();
    while let Some(head) = read_head(&mut stream, &mut bytes).await? {
        let act = choose(state, &head.line);
        if let Act::Early(answer) = act {
            stream.write_all(&answer).await?;
            // As long as the client cares to go on.
            tokio::time::sleep(PATIENCE).await;
            return Ok(());
        }
        read_body(&mut stream, &mut bytes, &head).await?;
        match act {
            Act::Good => stream.write_all(&good(&head.line)).await?,
            Act::GoodAfter(before) => {
                stream.write_all(&[&before[..], &good(&head.line)].concat()).await?;
            }
            Act::GoodThenClose => return stream.write_all(&good(&head.line)).await,
            Act::GoodThenReset => {
                stream.write_all(&good(&head.line)).await?;
                if stream.peek(&mut [0]).await? > 0 {
                    lock(state).unread += 1;
                }
                return stream.set_zero_linger();
            }
            Act::Answer(answer) => stream.write_all(&answer).await?,
            Act::Close(answer) => return stream.write_all(&answer).await,
            Act::Reset(answer) => {
                stream.write_all(&answer).await?;
                if !answer.is_empty() {
                    // A reset throws away what the client has not read yet.
                    tokio::time::sleep(Duration::from_millis(30)).await;
                    tokio::task::yield_now().await;
                }
                return stream.set_zero_linger();
            }
            Act::Stall(answer) => {
                stream.write_all(&answer).await?;
                return gone(&mut stream, state).await;
            }
            Act::Repeat(first, again, rest) => {
                stream.write_all(&first).await?;
                while stream.write_all(&again).await.is_ok() {
                    tokio::time::sleep(rest).await;
                }
                lock(state).deserters += 1;
                return Ok(());
            }
            Act::Early(_) | Act::Hangup | Act::Ignore | Act::Deaf => unreachable!("it was done before"),
        }
    }
    Ok(())
}

/// Waits until the client has gone away.
async fn gone(stream: &mut TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    while stream.read(&mut [0; 4096]).await.is_ok_and(|count| count > 0) {}
    lock(state).deserters += 1;
    Ok(())
}

/// The next step, if it is for a new connection.
fn greeting(state: &Mutex<State>) -> Option<Act> {
    match &mut lock(state).script {
        Script::Steps(steps, then) if steps.front().unwrap_or(then).is_greeting() => {
            Some(steps.pop_front().unwrap_or_else(|| then.clone()))
        }
        _ => None,
    }
}

fn choose(state: &Mutex<State>, line: &str) -> Act {
    let mut state = lock(state);
    state.lines.push(line.to_owned());
    match &mut state.script {
        Script::Steps(steps, then) => steps.pop_front().unwrap_or_else(|| then.clone()),
        Script::Choice(choose) => choose(line),
    }
}

struct Head {
    line: String,
    /// Of the body.
    length: usize,
}

/// The head of the next request, taken from the bytes.
async fn read_head(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> std::io::Result<Option<Head>> {
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head: Vec<u8> = bytes.drain(..end + 4).collect();
            let head = String::from_utf8_lossy(&head);
            let lengths = head.lines().filter_map(|line| line.split_once(':'));
            let mut lengths = lengths.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
            let length = lengths.next().map_or(0, |(_, length)| length.trim().parse().expect("a length"));
            return Ok(Some(Head { line: head.lines().next().unwrap_or_default().to_owned(), length }));
        }
        if stream.read_buf(bytes).await? == 0 {
            return Ok(None);
        }
    }
}

async fn read_body(stream: &mut TcpStream, bytes: &mut Vec<u8>, head: &Head) -> std::io::Result<()> {
    while bytes.len() < head.length {
        if stream.read_buf(bytes).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
    bytes.drain(..head.length);
    Ok(())
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
