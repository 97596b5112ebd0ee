//! The clock of an account. It never goes backwards.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use crate::settings::Clock;

use crate::instant::Instant;

/// The time of an account.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct VirtualClock {
    /// The latest time that was told.
    at: Instant,
    pace: Pace,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
enum Pace {
    Frozen,
    /// This many milliseconds ahead of the clock of the system; behind it if the number is negative.
    Running(i64),
}

impl VirtualClock {
    pub fn new(clock: Clock) -> Self {
        match clock {
            Clock::Frozen(at) => Self { at: Instant::of(at), pace: Pace::Frozen },
            Clock::Running => Self { at: Instant::of(SystemTime::now()), pace: Pace::Running(0) },
        }
    }

    /// What time it is.
    pub fn now(&self) -> Instant {
        match self.pace {
            Pace::Frozen => self.at,
            Pace::Running(ahead) => self.at.max(Instant::of(SystemTime::now()).shifted(ahead)),
        }
    }

    /// Whether time stands still.
    pub fn is_frozen(&self) -> bool {
        matches!(self.pace, Pace::Frozen)
    }

    /// The time that a change is made at, for a caller that was told the time `now`: of a frozen clock one millisecond
    /// later. A running clock is not read again, so that nothing falls due between `now` and the change.
    pub fn of_change(&self, now: Instant) -> Instant {
        match self.pace {
            Pace::Frozen => self.at.plus(Duration::from_millis(1)),
            Pace::Running(_) => self.at.max(now),
        }
    }

    /// Remembers a time that was told; the later one of it and the latest before.
    pub fn told(&mut self, at: Instant) -> Instant {
        self.at = self.at.max(at);
        if let Pace::Running(ahead) = &mut self.pace {
            // Otherwise the time would stand still until the clock of the system is there as well.
            let is = Instant::of(SystemTime::now()).shifted(*ahead);
            *ahead = ahead.saturating_add((at.milliseconds() - is.milliseconds()).max(0));
        }
        self.at
    }

    /// Lets time stand still at a time, or pass as it does outside. A time that is earlier than the latest that was told
    /// becomes that one.
    pub fn set(&mut self, clock: Clock) {
        let Self { at, pace } = Self::new(clock);
        let at = self.now().max(at);
        self.pace = pace;
        self.told(at);
    }

    /// Puts the clock forward to a time, or leaves it where it is if it is later.
    pub fn advance_to(&mut self, at: Instant) {
        let by = (at.milliseconds() - self.now().milliseconds()).max(0);
        if let Pace::Running(ahead) = &mut self.pace {
            *ahead = ahead.saturating_add(by);
        }
        self.told(at);
    }

    /// Lets time stand still.
    pub fn freeze(&mut self) {
        self.at = self.now();
        self.pace = Pace::Frozen;
    }

    /// Lets time pass, from where the clock stands.
    pub fn run(&mut self) {
        if self.is_frozen() {
            let system = Instant::of(SystemTime::now());
            self.pace = Pace::Running(self.at.milliseconds() - system.milliseconds());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frozen_clock_moves_by_changes_and_by_advancing() {
        let mut clock = VirtualClock::new(Clock::Frozen(Instant::START.system_time()));
        assert_eq!(clock.now(), Instant::START);
        clock.told(clock.of_change(clock.now()));
        assert_eq!(clock.now().text(), "2026-01-01T00:00:00.001Z");
        clock.advance_to(clock.now().plus(Duration::from_secs(60)));
        assert_eq!(clock.now().text(), "2026-01-01T00:01:00.001Z");
        clock.told(Instant::START);
        assert_eq!(clock.now().text(), "2026-01-01T00:01:00.001Z");
    }

    #[test]
    fn a_clock_that_goes_on_goes_on_from_where_it_stands() {
        let mut clock = VirtualClock::new(Clock::Frozen(Instant::START.system_time()));
        clock.run();
        assert!(!clock.is_frozen());
        let passed = clock.now().milliseconds() - Instant::START.milliseconds();
        assert!((0..10_000).contains(&passed), "it does not leap to the time of the system: {passed} ms");
        clock.advance_to(Instant::START.plus(Duration::from_secs(3_600)));
        std::thread::sleep(Duration::from_millis(3));
        let now = clock.now();
        assert!(now > Instant::START.plus(Duration::from_secs(3_600)));
        clock.freeze();
        let frozen = clock.now();
        assert!(frozen >= now);
        std::thread::sleep(Duration::from_millis(3));
        assert_eq!(clock.now(), frozen);
    }

    #[test]
    fn a_running_clock_keeps_its_distance_to_the_system() {
        let mut clock = VirtualClock::new(Clock::Running);
        clock.advance_to(clock.now().plus(Duration::from_secs(3_600)));
        let ahead = clock.now().milliseconds() - Instant::of(SystemTime::now()).milliseconds();
        assert!((3_590_000..3_610_000).contains(&ahead), "{ahead}");
        let now = clock.now();
        std::thread::sleep(Duration::from_millis(5));
        assert_eq!(clock.of_change(now), now, "the clock is read once");
    }
}
