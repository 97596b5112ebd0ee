//! Posts a webhook to a receiver nearby: by HTTP/1.1 without TLS, on a connection of its own, without redirects or proxy.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use imprint_client::webhook::SIGNATURE_HEADER;
use tokio::net::{TcpStream, lookup_host};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::model::target::{Target, is_private};

/// How much of an answer is read. It is more than is shown, so that what has to be hidden is recognized in full.
const READ: usize = 8 << 10;

/// What a receiver answered.
pub struct Answer {
    pub status: u16,
    /// The beginning of the body.
    pub body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Debug)]
pub enum Failure {
    /// The name of the receiver has no address.
    Unresolved,
    /// The name leads out of this machine and its private networks.
    Outside,
    /// Nothing takes the connection.
    Refused(io::ErrorKind),
    /// The receiver did not answer in this time.
    Timeout(Duration),
    /// The connection ended, or what came on it is no HTTP.
    Closed,
    /// The request cannot be written: the signature that was given is no value of a header.
    Unwritable,
}

/// Posts a body, with a signature if there is one, and reads the beginning of the answer.
pub async fn post(
    target: &Target,
    signature: Option<&str>,
    body: Bytes,
    patience: Duration,
) -> Result<Answer, Failure> {
    let request = request(target, signature, body).ok_or(Failure::Unwritable)?;
    timeout(patience, exchange(target, request)).await.unwrap_or(Err(Failure::Timeout(patience)))
}

fn request(target: &Target, signature: Option<&str>, body: Bytes) -> Option<Request<Full<Bytes>>> {
    let mut request = Request::post(target.path_and_query())
        .header(header::HOST, target.authority())
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::USER_AGENT, concat!("imprint-sandbox/", env!("CARGO_PKG_VERSION")))
        .header(header::CONNECTION, "close");
    if let Some(signature) = signature {
        request = request.header(SIGNATURE_HEADER, HeaderValue::from_str(signature).ok()?);
    }
    request.body(Full::new(body)).ok()
}

async fn exchange(target: &Target, request: Request<Full<Bytes>>) -> Result<Answer, Failure> {
    let stream = connect(target).await?;
    let (mut sender, connection) =
        http1::handshake::<_, Full<Bytes>>(TokioIo::new(stream)).await.map_err(|_| Failure::Closed)?;
    // The error is that of the connection, which the request meets as well.
    let _connection = Ends(tokio::spawn(async move { drop(connection.await) }));
    let answer = sender.send_request(request).await.map_err(|_| Failure::Closed)?;
    let status = answer.status().as_u16();
    Ok(Answer { status, body: beginning(answer.into_body()).await })
}

async fn connect(target: &Target) -> Result<TcpStream, Failure> {
    let found = lookup_host((target.host(), target.port())).await.map_err(|_| Failure::Unresolved)?;
    let addresses: Vec<SocketAddr> = found.collect();
    let mut failure = if addresses.is_empty() { Failure::Unresolved } else { Failure::Outside };
    // A name that is private by its form may have any address.
    for address in addresses.into_iter().filter(|address| is_private(address.ip())) {
        match TcpStream::connect(address).await {
            Ok(stream) => {
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Err(error) => failure = Failure::Refused(error.kind()),
        }
    }
    Err(failure)
}

/// The first bytes of an answer. One that breaks off is as long as it is: the status has said what the receiver means.
async fn beginning(mut body: Incoming) -> Vec<u8> {
    let mut read = Vec::new();
    while read.len() < READ {
        match body.frame().await {
            Some(Ok(frame)) => read.extend(frame.into_data().unwrap_or_default()),
            Some(Err(_)) | None => break,
        }
    }
    read.truncate(READ);
    read
}

/// A task that ends when this is dropped.
struct Ends(JoinHandle<()>);

impl Drop for Ends {
    fn drop(&mut self) {
        self.0.abort();
    }
}
