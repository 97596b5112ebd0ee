//! The clock of an account, and waiting until its webhooks are through.

use std::time::Duration;

use serde::Deserialize;
use serde_json::json;

use crate::model::delivery::DeliveryStatus;
use crate::program::failure::Failure;

use super::call::{Call, Outcome, ok};
use super::views;

fn shown(call: &Call) -> Outcome {
    ok(views::clock(call.sandbox.clock(), call.sandbox.now()))
}

pub async fn get(call: Call) -> Outcome {
    shown(&call)
}

#[derive(Deserialize)]
struct Advance {
    seconds: Option<u64>,
    minutes: Option<u64>,
    hours: Option<u64>,
    days: Option<u64>,
}

pub async fn advance(mut call: Call) -> Outcome {
    let Advance { seconds, minutes, hours, days } = call.body()?;
    let units = [(seconds, 1), (minutes, 60), (hours, 3_600), (days, 86_400)];
    // The document limits each of them, so that the sum is a number of 64 bits.
    let sum = units.into_iter().filter_map(|(count, of)| Some(count?.saturating_mul(of))).fold(0, u64::saturating_add);
    call.unless_stopping(call.sandbox.advance(Duration::from_secs(sum))).await?;
    shown(&call)
}

#[derive(Deserialize)]
struct Freeze {
    at: Option<String>,
}

pub async fn freeze(mut call: Call) -> Outcome {
    let Freeze { at } = call.body()?;
    match at {
        None => call.sandbox.freeze_clock(),
        Some(at) => {
            let at = super::instant("at", &at)?;
            call.unless_stopping(call.sandbox.freeze_clock_at(at))
                .await?
                .map_err(|e| Failure::conflict(e.to_string()))?;
        }
    }
    shown(&call)
}

pub async fn run(call: Call) -> Outcome {
    call.sandbox.run_clock();
    shown(&call)
}

pub async fn settle(call: Call) -> Outcome {
    let settled = call.unless_stopping(call.sandbox.settled()).await?;
    settled.map_err(|undelivered| {
        let all = undelivered.failed.iter().chain(&undelivered.unfinished);
        let found = all.map(views::delivery).collect::<Vec<_>>().into();
        Failure::unmet("UNDELIVERED_ERROR", undelivered.to_string().trim_end(), found)
    })?;
    let acknowledged =
        call.sandbox.deliveries().iter().filter(|one| one.status == DeliveryStatus::Acknowledged).count();
    let endpoints = call.sandbox.endpoints().len();
    // Without an endpoint nothing is sent, and a test that forgot to register one would see nothing but a success.
    ok(json!({ "settled": true, "acknowledged": acknowledged, "endpoints": endpoints }))
}
