//! Playing Imprint where it grants and confirms rewards, and what receivers have confirmed.

use serde::Deserialize;
use serde_json::json;

use crate::model::reward::RewardKind;

use super::call::{Call, Outcome, done, made, ok};

#[derive(Deserialize)]
struct Granted {
    customer_id: String,
    #[serde(rename = "type")]
    kind: Kind,
    amount: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Kind {
    Offer,
    OneTime,
    Referral,
}

pub async fn grant(mut call: Call) -> Outcome {
    let Granted { customer_id, kind, amount } = call.body()?;
    let kind = match kind {
        Kind::Offer => RewardKind::Offer,
        Kind::OneTime => RewardKind::OneTime,
        Kind::Referral => RewardKind::Referral,
    };
    let reward_id = call.sandbox.grant_reward(customer_id, kind, amount).await?;
    made(json!({ "reward_id": reward_id }))
}

pub async fn confirm(call: Call) -> Outcome {
    call.sandbox.confirm_reward(call.argument("id")).await?;
    done()
}

pub async fn acknowledged(call: Call) -> Outcome {
    let rewards = call.sandbox.acknowledged_rewards().into_iter();
    let rewards = rewards.map(|reward| json!({ "reward_id": reward.reward_id, "status": reward.status }));
    ok(json!({ "rewards": rewards.collect::<Vec<_>>() }))
}

#[derive(Deserialize)]
struct Closing {
    customer_id: String,
}

pub async fn close_statement(mut call: Call) -> Outcome {
    let Closing { customer_id } = call.body()?;
    call.sandbox.close_statement(customer_id).await?;
    done()
}
