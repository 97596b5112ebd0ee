//! An event that partners are told about by a webhook.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::instant::Instant;
use crate::table::Row;

#[derive(Clone, Serialize, Deserialize)]
pub struct Event {
    pub id: String,
    /// The merchant key of the product.
    pub product: String,
    /// The kind, as `object` has it: `TRANSACTION`.
    pub object: String,
    /// The body of the webhook: `{"object": …, "data": …}`. Every delivery has these very bytes.
    pub body: Arc<str>,
    pub at: Instant,
}

impl Row for Event {
    fn id(&self) -> &str {
        &self.id
    }

    fn indexes(&self) -> Vec<(&'static str, String)> {
        vec![("kind", self.object.clone())]
    }
}
