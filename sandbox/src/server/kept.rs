//! Lets an answer go only when everything that it may tell is kept: what the request has changed, and what others had
//! changed before and the request has seen.

use std::sync::Arc;

use serde_json::json;

use crate::log::AnswerKind;
use crate::world::{NotKept, kept};

use super::Server;
use super::answer::{Answer, Response};
use super::pipeline::{Body, Head};
use super::sending::CutOff;
use super::wire::Wire;

impl Server {
    /// Answers a request once its changes are kept. If they cannot be, the answer says so, and nothing is carried out from
    /// then on.
    ///
    /// # Errors
    ///
    /// Those of [`respond`](Self::respond).
    pub async fn respond_kept(
        self: &Arc<Self>,
        head: &Head,
        body: &Body,
        wire: &Arc<Wire>,
    ) -> Result<Response, CutOff> {
        if let Some(failure) = self.failure_to_keep() {
            return Ok(failure);
        }
        let response = self.respond(head, body, wire).await?;
        Ok(self.keep().await.unwrap_or(response))
    }

    /// The answer to each request once changes cannot be kept any more; None as long as they can.
    pub(super) fn failure_to_keep(&self) -> Option<Response> {
        let why = self.accounts.keeper.as_ref().and_then(|keeper| keeper.progress().borrow().failure.clone())?;
        Some(not_kept(&why, self.next_sequence()))
    }

    /// Waits until everything is kept that was changed so far. If it cannot be, this is the answer in the place of another.
    pub(super) async fn keep(&self) -> Option<Response> {
        let why = kept(self.accounts.keeper.as_ref()).await.err()?;
        Some(not_kept(&why, self.next_sequence()))
    }
}

fn not_kept(why: &NotKept, sequence: u64) -> Response {
    let body = json!({ "error": { "type": "STATE_NOT_KEPT", "message": why.to_string() } });
    Answer::new(500, Some(body), AnswerKind::Failure).write(sequence)
}
