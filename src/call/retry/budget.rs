//! The retry budget: how many retries all calls of a client may make together, so that an outage is not made worse.

use std::sync::{Mutex, PoisonError};

/// The cost of a retry, in units of what one call earns: calls earn one retry for every five calls.
const COST: u32 = 5;
/// Ten retries: the initial balance of a client, and the most that it can save.
const RESERVE: u32 = 10 * COST;

/// A token bucket that all clones of a client share.
///
/// The bucket starts full, so that a client's first calls can be repeated. This initial balance is a loan: calls earn
/// nothing more until they have paid it back. So the retries never exceed ten or a fifth of the calls, whichever is
/// more.
pub(crate) struct Budget(Mutex<Tokens>);

struct Tokens {
    saved: u32,
    owed: u32,
}

impl Budget {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(Tokens { saved: RESERVE, owed: RESERVE }))
    }

    /// Adds the unit that a call earns when it begins.
    pub(super) fn earn(&self) {
        let mut tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if tokens.owed > 0 {
            tokens.owed -= 1;
        } else {
            tokens.saved = RESERVE.min(tokens.saved + 1);
        }
    }

    /// Pays for a retry, if the balance is sufficient.
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

    /// The number of retries that are paid for if each of `calls` calls tries to make `each` retries.
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
