//! A server that causes one fault for each request, and counts the requests and connections that reached it.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use imprint_client::{Client, ClientBuilder};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::{AbortHandle, JoinSet};

use super::TEST_TIMEOUT;
use super::operations::success_response;
use crate::support::{KEY, install_cryptography};

/// What the server does with a request or with a new connection.
#[derive(Clone, Debug)]
pub enum ServerAction {
    /// Sends a success response for the operation, and waits for the next request.
    Succeed,
    /// Sends these bytes and then a success response.
    SucceedAfter(Arc<[u8]>),
    /// Sends a success response and closes the connection.
    SucceedThenClose,
    /// Sends a success response, and resets the connection when the next request arrives, without reading it.
    SucceedThenReset,
    /// Sends these bytes and waits for the next request.
    Respond(Arc<[u8]>),
    /// Sends these bytes and closes the connection.
    Close(Arc<[u8]>),
    /// Sends these bytes and resets the connection.
    Reset(Arc<[u8]>),
    /// Sends these bytes and nothing more until the client disconnects.
    Stall(Arc<[u8]>),
    /// Sends the first bytes, and then the second ones again and again, with this pause between them, until the client
    /// disconnects.
    Repeat(Arc<[u8]>, Arc<[u8]>, Duration),
    /// Sends these bytes after it has read the head of the request, and does not read the body.
    RespondEarly(Arc<[u8]>),
    /// Resets a new connection without reading the request.
    ResetUnread,
    /// Sends nothing on a new connection until the client disconnects, whatever the client sends.
    NeverRespond,
    /// Reads nothing from a new connection, so that it does not notice when the client disconnects.
    NeverRead,
}

impl ServerAction {
    pub fn status(status: u16) -> Self {
        Self::Respond(response(status, &[], ""))
    }

    /// Whether the action applies to a new connection, before a request is read.
    fn acts_on_connection(&self) -> bool {
        matches!(self, Self::ResetUnread | Self::NeverRespond | Self::NeverRead)
    }
}

/// A complete response with a correct `Content-Length`.
pub fn response(status: u16, headers: &[(&str, &str)], body: &str) -> Arc<[u8]> {
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    format!("HTTP/1.1 {status} Status\r\n{headers}content-length: {}\r\n\r\n{body}", body.len()).into_bytes().into()
}

/// The bytes of a text.
pub fn raw_bytes(text: &str) -> Arc<[u8]> {
    text.as_bytes().into()
}

type ChooseAction = Box<dyn FnMut(&str) -> ServerAction + Send>;

enum ActionSource {
    /// One action for each request, and then always the last one.
    Sequence(VecDeque<ServerAction>, ServerAction),
    /// An action chosen by the request line.
    Chosen(ChooseAction),
}

struct State {
    actions: ActionSource,
    /// The request lines that the server received.
    lines: Vec<String>,
    connections: usize,
    /// Connections on which a request may have arrived that the server did not read.
    unread: usize,
    /// Connections that the client closed before it had a response.
    abandoned_connections: usize,
}

pub struct FaultServer {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    /// A socket that is bound and does not listen: connections are refused, and no other process gets the port.
    closed: Option<TcpSocket>,
    task: Option<AbortHandle>,
}

impl FaultServer {
    /// A server with one action for each of the first requests, and `then` for all others.
    pub fn with_actions(first: Vec<ServerAction>, then: ServerAction) -> Self {
        Self::refusing_connections(first, then).opened()
    }

    /// A server with the same action for every request.
    pub fn always(act: ServerAction) -> Self {
        Self::with_actions(Vec::new(), act)
    }

    /// A server that chooses the action by the request line.
    pub fn choosing_by_request_line(choose: impl FnMut(&str) -> ServerAction + Send + 'static) -> Self {
        let server = Self::refusing_connections(Vec::new(), ServerAction::Succeed);
        lock(&server.state).actions = ActionSource::Chosen(Box::new(choose));
        server.opened()
    }

    /// A server that refuses connections until `open` is called.
    pub fn refusing_connections(first: Vec<ServerAction>, then: ServerAction) -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).expect("a port");
        let actions = ActionSource::Sequence(first.into(), then);
        let state = State { actions, lines: Vec::new(), connections: 0, unread: 0, abandoned_connections: 0 };
        Self {
            address: socket.local_addr().expect("an address"),
            state: Arc::new(Mutex::new(state)),
            closed: Some(socket),
            task: None,
        }
    }

    /// Accepts connections from now on.
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

    /// A builder of a client for this server. The client trusts no CA certificates, because reading those of the system
    /// takes longer than most calls of these tests.
    pub fn builder(&self) -> ClientBuilder {
        install_cryptography();
        let builder = Client::builder().api_key(KEY).base_url(self.url());
        #[cfg(feature = "rustls")]
        let builder = builder.http(|http| http.tls_certs_only([]));
        builder
    }

    /// How many requests arrived so far, including those that the server did not read.
    pub fn requests(&self) -> usize {
        let state = lock(&self.state);
        state.lines.len() + state.unread
    }

    /// The request lines that the server received.
    pub fn lines(&self) -> Vec<String> {
        lock(&self.state).lines.clone()
    }

    pub fn connections(&self) -> usize {
        lock(&self.state).connections
    }

    pub fn abandoned_connections(&self) -> usize {
        lock(&self.state).abandoned_connections
    }
}

impl Drop for FaultServer {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

/// Accepts connections until it is aborted, which also closes the accepted connections.
async fn listen(listener: TcpListener, state: Arc<Mutex<State>>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        lock(&state).connections += 1;
        let state = Arc::clone(&state);
        connections.spawn(async move {
            // An error means that the client disconnected. The test sees the effect in the result of its call.
            let _ = serve(stream, &state).await;
        });
    }
}

async fn serve(mut stream: TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    match next_connection_action(state) {
        Some(ServerAction::ResetUnread) => {
            lock(state).unread += 1;
            return stream.set_zero_linger();
        }
        Some(ServerAction::NeverRead) => {
            lock(state).unread += 1;
            tokio::time::sleep(TEST_TIMEOUT).await;
            return Ok(());
        }
        Some(_) => {
            lock(state).unread += 1;
            return wait_for_disconnect(&mut stream, state).await;
        }
        None => {}
    }
    let mut bytes = Vec::new();
    while let Some(head) = read_head(&mut stream, &mut bytes).await? {
        let act = next_action(state, &head.line);
        if let ServerAction::RespondEarly(answer) = act {
            stream.write_all(&answer).await?;
            // Keep the connection open while the client sends the rest of the request.
            tokio::time::sleep(TEST_TIMEOUT).await;
            return Ok(());
        }
        read_body(&mut stream, &mut bytes, &head).await?;
        match act {
            ServerAction::Succeed => stream.write_all(&success_response(&head.line)).await?,
            ServerAction::SucceedAfter(before) => {
                stream.write_all(&[&before[..], &success_response(&head.line)].concat()).await?;
            }
            ServerAction::SucceedThenClose => return stream.write_all(&success_response(&head.line)).await,
            ServerAction::SucceedThenReset => {
                stream.write_all(&success_response(&head.line)).await?;
                if stream.peek(&mut [0]).await? > 0 {
                    lock(state).unread += 1;
                }
                return stream.set_zero_linger();
            }
            ServerAction::Respond(answer) => stream.write_all(&answer).await?,
            ServerAction::Close(answer) => return stream.write_all(&answer).await,
            ServerAction::Reset(answer) => {
                stream.write_all(&answer).await?;
                if !answer.is_empty() {
                    // A reset discards what the client has not read yet, so give it time to read.
                    tokio::time::sleep(Duration::from_millis(30)).await;
                    tokio::task::yield_now().await;
                }
                return stream.set_zero_linger();
            }
            ServerAction::Stall(answer) => {
                stream.write_all(&answer).await?;
                return wait_for_disconnect(&mut stream, state).await;
            }
            ServerAction::Repeat(first, again, rest) => {
                stream.write_all(&first).await?;
                while stream.write_all(&again).await.is_ok() {
                    tokio::time::sleep(rest).await;
                }
                lock(state).abandoned_connections += 1;
                return Ok(());
            }
            ServerAction::RespondEarly(_)
            | ServerAction::ResetUnread
            | ServerAction::NeverRespond
            | ServerAction::NeverRead => unreachable!("handled before the body of the request was read"),
        }
    }
    Ok(())
}

/// Waits until the client has disconnected.
async fn wait_for_disconnect(stream: &mut TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    while stream.read(&mut [0; 4096]).await.is_ok_and(|count| count > 0) {}
    lock(state).abandoned_connections += 1;
    Ok(())
}

/// The next action, if it applies to a new connection.
fn next_connection_action(state: &Mutex<State>) -> Option<ServerAction> {
    match &mut lock(state).actions {
        ActionSource::Sequence(steps, then) if steps.front().unwrap_or(then).acts_on_connection() => {
            Some(steps.pop_front().unwrap_or_else(|| then.clone()))
        }
        _ => None,
    }
}

fn next_action(state: &Mutex<State>, line: &str) -> ServerAction {
    let mut state = lock(state);
    state.lines.push(line.to_owned());
    match &mut state.actions {
        ActionSource::Sequence(steps, then) => steps.pop_front().unwrap_or_else(|| then.clone()),
        ActionSource::Chosen(choose) => choose(line),
    }
}

struct Head {
    line: String,
    /// The length of the body.
    length: usize,
}

/// Reads the head of the next request and removes it from `bytes`.
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
