//! The task of an endpoint: sends what is in its queue, one after the other. A failure does not hold back what follows.

use std::panic::catch_unwind;
use std::sync::Arc;
use std::time::{Instant as Stopwatch, SystemTime};

use bytes::Bytes;
use imprint_client::webhook::testing::Signer;
use serde_json::Value;

use crate::contract::Contract;
use crate::model::delivery::Attempt;
use crate::world::{Account, Next, Parcel};

use super::diagnosis::{diagnose, no_answer};
use super::post::{Failure, post};

/// How much of an answer is remembered.
const SHOWN: usize = 1 << 10;

/// What stands in the place of what is hidden.
const HIDDEN: &str = "[hidden]";

/// Sends the deliveries of an endpoint until the task is aborted.
pub async fn run(account: Arc<Account>, endpoint_id: String) {
    let mut changes = account.changes();
    loop {
        changes.mark_unchanged();
        match account.next(&endpoint_id) {
            Next::Send(parcel) => {
                // A receiver must not know of an event that is lost if the process ends now.
                if account.kept().await.is_err() {
                    return;
                }
                let attempt = send(&account, &parcel).await;
                account.attempted(&parcel, attempt);
            }
            // The account cannot be gone as long as this task has it.
            Next::Wait(None) => drop(changes.changed().await),
            Next::Wait(Some(due)) => drop(tokio::time::timeout(due, changes.changed()).await),
        }
    }
}

async fn send(account: &Account, parcel: &Parcel) -> Attempt {
    let settings = &account.settings;
    let Parcel { endpoint, body, .. } = parcel;
    let (sent_at, started) = (SystemTime::now(), Stopwatch::now());
    let signature = match &parcel.old_signature {
        Some(old) => Some(old.clone()),
        None => signed(parcel, settings.webhooks.virtual_time.then_some(parcel.now)),
    };
    let outcome = match &signature {
        Some(signature) => {
            let body = Bytes::copy_from_slice(body.as_bytes());
            post(&endpoint.target, Some(signature), body, settings.webhooks.timeout).await
        }
        None => Err(Failure::Unwritable),
    };
    Attempt {
        at: parcel.due,
        sent_at,
        took: started.elapsed(),
        is_replay: parcel.is_replay,
        signature: signature.unwrap_or_default(),
        diagnosis: diagnose(&endpoint.target, &endpoint.token, &outcome),
        error: outcome.as_ref().err().map(|failure| no_answer(&endpoint.target, failure)),
        status: outcome.as_ref().ok().map(|answer| answer.status),
        answer: outcome.map(|answer| shown(settings.contract(), parcel, &answer.body)).unwrap_or_default(),
    }
}

/// The signature header. None if the body has no sorted form and the reading needs one.
fn signed(parcel: &Parcel, at: Option<SystemTime>) -> Option<String> {
    let mut signer = Signer::new(parcel.endpoint.token.clone()).reading(parcel.endpoint.reading);
    if parcel.endpoint.milliseconds {
        signer = signer.milliseconds();
    }
    if let Some(at) = at {
        signer = signer.at(at);
    }
    catch_unwind(|| signer.header(parcel.body.as_bytes())).ok()
}

/// The beginning of an answer, as text, without the token and without what the document marks in the event.
fn shown(contract: &Contract, parcel: &Parcel, answer: &[u8]) -> String {
    if answer.is_empty() {
        return String::new();
    }
    let mut text = String::from_utf8_lossy(answer).into_owned();
    let event: Value = serde_json::from_str(&parcel.body).unwrap_or_default();
    let marked = contract.event(&parcel.object).map(|schema| contract.secret_places(schema, &event));
    let places = marked.into_iter().flat_map(|marked| marked.secret.into_iter().chain(marked.personal));
    let values: Vec<&str> = places.filter_map(|place| event.pointer(&place)?.as_str()).collect();
    for hidden in values.into_iter().chain([parcel.endpoint.token.expose()]).filter(|value| !value.is_empty()) {
        text = text.replace(hidden, HIDDEN);
    }
    let mut end = text.len().min(SHOWN);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    text
}
