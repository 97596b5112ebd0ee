//! The state of an account as a whole: snapshots, and going back.

use axum::response::IntoResponse;
use http::header::CONTENT_TYPE;
use serde::Deserialize;

use crate::program::failure::Failure;
use crate::sandbox::{Snapshot, SnapshotError};

use super::call::{Call, Outcome, done};

pub async fn get(call: Call) -> Outcome {
    let snapshot = call.sandbox.snapshot();
    Ok(([(CONTENT_TYPE, "application/json")], snapshot.to_json().to_owned()).into_response())
}

pub async fn put(call: Call) -> Outcome {
    let text = std::str::from_utf8(&call.bytes).map_err(|_| Failure::invalid("body", "is no text in UTF-8"))?;
    let restored = Snapshot::from_json(text).and_then(|snapshot| call.sandbox.restore(&snapshot));
    restored.map_err(|error| match error {
        SnapshotError::KeyTaken => Failure::conflict(error.to_string()),
        SnapshotError::Unreadable(_) => Failure::invalid("body", error),
    })?;
    done()
}

#[derive(Deserialize)]
struct Reset {
    to: Option<Target>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Target {
    Seed,
    Empty,
}

pub async fn reset(mut call: Call) -> Outcome {
    let Reset { to } = call.body()?;
    match to {
        None | Some(Target::Seed) => call.sandbox.reset(),
        Some(Target::Empty) => call.sandbox.reset_to_empty(),
    }
    done()
}

pub async fn keep(call: Call) -> Outcome {
    call.sandbox.keep_as_seed();
    done()
}
