//! Which of the requests that a fault is for it strikes.

use std::fmt;

/// Which requests a fault strikes, counted among those that it is for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Turn {
    /// So many, beginning with the next.
    Next(u64),
    /// The one with this number, counted from one.
    Nth(u64),
    /// Those whose number is a multiple of this one.
    Every(u64),
    Always,
    /// Each with this probability.
    Chance(f64),
}

impl Turn {
    /// Whether a request is struck. `number` is that of the request from one, `struck` is how many were struck before,
    /// and `roll` is at least zero and below one.
    pub fn is_due(self, number: u64, struck: u64, roll: f64) -> bool {
        match self {
            Self::Next(count) => struck < count,
            Self::Nth(nth) => number == nth,
            Self::Every(every) => number.is_multiple_of(every),
            Self::Always => true,
            Self::Chance(chance) => roll < chance,
        }
    }

    /// Whether no later request can be struck. `seen` is the number of the last one, `struck` is how many were struck.
    pub fn is_over(self, seen: u64, struck: u64) -> bool {
        match self {
            Self::Next(count) => struck >= count,
            Self::Nth(nth) => seen >= nth,
            Self::Every(_) | Self::Always | Self::Chance(_) => false,
        }
    }

    /// How many requests it has to strike before it counts as used.
    pub fn expected(self) -> u64 {
        match self {
            Self::Next(count) => count,
            Self::Nth(_) | Self::Every(_) | Self::Always | Self::Chance(_) => 1,
        }
    }
}

impl fmt::Display for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Next(count) => write!(f, "next {count}"),
            Self::Nth(nth) => write!(f, "nth {nth}"),
            Self::Every(every) => write!(f, "every {every}"),
            Self::Always => f.write_str("always"),
            Self::Chance(chance) => write!(f, "with_chance {chance}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers of the first requests that are struck.
    fn struck(turn: Turn) -> Vec<u64> {
        let mut struck = Vec::new();
        for number in 1..=7 {
            if turn.is_due(number, struck.len() as u64, 0.5) {
                struck.push(number);
            }
        }
        struck
    }

    #[test]
    fn each_turn_strikes_the_requests_that_its_name_says() {
        assert_eq!(struck(Turn::Next(2)), [1, 2]);
        assert_eq!(struck(Turn::Nth(3)), [3]);
        assert_eq!(struck(Turn::Every(3)), [3, 6]);
        assert_eq!(struck(Turn::Always).len(), 7);
        assert_eq!((struck(Turn::Chance(0.5)).len(), struck(Turn::Chance(0.6)).len()), (0, 7));
    }

    #[test]
    fn a_turn_is_over_when_no_later_request_can_be_struck() {
        assert!(!Turn::Next(2).is_over(9, 1) && Turn::Next(2).is_over(2, 2));
        assert!(!Turn::Nth(3).is_over(2, 0) && Turn::Nth(3).is_over(3, 0));
        assert!([Turn::Every(3), Turn::Always, Turn::Chance(0.0)].iter().all(|turn| !turn.is_over(99, 99)));
    }
}
