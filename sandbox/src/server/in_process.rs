//! Answers requests without a socket, for tests that send many thousands of them.
//!
//! Such a request takes the way of one that came through a connection: route, key, checks, operation, log and faults. Only
//! what happens to the connection is told instead of done, and nothing waits.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::faults::Ending;
use crate::log::AnswerKind;

use super::Server;
use super::answer::{ANSWER_KIND, Response};
use super::pipeline::{Body, Fate, Head, MAX_BODY};
use super::sending::Sending;

/// What a client gets for a request, and when.
#[doc(hidden)]
#[derive(Debug)]
pub struct Carried {
    /// How long a fault delays the answer, its slow body included. The request was carried out at once all the same.
    pub after: Duration,
    /// Whether the operation did what it does, whatever arrives.
    pub carried_out: bool,
    /// What arrives.
    pub arrival: Arrival,
}

/// What arrives at a client that sent a request.
#[doc(hidden)]
#[derive(Debug)]
pub enum Arrival {
    /// The whole answer.
    Answer(http::Response<Bytes>),
    /// The head of this answer and so many bytes of its body, which is longer; then the connection ends.
    Cut(http::Response<Bytes>, usize),
    /// A reset of the connection. The request was not carried out.
    Refused,
    /// A reset of the connection. The request was carried out.
    Lost,
    /// Nothing, and the connection stays.
    Nothing,
}

impl Server {
    /// Answers a request that came by no connection.
    pub fn answer_in_process(self: &Arc<Self>, request: http::Request<Bytes>) -> Carried {
        let (parts, body) = request.into_parts();
        let head = Head::of(parts);
        let body = if body.len() > MAX_BODY { Body::TooLong } else { Body::Bytes(body) };
        let began = self.begin();
        let Some((account, struck)) = self.strike(&head) else {
            let response = self.answer(&head, &body, began, Fate::Free).write(began.sequence);
            return delivery(response, Ending::Whole, Duration::ZERO);
        };
        let (response, ending) = self.answer_struck(&head, &body, began, &account, &struck);
        delivery(response, ending, struck.effects.delay.unwrap_or_default())
    }
}

fn delivery(response: Response, ending: Ending, delay: Duration) -> Carried {
    let made_of = [AnswerKind::State, AnswerKind::Example].map(AnswerKind::text);
    let carried_out = response.headers().get(ANSWER_KIND).is_some_and(|kind| made_of.iter().any(|made| kind == *made));
    let response = response.map(Sending::into_rest);
    let slow = if let Ending::Slow(over) = ending { over } else { Duration::ZERO };
    let arrival = match ending {
        Ending::Hang => Arrival::Nothing,
        Ending::Refused => Arrival::Refused,
        Ending::Lost => Arrival::Lost,
        Ending::Whole | Ending::Slow(_) => Arrival::Answer(response),
        Ending::Cut(bytes) => Arrival::Cut(response, bytes),
    };
    Carried { after: delay + slow, carried_out, arrival }
}
