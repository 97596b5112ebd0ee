//! Where webhooks are sent to.

use imprint_client::Secret;
use serde::Deserialize;
use serde_json::json;

use crate::program::failure::Failure;
use crate::sandbox::Endpoint;

use super::call::{Call, Outcome, done, made, ok};
use super::views;

pub async fn list(call: Call) -> Outcome {
    ok(json!({ "endpoints": call.sandbox.endpoints().iter().map(views::endpoint).collect::<Vec<_>>() }))
}

#[derive(Deserialize)]
struct NewEndpoint {
    url: String,
    token: Option<Secret>,
    kinds: Option<Vec<String>>,
    merchant_keys: Option<Vec<String>>,
    #[serde(default)]
    milliseconds: bool,
}

pub async fn register(mut call: Call) -> Outcome {
    let new: NewEndpoint = call.body()?;
    let mut endpoint = Endpoint::at(new.url);
    if let Some(token) = new.token {
        endpoint = endpoint.token(token);
    }
    if let Some(kinds) = new.kinds {
        endpoint = endpoint.only(kinds);
    }
    if let Some(keys) = new.merchant_keys {
        endpoint = endpoint.merchant_keys(keys);
    }
    if new.milliseconds {
        endpoint = endpoint.milliseconds();
    }
    made(views::endpoint(&call.sandbox.register(endpoint)?))
}

pub async fn remove(call: Call) -> Outcome {
    let id = call.argument("id");
    let endpoints = call.sandbox.endpoints();
    let endpoint = endpoints.iter().find(|endpoint| endpoint.id().eq_ignore_ascii_case(id));
    endpoint.ok_or_else(|| Failure::not_found("there is no endpoint of this id"))?.remove();
    done()
}
