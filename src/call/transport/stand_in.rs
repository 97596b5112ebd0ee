//! Replaces the network in tests that try many sequences: a stand-in answers each request without a socket.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame};
use reqwest::{Request, Response, StatusCode};

use super::Transport;
use crate::error::{Error, TimeoutError, TimeoutPhase, TransportError};
use crate::operation::Operation;

/// The outcome of a request.
pub(crate) enum Reply {
    /// An answer with this status, these headers and this body.
    Answer(u16, Vec<(&'static str, &'static str)>, Vec<u8>),
    /// An answer that another server made.
    Whole(http::Response<Bytes>),
    /// The head of such an answer and so many bytes of its body; then the connection breaks.
    Cut(http::Response<Bytes>, usize),
    /// The connection breaks before an answer comes.
    Broken,
    /// No answer comes within the time of the attempt.
    TimedOut,
    /// The connection is never made: nothing is sent.
    NeverConnected,
}

/// Answers requests.
pub(crate) trait StandIn: Send + Sync {
    /// `time` is how long the attempt may take.
    fn reply(&self, request: Request, time: Duration) -> Pin<Box<dyn Future<Output = Reply> + Send + '_>>;
}

/// Why an attempt got no answer.
pub(super) enum NoAnswer {
    Broken,
    TimedOut,
    NeverConnected,
}

pub(super) async fn execute(stand_in: &dyn StandIn, request: Request, time: Duration) -> Result<Response, NoAnswer> {
    let (status, headers, body) = match stand_in.reply(request, time).await {
        Reply::Answer(status, headers, body) => (status, headers, body),
        Reply::Whole(response) => return Ok(response.into()),
        Reply::Cut(response, bytes) => {
            let cut = |body: Bytes| reqwest::Body::wrap(CutBody(Some(body.slice(..bytes.min(body.len())))));
            return Ok(response.map(cut).into());
        }
        Reply::Broken => return Err(NoAnswer::Broken),
        Reply::TimedOut => return Err(NoAnswer::TimedOut),
        Reply::NeverConnected => return Err(NoAnswer::NeverConnected),
    };
    let builder =
        headers.into_iter().fold(http::Response::builder().status(status), |b, (name, value)| b.header(name, value));
    Ok(builder.body(body).expect("a good status and good headers").into())
}

/// The first bytes of a body, and then an error.
struct CutBody(Option<Bytes>);

impl Body for CutBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        Poll::Ready(Some(match self.0.take().filter(|first| !first.is_empty()) {
            Some(first) => Ok(Frame::data(first)),
            None => Err(io::ErrorKind::ConnectionReset.into()),
        }))
    }
}

impl NoAnswer {
    pub(super) fn into_error(
        self,
        operation: &'static Operation,
        (phase, limit): (TimeoutPhase, Duration),
        attempts: u32,
    ) -> Error {
        let none: Option<StatusCode> = None;
        match self {
            // Any error of the HTTP stack that is not about the making of a connection.
            Self::Broken => {
                // Building a client reads certificates, which takes longer than a run of a model.
                static CLIENT: LazyLock<reqwest::Client> = LazyLock::new(reqwest::Client::new);
                let source = CLIENT.get("http://[").build().expect_err("no URL");
                TransportError::new(operation, none, attempts, source).into()
            }
            Self::TimedOut => TimeoutError::new(operation, phase, limit, none, attempts).into(),
            Self::NeverConnected => TimeoutError::new(operation, TimeoutPhase::Connect, limit, none, attempts).into(),
        }
    }
}

impl Transport {
    pub(crate) fn with_stand_in(&self, stand_in: Arc<dyn StandIn>) -> Self {
        Self { stand_in: Some(stand_in), ..self.clone() }
    }
}
