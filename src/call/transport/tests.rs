//! Reading a body that breaks, and one until its time is over.

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame};

use super::*;

/// Has its next byte ready each time it is asked, and never ends.
struct Endless;

impl Body for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"x")))))
    }
}

/// Breaks with an error of the kind that libraries of TLS use, too.
struct Broken;

impl Body for Broken {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        Poll::Ready(Some(Err(io::Error::new(io::ErrorKind::InvalidData, "not what it should be"))))
    }
}

#[test]
fn only_what_breaks_before_there_is_a_connection_is_called_a_fault_of_tls() {
    static GET: Operation = Operation::undocumented("getThing", ::http::Method::GET, "/v2/things", true);
    let mut response = Response::from(::http::Response::new(reqwest::Body::wrap(Broken)));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let read = async { read(&mut response, 1 << 20, Instant::now() + Duration::from_secs(60)).await };
    let (_, BodyEnd::Broken(super::Broken::Http(error))) = runtime.block_on(read) else { panic!("it is broken") };
    let of_kind = |error: &io::Error| error.kind() == io::ErrorKind::InvalidData;
    assert!(sources(&error).any(|error| error.downcast_ref().is_some_and(of_kind)), "{error:?}");
    let error = TransportError::new(&GET, Some(StatusCode::OK), 1, error).to_string();
    assert_eq!(error, "getThing: the connection broke within the answer");
}

/// A timer is asked only when what it waits with is not ready, and such a body always is.
#[test]
fn a_body_that_never_makes_its_reader_wait_ends_with_its_time() {
    let mut response = Response::from(::http::Response::new(reqwest::Body::wrap(Endless)));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    // Without a look at the clock it would be read up to this limit.
    let limit = 8 << 20;
    let (body, ended) = runtime.block_on(async {
        let end = Instant::now() + Duration::from_millis(20);
        read(&mut response, limit, end).await
    });
    assert!(matches!(ended, BodyEnd::Broken(super::Broken::TimedOut)), "{} bytes", body.len());
    assert!(!body.is_empty());
}
