//! Playing Imprint, which enrolls customers in streaks and watches their periods.

use std::fmt;
use std::time::Duration;

use imprint_client::types::StreakId;
use serde_json::{Map, Value};

use crate::model::streak;
use crate::operations::streaks::{self, Terms};

use super::{Refused, Sandbox};

/// A streak that a customer is to be enrolled in; [`enroll`](Self::enroll) does it.
#[derive(Clone)]
#[must_use = "the customer is enrolled by `enroll`"]
pub struct StreakSetup {
    sandbox: Sandbox,
    customer_id: String,
    terms: Terms,
}

/// A streak of a customer, to move it on. No operation of the API shows it; there is an event for each step.
#[derive(Clone, Debug)]
pub struct Streak {
    sandbox: Sandbox,
    id: StreakId,
}

impl Sandbox {
    /// A streak of a customer: a run of periods that earns benefits once all of them are completed. Only webhooks tell
    /// partners about it.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = imprint_sandbox::Sandbox::start().await?;
    /// let customer = sandbox.customer("PARTNER_USER_456").create()?;
    /// let streak = sandbox.streak(&customer).benefit("FREE_SHIPPING").enroll("CONFIG", 2).await?;
    /// streak.complete_period().await?;
    /// streak.complete_period().await?;
    /// let events: Vec<_> = sandbox.events().iter().map(|event| event.body["data"]["event"].clone()).collect();
    /// assert_eq!(events, ["ENROLLED", "PERIOD_COMPLETED", "STREAK_COMPLETED"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn streak(&self, customer_id: impl AsRef<str>) -> StreakSetup {
        StreakSetup {
            sandbox: self.clone(),
            customer_id: customer_id.as_ref().to_owned(),
            terms: Terms {
                period_type: "STATEMENT".into(),
                period_length: Duration::from_secs(30 * 86_400),
                benefits: Vec::new(),
                metadata: Map::new(),
            },
        }
    }
}

#[cfg(feature = "program")]
impl Sandbox {
    /// The streak of an id, if there is one.
    pub(crate) fn streak_of_id(&self, id: &str) -> Option<Streak> {
        let known = self.account.read(|state| state.streaks.get(id).map(|streak| streak.id.clone()))?;
        Some(Streak { sandbox: self.clone(), id: StreakId::from(known) })
    }
}

impl StreakSetup {
    /// Adds a benefit that the customer earns with the last period. The default is none.
    pub fn benefit(mut self, benefit: impl Into<String>) -> Self {
        self.terms.benefits.push(benefit.into());
        self
    }

    /// What a period is called in the events. The default is `STATEMENT`.
    pub fn period_type(mut self, name: impl Into<String>) -> Self {
        self.terms.period_type = name.into();
        self
    }

    /// How long a period is in the events. The default is 30 days. A period ends by
    /// [`complete_period`](Streak::complete_period) or [`fail`](Streak::fail), and not by the clock.
    pub fn period_length(mut self, length: Duration) -> Self {
        self.terms.period_length = length;
        self
    }

    /// Adds a value to the `metadata` of the events.
    pub fn metadata(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.terms.metadata.insert(name.into(), value.into());
        self
    }

    /// Enrolls the customer, in a streak that follows a configuration of this id and has this many periods. There is a
    /// `STREAK` event `ENROLLED`.
    ///
    /// # Errors
    ///
    /// If there is no such customer, or `total_periods` is 0.
    pub async fn enroll(self, config_id: &str, total_periods: u32) -> Result<Streak, Refused> {
        let Self { sandbox, customer_id, terms } = self;
        let known = sandbox.account.read(|state| state.customers.get(&customer_id).cloned());
        let merchant_key = known.as_ref().map(|customer| customer.product.as_str());
        let id =
            sandbox.control(merchant_key, |tx| streaks::enroll(tx, &customer_id, config_id, total_periods, &terms))?;
        Ok(Streak { sandbox, id: StreakId::from(id) })
    }
}

impl Streak {
    /// The id, the same in all events of the streak.
    pub fn id(&self) -> &StreakId {
        &self.id
    }

    /// The customer meets the goal of the current period. There is a `STREAK` event `PERIOD_COMPLETED`, or with the last
    /// period `STREAK_COMPLETED`, which has the benefits.
    ///
    /// # Errors
    ///
    /// If the streak is completed or failed.
    pub async fn complete_period(&self) -> Result<(), Refused> {
        self.step(streak::Streak::with_period_completed)
    }

    /// The customer misses the goal of the current period, and the streak is over. There is a `STREAK` event
    /// `STREAK_FAILED`.
    ///
    /// # Errors
    ///
    /// If the streak is completed or failed.
    pub async fn fail(&self) -> Result<(), Refused> {
        self.step(streak::Streak::failed)
    }

    fn step(
        &self,
        step: fn(streak::Streak) -> Result<(streak::Streak, streak::StreakEvent), String>,
    ) -> Result<(), Refused> {
        let id = self.id.as_str();
        let known = self.sandbox.account.read(|state| state.streaks.get(id).cloned());
        let merchant_key = known.as_ref().map(|streak| streak.product.as_str());
        self.sandbox.control(merchant_key, |tx| streaks::step(tx, id, step))
    }
}

/// The metadata may be personal, so only the names of it are shown.
impl fmt::Debug for StreakSetup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Terms { period_type, period_length, benefits, metadata } = &self.terms;
        f.debug_struct("StreakSetup")
            .field("customer_id", &self.customer_id)
            .field("period_type", period_type)
            .field("period_length", period_length)
            .field("benefits", benefits)
            .field("metadata", &metadata.keys().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}
