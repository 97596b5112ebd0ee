//! Statements: what becomes of a customer's rewards when a cycle closes.

use std::time::Duration;

use crate::choices::Choice;
use crate::model::accrual::Accrual;
use crate::model::reward::{Reward, RewardKind, RewardStatus};
use crate::rewards::Scheme;
use crate::world::{Deadline, Tx};

use super::request::of_product;
use super::{emit, rewards};

/// How long a cycle is.
const CYCLE: Duration = Duration::from_secs(30 * 86_400);

/// Sets the time at which the customer's next statement closes. In the last millisecond that the clock can show there is
/// no next one: a statement that is due at once would schedule itself again for ever.
pub fn schedule(tx: &mut Tx<'_>, customer_id: &str) {
    let due = tx.now.plus(CYCLE);
    if due > tx.now {
        tx.set_timer(due, Deadline::Statement(customer_id.to_owned()));
    }
}

/// Closes the cycle of a customer now: what accrued becomes one reward, and every reward of the cycle is announced,
/// confirmed if it was pending.
pub fn close(tx: &mut Tx<'_>, customer_id: &str) {
    match tx.product.reward_settings().scheme() {
        Scheme::Statement => settle(tx, customer_id, RewardKind::Statement),
        Scheme::Delayed(_) => settle(tx, customer_id, RewardKind::Delayed),
        Scheme::PerEvent | Scheme::Nothing => {}
    }
    let key = of_product(tx, customer_id);
    let open: Vec<Reward> = tx.state.rewards.find("open", &key).map(|(_, reward)| Reward::clone(reward)).collect();
    for reward in open {
        let mut reward = reward.clone().confirmed(tx.now).unwrap_or(reward);
        reward.is_announced = true;
        emit::reward(tx, &reward);
        tx.state.rewards.put(reward);
    }
}

/// One reward of the sum of everything that has accrued and is due: available, or deducted if refunds outweigh.
fn settle(tx: &mut Tx<'_>, customer_id: &str, kind: RewardKind) {
    let key = of_product(tx, customer_id);
    let accruals = tx.state.accruals.find("customer_id", &key).map(|(_, accrual)| Accrual::clone(accrual));
    let due: Vec<Accrual> = accruals.filter(|accrual| accrual.due <= tx.now).collect();
    let net = rewards::clamped(due.iter().map(|accrual| i128::from(accrual.amount)));
    if net <= 0 && !due.is_empty() {
        tx.choose(Choice::NetOfStatement);
    }
    for accrual in due {
        tx.state.accruals.remove(&accrual.id);
    }
    if net != 0 {
        let status = if net > 0 { RewardStatus::Available } else { RewardStatus::Deducted };
        let amount = net.checked_abs().unwrap_or(i64::MAX);
        let reward = rewards::new(tx, customer_id, kind, amount, status);
        tx.state.rewards.put(reward);
    }
}
