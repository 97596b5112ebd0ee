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
        let Some(keeper) = &self.accounts.keeper else { return self.respond(head, body, wire).await };
        let failure = keeper.progress().borrow().failure.clone();
        if let Some(why) = failure {
            return Ok(not_kept(&why, self.next_sequence()));
        }
        let response = self.respond(head, body, wire).await?;
        match kept(Some(keeper)).await {
            Ok(()) => Ok(response),
            Err(why) => Ok(not_kept(&why, self.next_sequence())),
        }
    }
}

fn not_kept(why: &NotKept, sequence: u64) -> Response {
    let body = json!({ "error": { "type": "STATE_NOT_KEPT", "message": why.to_string() } });
    Answer::new(500, Some(body), AnswerKind::Failure).write(sequence)
}
