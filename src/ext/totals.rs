//! `check_totals`: checks the sums of orders and their events before they are sent. Imprint checks these sums too.

use std::fmt;

use crate::types::{OrderBase, OrderEventBase, OrderLine};
use crate::value::error_debug::{DebugError, fmt_error};

/// The lines of an order, or of an event, do not sum to one of its totals.
///
/// Names are those of the API; amounts are in minor units of the currency, or in the unit of the program's rewards.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TotalsError {
    /// The lines sum to a value other than the total.
    #[non_exhaustive]
    Differs {
        /// The total: `total_order_amount` or `total_rewards_amount` of an order, `amount` or `rewards_amount` of an
        /// event.
        total: &'static str,
        /// The value of the total.
        stated: i64,
        /// The sum of the lines.
        lines: i64,
    },
    /// The lines sum to more than 64 bits can hold.
    #[non_exhaustive]
    Overflow {
        /// The total, as above.
        total: &'static str,
    },
}

impl fmt::Display for TotalsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Differs { total, stated, lines } => {
                write!(f, "{total} is {stated}, but the order lines sum to {lines}")
            }
            Self::Overflow { total } => write!(f, "{total}: the order lines sum to more than 64 bits can hold"),
        }
    }
}

impl fmt::Debug for TotalsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt_error(self, f)
    }
}

impl DebugError for TotalsError {
    fn causes(&self) -> Vec<String> {
        Vec::new()
    }

    fn fmt_fields(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Differs { total, stated, lines } => {
                f.debug_struct("Differs").field("total", total).field("stated", stated).field("lines", lines).finish()
            }
            Self::Overflow { total } => f.debug_struct("Overflow").field("total", total).finish(),
        }
    }
}

impl std::error::Error for TotalsError {}

impl OrderBase {
    /// Checks that the lines sum to the totals: rate times quantity to `total_order_amount`, and rewards rate times
    /// quantity to `total_rewards_amount`. Imprint refuses an order if they do not.
    ///
    /// This method sends nothing. An order without lines passes, and so does an order without `total_rewards_amount`:
    /// it is not documented how Imprint treats the latter.
    ///
    /// ```
    /// use imprint_client::types::{OrderBase, OrderLine};
    ///
    /// let couch = OrderLine::builder().name("Couch").quantity(2).rate(100_00).rewards_rate(5).build()?;
    /// let order = OrderBase::builder()
    ///     .partner_order_id("o-1")
    ///     .payment_method_id("0144ea84-3c39-4382-a37a-03c699b77646")
    ///     .order_lines([couch])
    ///     .total_order_amount(200_00)
    ///     .total_rewards_amount(11)
    ///     .build()?;
    /// let problem = order.check_totals().unwrap_err();
    /// assert_eq!(problem.to_string(), "total_rewards_amount is 11, but the order lines sum to 10");
    /// # Ok::<(), imprint_client::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`TotalsError`] for the first total that the lines do not sum to, or that they overflow.
    pub fn check_totals(&self) -> Result<(), TotalsError> {
        check(&self.order_lines, |line| line.rate, "total_order_amount", Some(self.total_order_amount))?;
        check(&self.order_lines, |line| line.rewards_rate, "total_rewards_amount", self.total_rewards_amount)
    }
}

impl OrderEventBase {
    /// Checks that the lines sum to the totals: rate times quantity to `amount`, and rewards rate times quantity to
    /// `rewards_amount`. Imprint refuses an event if they do not.
    ///
    /// This method sends nothing. An event without lines passes, and so does an event without `rewards_amount`. The
    /// events of an order need not sum to the totals of the order: they record what happened in the end.
    ///
    /// # Errors
    ///
    /// [`TotalsError`] for the first total that the lines do not sum to, or that they overflow.
    pub fn check_totals(&self) -> Result<(), TotalsError> {
        check(&self.order_lines, |line| line.rate, "amount", Some(self.amount))?;
        check(&self.order_lines, |line| line.rewards_rate, "rewards_amount", self.rewards_amount)
    }
}

fn check(
    lines: &[OrderLine],
    rate: fn(&OrderLine) -> i64,
    total: &'static str,
    stated: Option<i64>,
) -> Result<(), TotalsError> {
    let Some(stated) = stated.filter(|_| !lines.is_empty()) else { return Ok(()) };
    // The product of two i64 values fits into an i128, whatever their signs. A sum that overflows i128 counts as an
    // overflow of i64.
    let mut sum = lines.iter().map(|line| i128::from(rate(line)) * i128::from(line.quantity));
    let sum = sum.try_fold(0, i128::checked_add).and_then(|sum| i64::try_from(sum).ok());
    match sum {
        Some(lines) if lines == stated => Ok(()),
        Some(lines) => Err(TotalsError::Differs { total, stated, lines }),
        None => Err(TotalsError::Overflow { total }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::OrderEventBaseType;

    fn lines(lines: &[(i64, i64, i64)]) -> Vec<OrderLine> {
        let line = |&(quantity, rate, rewards_rate): &(i64, i64, i64)| {
            OrderLine::builder().name("Couch").quantity(quantity).rate(rate).rewards_rate(rewards_rate).build().unwrap()
        };
        lines.iter().map(line).collect()
    }

    fn order(given: &[(i64, i64, i64)], amount: i64, rewards: Option<i64>) -> Result<(), TotalsError> {
        let order = OrderBase::builder().partner_order_id("o").payment_method_id("p").order_lines(lines(given));
        order.total_order_amount(amount).total_rewards_amount(rewards).build().unwrap().check_totals()
    }

    fn event(given: &[(i64, i64, i64)], amount: i64, rewards: Option<i64>) -> Result<(), TotalsError> {
        let event = OrderEventBase::builder().order_id("o").network_transaction_id("n").order_lines(lines(given));
        let event = event.type_(OrderEventBaseType::Captured).amount(amount).rewards_amount(rewards);
        event.build().unwrap().check_totals()
    }

    #[test]
    fn lines_sum_to_both_totals() {
        for check in [order, event] {
            assert_eq!(check(&[(1, 274_999, 2_500), (3, 100, 1)], 275_299, Some(2_503)), Ok(()));
            assert_eq!(check(&[(2, i64::MIN / 2, 0)], i64::MIN, Some(0)), Ok(()));
        }
    }

    #[test]
    fn what_is_left_out_is_not_checked() {
        for check in [order, event] {
            assert_eq!(check(&[], 5, Some(7)), Ok(()));
            assert_eq!(check(&[(1, 5, 7)], 5, None), Ok(()));
        }
    }

    #[test]
    fn a_total_that_differs_is_named_with_both_sums() {
        let differs = |total, stated, lines| Err(TotalsError::Differs { total, stated, lines });
        assert_eq!(order(&[(2, 5, 3)], 11, Some(7)), differs("total_order_amount", 11, 10));
        assert_eq!(order(&[(2, 5, 3)], 10, Some(7)), differs("total_rewards_amount", 7, 6));
        assert_eq!(event(&[(2, 5, 3)], 11, Some(7)), differs("amount", 11, 10));
        assert_eq!(event(&[(2, 5, 3)], 10, Some(7)), differs("rewards_amount", 7, 6));
        assert_eq!(order(&[(0, 5, 3)], 5, None), differs("total_order_amount", 5, 0));
    }

    #[test]
    fn a_sum_beyond_64_bits_is_no_wrapped_number() {
        let overflow = |total| Err(TotalsError::Overflow { total });
        for given in [&[(2, i64::MAX, 0)][..], &[(1, i64::MAX, 0), (1, 1, 0)], &[(i64::MAX, i64::MAX, 0); 3]] {
            assert_eq!(order(given, -2, None), overflow("total_order_amount"));
            assert_eq!(event(given, -2, None), overflow("amount"));
        }
        assert_eq!(event(&[(2, 0, i64::MIN)], 0, Some(0)), overflow("rewards_amount"));
        // Intermediate sums may exceed 64 bits.
        assert_eq!(order(&[(1, i64::MAX, 0), (1, 1, 0), (-1, 1, 0)], i64::MAX, Some(0)), Ok(()));
    }

    #[test]
    fn the_text_has_the_numbers() {
        let error = order(&[(2, 5, 3)], 11, None).unwrap_err();
        assert_eq!(error.to_string(), "total_order_amount is 11, but the order lines sum to 10");
        let error = order(&[(2, i64::MAX, 3)], 11, None).unwrap_err();
        assert_eq!(error.to_string(), "total_order_amount: the order lines sum to more than 64 bits can hold");
    }
}
