//! Answers requests without a socket, for tests that send many thousands of them.
//!
//! Such a request takes the way of one that came through a connection: route, key, checks, operation, log and faults. Only
//! what happens to the connection is told instead of done, and nothing waits.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::faults::Ending;

use super::Server;
use super::answer::Response;
use super::pipeline::{Body, Fate, Head, MAX_BODY};

/// What a client gets for a request, and when.
#[doc(hidden)]
#[derive(Debug)]
pub struct Delivery {
    /// How long a fault delays the answer, its slow body included. The request was carried out at once all the same.
    pub after: Duration,
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
    pub fn answer_in_process(self: &Arc<Self>, request: http::Request<Bytes>) -> Delivery {
        let (parts, body) = request.into_parts();
        let head = Head::of(parts);
        let body = if body.len() > MAX_BODY { Body::TooLong } else { Body::Bytes(body) };
        let began = self.begin();
        let whole = |response: Response| response.map(|sending| sending.into_rest());
        let Some((account, struck)) = self.strike(&head) else {
            let answer = self.answer(&head, &body, began, Fate::Free);
            return Delivery { after: Duration::ZERO, arrival: Arrival::Answer(whole(answer.write(began.sequence))) };
        };
        let mut after = struck.effects.delay.unwrap_or_default();
        let (response, ending) = self.answer_struck(&head, &body, began, &account, &struck);
        let arrival = match ending {
            Ending::Hang => Arrival::Nothing,
            Ending::Refused => Arrival::Refused,
            Ending::Lost => Arrival::Lost,
            Ending::Whole => Arrival::Answer(whole(response)),
            Ending::Slow(over) => {
                after += over;
                Arrival::Answer(whole(response))
            }
            Ending::Cut(bytes) => Arrival::Cut(whole(response), bytes),
        };
        Delivery { after, arrival }
    }
}
