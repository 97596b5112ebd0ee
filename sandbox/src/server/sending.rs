//! The body of an answer on its way: at once, slowly, or cut off.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

use super::wire::Wire;

/// Into how many pieces a slow body is cut, at most.
const PIECES: usize = 16;

/// The body of an answer.
pub struct Sending {
    rest: Bytes,
    pace: Pace,
}

enum Pace {
    Whole,
    /// A piece of so many bytes after each pause.
    Slow {
        piece: usize,
        pause: Duration,
        sleep: Pin<Box<Sleep>>,
    },
    /// So many bytes, then the end of the connection.
    Cut {
        bytes: usize,
        wire: Arc<Wire>,
    },
}

impl Sending {
    pub fn whole(body: Bytes) -> Self {
        Self { rest: body, pace: Pace::Whole }
    }

    /// How many bytes are still to be sent.
    pub fn length(&self) -> usize {
        self.rest.len()
    }

    /// What is still to be sent, all at once.
    pub fn into_rest(self) -> Bytes {
        self.rest
    }

    /// The body in pieces, the last of which is sent after this time.
    pub fn slow(self, over: Duration) -> Self {
        let count = self.rest.len().clamp(1, PIECES);
        let piece = self.rest.len().div_ceil(count).max(1);
        let pieces = self.rest.len().div_ceil(piece).max(1);
        let pause = over / u32::try_from(pieces).unwrap_or(u32::MAX);
        Self { rest: self.rest, pace: Pace::Slow { piece, pause, sleep: Box::pin(sleep(pause)) } }
    }

    /// The first bytes of the body; the connection ends when they have been sent. The header `content-length` is that of
    /// the whole body.
    pub fn cut(self, bytes: usize, wire: Arc<Wire>) -> Self {
        Self { rest: self.rest, pace: Pace::Cut { bytes, wire } }
    }
}

impl Body for Sending {
    type Data = Bytes;
    type Error = CutOff;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, CutOff>>> {
        let Self { rest, pace } = &mut *self;
        let piece = match pace {
            Pace::Whole => rest.len(),
            Pace::Slow { .. } if rest.is_empty() => 0,
            Pace::Slow { piece, pause, sleep: asleep } => {
                ready!(asleep.as_mut().poll(cx));
                *asleep = Box::pin(sleep(*pause));
                (*piece).min(rest.len())
            }
            Pace::Cut { bytes: 0, wire } => {
                ready!(wire.poll_flushed(cx));
                return Poll::Ready(Some(Err(CutOff)));
            }
            Pace::Cut { bytes, .. } => std::mem::take(bytes).min(rest.len()),
        };
        let piece = rest.split_to(piece);
        Poll::Ready((!piece.is_empty()).then(|| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && !matches!(self.pace, Pace::Cut { .. })
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest.len() as u64)
    }
}

/// A connection ends before its answer is whole, because a fault says so.
#[derive(Debug)]
pub struct CutOff;

impl fmt::Display for CutOff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a fault of the sandbox ended the connection")
    }
}

impl std::error::Error for CutOff {}
