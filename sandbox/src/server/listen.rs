//! The socket and its connections. They end when the last handle of the sandbox is dropped.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http_body_util::{BodyExt, Either, Limited};
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, watch};
use tokio::task::{AbortHandle, JoinHandle, JoinSet};
use tokio::time::{sleep, timeout};

use crate::deliver;
use crate::world::Account;

use super::Server;
use super::front::{FrontBody, Way};
use super::pipeline::{Body, Head, MAX_BODY};
use super::sending::{CutOff, Sending};
use super::wire::{Socket, Wire};

/// How long [`Listening::stop`] lets the requests go on that it finds.
#[cfg(feature = "program")]
const PATIENCE: Duration = Duration::from_secs(3);

/// How long a connection is read from after the answer that ends it.
const LINGER: Duration = Duration::from_secs(5);

/// What connections may take of a server that others than one test reach, so that clients which hang or mean no good do not
/// use it up.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How many connections there may be at a time. Others wait until one ends.
    pub connections: usize,
    /// How long the head of the first request of a connection may take.
    pub first_head: Duration,
    /// How long the head of a later request may take, from the answer before on. So it is also how long a connection may be
    /// idle: clients keep connections for later requests, and one that is closed in the moment of its use fails a request.
    pub next_head: Duration,
    /// How long a body may take in all.
    pub body: Duration,
}

#[cfg(feature = "program")]
impl Limits {
    /// Those of the program. Clients for HTTP keep idle connections for some minutes at most.
    pub const OF_PROGRAM: Self = Self {
        connections: 1_024,
        first_head: Duration::from_secs(30),
        next_head: Duration::from_secs(600),
        body: Duration::from_secs(60),
    };
}

/// A server that listens. Dropping it ends every connection, and no webhook is sent any more.
pub struct Listening {
    pub server: Arc<Server>,
    runtime: Handle,
    accepting: Mutex<Vec<JoinHandle<()>>>,
    delivering: Mutex<HashMap<(String, String), AbortHandle>>,
    stopping: watch::Sender<bool>,
}

impl Listening {
    /// A server that accepts no connection before [`accept`](Self::accept), in the runtime it is called in.
    pub fn new(server: Arc<Server>) -> Self {
        Self {
            server,
            runtime: Handle::current(),
            accepting: Mutex::default(),
            delivering: Mutex::default(),
            stopping: watch::Sender::default(),
        }
    }

    /// Accepts connections until this is dropped. They have no limits: their clients are those of the test whose process
    /// this is, and its clock may be a paused one, which lets each waiting time be over at once.
    pub fn accept(&self, listener: TcpListener) {
        self.spawn(listener, None);
    }

    /// Accepts connections within limits until this is dropped.
    #[cfg(feature = "program")]
    pub fn accept_within(&self, listener: TcpListener, limits: Limits) {
        self.spawn(listener, Some(limits));
    }

    fn spawn(&self, listener: TcpListener, limits: Option<Limits>) {
        let accepting = accept(listener, Arc::clone(&self.server), limits, self.stopping.subscribe());
        let task = self.runtime.spawn(accepting);
        self.accepting.lock().unwrap_or_else(PoisonError::into_inner).push(task);
    }

    /// Accepts no connection any more, and lets each that is open end after the answer that is on its way. What is not
    /// through after some seconds is cut off.
    #[cfg(feature = "program")]
    pub async fn stop(&self) {
        self.stopping.send_replace(true);
        let tasks = std::mem::take(&mut *self.accepting.lock().unwrap_or_else(PoisonError::into_inner));
        let aborts: Vec<AbortHandle> = tasks.iter().map(JoinHandle::abort_handle).collect();
        let through = async {
            for task in tasks {
                // The error is that of a task that panicked, which is through as well.
                let _ = task.await;
            }
        };
        if timeout(PATIENCE, through).await.is_err() {
            aborts.iter().for_each(AbortHandle::abort);
        }
        self.end_deliveries_and_keeper();
    }

    /// Sends the webhooks of an endpoint until it is dropped. What is sent already stays as it is.
    pub fn deliver(&self, account: Arc<Account>, endpoint_id: String) {
        let mut delivering = self.delivering.lock().unwrap_or_else(PoisonError::into_inner);
        // Nobody would end the task of an account that was ended before. `end` takes the account away before it takes this
        // lock, so that an account that is there now has its task ended.
        if !self.server.accounts.has(&account) {
            return;
        }
        let key = (account.name.clone(), endpoint_id.clone());
        // Ids follow from names, so the task may be one of an account of the same name that has ended.
        if delivering.get(&key).is_none_or(AbortHandle::is_finished) {
            let task = self.runtime.spawn(deliver::run(account, endpoint_id)).abort_handle();
            delivering.insert(key, task);
        }
    }

    /// Ends an account: its keys open nothing any more, and none of its webhooks is sent. False if it had ended before.
    #[cfg(feature = "program")]
    pub fn end(&self, account: &Arc<Account>) -> bool {
        if !self.server.accounts.end(account) {
            return false;
        }
        let mut delivering = self.delivering.lock().unwrap_or_else(PoisonError::into_inner);
        delivering.retain(|(name, _), task| {
            if *name == account.name {
                task.abort();
            }
            *name != account.name
        });
        true
    }

    /// Tells when the server is being stopped, for answers that would go on.
    #[cfg(feature = "program")]
    pub fn stopping(&self) -> watch::Receiver<bool> {
        self.stopping.subscribe()
    }

    /// Sends no webhook any more, and writes to its end what is kept outside the memory.
    fn end_deliveries_and_keeper(&self) {
        for (_, task) in self.delivering.lock().unwrap_or_else(PoisonError::into_inner).drain() {
            task.abort();
        }
        if let Some(keeper) = &self.server.accounts.keeper {
            keeper.close();
        }
    }

    /// The address that it listens at.
    pub fn address(&self) -> SocketAddr {
        self.server.address
    }

    /// The runtime that the connections are in.
    pub fn runtime(&self) -> &Handle {
        &self.runtime
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        // A task owns its socket and the tasks of its connections, which end with it.
        for task in self.accepting.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            task.abort();
        }
        self.end_deliveries_and_keeper();
    }
}

async fn accept(
    listener: TcpListener,
    server: Arc<Server>,
    limits: Option<Limits>,
    mut stopping: watch::Receiver<bool>,
) {
    let mut connections = JoinSet::new();
    let most = limits.map_or(Semaphore::MAX_PERMITS, |limits| limits.connections);
    let places = Arc::new(Semaphore::new(most));
    loop {
        let next = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (listener.accept().await, place)
        };
        let (accepted, place) = tokio::select! {
            next = next => next,
            _ = stopping.wait_for(|is_stopping| *is_stopping) => break,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            // The file descriptors are used up, or the peer was gone at once: others may be accepted later.
            Err(_) => {
                sleep(Duration::from_millis(5)).await;
                continue;
            }
        };
        while connections.try_join_next().is_some() {}
        // Small answers go out at once, instead of waiting for the acknowledgement of the one before.
        let _ = stream.set_nodelay(true);
        let (server, mut stopping) = (Arc::clone(&server), stopping.clone());
        connections.spawn(async move {
            // It is free again when the connection has ended.
            let _place = place;
            let mut stream = stream;
            let wire = Arc::new(Wire::default());
            let socket = Socket::new(&mut stream, Arc::clone(&wire));
            let has_asked = Arc::new(AtomicBool::new(false));
            let asked = Arc::clone(&has_asked);
            let service = service_fn(move |request| {
                asked.store(true, Ordering::Relaxed);
                handle(Arc::clone(&server), Arc::clone(&wire), limits, request)
            });
            let mut builder = http1::Builder::new();
            if let Some(limits) = limits {
                builder.timer(TokioTimer::new()).header_read_timeout(limits.next_head);
            }
            let is_answered = {
                let mut connection = pin!(builder.serve_connection(TokioIo::new(socket), service));
                // The error is that of a peer that went away, or of a fault; there is nobody to tell.
                let ended = tokio::select! {
                    ended = connection.as_mut() => Some(ended),
                    () = no_first_head(limits, &has_asked) => return,
                    _ = stopping.wait_for(|is_stopping| *is_stopping) => None,
                };
                match ended {
                    Some(ended) => ended.is_ok(),
                    None => {
                        connection.as_mut().graceful_shutdown();
                        let _ = connection.await;
                        return;
                    }
                }
            };
            if is_answered {
                let _ = timeout(LINGER, read_to_its_end(&stream)).await;
            }
        });
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

/// Reads what a client still sends and drops it.
///
/// An answer that is made before the body was read, such as a 413, ends the connection. If the socket were closed while
/// parts of the body are on their way, the operating system would send a reset, which takes the answer away from a client
/// that has not read it yet: it would see a broken connection instead of the reason.
async fn read_to_its_end(stream: &TcpStream) {
    let mut bytes = vec![0; 16 << 10];
    while stream.readable().await.is_ok() {
        match stream.try_read(&mut bytes) {
            Ok(1..) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            _ => return,
        }
    }
}

/// Waits until the time for the first request of a connection is over and there was none; for ever if there was one.
async fn no_first_head(limits: Option<Limits>, has_asked: &AtomicBool) {
    if let Some(limits) = limits {
        sleep(limits.first_head).await;
        if !has_asked.load(Ordering::Relaxed) {
            return;
        }
    }
    std::future::pending().await
}

/// Answers a request. If there is to be no answer, the error lets hyper close the connection without writing anything.
async fn handle(
    server: Arc<Server>,
    wire: Arc<Wire>,
    limits: Option<Limits>,
    request: http::Request<Incoming>,
) -> Result<http::Response<Either<Sending, FrontBody>>, CutOff> {
    let (parts, body) = request.into_parts();
    let front = server.front.get();
    match front.map_or(Way::Api, |front| front.way(&parts)) {
        Way::Api => {}
        Way::Refused(answer) => return Ok(answer.map(Either::Right)),
        Way::Front => {
            let serving = front.map(|front| front.serve(http::Request::from_parts(parts, body)));
            // Only a front sends a request to itself.
            let serving = serving.ok_or(CutOff)?;
            if let Some(failure) = server.failure_to_keep() {
                return Ok(failure.map(Either::Left));
            }
            let answer = serving.await;
            let failure = server.keep().await.map(|failure| failure.map(Either::Left));
            return Ok(failure.unwrap_or_else(|| answer.map(Either::Right)));
        }
    }
    let body = match limits {
        None => read(body).await,
        // A client that sends no more of its request gets no answer to it: the connection is closed.
        Some(limits) => timeout(limits.body, read(body)).await.map_err(|_| CutOff)?,
    };
    let head = Head::of(parts);
    let mut response = server.respond_kept(&head, &body, &wire).await?;
    if let Some(front) = front {
        front.complete(&head.headers, response.headers_mut());
    }
    Ok(response.map(Either::Left))
}

/// Reads a body to its end, unless its length is told before and is too long.
async fn read(body: Incoming) -> Body {
    if body.size_hint().lower() > MAX_BODY as u64 {
        return Body::TooLong;
    }
    match Limited::new(body, MAX_BODY).collect().await {
        Ok(body) => Body::Bytes(body.to_bytes()),
        Err(_) => Body::TooLong,
    }
}
