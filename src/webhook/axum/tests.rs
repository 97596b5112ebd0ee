//! Tests the extractor, alone and behind a real axum server.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use axum::extract::DefaultBodyLimit;
use axum::routing::post;
use axum::{Router, body::Bytes};
use http_body_util::Full;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::webhook::SIGNATURE_HEADER;
use crate::webhook::testing::{Delivery, Signer};

const TOKEN: &str = "whtok_9f8e7d6c";

/// The state of an application, with the verifier in it.
#[derive(Clone)]
struct App {
    verifier: Verifier,
}

impl FromRef<App> for Verifier {
    fn from_ref(app: &App) -> Self {
        app.verifier.clone()
    }
}

fn app(token: &str) -> App {
    App { verifier: Verifier::new(token) }
}

fn request(header: Option<&str>, body: impl Into<Body>) -> Request {
    let mut request = Request::new(body.into());
    if let Some(header) = header {
        request.headers_mut().insert(SIGNATURE_HEADER, header.parse().unwrap());
    }
    request
}

fn delivered(Delivery { signature, body, .. }: Delivery) -> Request {
    request(Some(&signature), body)
}

/// The status of the answer to a request that must be refused. The body of the answer must be empty.
async fn refused(app: &App, request: Request) -> u16 {
    let rejection = Webhook::from_request(request, app).await.unwrap_err();
    let answer = rejection.into_response();
    let status = answer.status().as_u16();
    assert!(answer.into_body().collect().await.unwrap().to_bytes().is_empty());
    status
}

fn reward() -> Delivery {
    Signer::new(TOKEN).deliver("REWARD", &serde_json::json!({"reward_id": "R"}))
}

#[tokio::test]
async fn a_signed_delivery_is_extracted() {
    let webhook = Webhook::from_request(delivered(reward()), &app(TOKEN)).await.unwrap();
    assert_eq!(webhook.event.object(), "REWARD");
    assert_eq!(webhook.verified.reading, crate::webhook::Reading::default());
}

#[tokio::test]
async fn a_header_in_two_lines_is_one() {
    let Delivery { signature, body, .. } = reward();
    let (time, signature) = signature.split_once(',').unwrap();
    let mut request = request(Some(time), body);
    request.headers_mut().append(SIGNATURE_HEADER, signature.parse().unwrap());
    assert_eq!(Webhook::from_request(request, &app(TOKEN)).await.unwrap().event.object(), "REWARD");
}

#[tokio::test]
async fn what_is_refused_is_answered_without_a_word() {
    let app = app(TOKEN);
    let Delivery { signature, body, .. } = reward();
    assert_eq!(refused(&app, request(None, body.clone())).await, 400);
    assert_eq!(refused(&app, request(Some("t=1"), body.clone())).await, 400);
    assert_eq!(refused(&app, request(Some(&signature), [&body[..], b" "].concat())).await, 401);
    assert_eq!(refused(&app, delivered(Signer::new("another").sign(body.clone()))).await, 401);
    let hour = Duration::from_secs(3600);
    for time in [SystemTime::now() - hour, SystemTime::now() + hour] {
        assert_eq!(refused(&app, delivered(Signer::new(TOKEN).at(time).sign(body.clone()))).await, 401);
    }
    assert_eq!(refused(&app, delivered(Signer::new(TOKEN).sign("no event"))).await, 400);
    assert_eq!(refused(&self::app(""), delivered(reward())).await, 500);
}

#[tokio::test]
async fn a_signed_body_that_is_no_event_is_handed_over() {
    let rejection =
        Webhook::from_request(delivered(Signer::new(TOKEN).sign("no event")), &app(TOKEN)).await.unwrap_err();
    assert!(!format!("{rejection} {rejection:?}").contains("no event\""));
    match rejection.into_error() {
        Some(WebhookError::Unreadable(error)) => assert_eq!(error.into_body(), b"no event"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn no_more_than_the_limit_is_read() {
    let signer = Signer::new(TOKEN);
    let padded = |length: usize| {
        let mut body = reward().body;
        body.resize(length, b' ');
        delivered(signer.sign(body))
    };
    assert!(Webhook::from_request(padded(MAX_BODY_BYTES), &app(TOKEN)).await.is_ok());
    assert_eq!(refused(&app(TOKEN), padded(MAX_BODY_BYTES + 1)).await, 413);
    // Of a body that never ends, no frame is asked for behind the one that exceeds the limit.
    const FRAME: usize = 64 * 1024;
    let asked = Arc::new(AtomicUsize::new(0));
    let body = Body::new(Endless(Bytes::from(vec![b' '; FRAME]), Arc::clone(&asked)));
    let header = signer.header(b"");
    assert_eq!(refused(&app(TOKEN), request(Some(&header), body)).await, 413);
    assert_eq!(asked.load(Ordering::Relaxed), MAX_BODY_BYTES / FRAME + 1);
    // Without a signature, none of it is read at all.
    let body = Body::new(Endless(Bytes::from(vec![b' '; FRAME]), Arc::clone(&asked)));
    assert_eq!(refused(&app(TOKEN), request(None, body)).await, 400);
    assert_eq!(asked.load(Ordering::Relaxed), MAX_BODY_BYTES / FRAME + 1);
}

/// A body that has this frame again and again, and counts how often it is asked for one. It panics in the place of
/// filling the memory.
struct Endless(Bytes, Arc<AtomicUsize>);

impl http_body::Body for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, Infallible>>> {
        let asked = self.1.fetch_add(1, Ordering::Relaxed);
        assert!(asked < 1_000, "the body is read without end");
        Poll::Ready(Some(Ok(http_body::Frame::data(self.0.clone()))))
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_is_no_delivery() {
    let broken = Limited::new(Full::new(Bytes::from_static(b"abcdef")), 3).map_err(|_| std::io::Error::other("broken"));
    let rejection = Webhook::from_request(request(Some("t=1,s="), Body::new(broken)), &app(TOKEN)).await.unwrap_err();
    assert!(rejection.error().is_none());
    assert_eq!(
        (rejection.status().as_u16(), rejection.to_string().as_str()),
        (400, "the body of the webhook did not arrive")
    );
}

#[tokio::test]
async fn the_limits_of_the_router_do_not_raise_ours() {
    async fn receive(webhook: Webhook) -> String {
        webhook.event.object().to_owned()
    }
    for (layer, largest) in [
        (DefaultBodyLimit::disable(), MAX_BODY_BYTES),
        (DefaultBodyLimit::max(1000), 1000),
        (DefaultBodyLimit::max(MAX_BODY_BYTES * 2), MAX_BODY_BYTES),
    ] {
        let router = Router::new().route("/", post(receive)).layer(layer).with_state(app(TOKEN));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = tokio::spawn(async move { axum::serve(listener, router).await });
        for (length, expected) in [(largest, "200"), (largest + 1, "413")] {
            let mut body = reward().body;
            body.resize(length, b' ');
            let Delivery { signature, body, .. } = Signer::new(TOKEN).sign(body);
            // The body is sent once with `content-length`, and once in a chunk, from which the server does not learn
            // the length of the whole body.
            let head =
                format!("POST / HTTP/1.1\r\nhost: h\r\nconnection: close\r\n{SIGNATURE_HEADER}: {signature}\r\n");
            let sized = [format!("{head}content-length: {length}\r\n\r\n").as_bytes(), &body].concat();
            let chunk = format!("{head}transfer-encoding: chunked\r\n\r\n{length:x}\r\n");
            let chunked =
                [chunk.as_bytes(), &body, b"\r\n", if expected == "200" { b"0\r\n\r\n" } else { b"" }].concat();
            for request in [sized, chunked] {
                let answer = answer(address, &request).await;
                assert!(answer.starts_with(&format!("HTTP/1.1 {expected}")), "{length}: {answer}");
            }
        }
        server.abort();
    }
}

async fn answer(address: SocketAddr, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // Errors are ignored: the server may answer and close the connection before the whole request is written.
    let _ = stream.write_all(request).await;
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut answer)).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}
