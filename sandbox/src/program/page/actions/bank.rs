//! Payment methods, transactions and rewards.

use serde_json::{Map, json};

use crate::program::page::problem::{Fields, Problem};
use crate::sandbox::Sandbox;

use super::Done;

pub async fn activate(sandbox: &Sandbox, fields: &Fields) -> Done {
    sandbox.payment_method(fields.get("id")).activate().await?;
    Ok(None)
}

pub async fn deactivate(sandbox: &Sandbox, fields: &Fields) -> Done {
    sandbox.payment_method(fields.get("id")).deactivate().await?;
    Ok(None)
}

pub async fn cancel(sandbox: &Sandbox, fields: &Fields) -> Done {
    sandbox.payment_method(fields.get("id")).cancel().await?;
    Ok(None)
}

pub async fn reissue(sandbox: &Sandbox, fields: &Fields) -> Done {
    sandbox.payment_method(fields.get("id")).reissue().await?;
    Ok(None)
}

pub async fn decline(sandbox: &Sandbox, fields: &Fields) -> Done {
    sandbox.payment_method(fields.get("id")).decline().await?;
    Ok(None)
}

pub async fn accept(sandbox: &Sandbox, fields: &Fields) -> Done {
    sandbox.payment_method(fields.get("id")).accept().await?;
    Ok(None)
}

/// The first step of a transaction.
pub async fn begin(sandbox: &Sandbox, fields: &Fields) -> Done {
    let method = fields.required("payment_method_id", "the payment method")?;
    let amount = fields.amount("amount")?.ok_or_else(|| Problem::at("amount", "Fill in the amount."))?;
    let body = json!({ "payment_method_id": method, "status": fields.get("status"), "amount": amount });
    sandbox.simulate_step(method, body.as_object().cloned().unwrap_or_default())?;
    Ok(None)
}

/// A later step. A refund is written with the capture that it is about: `REFUNDED` and the id of its event.
pub async fn step(sandbox: &Sandbox, fields: &Fields) -> Done {
    let id = fields.get("id");
    let method = sandbox.payment_method_of(id).ok_or_else(|| Problem::new("There is no such transaction."))?;
    let step = fields.get("step");
    let (status, capture) = step.split_once(' ').map_or((step, None), |(status, id)| (status, Some(id)));
    let mut body = Map::new();
    body.insert("payment_method_id".into(), method.as_str().into());
    body.insert("transaction_id".into(), id.into());
    body.insert("status".into(), status.into());
    if let Some(capture) = capture {
        body.insert("event_id".into(), capture.into());
    }
    if let Some(amount) = fields.amount("amount")? {
        body.insert("amount".into(), amount.into());
    }
    sandbox.simulate_step(&method, body)?;
    Ok(None)
}

pub async fn confirm_reward(sandbox: &Sandbox, fields: &Fields) -> Done {
    sandbox.confirm_reward(fields.get("id")).await?;
    Ok(None)
}
