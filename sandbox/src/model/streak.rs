//! A streak: a run of periods that a customer completes one by one, `IN_PROGRESS -> COMPLETED | FAILED`.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::instant::Instant;
use crate::table::Row;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Streak {
    pub id: String,
    pub product: String,
    pub customer_id: String,
    pub config_id: String,
    pub status: StreakStatus,
    /// How many periods are completed.
    pub completed: u32,
    /// How many periods the streak has, at least one.
    pub total: u32,
    pub period_type: String,
    /// The periods follow each other from here on.
    pub enrolled_at: Instant,
    pub period_length: Duration,
    /// What the customer earns with the last period.
    pub benefits: Vec<String>,
    pub metadata: Map<String, Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StreakStatus {
    InProgress,
    Completed,
    Failed,
}

/// What happened to a streak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StreakEvent {
    Enrolled,
    PeriodCompleted,
    StreakCompleted,
    StreakFailed,
}

impl Row for Streak {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Streak {
    /// The streak once the current period is completed, and what that is; why not, if the streak is over.
    pub fn with_period_completed(mut self) -> Result<(Self, StreakEvent), String> {
        self.still_in_progress()?;
        self.completed += 1;
        if self.completed < self.total {
            return Ok((self, StreakEvent::PeriodCompleted));
        }
        self.status = StreakStatus::Completed;
        Ok((self, StreakEvent::StreakCompleted))
    }

    /// The streak once the current period was missed, and what that is; why not, if the streak is over.
    pub fn failed(mut self) -> Result<(Self, StreakEvent), String> {
        self.still_in_progress()?;
        self.status = StreakStatus::Failed;
        Ok((self, StreakEvent::StreakFailed))
    }

    /// What a webhook says of an event, besides the customer. Call it with the streak as it is after the event.
    pub fn view(&self, event: StreakEvent, at: Instant) -> Map<String, Value> {
        let period = self.period_of(event);
        let mut view = Map::new();
        view.insert("streak_id".into(), json!(self.id));
        view.insert("streak_config_id".into(), json!(self.config_id));
        view.insert("event".into(), json!(event.text()));
        view.insert("status".into(), json!(self.status.text()));
        view.insert("period_type".into(), json!(self.period_type));
        view.insert("current_period".into(), json!(period));
        view.insert("completed_periods".into(), json!(self.completed));
        view.insert("total_periods".into(), json!(self.total));
        if event != StreakEvent::StreakFailed {
            view.insert("current_period_start_at".into(), json!(self.start_of(period).text()));
            view.insert("current_period_end_at".into(), json!(self.start_of(period.saturating_add(1)).text()));
        }
        let benefits = if event == StreakEvent::StreakCompleted { self.benefits.as_slice() } else { &[] };
        view.insert("benefits".into(), json!(benefits));
        view.insert("created_at".into(), json!(at.text()));
        view.insert("metadata".into(), self.metadata.clone().into());
        view
    }

    fn still_in_progress(&self) -> Result<(), String> {
        match self.status {
            StreakStatus::InProgress => Ok(()),
            over => Err(format!("the streak is {}, and stays so", over.text())),
        }
    }

    /// The number of the period that an event belongs to, counted from 1: the one that was just completed, or the one
    /// that the customer is in.
    fn period_of(&self, event: StreakEvent) -> u32 {
        match event {
            StreakEvent::PeriodCompleted | StreakEvent::StreakCompleted => self.completed,
            StreakEvent::Enrolled | StreakEvent::StreakFailed => self.completed.saturating_add(1),
        }
    }

    /// When a period begins, counted from 1.
    fn start_of(&self, period: u32) -> Instant {
        self.enrolled_at.plus(self.period_length.saturating_mul(period.saturating_sub(1)))
    }
}

impl StreakStatus {
    /// As the API writes it.
    fn text(self) -> &'static str {
        match self {
            Self::InProgress => "IN_PROGRESS",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
        }
    }
}

impl StreakEvent {
    /// As the API writes it.
    fn text(self) -> &'static str {
        match self {
            Self::Enrolled => "ENROLLED",
            Self::PeriodCompleted => "PERIOD_COMPLETED",
            Self::StreakCompleted => "STREAK_COMPLETED",
            Self::StreakFailed => "STREAK_FAILED",
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const DAY: Duration = Duration::from_secs(86_400);

    fn streak(total: u32) -> Streak {
        Streak {
            id: "S".into(),
            product: "P".into(),
            customer_id: "C".into(),
            config_id: "CONFIG".into(),
            status: StreakStatus::InProgress,
            completed: 0,
            total,
            period_type: "STATEMENT".into(),
            enrolled_at: Instant::START,
            period_length: DAY * 30,
            benefits: vec!["BENEFIT_1".into()],
            metadata: Map::new(),
        }
    }

    #[test]
    fn the_last_period_completes_it_and_has_the_benefits() {
        let (first, event) = streak(2).with_period_completed().expect("a period");
        assert_eq!((event, first.status), (StreakEvent::PeriodCompleted, StreakStatus::InProgress));
        assert_eq!(first.view(event, Instant::START)["benefits"], json!([]));
        let (last, event) = first.with_period_completed().expect("a period");
        assert_eq!((event, last.status), (StreakEvent::StreakCompleted, StreakStatus::Completed));
        assert_eq!(last.view(event, Instant::START)["benefits"], json!(["BENEFIT_1"]));
        let why = last.clone().with_period_completed().expect_err("it is over");
        assert!(why.contains("COMPLETED") && last.failed().is_err(), "{why}");
    }

    #[test]
    fn a_missed_period_ends_it_and_has_no_times() {
        let (failed, event) = streak(2).failed().expect("it is in progress");
        let view = failed.view(event, Instant::START);
        assert_eq!((&view["event"], &view["status"]), (&json!("STREAK_FAILED"), &json!("FAILED")));
        assert!(!view.contains_key("current_period_start_at") && !view.contains_key("current_period_end_at"));
        assert!(failed.clone().with_period_completed().is_err() && failed.failed().is_err());
    }

    #[test]
    fn periods_follow_each_other_without_a_gap() {
        let mut now = streak(3);
        let enrolled = now.view(StreakEvent::Enrolled, Instant::START);
        assert_eq!(enrolled["current_period_start_at"], "2026-01-01T00:00:00.000Z");
        let mut end = enrolled["current_period_end_at"].clone();
        assert_eq!(end, "2026-01-31T00:00:00.000Z");
        for period in 1..=3 {
            let (next, event) = now.with_period_completed().expect("a period");
            let view = next.view(event, Instant::START);
            assert_eq!(view["current_period"], period);
            if period > 1 {
                assert_eq!(view["current_period_start_at"], end);
            }
            end = view["current_period_end_at"].clone();
            now = next;
        }
        let long = Streak { period_length: Duration::MAX, ..streak(u32::MAX) };
        assert_eq!(
            long.view(StreakEvent::Enrolled, Instant::START)["current_period_end_at"],
            "9999-12-31T23:59:59.999Z"
        );
    }

    proptest! {
        #[test]
        fn numbers_of_periods_stay_in_their_bounds(total in 1_u32..6, steps in prop::collection::vec(0_u8..8, 0..12)) {
            let mut now = streak(total);
            let mut seen = Vec::new();
            for step in steps {
                let was_over = now.status != StreakStatus::InProgress;
                let taken = if step == 0 { now.clone().failed() } else { now.clone().with_period_completed() };
                prop_assert_eq!(taken.is_err(), was_over);
                let Ok((next, event)) = taken else { continue };
                let current = next.view(event, Instant::START)["current_period"].as_u64().unwrap_or_default();
                prop_assert!((1..=u64::from(total)).contains(&current));
                prop_assert!(next.completed <= total);
                prop_assert_eq!(next.status == StreakStatus::Completed, next.completed == total);
                // Receivers tell repeated events by these.
                prop_assert!(!seen.contains(&(event.text(), current)));
                seen.push((event.text(), current));
                now = next;
            }
        }
    }
}
