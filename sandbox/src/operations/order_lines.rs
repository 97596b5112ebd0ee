//! The totals of a request to record an order or an order event, after they were compared with its lines.

use serde_json::Value;

use crate::choices::Choice;
use crate::model::order_lines::{self, Problem, Total};
use crate::refusal::Refusal;
use crate::world::Tx;

use super::request::Asked;

/// What the request states: an amount in minor units, and rewards in the unit of the program's rewards.
pub struct Totals {
    pub amount: i64,
    pub rewards: Option<i64>,
}

/// The totals in the fields of these names. Refuses those that are below zero, and those that the lines do not sum to.
pub fn totals(
    tx: &mut Tx<'_>,
    asked: &Asked<'_>,
    amount: &'static str,
    rewards: &'static str,
) -> Result<Totals, Refusal> {
    let stated = Totals {
        amount: not_negative(tx, asked, amount)?.ok_or_else(|| Refusal::invalid(amount, "is required"))?,
        rewards: not_negative(tx, asked, rewards)?,
    };
    let lines = order_lines::read(asked.given("order_lines")).map_err(|problem| refuse(tx, &problem))?;
    let of_rewards = stated.rewards.map(|value| Total { field: rewards, value });
    order_lines::check(&lines, Total { field: amount, value: stated.amount }, of_rewards)
        .map_err(|problem| refuse(tx, &problem))?;
    if lines.is_empty() {
        if asked.given("order_lines").is_some_and(Value::is_array) {
            tx.choose(Choice::EmptyOrderLinesAreNone);
        }
    } else if stated.rewards.is_none() {
        tx.choose(Choice::OrderRewardsMayBeOmitted);
    }
    Ok(stated)
}

/// The currency of a request; Imprint assumes USD if there is none.
pub fn currency(tx: &mut Tx<'_>, asked: &Asked<'_>) -> String {
    match asked.text("currency") {
        Some(currency) => currency.to_owned(),
        None => {
            tx.choose(Choice::OrderCurrencyIsShown);
            "USD".to_owned()
        }
    }
}

fn not_negative(tx: &mut Tx<'_>, asked: &Asked<'_>, name: &str) -> Result<Option<i64>, Refusal> {
    let number = asked.integer(name)?;
    if number.is_some_and(|number| number < 0) {
        tx.choose(Choice::AmountsAreNotNegative);
        return Err(Refusal::invalid(name, "has to be 0 or more"));
    }
    Ok(number)
}

fn refuse(tx: &mut Tx<'_>, problem: &Problem) -> Refusal {
    match problem {
        Problem::Negative { .. } => tx.choose(Choice::OrderLinesAreNotNegative),
        Problem::Differs { .. } | Problem::Overflow { .. } => tx.choose(Choice::OrderTotalsAreChecked),
        Problem::Malformed { .. } => {}
    }
    Refusal::invalid(problem.field(), problem.to_string())
}
