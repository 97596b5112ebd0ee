//! A link between a customer and an account at the partner.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::index;
use crate::instant::Instant;
use crate::table::Row;

use super::sent::Sent;

#[derive(Clone, Serialize, Deserialize)]
pub struct Link {
    /// The customer's id; a customer has one link.
    pub customer_id: String,
    pub product: String,
    pub partner_customer_id: String,
    pub created_at: Instant,
    pub updated_at: Instant,
    /// The request, for the fields that answers name as well.
    pub sent: Sent,
}

impl Row for Link {
    fn id(&self) -> &str {
        &self.customer_id
    }

    fn indexes(&self) -> Vec<(&'static str, String)> {
        vec![("partner_customer_id", index::text(&self.product, &self.partner_customer_id))]
    }
}

impl Link {
    /// What answers show.
    pub fn view(&self) -> Map<String, Value> {
        let mut view = Map::new();
        view.insert("customer_id".into(), json!(self.customer_id));
        view.insert("partner_customer_id".into(), json!(self.partner_customer_id));
        view.insert("status".into(), json!("ACTIVE"));
        view.insert("created_at".into(), json!(self.created_at.text()));
        view.insert("updated_at".into(), json!(self.updated_at.text()));
        view
    }
}
