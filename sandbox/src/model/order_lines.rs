//! The lines of an order or of an order event, and the rule that both share: if there are lines, they sum to the totals.
//!
//! All numbers are whole: amounts in minor units of the currency, rewards in the unit of the program's rewards.

use std::fmt;

use serde_json::Value;

/// The numbers of one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    pub quantity: i64,
    /// The price of one item.
    pub rate: i64,
    /// The rewards for one item.
    pub rewards_rate: i64,
}

/// A total that an order or event states, with the name of its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Total {
    pub field: &'static str,
    pub value: i64,
}

/// Why lines are refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// A part of the lines is not what the document says. Only a sandbox that does not validate requests finds this here.
    Malformed { field: String, what: &'static str },
    /// A number of a line is below zero.
    Negative { field: String },
    /// The lines sum to something else than the total.
    Differs { total: Total, lines: i64 },
    /// The lines sum to more than 64 bits can hold.
    Overflow { total: Total },
}

impl Problem {
    /// The field that the error is about: `order_lines[0].rate`, or the total.
    pub fn field(&self) -> &str {
        match self {
            Self::Malformed { field, .. } | Self::Negative { field } => field,
            Self::Differs { total, .. } | Self::Overflow { total } => total.field,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed { what, .. } => f.write_str(what),
            Self::Negative { .. } => f.write_str("has to be 0 or more"),
            Self::Differs { total, lines } => write!(f, "is {}, but the order lines sum to {lines}", total.value),
            Self::Overflow { .. } => f.write_str("the order lines sum to more than 64 bits can hold"),
        }
    }
}

/// The lines of a request, from the value of its field `order_lines`. An absent or empty list gives none.
pub fn read(lines: Option<&Value>) -> Result<Vec<Line>, Problem> {
    let Some(lines) = lines.filter(|lines| !lines.is_null()) else { return Ok(Vec::new()) };
    let malformed = |field: String, what| Problem::Malformed { field, what };
    let lines = lines.as_array().ok_or_else(|| malformed("order_lines".into(), "has to be a list"))?;
    let read = |(index, line): (usize, &Value)| {
        let number = |name: &str| {
            let field = format!("order_lines[{index}].{name}");
            match line.get(name).and_then(Value::as_i64) {
                None => Err(malformed(field, "has to be a whole number of 64 bits")),
                Some(number) if number < 0 => Err(Problem::Negative { field }),
                Some(number) => Ok(number),
            }
        };
        Ok(Line { quantity: number("quantity")?, rate: number("rate")?, rewards_rate: number("rewards_rate")? })
    };
    lines.iter().enumerate().map(read).collect()
}

/// Compares the lines with the total of the amount, and with that of the rewards if it is given. Without lines there is
/// nothing to compare.
pub fn check(lines: &[Line], amount: Total, rewards: Option<Total>) -> Result<(), Problem> {
    compare(lines, |line| line.rate, amount)?;
    rewards.map_or(Ok(()), |rewards| compare(lines, |line| line.rewards_rate, rewards))
}

fn compare(lines: &[Line], rate: fn(&Line) -> i64, total: Total) -> Result<(), Problem> {
    if lines.is_empty() {
        return Ok(());
    }
    let add = |sum: i64, line: &Line| sum.checked_add(rate(line).checked_mul(line.quantity)?);
    match lines.iter().try_fold(0, add) {
        Some(sum) if sum == total.value => Ok(()),
        Some(lines) => Err(Problem::Differs { total, lines }),
        None => Err(Problem::Overflow { total }),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn amount(value: i64) -> Total {
        Total { field: "amount", value }
    }

    fn rewards(value: i64) -> Total {
        Total { field: "rewards_amount", value }
    }

    fn line(quantity: i64, rate: i64, rewards_rate: i64) -> Line {
        Line { quantity, rate, rewards_rate }
    }

    #[test]
    fn lines_are_read_and_what_is_wrong_with_them_is_named() {
        let list = json!([{"quantity": 2, "rate": 3, "rewards_rate": 4, "name": "Couch"}]);
        assert_eq!(read(Some(&list)), Ok(vec![line(2, 3, 4)]));
        for none in [None, Some(json!(null)), Some(json!([]))] {
            assert_eq!(read(none.as_ref()), Ok(vec![]));
        }
        for (lines, field) in [
            (json!({}), "order_lines"),
            (json!([7]), "order_lines[0].quantity"),
            (json!([{"quantity": 1, "rate": "3", "rewards_rate": 0}]), "order_lines[0].rate"),
            (json!([{"quantity": 1, "rate": 9_223_372_036_854_775_808_u64, "rewards_rate": 0}]), "order_lines[0].rate"),
            (json!([{"quantity": 1, "rate": 3}]), "order_lines[0].rewards_rate"),
        ] {
            let problem = read(Some(&lines)).expect_err("it is malformed");
            assert!(matches!(&problem, Problem::Malformed { .. }) && problem.field() == field, "{problem:?}");
        }
        for name in ["quantity", "rate", "rewards_rate"] {
            let mut second = json!({"quantity": 1, "rate": 1, "rewards_rate": 1});
            second[name] = json!(-1);
            let problem = read(Some(&json!([{"quantity": 1, "rate": 1, "rewards_rate": 1}, second])));
            assert_eq!(problem, Err(Problem::Negative { field: format!("order_lines[1].{name}") }));
            assert_eq!(problem.map_err(|problem| problem.to_string()), Err("has to be 0 or more".into()));
        }
    }

    #[test]
    fn the_amount_is_compared_first_and_rewards_only_if_they_are_given() {
        let lines = [line(2, 100, 5)];
        assert_eq!(check(&lines, amount(200), None), Ok(()));
        assert_eq!(check(&lines, amount(200), Some(rewards(10))), Ok(()));
        let differs = check(&lines, amount(201), Some(rewards(11))).expect_err("both are wrong");
        assert_eq!(
            (differs.field(), differs.to_string().as_str()),
            ("amount", "is 201, but the order lines sum to 200")
        );
        let differs = check(&lines, amount(200), Some(rewards(11))).expect_err("the rewards are wrong");
        assert_eq!(differs, Problem::Differs { total: rewards(11), lines: 10 });
        assert_eq!(check(&[], amount(7), Some(rewards(7))), Ok(()));
    }

    #[test]
    fn the_largest_sum_is_taken_and_one_more_overflows() {
        assert_eq!(check(&[line(1, i64::MAX, 0)], amount(i64::MAX), None), Ok(()));
        let more = [line(1, i64::MAX, 0), line(1, 1, 0)];
        assert_eq!(check(&more, amount(i64::MAX), None), Err(Problem::Overflow { total: amount(i64::MAX) }));
        let product = [line(i64::MAX, 0, 2)];
        let problem = check(&product, amount(0), Some(rewards(i64::MAX))).expect_err("the rewards overflow");
        assert_eq!((problem.field(), matches!(problem, Problem::Overflow { .. })), ("rewards_amount", true));
    }

    /// Lines with small and with huge numbers.
    fn any_lines() -> impl Strategy<Value = Vec<Line>> {
        let number = || prop_oneof![4 => 0_i64..1_000, 1 => 0..=i64::MAX];
        prop::collection::vec((number(), number(), number()).prop_map(|(q, r, w)| line(q, r, w)), 1..6)
    }

    /// The sum, in numbers that cannot overflow.
    fn sum(lines: &[Line], rate: fn(&Line) -> i64) -> i128 {
        lines.iter().fold(0, |sum: i128, line| sum.saturating_add(i128::from(rate(line)) * i128::from(line.quantity)))
    }

    proptest! {
        #[test]
        fn lines_pass_with_their_sums_and_with_no_others(lines in any_lines(), off in 1_i64..1_000) {
            let sums = (sum(&lines, |line| line.rate), sum(&lines, |line| line.rewards_rate));
            match (i64::try_from(sums.0), i64::try_from(sums.1)) {
                (Ok(right), Ok(earned)) => {
                    prop_assert_eq!(check(&lines, amount(right), Some(rewards(earned))), Ok(()));
                    let wrong = right.wrapping_add(off);
                    let refused = Err(Problem::Differs { total: amount(wrong), lines: right });
                    prop_assert_eq!(check(&lines, amount(wrong), None), refused);
                    let wrong = earned.wrapping_sub(off);
                    let refused = Err(Problem::Differs { total: rewards(wrong), lines: earned });
                    prop_assert_eq!(check(&lines, amount(right), Some(rewards(wrong))), refused);
                }
                (Err(_), _) => {
                    prop_assert_eq!(check(&lines, amount(0), None), Err(Problem::Overflow { total: amount(0) }));
                }
                (Ok(right), Err(_)) => {
                    let refused = Err(Problem::Overflow { total: rewards(0) });
                    prop_assert_eq!(check(&lines, amount(right), Some(rewards(0))), refused);
                    prop_assert_eq!(check(&lines, amount(right), None), Ok(()));
                }
            }
        }

        #[test]
        fn the_order_of_the_lines_does_not_matter(lines in any_lines(), stated in 0_i64..2_000) {
            let mut turned = lines.clone();
            turned.reverse();
            prop_assert_eq!(check(&lines, amount(stated), None), check(&turned, amount(stated), None));
        }
    }
}
