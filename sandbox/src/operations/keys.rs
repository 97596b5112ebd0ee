//! API keys: making another one, and deleting the one that makes the call.

use serde_json::Map;

use crate::choices::Choice;
use crate::model::key::Key;
use crate::refusal::Refusal;
use crate::world::Tx;

use super::request::{Asked, Reply};

/// `createKey`: a key that may do what the calling one may.
pub fn create(tx: &mut Tx<'_>, asked: &Asked<'_>) -> Result<Reply, Refusal> {
    tx.choose(Choice::KeyText);
    tx.choose(Choice::KeysNeedNoPermission);
    let key = Key {
        id: tx.state.ids.next("key id"),
        label: format!("key-{}", tx.state.ids.next("key label")),
        text: tx.state.new_key_text(),
        permissions: asked.caller.permissions,
        created_at: tx.now,
        deleted_at: None,
    };
    tx.state.keys.put(key.clone());
    Ok(Reply { body: Some(asked.shown(key.view(), &Map::new())), new_key: Some(key.text) })
}

/// `deleteKey`: the calling key, which no later request is accepted with.
pub fn delete(tx: &mut Tx<'_>, asked: &Asked<'_>) -> Result<Reply, Refusal> {
    tx.choose(Choice::LastKeyMayBeDeleted);
    tx.choose(Choice::KeysNeedNoPermission);
    let deleted = asked
        .caller
        .clone()
        .deleted(tx.now)
        .ok_or_else(|| Refusal::new(401, "UNAUTHORIZED", "the key was deleted already"))?;
    tx.state.keys.put(deleted.clone());
    Ok(Reply::of(asked.shown(deleted.view(), &Map::new())))
}
