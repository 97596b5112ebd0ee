//! Applying a seed to an account.

use std::sync::Arc;

use crate::seed::{Seed, SeedError, Seeded};

use super::Sandbox;

impl Sandbox {
    /// Adds to the account what a seed says, and makes the account as it is then what [`reset`](Self::reset) goes back to.
    /// The ids of what it has made are returned, by name.
    ///
    /// All of it is done or nothing. It is done by the commands of the API and of the methods for tests, without webhooks:
    /// there are no events and no deliveries, unless the seed has `emit: true`. Then they are sent as always, and again
    /// after a `reset`.
    ///
    /// What the account has stays. A seed that was applied before is refused, since its names are taken; what `reset` goes
    /// back to has them as well. Two seeds with different names add up.
    ///
    /// The products of a seed have to be those of the sandbox, which are declared when it starts:
    /// [`Builder::seed`](crate::Builder::seed) does that. A seed without a `clock` leaves the clock as it is, except for the
    /// milliseconds that changes take while it stands still; one with it may not pass what falls due in the account.
    ///
    /// ```
    /// use imprint_sandbox::{Sandbox, Seed};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = Sandbox::start().await?;
    /// let seed = Seed::from_json(r#"{"customers": [{"name": "ada", "applied": "approve"}]}"#)?;
    /// let seeded = sandbox.seed(&seed)?;
    /// let method = sandbox.client().get_payment_method().payment_method_id(seeded.payment_method_of("ada")?).await?;
    /// assert_eq!(method.customer_id, seeded.customer("ada")?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If something that the seed says is refused, such as a refund above its capture, or an endpoint that exists. The
    /// error names the place in the file. Nothing has changed then.
    pub fn seed(&self, seed: &Seed) -> Result<Seeded, SeedError> {
        let accounts = &self.listening.server.accounts;
        let product = self.account.settings.product(None).unwrap_or_default();
        let token = self.webhook_token();
        let texts: Vec<_> = seed.keys().into_iter().map(|(_, text, _)| text).collect();
        let applied = accounts.admit_with(&self.account, &texts, || {
            self.account.transact_to_origin(product, |tx| Ok((seed.apply(tx, &token)?, Seeded::of(tx.state))))
        });
        let (endpoints, seeded) = applied.map_err(|place| seed.key_taken(place))??;
        for id in endpoints {
            self.listening.deliver(Arc::clone(&self.account), id);
        }
        Ok(seeded)
    }

    /// The ids of what the seeds of the account have made, by name.
    pub fn seeded(&self) -> Seeded {
        self.account.read(Seeded::of)
    }
}
