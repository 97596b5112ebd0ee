//! How a product rewards purchases.

use std::time::Duration;

/// The rewards of a product, for [`Product::rewards`](crate::Product::rewards).
///
/// ```
/// use imprint_sandbox::{Product, Rewards};
///
/// // Two percent of each purchase, in points.
/// let product = Product::default().rewards(Rewards::per_event(200).points());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rewards {
    scheme: Scheme,
    /// Hundredths of a percent.
    basis_points: u32,
    in_points: bool,
}

/// When a purchase becomes a reward.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// With each capture and refund, pending.
    PerEvent,
    /// With the statement, one for all.
    Statement,
    /// With the first statement after this time, one for all that are due.
    Delayed(Duration),
    Nothing,
}

impl Default for Rewards {
    /// One percent of each purchase, in US cents, per event.
    fn default() -> Self {
        Self::per_event(100)
    }
}

impl Rewards {
    /// A pending reward with each capture, and a pending deduction with each refund; the statement makes them available
    /// and deducted. The amount is in hundredths of a percent of the purchase: 200 are two percent.
    pub fn per_event(basis_points: u32) -> Self {
        Self { scheme: Scheme::PerEvent, basis_points, in_points: false }
    }

    /// One reward of the type `STATEMENT` with each statement, of all purchases less all refunds since the one before.
    pub fn statement(basis_points: u32) -> Self {
        Self { scheme: Scheme::Statement, basis_points, in_points: false }
    }

    /// One reward of the type `DELAYED` with a statement, of all purchases and refunds that are at least this old.
    pub fn delayed(basis_points: u32, delay: Duration) -> Self {
        Self { scheme: Scheme::Delayed(delay), basis_points, in_points: false }
    }

    /// No rewards for purchases.
    pub fn none() -> Self {
        Self { scheme: Scheme::Nothing, basis_points: 0, in_points: false }
    }

    /// Rewards in points. Otherwise they are in US cents.
    #[must_use]
    pub fn points(mut self) -> Self {
        self.in_points = true;
        self
    }

    pub(crate) fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The reward for an amount, without the fraction.
    pub(crate) fn of(&self, amount: i64) -> i64 {
        let exact = i128::from(amount) * i128::from(self.basis_points) / 10_000;
        i64::try_from(exact).unwrap_or(i64::MAX)
    }

    /// As a reward names its currency.
    pub(crate) fn currency(&self) -> &'static str {
        if self.in_points { "POINTS" } else { "USD" }
    }

    /// As a balance names its unit.
    pub(crate) fn symbol(&self) -> &'static str {
        if self.in_points { "points" } else { "$" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fraction_is_left_out_and_large_amounts_do_not_overflow() {
        let rewards = Rewards::per_event(200);
        assert_eq!([0, 49, 50, 99, 100, 5_000].map(|amount| rewards.of(amount)), [0, 0, 1, 1, 2, 100]);
        assert_eq!(Rewards::per_event(20_000).of(i64::MAX), i64::MAX);
    }

    #[test]
    fn the_unit_is_named_as_rewards_and_balances_name_it() {
        let (cash, points) = (Rewards::per_event(1), Rewards::per_event(1).points());
        assert_eq!([cash.currency(), cash.symbol()], ["USD", "$"]);
        assert_eq!([points.currency(), points.symbol()], ["POINTS", "points"]);
    }
}
