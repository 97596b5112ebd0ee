//! The socket and its connections. They end when the last handle of the sandbox is dropped.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};

use http_body_util::{BodyExt, Either, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinHandle, JoinSet};

use crate::deliver;
use crate::world::Account;

use super::Server;
use super::front::{FrontBody, Way};
use super::pipeline::{Body, Head, MAX_BODY};
use super::sending::{CutOff, Sending};
use super::wire::{Socket, Wire};

/// How long [`Listening::stop`] lets the requests go on that it finds.
#[cfg(feature = "program")]
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(3);

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

    /// Accepts connections until this is dropped.
    pub fn accept(&self, listener: TcpListener) {
        let task = self.runtime.spawn(accept(listener, Arc::clone(&self.server), self.stopping.subscribe()));
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
        if tokio::time::timeout(PATIENCE, through).await.is_err() {
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

    /// Ends an account: its keys open nothing any more, and none of its webhooks is sent.
    #[cfg(feature = "program")]
    pub fn end(&self, account: &Arc<Account>) {
        self.server.accounts.end(account);
        let mut delivering = self.delivering.lock().unwrap_or_else(PoisonError::into_inner);
        delivering.retain(|(name, _), task| {
            if *name == account.name {
                task.abort();
            }
            *name != account.name
        });
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

async fn accept(listener: TcpListener, server: Arc<Server>, mut stopping: watch::Receiver<bool>) {
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopping.wait_for(|is_stopping| *is_stopping) => break,
        };
        let stream = match accepted {
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
        let (server, mut stopping) = (Arc::clone(&server), stopping.clone());
        connections.spawn(async move {
            let wire = Arc::new(Wire::default());
            let socket = Socket::new(stream, Arc::clone(&wire));
            let service = service_fn(move |request| handle(Arc::clone(&server), Arc::clone(&wire), request));
            let mut connection = pin!(http1::Builder::new().serve_connection(TokioIo::new(socket), service));
            // The error is that of a peer that went away, or of a fault; there is nobody to tell.
            tokio::select! {
                _ = connection.as_mut() => return,
                _ = stopping.wait_for(|is_stopping| *is_stopping) => connection.as_mut().graceful_shutdown(),
            }
            let _ = connection.await;
        });
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

/// Answers a request. If there is to be no answer, the error lets hyper close the connection without writing anything.
async fn handle(
    server: Arc<Server>,
    wire: Arc<Wire>,
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
    let body = match Limited::new(body, MAX_BODY).collect().await {
        Ok(body) => Body::Bytes(body.to_bytes()),
        Err(_) => Body::TooLong,
    };
    let head = Head::of(parts);
    let mut response = server.respond_kept(&head, &body, &wire).await?;
    if let Some(front) = front {
        front.complete(&head.headers, response.headers_mut());
    }
    Ok(response.map(Either::Left))
}
