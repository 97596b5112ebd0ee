//! What a purchase or a refund adds to a later reward.

use serde::{Deserialize, Serialize};

use crate::index;
use crate::instant::Instant;
use crate::table::Row;

#[derive(Clone, Serialize, Deserialize)]
pub struct Accrual {
    pub id: String,
    pub product: String,
    pub customer_id: String,
    /// Of a refund it is negative.
    pub amount: i64,
    /// When it counts.
    pub due: Instant,
}

impl Row for Accrual {
    fn id(&self) -> &str {
        &self.id
    }

    fn indexes(&self) -> Vec<(&'static str, String)> {
        vec![("customer_id", index::id(&self.product, &self.customer_id))]
    }
}
