//! The way of a request that a fault may strike: what happens before it is carried out, and how its answer reaches the
//! client.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant as Stopwatch;

use tokio::time::sleep;

use crate::contract::Route;
use crate::faults::{Ending, Struck};
use crate::world::Account;

use super::Server;
use super::answer::Response;
use super::pipeline::{Began, Body, Fate, Head};
use super::sending::CutOff;
use super::wire::Wire;

impl Server {
    /// Answers a request as the faults of its account let it.
    ///
    /// # Errors
    ///
    /// If nothing is to be written and the connection is to end.
    pub async fn respond(self: &Arc<Self>, head: &Head, body: &Body, wire: &Arc<Wire>) -> Result<Response, CutOff> {
        let began = self.begin();
        let Some((account, struck)) = self.strike(head) else {
            return Ok(self.answer(head, body, began, Fate::Free).write(began.sequence));
        };
        if let Some(delay) = struck.effects.delay {
            let mut gone = Gone { server: self, head, body, began, struck: Some(&struck) };
            sleep(delay).await;
            gone.struck = None;
        }
        let (response, ending) = self.answer_struck(head, body, began, &account, &struck);
        match ending {
            Ending::Hang => pending().await,
            Ending::Refused | Ending::Lost => {
                wire.reset();
                Err(CutOff)
            }
            Ending::Whole => Ok(response),
            Ending::Slow(over) => Ok(response.map(|sending| sending.slow(over))),
            Ending::Cut(bytes) => Ok(response.map(|sending| sending.cut(bytes, Arc::clone(wire)))),
        }
    }

    /// Answers a request that a fault strikes, after the delay of the fault; and how the answer is to reach the client. A
    /// slow or cut body ends as a whole one if it is too short for that, and the fault then counts as ineffective.
    pub(super) fn answer_struck(
        self: &Arc<Self>,
        head: &Head,
        body: &Body,
        began: Began,
        account: &Account,
        struck: &Struck,
    ) -> (Response, Ending) {
        let response = self.answer(head, body, began, Fate::Struck(struck)).write(began.sequence);
        let length = response.body().length();
        let is_too_short = match struck.effects.ending {
            Ending::Slow(_) => length == 0,
            Ending::Cut(bytes) => bytes >= length,
            Ending::Whole | Ending::Refused | Ending::Lost | Ending::Hang => false,
        };
        if is_too_short {
            let why = format!("the body of the answer has {length} bytes");
            account.faults.was_ineffective(struck.number, began.sequence, why);
            return (response, Ending::Whole);
        }
        (response, struck.effects.ending)
    }

    /// Gives a request its number.
    pub(super) fn begin(&self) -> Began {
        Began { sequence: self.next_sequence(), at: Stopwatch::now() }
    }

    /// The fault that strikes a request, if one does, and the account that it belongs to.
    pub(super) fn strike(&self, head: &Head) -> Option<(Arc<Account>, Struck)> {
        if !self.has_faults.load(Ordering::Relaxed) {
            return None;
        }
        let operation = match self.settings.contract().route(&head.method, &head.path) {
            Route::Found { operation, .. } => Some(operation.id.as_str()),
            Route::WrongMethod { .. } | Route::Unknown { .. } => None,
        };
        let account = self.caller(&head.headers).map_or_else(|_| Arc::clone(&self.first), |(account, _)| account);
        let product = self.product_of(&head.headers);
        let struck = account.faults.strike(operation, product.as_ref().map(|product| product.key()))?;
        Some((account, struck))
    }
}

/// Writes a request down whose client went away while a fault delayed it. It is not carried out.
struct Gone<'a> {
    server: &'a Arc<Server>,
    head: &'a Head,
    body: &'a Body,
    began: Began,
    /// None if the client is still there.
    struck: Option<&'a Struck>,
}

impl Drop for Gone<'_> {
    fn drop(&mut self) {
        if let Some(struck) = self.struck {
            self.server.answer(self.head, self.body, self.began, Fate::Gone(struck));
        }
    }
}
