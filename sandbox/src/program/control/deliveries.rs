//! The deliveries of webhooks, with every attempt.

use serde::Deserialize;
use serde_json::json;

use crate::program::failure::Failure;
use crate::sandbox::Delivery;

use super::call::{Call, Outcome, ok};
use super::views;

#[derive(Deserialize)]
struct Wanted {
    status: Option<String>,
    after: Option<String>,
    limit: Option<usize>,
}

/// How many deliveries an answer has at most, unless the request says how many.
const LIMIT: usize = 100;

pub async fn list(mut call: Call) -> Outcome {
    let Wanted { status, after, limit } = call.query()?;
    let deliveries = call.sandbox.deliveries();
    let first = match after {
        None => 0,
        Some(id) => {
            let known = deliveries.iter().position(|delivery| delivery.id.eq_ignore_ascii_case(&id));
            known.ok_or_else(|| Failure::invalid("after", "is no id of a delivery; the oldest are dropped"))? + 1
        }
    };
    let wanted = deliveries[first..].iter().filter(|delivery| {
        let is = views::delivery_status(delivery.status);
        status.as_ref().is_none_or(|status| status == is)
    });
    ok(json!({ "deliveries": wanted.take(limit.unwrap_or(LIMIT)).map(views::delivery).collect::<Vec<_>>() }))
}

fn delivery(call: &Call) -> Result<Delivery, Failure> {
    let id = call.argument("id");
    call.sandbox
        .delivery(id)
        .ok_or_else(|| Failure::not_found("there is no delivery of this id; the oldest are dropped"))
}

pub async fn get(call: Call) -> Outcome {
    ok(views::whole_delivery(&call.sandbox, &delivery(&call)?))
}

#[derive(Deserialize)]
struct Replayed {
    #[serde(default)]
    signature: Signature,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Signature {
    #[default]
    New,
    Old,
}

pub async fn replay(mut call: Call) -> Outcome {
    let Replayed { signature } = call.body()?;
    let id = delivery(&call)?.id;
    let replay = async {
        match signature {
            Signature::New => call.sandbox.replay(&id).await,
            Signature::Old => call.sandbox.replay_with_old_signature(&id).await,
        }
    };
    let attempt = call.unless_stopping(replay).await?.map_err(|why| Failure::conflict(why.to_string()))?;
    ok(views::attempt(&attempt))
}
