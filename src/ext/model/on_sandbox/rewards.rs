//! Runs of `confirm_reward`, `confirm_issued` and `confirm_deducted`: nothing is confirmed that was not asked for, amounts
//! stay, and success means that the reward is confirmed.

use std::time::Duration;

use imprint_sandbox::Sandbox;
use reqwest::Method;
use serde_json::{Value, json};

use super::network::Interference;
use super::stage::{Ended, Stage};
use super::world::send;
use crate::client::Client;
use crate::ext::{ConfirmError, RewardRef};
use crate::types::{Reward, RewardId};

/// The time limit of a call.
const LIMIT: Duration = Duration::from_secs(100);

const REFUSED_FALSELY: &str = "the server answered 429 to a confirmation that it had carried out";
const OLD: &str = "a refusal of what had been done, and a read of the state before it";

#[derive(Clone, Copy, Debug, PartialEq)]
enum Helper {
    Issued,
    Deducted,
    Any,
}

impl Helper {
    /// The status before and after, for what it confirms.
    fn steps(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Issued => &[("PENDING", "AVAILABLE")],
            Self::Deducted => &[("PENDING_DEDUCTION", "DEDUCTED")],
            Self::Any => &[("PENDING", "AVAILABLE"), ("PENDING_DEDUCTION", "DEDUCTED")],
        }
    }

    async fn call(self, client: &Client, reward: RewardRef) -> Result<Reward, ConfirmError> {
        match self {
            Self::Issued => client.confirm_issued(reward).await,
            Self::Deducted => client.confirm_deducted(reward).await,
            Self::Any => client.confirm_reward(reward).await,
        }
    }
}

/// What the books say of a reward: the status as the API writes it, and the amount.
type State = (&'static str, i64);

pub(super) fn rewards(stage: &mut Stage<'_>) -> Result<Ended, String> {
    let helper = stage.random.pick(&[Helper::Issued, Helper::Deducted, Helper::Any]);
    let id = stage.world.rewards[stage.random.pick(&[0, 0, 1, 1, 2, 3])].clone();
    let path = format!("/v2/rewards/{id}");
    let (_, read) = stage.world.send("GET", &path, None);
    let status = read["status"].as_str().unwrap_or_default().to_owned();
    let in_hand: Option<Reward> =
        stage.random.one_in(2).then(|| serde_json::from_value(read).expect("a reward of the sandbox"));
    // While the helper runs, or since the caller read it, somebody else may change it.
    let amount_changes = if stage.random.one_in(4) { interfere(stage, &id, &status) } else { false };
    let before = stage.world.books();
    let state_before = state(before.rows("rewards").find(|row| row["id"] == *id).expect("it is there"));
    stage.tell(format!("{helper:?} of a reward that is {state_before:?}, in hand: {}", in_hand.is_some()));
    let given = || in_hand.clone().map_or_else(|| RewardId::from(&*id).into(), RewardRef::from);
    let client = stage.client();
    let mut results = Vec::new();
    let way = stage.random.below(5);
    if way == 0 {
        let (one, two) = stage.run_both(helper.call(&client, given()), helper.call(&client, given()));
        results.extend([one, two]);
    } else {
        for again in [false, true] {
            let begun = stage.passed();
            // The documentation says to call it again with the id.
            let reward = if again { RewardId::from(&*id).into() } else { given() };
            let result = stage.run(helper.call(&client, reward));
            super::super::in_time(stage.passed() - begun, LIMIT)?;
            let is_open = matches!(result, Err(ConfirmError::Call(_) | ConfirmError::Unknown { .. }));
            results.push(result);
            if !is_open || way > 2 {
                break;
            }
        }
    }
    for result in &results {
        stage.tell(format!("it ended with {}", describe(result)));
    }
    stage.network(|network| network.settle());
    let after = stage.world.books();
    for (row, now) in before.rows("rewards").zip(after.rows("rewards")) {
        if row["id"] != *id && row != now {
            return Err(format!("another reward has changed: {now}"));
        }
    }
    let now = state(after.rows("rewards").find(|row| row["id"] == *id).expect("it is there"));
    stage.tell(format!("it is {now:?}"));
    let asked = helper.steps().iter().find(|(from, _)| *from == state_before.0);
    let in_hand = in_hand.as_ref();
    stage.network(|network| {
        let exchanges = &network.exchanges;
        let patches: Vec<_> = exchanges.iter().enumerate().filter(|(_, one)| one.method == Method::PATCH).collect();
        if patches.len() > results.len() && !stage.retries() {
            return Err(format!("it was patched {} times", patches.len()));
        }
        for (at, patch) in &patches {
            let target = patch.sent["status"].as_str().unwrap_or_default();
            if patch.sent.as_object().is_none_or(|fields| fields.len() != 1) {
                return Err(format!("patched with {}", patch.sent));
            }
            if asked.is_none_or(|(_, to)| *to != target) {
                return Err(format!("{target} was confirmed, and it was {state_before:?}"));
            }
            let reads = exchanges[..*at].iter().filter(|one| one.method == Method::GET);
            let last_read = reads.filter_map(|read| read.arrived.as_ref()).rfind(|(status, _)| *status == 200);
            let last_amount = last_read.map(|(_, body)| &body["amount"]);
            let differs = |reward: &&Reward| last_amount.is_some_and(|amount| *amount != reward.amount);
            if helper != Helper::Any && results.len() == 1 && in_hand.is_some_and(|reward| differs(&reward)) {
                return Err("it was confirmed with another amount than that of the reward in hand".into());
            }
        }
        if now.1 != state_before.1 && !amount_changes {
            return Err(format!("the amount is {} by now", now.1));
        }
        if now.0 != state_before.0 && patches.is_empty() && !network.interferes() {
            return Err("it has changed without a request".into());
        }
        let falsely = exchanges.iter().any(|exchange| exchange.is_falsely_refused());
        let stale = exchanges.iter().any(|exchange| exchange.is_stale);
        let carried_out = patches.iter().any(|(_, patch)| patch.carried_out > 0);
        let mut excused = None;
        for result in &results {
            match result {
                Ok(reward) if !helper.steps().iter().any(|(_, to)| *to == now.0 && reward.status == **to) => {
                    return Err("Ok, and it is not confirmed".into());
                }
                Ok(reward) if !reward.id.as_str().eq_ignore_ascii_case(&id) => {
                    return Err("Ok, with another reward".into());
                }
                Ok(reward) if results.len() == 1 && in_hand.is_some_and(|given| given.amount != reward.amount) => {
                    return Err("Ok, with another amount".into());
                }
                Err(ConfirmError::NotConfirmed(_)) if asked.is_some() => {
                    return Err("called not to be confirmed, and it can be".into());
                }
                Err(ConfirmError::NotConfirmed(_)) if helper.steps().iter().any(|(_, to)| *to == state_before.0) => {
                    return Err("called not confirmed, and it was confirmed before".into());
                }
                Err(ConfirmError::Different(_)) if !amount_changes => {
                    return Err("called different, and it is not".into());
                }
                Err(ConfirmError::Call(error))
                    if carried_out && results.len() == 1 && !error.may_have_been_processed() =>
                {
                    excused = match (falsely, stale) {
                        (true, _) => Some(REFUSED_FALSELY),
                        (_, true) => Some(OLD),
                        _ => return Err("refused, and it is confirmed".into()),
                    };
                }
                _ => {}
            }
        }
        let last = results.last().expect("there is a call");
        if network.is_sound() && !amount_changes {
            let as_it_should = match last {
                Ok(_) => true,
                Err(ConfirmError::NotConfirmed(_)) => asked.is_none(),
                Err(_) => false,
            };
            if !as_it_should {
                return Err(format!("nothing went wrong, and it ended with {}", describe(last)));
            }
        }
        Ok(Ended::unless(name(last), excused))
    })
}

/// Lets another process of the partner confirm the reward or change its amount, before one of the first requests; whether
/// it is to change the amount. It is refused if the reward is not pending any more.
fn interfere(stage: &mut Stage<'_>, id: &str, status: &str) -> bool {
    let (changes_amount, before) = (stage.random.one_in(2), 1 + stage.random.below(3));
    let target = if status == "PENDING" { "AVAILABLE" } else { "DEDUCTED" };
    let body = if changes_amount { json!({"amount": 77}) } else { json!({"status": target}) };
    let path = format!("/v2/rewards/{id}");
    let act = move |sandbox: &Sandbox| drop(send(sandbox, "PATCH", &path, Some(&body)));
    let name = if changes_amount { "another process changes the amount" } else { "another process confirms it" };
    stage.network(|network| network.let_interfere(Interference { before, name, act: Box::new(act) }));
    changes_amount
}

fn state(row: &Value) -> State {
    let status = match row["status"].as_str().unwrap_or_default() {
        "Pending" => "PENDING",
        "PendingDeduction" => "PENDING_DEDUCTION",
        "Available" => "AVAILABLE",
        "Deducted" => "DEDUCTED",
        other => panic!("the books have a status {other}"),
    };
    (status, row["amount"].as_i64().expect("an amount"))
}

fn name(result: &Result<Reward, ConfirmError>) -> &'static str {
    match result {
        Ok(_) => "confirmed",
        Err(ConfirmError::NotConfirmed(_)) => "not to be confirmed",
        Err(ConfirmError::Different(_)) => "different",
        Err(ConfirmError::Unknown { .. }) => "unknown",
        Err(ConfirmError::Call(_)) => "the call failed",
    }
}

fn describe(result: &Result<Reward, ConfirmError>) -> String {
    result.as_ref().map_or_else(
        |error| format!("{}: {error}", name(result)),
        |reward| format!("{} {}", reward.status, reward.amount),
    )
}
