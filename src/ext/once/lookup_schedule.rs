//! The schedule of lookups after a send whose result is not known.
//!
//! The API may still be processing a request that it did not answer, and its lists may be out of date. So the lookups
//! are spread over a part of the time that the call has left. They are close together at first, so that an entry that
//! is already recorded is found soon. Nothing is sent again before the last lookup.

use std::time::Duration;

use crate::error::Error;

/// When the first lookup is made. The next lookups are at 2.5, 6.5, 14.5 seconds and so on: from the third lookup on,
/// the pause is twice the pause before it.
const FIRST: Duration = Duration::from_millis(500);

/// The maximum time from the start of a schedule to its last lookup, however much time the call has.
const MOST: Duration = Duration::from_secs(120);

/// How long lookups are repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LookupSchedule {
    /// The minimum duration of the lookups. If the call has no more time left than this, the lookups cannot prove that
    /// the entry does not exist.
    least: Duration,
    /// The divisor of the time that is left: the lookups take one `part`-th of it.
    part: u32,
}

impl LookupSchedule {
    /// For a broken connection, or a status after which the API may have acted.
    const SHORT: Self = Self { least: Duration::from_millis(2_500), part: 3 };

    /// For a timeout of the caller or of a gateway: the API was slow, and may still be slow.
    pub(super) const LONG: Self = Self { least: Duration::from_secs(10), part: 2 };

    /// For counting how many times an entry is recorded that was sent more than once.
    pub(super) const TO_COUNT: Self = Self { least: Duration::from_millis(2_500), part: 2 };

    /// For a 409: if the conflicting entry is this entry, it was recorded before, and the lists show it by now.
    pub(super) const CONFLICT: Self = Self { least: Duration::from_millis(2_500), part: 20 };

    pub(super) fn after(error: &Error) -> Self {
        let gave_up_waiting =
            error.status().is_some_and(|status| matches!(status.as_u16(), 408 | 499 | 504 | 522 | 524));
        if gave_up_waiting || matches!(error, Error::Timeout(_)) { Self::LONG } else { Self::SHORT }
    }

    /// Returns the pause before each lookup, and whether the time that is left is enough for all of the pauses.
    pub(super) fn pauses(self, left: Option<Duration>) -> (Vec<Duration>, bool) {
        let left = left.unwrap_or(Duration::MAX);
        let whole = (left / self.part).clamp(self.least, MOST);
        let early = std::iter::successors(Some(FIRST), |moment| Some(*moment * 2 + FIRST * 3));
        // The last lookup is at the end. No other lookup is less than `FIRST` before it.
        let moments =
            early.take_while(|moment| *moment + FIRST <= whole).chain([whole]).take_while(|moment| *moment < left);
        let mut passed = Duration::ZERO;
        let pauses = moments.map(|moment| moment - std::mem::replace(&mut passed, moment)).collect();
        (pauses, whole < left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(schedule: LookupSchedule, left: f64) -> (Vec<f64>, bool) {
        let (pauses, complete) = schedule.pauses(Some(Duration::from_secs_f64(left)));
        (pauses.iter().map(Duration::as_secs_f64).collect(), complete)
    }

    #[test]
    fn looks_are_spread_over_the_time_of_the_call() {
        assert_eq!(seconds(LookupSchedule::SHORT, 99.0), (vec![0.5, 2.0, 4.0, 8.0, 16.0, 2.5], true));
        assert_eq!(seconds(LookupSchedule::LONG, 70.0), (vec![0.5, 2.0, 4.0, 8.0, 16.0, 4.5], true));
        assert_eq!(seconds(LookupSchedule::SHORT, 3.0), (vec![0.5, 2.0], true));
        let (pauses, complete) = LookupSchedule::LONG.pauses(None);
        assert_eq!((pauses.iter().sum::<Duration>(), complete), (MOST, true));
    }

    #[test]
    fn too_little_time_is_said() {
        assert_eq!(seconds(LookupSchedule::SHORT, 0.0), (vec![], false));
        assert_eq!(seconds(LookupSchedule::SHORT, 0.4), (vec![], false));
        assert_eq!(seconds(LookupSchedule::SHORT, 1.0), (vec![0.5], false));
        assert_eq!(seconds(LookupSchedule::LONG, 6.0), (vec![0.5, 2.0], false));
    }

    /// For any time that is left, all lookups fit into it, and a complete schedule has exactly its intended duration.
    #[test]
    fn looks_never_outlast_the_call() {
        for tenths in 0..5_000 {
            let left = Duration::from_millis(100) * tenths;
            for schedule in [LookupSchedule::SHORT, LookupSchedule::LONG, LookupSchedule::TO_COUNT] {
                let (pauses, complete) = schedule.pauses(Some(left));
                let sum: Duration = pauses.iter().sum();
                assert!(sum < left || pauses.is_empty(), "{left:?} {pauses:?}");
                assert!(!complete || sum == schedule.least.max(left / schedule.part).min(MOST), "{left:?} {sum:?}");
            }
        }
    }
}
