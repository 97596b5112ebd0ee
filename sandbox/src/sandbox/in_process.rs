//! Sending requests to a sandbox without a socket.

use bytes::Bytes;

use crate::server::Delivery;

use super::Sandbox;

impl Sandbox {
    /// Answers a request as if it had come through a connection, and tells what would arrive at the client and when.
    ///
    /// It is for tests that send many thousands of requests, in a time of their own: it opens no socket and waits for
    /// nothing. The URI needs a path alone, and the headers the key. A request that a fault delays is carried out at once;
    /// the time of the delay is told. It is no part of the API that this crate keeps stable.
    #[doc(hidden)]
    pub fn answer_in_process(&self, request: http::Request<Bytes>) -> Delivery {
        self.listening.server.answer_in_process(request)
    }
}
