//! Streaks for code without async.

use std::time::Duration;

use imprint_client::types::StreakId;
use serde_json::Value;

use crate::sandbox::{self, Refused};

use super::Sandbox;

waiting! {
    /// [`imprint_sandbox::StreakSetup`](crate::StreakSetup) for code without async.
    StreakSetup(sandbox::StreakSetup) {
        /// [`StreakSetup::benefit`](crate::StreakSetup::benefit).
        benefit(benefit: impl Into<String>);
        /// [`StreakSetup::period_type`](crate::StreakSetup::period_type).
        period_type(name: impl Into<String>);
        /// [`StreakSetup::period_length`](crate::StreakSetup::period_length).
        period_length(length: Duration);
        /// [`StreakSetup::metadata`](crate::StreakSetup::metadata).
        metadata(name: impl Into<String>, value: impl Into<Value>);
    } {}
}

/// [`imprint_sandbox::Streak`](crate::Streak) for code without async.
#[derive(Clone, Debug)]
pub struct Streak {
    sandbox: Sandbox,
    inner: sandbox::Streak,
}

impl Sandbox {
    /// [`Sandbox::streak`](crate::Sandbox::streak).
    pub fn streak(&self, customer_id: impl AsRef<str>) -> StreakSetup {
        StreakSetup { sandbox: self.clone(), inner: self.inner.streak(customer_id) }
    }
}

impl StreakSetup {
    /// [`StreakSetup::enroll`](crate::StreakSetup::enroll).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn enroll(self, config_id: &str, total_periods: u32) -> Result<Streak, Refused> {
        let inner = self.sandbox.wait(self.inner.enroll(config_id, total_periods))?;
        Ok(Streak { sandbox: self.sandbox, inner })
    }
}

impl Streak {
    /// [`Streak::id`](crate::Streak::id).
    pub fn id(&self) -> &StreakId {
        self.inner.id()
    }

    /// [`Streak::complete_period`](crate::Streak::complete_period).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn complete_period(&self) -> Result<(), Refused> {
        self.sandbox.wait(self.inner.complete_period())
    }

    /// [`Streak::fail`](crate::Streak::fail).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn fail(&self) -> Result<(), Refused> {
        self.sandbox.wait(self.inner.fail())
    }
}
