//! Rewards: what purchases and refunds make of them, reading, confirming and simulating them.

use serde_json::{Value, json};

use crate::choices::Choice;
use crate::model::accrual::Accrual;
use crate::model::customer::Customer;
use crate::model::reward::{Reward, RewardKind, RewardStatus};
use crate::model::sent::Sent;
use crate::model::transaction::{Status, Step, Transaction};
use crate::refusal::{Kind, Refusal};
use crate::rewards::Scheme;
use crate::world::{Deadline, Tx};

use super::request::{Asked, Reply, find, of_product};
use super::{customers, emit, list, statements};

/// `searchRewards`.
pub fn search(tx: &mut Tx<'_>, asked: &Asked<'_>) -> Result<Reply, Refusal> {
    let product = tx.product.key().to_owned();
    let event = asked.text("transaction_event_id").map(|id| of_product(tx, id));
    let named = event.as_ref().and_then(|event| tx.state.rewards.first("event", event));
    if named.is_some_and(|reward| reward.transaction_event_id.as_deref() != asked.text("transaction_event_id")) {
        tx.choose(Choice::IdsIgnoreCase);
    }
    let index = match &event {
        Some(event) => ("event", event.as_str()),
        None => ("product", product.as_str()),
    };
    list::page(tx, asked, |state| &state.rewards, index, None, |reward| show(asked, reward))
}

/// `getRewards`: those that changed last come first.
pub fn of_customer(tx: &mut Tx<'_>, asked: &Asked<'_>) -> Result<Reply, Refusal> {
    let customer = customers::customer(tx, asked.argument("customer_id"))?;
    let key = of_product(tx, &customer.id);
    list::page_of_index(tx, asked, |state| &state.rewards, ("customer_id", &key), None, |reward| show(asked, reward))
}

/// `getReward`.
pub fn get(tx: &mut Tx<'_>, asked: &Asked<'_>) -> Result<Reply, Refusal> {
    let reward = reward(tx, asked.argument("reward_id"))?;
    Ok(Reply::of(show(asked, &reward)))
}

/// `patchReward`: the partner confirms a pending reward, or changes its amount. It causes no event.
pub fn patch(tx: &mut Tx<'_>, asked: &Asked<'_>) -> Result<Reply, Refusal> {
    let before = reward(tx, asked.argument("reward_id"))?;
    let status = match asked.text("status") {
        None => None,
        Some(text) => Some(RewardStatus::named(text).ok_or_else(|| {
            Refusal::invalid("status", "has to be one of PENDING, AVAILABLE, PENDING_DEDUCTION, DEDUCTED")
        })?),
    };
    let amount = asked.integer("amount")?;
    if amount.is_some_and(|amount| amount < 0) {
        tx.choose(Choice::AmountsAreNotNegative);
        return Err(Refusal::invalid("amount", "has to be 0 or more"));
    }
    tx.choose(Choice::RewardPatch);
    let was = before.status.text();
    let mut patched = before
        .patched(status, amount, tx.now)
        .ok_or_else(|| Refusal::conflict(format!("a reward that is {was} cannot be changed in this way")))?;
    patched.sent.merge(&asked.body);
    tx.state.rewards.put(patched.clone());
    Ok(Reply::of(show(asked, &patched)))
}

/// `getRewardsBalance`.
pub fn balance(tx: &mut Tx<'_>, asked: &Asked<'_>) -> Result<Reply, Refusal> {
    let customer = customers::customer(tx, asked.argument("customer_id"))?;
    tx.choose(Choice::RewardsBalance);
    let view = json!({
        "customer_id": customer.id,
        "reward_balance": sum(tx, &customer.id),
        "reward_symbol": tx.product.reward_settings().symbol(),
    });
    Ok(Reply::of(view))
}

/// What is available less what was deducted. A sum that 64 bits cannot hold becomes the nearest that they can.
fn sum(tx: &Tx<'_>, customer_id: &str) -> i64 {
    let key = of_product(tx, customer_id);
    let rewards = tx.state.rewards.find("customer_id", &key);
    clamped(rewards.map(|(_, reward)| match reward.status {
        RewardStatus::Available => i128::from(reward.amount),
        RewardStatus::Deducted => -i128::from(reward.amount),
        RewardStatus::Pending | RewardStatus::PendingDeduction => 0,
    }))
}

/// The sum of amounts, as near as 64 bits come to it. Only the whole sum is bounded: if each step were, a later amount
/// would be taken off the bound instead of off the sum.
pub fn clamped(amounts: impl Iterator<Item = i128>) -> i64 {
    let sum: i128 = amounts.sum();
    i64::try_from(sum).unwrap_or(if sum < 0 { i64::MIN } else { i64::MAX })
}

/// `simulateReward`.
pub fn simulate(tx: &mut Tx<'_>, asked: &Asked<'_>) -> Result<Reply, Refusal> {
    let kind = asked.required("reward_type")?.to_owned();
    close_now(tx, asked, &kind, true)
}

/// `simulateStatementReward`, for which the document declares no conflict.
pub fn simulate_statement(tx: &mut Tx<'_>, asked: &Asked<'_>) -> Result<Reply, Refusal> {
    close_now(tx, asked, "STATEMENT", false)
}

fn close_now(tx: &mut Tx<'_>, asked: &Asked<'_>, kind: &str, may_conflict: bool) -> Result<Reply, Refusal> {
    if tx.settings.is_production {
        return Err(Refusal::new(403, Kind::FORBIDDEN, "rewards are simulated in the sandbox only"));
    }
    let mut customer: Customer = customers::customer(tx, asked.required("customer_id")?)?;
    let fits = match tx.product.reward_settings().scheme() {
        Scheme::Statement => kind == "STATEMENT",
        Scheme::Delayed(_) => kind == "DELAYED",
        Scheme::PerEvent | Scheme::Nothing => false,
    };
    if !fits {
        tx.choose(Choice::SimulatedRewardFitsTheProduct);
        let message = format!("the product has no rewards of the type {kind}");
        return Err(Refusal::new(400, "BAD_REQUEST_ERROR", message));
    }
    if may_conflict && customer.simulating_until.is_some_and(|until| tx.now < until) {
        return Err(Refusal::conflict("a simulation of the customer's rewards is running"));
    }
    let takes = tx.settings.simulation_takes;
    if takes.is_zero() {
        statements::close(tx, &customer.id);
    } else {
        let until = tx.now.plus(takes);
        customer.simulating_until = Some(until);
        tx.set_timer(until, Deadline::Simulation(customer.id.clone()));
        tx.state.customers.put(customer);
    }
    Ok(Reply::of(json!({ "debugging_id": tx.state.ids.next("debugging") })))
}

/// What the last step of a transaction means for rewards. It is refused if what has accrued would be no number of 64 bits.
pub fn after_step(tx: &mut Tx<'_>, transaction: &Transaction, step: &Step) -> Result<(), Refusal> {
    let is_refund = match step.status {
        Status::Captured => false,
        Status::Refunded => true,
        Status::Approved | Status::Updated | Status::Voided => return Ok(()),
    };
    let scheme = tx.product.reward_settings().scheme();
    if scheme == Scheme::Nothing {
        return Ok(());
    }
    let amount = tx.product.reward_settings().of(step.amount);
    if amount == 0 {
        tx.choose(Choice::RewardOfZeroIsNotMade);
        return Ok(());
    }
    let delay = match scheme {
        Scheme::Nothing => return Ok(()),
        Scheme::PerEvent => {
            let status = if is_refund { RewardStatus::PendingDeduction } else { RewardStatus::Pending };
            if is_refund {
                tx.choose(Choice::RefundIsPendingDeduction);
            }
            let mut reward = new(tx, &transaction.customer_id, RewardKind::Transaction, amount, status);
            reward.transaction_event_id = Some(step.event_id.clone());
            reward.transaction_id = Some(transaction.id.clone());
            emit::reward(tx, &reward);
            tx.state.rewards.put(reward);
            return Ok(());
        }
        Scheme::Statement => std::time::Duration::ZERO,
        Scheme::Delayed(delay) => delay,
    };
    let amount = if is_refund { -amount } else { amount };
    let key = of_product(tx, &transaction.customer_id);
    let open: i128 = tx.state.accruals.find("customer_id", &key).map(|(_, accrual)| i128::from(accrual.amount)).sum();
    if i64::try_from((open + i128::from(amount)).unsigned_abs()).is_err() {
        return Err(Refusal::invalid("amount", "makes rewards whose sum is no number of 64 bits"));
    }
    let accrual = Accrual {
        id: tx.state.ids.next("accrual"),
        product: tx.product.key().to_owned(),
        customer_id: transaction.customer_id.clone(),
        amount,
        due: tx.now.plus(delay),
    };
    tx.state.accruals.put(accrual);
    Ok(())
}

/// A reward that no purchase is the reason of, pending.
pub fn grant(tx: &mut Tx<'_>, customer_id: &str, kind: RewardKind, amount: i64) -> Result<Reward, Refusal> {
    let customer = customers::customer(tx, customer_id)?;
    if amount <= 0 {
        return Err(Refusal::invalid("amount", "has to be 1 or more"));
    }
    let reward = new(tx, &customer.id, kind, amount, RewardStatus::Pending);
    emit::reward(tx, &reward);
    tx.state.rewards.put(reward.clone());
    Ok(reward)
}

/// Imprint confirms a pending reward, and tells the partner.
pub fn confirm(tx: &mut Tx<'_>, reward_id: &str) -> Result<Reward, Refusal> {
    let reward = reward(tx, reward_id)?;
    let was = reward.status.text();
    let confirmed = reward.confirmed(tx.now);
    let mut confirmed = confirmed.ok_or_else(|| Refusal::conflict(format!("the reward is {was} and not pending")))?;
    confirmed.is_announced = true;
    emit::reward(tx, &confirmed);
    tx.state.rewards.put(confirmed.clone());
    Ok(confirmed)
}

/// A reward that is not in the table yet.
pub fn new(tx: &mut Tx<'_>, customer_id: &str, kind: RewardKind, amount: i64, status: RewardStatus) -> Reward {
    Reward {
        id: tx.state.ids.next("reward"),
        product: tx.product.key().to_owned(),
        customer_id: customer_id.to_owned(),
        kind,
        amount,
        currency: tx.product.reward_settings().currency().to_owned(),
        status,
        transaction_event_id: None,
        transaction_id: None,
        is_announced: false,
        created_at: tx.now,
        updated_at: tx.now,
        sent: Sent::default(),
    }
}

fn reward(tx: &mut Tx<'_>, id: &str) -> Result<Reward, Refusal> {
    find(tx, |state| &state.rewards, |reward| &reward.product, id)
        .ok_or_else(|| Refusal::not_found("REWARD_NOT_FOUND_ERROR", "reward_id", "reward", id))
}

fn show(asked: &Asked<'_>, reward: &Reward) -> Value {
    asked.shown(reward.view(), &reward.sent)
}
