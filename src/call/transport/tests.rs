//! Reading a body until its time is over.

use std::convert::Infallible;
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
    assert!(matches!(ended, BodyEnd::Broken(Broken::TimedOut)), "{} bytes", body.len());
    assert!(!body.is_empty());
}
