//! The retry budget: how many retries all calls of a client may make together, so that an outage is not made worse.

use std::sync::{Mutex, PoisonError};

/// What a retry costs, in units of what a call earns: one retry for every five calls.
const COST: u32 = 5;
/// Ten retries: what a client has before it has earned any, and the most it can save.
const RESERVE: u32 = 10 * COST;

/// A token bucket that all clones of a client share.
///
/// It begins full, so that a client's first calls can be repeated, but on loan: calls earn nothing more until they have
/// paid for it. So the retries are at no time more than ten or a fifth of the calls, whichever is more.
pub(crate) struct Budget(Mutex<Tokens>);

struct Tokens {
    saved: u32,
    owed: u32,
}

impl Budget {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(Tokens { saved: RESERVE, owed: RESERVE }))
    }

    /// A call was begun.
    pub(super) fn earn(&self) {
        let mut tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if tokens.owed > 0 {
            tokens.owed -= 1;
        } else {
            tokens.saved = RESERVE.min(tokens.saved + 1);
        }
    }

    /// Pays for a retry, if there is enough.
    pub(super) fn pay(&self) -> bool {
        let mut tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let left = tokens.saved.checked_sub(COST);
        tokens.saved = left.unwrap_or(tokens.saved);
        left.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The retries that `calls` calls get which would like `each` of them.
    fn outage(budget: &Budget, calls: u32, each: u32) -> u32 {
        let mut paid = 0;
        for _ in 0..calls {
            budget.earn();
            paid += (0..each).filter(|_| budget.pay()).count() as u32;
        }
        paid
    }

    #[test]
    fn an_outage_costs_a_fifth_more() {
        for (calls, most) in [(1, 2), (5, 10), (50, 10), (100, 20), (1_000, 200), (100_000, 20_000)] {
            assert_eq!(outage(&Budget::new(), calls, 2), most, "{calls} calls");
        }
    }

    #[test]
    fn what_is_saved_in_good_times_is_bounded() {
        let budget = Budget::new();
        assert_eq!(outage(&budget, 1_000_000, 0), 0);
        assert_eq!(outage(&budget, 1, 100), 10);
        assert_eq!(outage(&budget, 100, 2), 20);
    }

    #[test]
    fn rare_failures_are_always_repeated() {
        let budget = Budget::new();
        for _ in 0..1_000 {
            assert_eq!(outage(&budget, 1, 1), 1);
            assert_eq!(outage(&budget, 5, 0), 0);
        }
    }
}
