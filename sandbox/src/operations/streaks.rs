//! Streaks. They have no operation: Imprint enrolls customers and watches what they do, here a test plays Imprint.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::model::streak::{Streak, StreakEvent, StreakStatus};
use crate::refusal::{Kind, Refusal};
use crate::world::Tx;

use super::{customers, emit};

/// What a streak is to be.
#[derive(Clone)]
pub struct Terms {
    pub period_type: String,
    pub period_length: Duration,
    pub benefits: Vec<String>,
    pub metadata: Map<String, Value>,
}

/// Enrolls a customer; the id of the streak.
pub fn enroll(
    tx: &mut Tx<'_>,
    customer_id: &str,
    config_id: &str,
    total: u32,
    terms: &Terms,
) -> Result<String, Refusal> {
    let customer = customers::customer(tx, customer_id)?;
    if total == 0 {
        return Err(Refusal::invalid("total_periods", "has to be 1 or more"));
    }
    let terms = terms.clone();
    let streak = Streak {
        id: tx.state.ids.next("streak"),
        product: tx.product.key().to_owned(),
        customer_id: customer.id,
        config_id: config_id.to_owned(),
        status: StreakStatus::InProgress,
        completed: 0,
        total,
        period_type: terms.period_type,
        enrolled_at: tx.now,
        period_length: terms.period_length,
        benefits: terms.benefits,
        metadata: terms.metadata,
    };
    let id = streak.id.clone();
    keep(tx, streak, StreakEvent::Enrolled);
    Ok(id)
}

/// Moves a streak on by one of its steps.
pub fn step(
    tx: &mut Tx<'_>,
    id: &str,
    step: fn(Streak) -> Result<(Streak, StreakEvent), String>,
) -> Result<(), Refusal> {
    let streak = tx.state.streaks.get(id).map(|streak| Streak::clone(streak));
    let streak = streak.ok_or_else(|| Refusal::not_found(Kind::NOT_FOUND, "streak_id", "streak", id))?;
    let (streak, event) = step(streak).map_err(Refusal::conflict)?;
    keep(tx, streak, event);
    Ok(())
}

fn keep(tx: &mut Tx<'_>, streak: Streak, event: StreakEvent) {
    emit::streak(tx, &streak, event);
    tx.state.streaks.put(streak);
}
