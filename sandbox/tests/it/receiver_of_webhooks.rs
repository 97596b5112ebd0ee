//! A receiver on loopback for the tests of webhooks: it verifies what it gets and answers what a test wants.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use imprint_client::Secret;
use imprint_client::webhook::{SIGNATURE_HEADER, Verifier};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::{AbortHandle, JoinSet};

/// What a receiver does with a delivery.
#[derive(Clone, Debug)]
pub enum Reaction {
    /// Answers with this status and text.
    Answer(u16, String),
    /// Answers with this status after a while.
    Late(Duration, u16),
    /// Answers with 200 if the verifier accepts and can read it, else with the status of the error.
    Verify,
    /// Answers with the first status if the verifier accepts it, else with the second.
    VerifyWith(u16, u16),
    /// Never answers.
    Hang,
    /// Ends the connection without an answer.
    Break,
}

/// What a receiver got.
#[derive(Clone, Debug)]
pub struct Got {
    pub target: String,
    pub object: String,
    pub body: Value,
    pub raw: Vec<u8>,
    pub signature: String,
    /// Whether the client's verifier accepts it.
    pub is_genuine: bool,
    pub content_type: String,
}

/// Ends when it is dropped.
pub struct Receiver {
    address: String,
    shared: Arc<Shared>,
    task: AbortHandle,
}

struct Shared {
    verifier: Mutex<Verifier>,
    got: Mutex<Vec<Got>>,
    /// What is done next; when it is empty, `otherwise`.
    script: Mutex<VecDeque<Reaction>>,
    otherwise: Mutex<Reaction>,
    limit: Mutex<usize>,
    /// What it makes of a body before it verifies it, which is a mistake of many receivers.
    rewrite: Mutex<fn(Vec<u8>) -> Vec<u8>>,
}

impl Receiver {
    /// Listens, and answers with 200.
    pub async fn start(token: Secret) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let shared = Arc::new(Shared {
            verifier: Mutex::new(Verifier::new(token)),
            got: Mutex::default(),
            script: Mutex::default(),
            otherwise: Mutex::new(Reaction::Answer(200, String::new())),
            limit: Mutex::new(usize::MAX),
            rewrite: Mutex::new(|body| body),
        });
        let task = tokio::spawn(accept(listener, Arc::clone(&shared))).abort_handle();
        Self { address, shared, task }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn verifies_with(&self, verifier: Verifier) {
        *self.shared.verifier.lock().expect("no panic") = verifier;
    }

    /// Answers a body that is longer with 413.
    pub fn limits_bodies_to(&self, bytes: usize) {
        *self.shared.limit.lock().expect("no panic") = bytes;
    }

    /// Verifies what this makes of a body, and not the bytes that came.
    pub fn verifies_what_is_rewritten(&self, rewrite: fn(Vec<u8>) -> Vec<u8>) {
        *self.shared.rewrite.lock().expect("no panic") = rewrite;
    }

    /// What is done with the next deliveries, each once.
    pub fn then(&self, reactions: impl IntoIterator<Item = Reaction>) {
        self.shared.script.lock().expect("no panic").extend(reactions);
    }

    /// What is done with all others.
    pub fn always(&self, reaction: Reaction) {
        *self.shared.otherwise.lock().expect("no panic") = reaction;
    }

    /// What came so far, in the order in which it came.
    pub fn got(&self) -> Vec<Got> {
        self.shared.got.lock().expect("no panic").clone()
    }

    /// Waits until this much has come.
    ///
    /// # Panics
    ///
    /// If it does not come within five seconds.
    pub async fn has_got(&self, deliveries: usize) {
        let coming = async {
            while self.got().len() < deliveries {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        let came = tokio::time::timeout(Duration::from_secs(5), coming).await;
        assert!(came.is_ok(), "{deliveries} were to come: {:?}", self.objects());
    }

    /// The kinds of what came so far.
    pub fn objects(&self) -> Vec<String> {
        self.got().into_iter().map(|got| got.object).collect()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A status, for [`Receiver::then`].
pub fn status(status: u16) -> Reaction {
    Reaction::Answer(status, String::new())
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let shared = Arc::clone(&shared);
        connections.spawn(async move {
            let service = service_fn(move |request| receive(Arc::clone(&shared), request));
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn receive(shared: Arc<Shared>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Broken> {
    let (head, body) = request.into_parts();
    let raw = body.collect().await.map_err(|_| Broken)?.to_bytes().to_vec();
    let raw = (*shared.rewrite.lock().expect("no panic"))(raw);
    let header = |name: &str| head.headers.get(name).map_or("", |value| value.to_str().expect("text")).to_owned();
    let signature = header(SIGNATURE_HEADER);
    let verified = shared.verifier.lock().expect("no panic").verify(&signature, &raw).map_err(|error| error.status());
    let is_genuine = shared.verifier.lock().expect("no panic").verify_signature(&signature, &raw).is_ok();
    let is_too_long = raw.len() > *shared.limit.lock().expect("no panic");
    let body: Value = serde_json::from_slice(&raw).unwrap_or_default();
    let object = body["object"].as_str().unwrap_or_default().to_owned();
    let (target, content_type) = (head.uri.to_string(), header("content-type"));
    shared.got.lock().expect("no panic").push(Got { target, object, body, raw, signature, is_genuine, content_type });
    let next = shared.script.lock().expect("no panic").pop_front();
    let reaction = next.unwrap_or_else(|| shared.otherwise.lock().expect("no panic").clone());
    let (status, text) = match reaction {
        _ if is_too_long => (413, String::new()),
        Reaction::Verify => (verified.map_or_else(|status| status.as_u16(), |_| 200), String::new()),
        Reaction::VerifyWith(good, bad) => (verified.map_or(bad, |_| good), String::new()),
        Reaction::Answer(status, text) => (status, text),
        Reaction::Late(pause, status) => {
            tokio::time::sleep(pause).await;
            (status, String::new())
        }
        Reaction::Hang => std::future::pending::<(u16, String)>().await,
        Reaction::Break => return Err(Broken),
    };
    Ok(Response::builder().status(status).body(Full::new(Bytes::from(text))).expect("an answer"))
}

/// Ends the connection.
#[derive(Debug)]
struct Broken;

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the receiver ends the connection")
    }
}

impl std::error::Error for Broken {}
