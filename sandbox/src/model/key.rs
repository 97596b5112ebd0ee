//! An API key.

use imprint_client::Secret;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::instant::Instant;
use crate::settings::Permissions;
use crate::table::Row;

#[derive(Clone, Serialize, Deserialize)]
pub struct Key {
    /// A made id. The text cannot be it, since the letter case of a text counts.
    pub id: String,
    /// The name that the log shows in the place of the key. Several keys may have the same.
    pub label: String,
    pub text: Secret,
    pub permissions: Permissions,
    pub created_at: Instant,
    pub deleted_at: Option<Instant>,
}

impl Row for Key {
    fn id(&self) -> &str {
        &self.id
    }

    fn indexes(&self) -> Vec<(&'static str, String)> {
        vec![("text", self.text.expose().to_owned())]
    }
}

impl Key {
    /// The key after it was deleted; None if it was before.
    pub fn deleted(mut self, at: Instant) -> Option<Self> {
        let is_alive = self.deleted_at.replace(at).is_none();
        is_alive.then_some(self)
    }

    /// What answers show.
    pub fn view(&self) -> Map<String, Value> {
        let mut view = Map::new();
        view.insert("key".into(), json!(self.text.expose()));
        view.insert("created_at".into(), json!(self.created_at.text()));
        if let Some(at) = self.deleted_at {
            view.insert("deleted_at".into(), json!(at.text()));
        }
        view
    }
}
