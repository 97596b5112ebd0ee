//! Webhooks that come as nobody wants them.

use std::time::Duration;

use serde::Deserialize;

use crate::model::chaos::{Chaos, Order};
use crate::program::failure::Failure;

use super::call::{Call, Outcome, done, ok};
use super::views;

pub async fn get(call: Call) -> Outcome {
    ok(views::chaos(&call.sandbox.chaos_settings()))
}

#[derive(Deserialize)]
struct Wanted {
    duplicate: Option<u32>,
    reverse: Option<usize>,
    #[serde(default)]
    shuffle: bool,
    delay_seconds: Option<f64>,
    #[serde(default)]
    drop_next: u32,
    #[serde(default)]
    nulls: bool,
}

pub async fn set(mut call: Call) -> Outcome {
    let Wanted { duplicate, reverse, shuffle, delay_seconds, drop_next, nulls } = call.body()?;
    let order = match (reverse, shuffle) {
        (Some(_), true) => return Err(Failure::invalid("shuffle", "excludes reverse; give one of them")),
        (Some(group), false) => Order::Reversed(group),
        (None, true) => Order::Shuffled,
        (None, false) => Order::AsTheyHappened,
    };
    let delay = super::duration("delay_seconds", delay_seconds)?.unwrap_or(Duration::ZERO);
    call.sandbox.set_chaos(Chaos { copies: duplicate.unwrap_or(1), order, delay, drop_next, nulls });
    get(call).await
}

pub async fn clear(call: Call) -> Outcome {
    call.sandbox.chaos().clear();
    done()
}

pub async fn send_unknown(call: Call) -> Outcome {
    call.sandbox.chaos().unknown_object();
    done()
}
