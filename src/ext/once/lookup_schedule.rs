//! The schedule of lookups after a send whose result is not known.
//!
//! The API may still be at work on a request that it left without an answer, and its lists may lag behind. So the looks
//! are spread over a part of the time that the call has left, close together at first: what is there already is found
//! soon, and nothing is sent again before the last of them.

use std::time::Duration;

use crate::error::Error;

/// When the first look is made. The next are at 2.5, 6.5, 14.5 seconds and so on: each pause is twice the one before.
const FIRST: Duration = Duration::from_millis(500);

/// The longest that is looked for something, however much time the call has.
const MOST: Duration = Duration::from_secs(120);

/// How long lookups are repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LookupSchedule {
    /// With less time than this there is no telling that it is not there.
    least: Duration,
    /// Which part of the time that is left: one in so many.
    part: u32,
}

impl LookupSchedule {
    /// After a connection that broke, or a status by which the API may have acted.
    const SHORT: Self = Self { least: Duration::from_millis(2_500), part: 3 };

    /// After a timeout, the caller's or a gateway's: the API was slow then, and may well be still.
    pub(super) const LONG: Self = Self { least: Duration::from_secs(10), part: 2 };

    /// For how often something is there that was sent more than once.
    pub(super) const TO_COUNT: Self = Self { least: Duration::from_millis(2_500), part: 2 };

    /// After a 409: what it conflicts with, if it is this very entry, was recorded before and is on the lists by now.
    pub(super) const CONFLICT: Self = Self { least: Duration::from_millis(2_500), part: 20 };

    pub(super) fn after(error: &Error) -> Self {
        let gave_up_waiting =
            error.status().is_some_and(|status| matches!(status.as_u16(), 408 | 499 | 504 | 522 | 524));
        if gave_up_waiting || matches!(error, Error::Timeout(_)) { Self::LONG } else { Self::SHORT }
    }

    /// The pauses before each look, and whether the time that is left is enough for all of them.
    pub(super) fn pauses(self, left: Option<Duration>) -> (Vec<Duration>, bool) {
        let left = left.unwrap_or(Duration::MAX);
        let whole = (left / self.part).clamp(self.least, MOST);
        let early = std::iter::successors(Some(FIRST), |moment| Some(*moment * 2 + FIRST * 3));
        // The last look is at the end, and none is right before it.
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

    /// Whatever is left: all looks fit into it, and a complete set of them ends no sooner than it should.
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
