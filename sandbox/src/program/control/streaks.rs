//! Playing Imprint, which enrolls customers in streaks and watches their periods.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::program::failure::Failure;
use crate::sandbox::Streak;

use super::call::{Call, Outcome, done, made};

#[derive(Deserialize)]
struct Enrolled {
    customer_id: String,
    config_id: String,
    total_periods: u32,
    #[serde(default)]
    benefits: Vec<String>,
    period_type: Option<String>,
    period_days: Option<u32>,
    #[serde(default)]
    metadata: Map<String, Value>,
}

pub async fn enroll(mut call: Call) -> Outcome {
    let new: Enrolled = call.body()?;
    let mut streak = call.sandbox.streak(new.customer_id);
    for benefit in new.benefits {
        streak = streak.benefit(benefit);
    }
    if let Some(name) = new.period_type {
        streak = streak.period_type(name);
    }
    if let Some(days) = new.period_days {
        streak = streak.period_length(Duration::from_secs(u64::from(days) * 86_400));
    }
    for (name, value) in new.metadata {
        streak = streak.metadata(name, value);
    }
    let streak = streak.enroll(&new.config_id, new.total_periods).await?;
    made(json!({ "streak_id": streak.id() }))
}

fn streak(call: &Call) -> Result<Streak, Failure> {
    let streak = call.sandbox.streak_of_id(call.argument("id"));
    streak.ok_or_else(|| Failure::not_found("there is no streak of this id"))
}

pub async fn complete_period(call: Call) -> Outcome {
    streak(&call)?.complete_period().await?;
    done()
}

pub async fn fail(call: Call) -> Outcome {
    streak(&call)?.fail().await?;
    done()
}
