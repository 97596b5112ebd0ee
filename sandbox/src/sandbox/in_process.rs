//! For tests that make many thousands of runs: requests without a socket, and states without their text.
//!
//! Nothing here is part of the API that this crate keeps stable.

use std::fmt;

use bytes::Bytes;
use serde_json::Value;

use crate::server::Carried;
use crate::world::Saved;

use super::Sandbox;

/// The state of an account at one moment. It is a [`Snapshot`](super::Snapshot) that is not written, and costs less.
#[doc(hidden)]
#[derive(Clone)]
pub struct Moment(Saved);

impl Moment {
    /// All tables by their names, as a snapshot has them. API keys and numbers of made-up cards are among it.
    pub fn tables(&self) -> Value {
        serde_json::to_value(&self.0).unwrap_or_default()
    }
}

impl fmt::Debug for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Moment").finish_non_exhaustive()
    }
}

impl Sandbox {
    /// Answers a request as if it had come through a connection, and tells what would arrive at the client and when.
    ///
    /// It opens no socket and waits for nothing: a request that a fault delays is carried out at once, and the time of the
    /// delay is told. The URI needs a path alone, and the headers the key.
    #[doc(hidden)]
    pub fn answer_in_process(&self, request: http::Request<Bytes>) -> Carried {
        self.listening.server.answer_in_process(request)
    }

    /// Everything that the account has at this moment, as [`snapshot`](Self::snapshot) has it.
    #[doc(hidden)]
    pub fn moment(&self) -> Moment {
        Moment(self.account.save())
    }

    /// Puts the account back into the state of a moment, as [`restore`](Self::restore) does with a snapshot.
    ///
    /// # Panics
    ///
    /// If the moment has a key of another account of the server, which one of this account does not have.
    #[doc(hidden)]
    pub fn back_to(&self, moment: &Moment) {
        self.put_back(moment.0.clone()).unwrap_or_else(|e| panic!("the account cannot be put back: {e}"));
    }
}

#[cfg(test)]
mod tests {
    use http::Request;

    use crate::model::reward::RewardKind;
    use crate::server::Arrival;
    use crate::table::tests::LOOKED_AT;

    use super::*;

    /// How many rows a request looks at.
    fn looked_at(sandbox: &Sandbox, target: &str) -> u64 {
        let request = Request::get(target).header("authorization", "Bearer sandbox-key");
        let before = LOOKED_AT.get();
        let carried = sandbox.answer_in_process(request.body(Bytes::new()).expect("a request"));
        let Arrival::Answer(answer) = carried.arrival else { panic!("no answer") };
        assert!(answer.status().is_success(), "{target}: {answer:?}");
        LOOKED_AT.get() - before
    }

    #[tokio::test]
    async fn a_page_costs_what_is_on_it_however_long_the_list_is() {
        let sandbox = Sandbox::start().await.expect("a sandbox");
        let customer = sandbox.customer("P-0").create().expect("a customer").to_string();
        let targets = [
            "/v2/customers?limit=10".to_owned(),
            "/v2/customers?partner_customer_id=P-0".into(),
            "/v2/rewards?limit=10".into(),
            format!("/v2/customers/{customer}/rewards?limit=10"),
        ];
        let mut seen = Vec::new();
        for rows in [20, 400] {
            for number in 0..rows {
                sandbox.customer(format!("P-{rows}-{number}")).create().expect("a customer");
                sandbox.grant_reward(&customer, RewardKind::OneTime, 5).await.expect("a reward");
            }
            seen.push(targets.each_ref().map(|target| looked_at(&sandbox, target)));
        }
        assert_eq!(seen[0], seen[1], "each of {targets:?} looks at as many rows among many as among few");
        // The items of the page, one that tells whether there are more, and the key, twice.
        assert!(seen[0].iter().all(|rows| (3..=13).contains(rows)), "{seen:?}");
    }
}
