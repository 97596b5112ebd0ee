//! The socket and its connections. They end when the last handle of the sandbox is dropped.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio::task::{AbortHandle, JoinSet};

use crate::deliver;
use crate::world::Account;

use super::Server;
use super::answer::Response;
use super::pipeline::{Body, Head, MAX_BODY};
use super::sending::CutOff;
use super::wire::{Socket, Wire};

/// A server that listens. Dropping it ends every connection, and no webhook is sent any more.
pub struct Listening {
    pub server: Arc<Server>,
    runtime: Handle,
    accepting: AbortHandle,
    /// Told once connections are to be accepted.
    opened: Arc<Notify>,
    delivering: Mutex<HashMap<(String, String), AbortHandle>>,
}

impl Listening {
    /// Accepts connections from [`open`](Self::open) on until it is dropped, in the runtime it is called in.
    pub fn start(listener: TcpListener, server: Arc<Server>) -> Self {
        let opened = Arc::new(Notify::new());
        let task = tokio::spawn({
            let (server, opened) = (Arc::clone(&server), Arc::clone(&opened));
            async move {
                opened.notified().await;
                accept(listener, server).await;
            }
        });
        let (runtime, accepting) = (Handle::current(), task.abort_handle());
        Self { server, runtime, accepting, opened, delivering: Mutex::default() }
    }

    /// Lets connections in. Those that have come since the socket was bound are the first.
    pub fn open(&self) {
        self.opened.notify_one();
    }

    /// Sends the webhooks of an endpoint until it is dropped. What is sent already stays as it is.
    pub fn deliver(&self, account: Arc<Account>, endpoint_id: String) {
        let mut delivering = self.delivering.lock().unwrap_or_else(PoisonError::into_inner);
        delivering
            .entry((account.name.clone(), endpoint_id.clone()))
            .or_insert_with(|| self.runtime.spawn(deliver::run(account, endpoint_id)).abort_handle());
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
        // The task owns the socket and the tasks of its connections, which end with it.
        self.accepting.abort();
        for (_, task) in self.delivering.lock().unwrap_or_else(PoisonError::into_inner).drain() {
            task.abort();
        }
        if let Some(keeper) = &self.server.accounts.keeper {
            keeper.close();
        }
    }
}

async fn accept(listener: TcpListener, server: Arc<Server>) {
    let mut connections = JoinSet::new();
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            // The file descriptors are used up, or the peer was gone at once: others may be accepted later.
            Err(_) => {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
                continue;
            }
        };
        while connections.try_join_next().is_some() {}
        // Small answers go out at once, instead of waiting for the acknowledgement of the one before.
        let _ = stream.set_nodelay(true);
        let server = Arc::clone(&server);
        connections.spawn(async move {
            let wire = Arc::new(Wire::default());
            let socket = Socket::new(stream, Arc::clone(&wire));
            let service = service_fn(move |request| handle(Arc::clone(&server), Arc::clone(&wire), request));
            // The error is that of a peer that went away, or of a fault; there is nobody to tell.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(socket), service).await;
        });
    }
}

/// Answers a request. If there is to be no answer, the error lets hyper close the connection without writing anything.
async fn handle(server: Arc<Server>, wire: Arc<Wire>, request: http::Request<Incoming>) -> Result<Response, CutOff> {
    let (parts, body) = request.into_parts();
    let body = match Limited::new(body, MAX_BODY).collect().await {
        Ok(body) => Body::Bytes(body.to_bytes()),
        Err(_) => Body::TooLong,
    };
    let head = Head::of(parts);
    server.respond_kept(&head, &body, &wire).await
}
