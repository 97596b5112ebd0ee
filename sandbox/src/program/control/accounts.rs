//! Accounts, their keys, and the bugs that were found in any of them.

use serde::Deserialize;
use serde_json::json;

use crate::program::failure::Failure;
use crate::settings::Permissions;
use crate::world::NotOpened;

use super::call::{Call, Outcome, done, made, ok};
use super::views;

pub async fn list(call: Call) -> Outcome {
    let first = call.served.sandbox.account_name().to_owned();
    let names = call.sandbox.account_names().into_iter();
    let accounts = names.map(|name| json!({ "is_first": name == first, "name": name }));
    ok(json!({ "accounts": accounts.collect::<Vec<_>>() }))
}

#[derive(Deserialize)]
struct Opened {
    name: Option<String>,
}

pub async fn open(mut call: Call) -> Outcome {
    let Opened { name } = call.body()?;
    let opened = call.sandbox.open_new(name.as_deref()).map_err(|refused| match refused {
        NotOpened::NameTaken => Failure::conflict("there is an account of this name already; end it first"),
        NotOpened::TooMany => Failure::conflict(refused.to_string()),
    })?;
    // The only answer that has the key and the token: they are made here.
    made(json!({
        "name": opened.account_name(),
        "key": opened.key().expose(),
        "webhook_token": opened.webhook_token().expose(),
    }))
}

pub async fn end(call: Call) -> Outcome {
    let account = call.served.account(Some(call.argument("name")))?;
    if account.is_first() {
        return Err(Failure::conflict("the first account is not ended; reset it instead"));
    }
    // Another request may have ended it in between.
    if account.end() { done() } else { Err(Failure::not_found("the account was ended by another request")) }
}

#[derive(Deserialize)]
struct NewKey {
    label: String,
    permissions: Option<Allowed>,
}

#[derive(Deserialize)]
struct Allowed {
    read: Option<bool>,
    write: Option<bool>,
    pci: Option<bool>,
}

pub async fn add_key(mut call: Call) -> Outcome {
    let NewKey { label, permissions } = call.body()?;
    let normal = Permissions::NORMAL;
    let permissions = permissions.map_or(normal, |Allowed { read, write, pci }| Permissions {
        read: read.unwrap_or(normal.read),
        write: write.unwrap_or(normal.write),
        pci: pci.unwrap_or(normal.pci),
    });
    let key = call.sandbox.add_key(&label, permissions);
    made(json!({ "label": label, "key": key.expose() }))
}

pub async fn bugs(call: Call) -> Outcome {
    ok(json!({ "bugs": call.sandbox.bugs().iter().map(views::bug).collect::<Vec<_>>() }))
}
