//! The events that Imprint would have sent webhooks about, whether or not an endpoint takes them.

use std::fmt;
use std::time::SystemTime;

use serde_json::Value;

use crate::model::event::Event as Row;

use super::Sandbox;

/// An event that partners are told about by a webhook.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Event {
    /// The kind, as `object` has it: `TRANSACTION`.
    pub object: String,
    /// The body of the webhook. It has personal data and ids, as Imprint's would.
    pub body: Value,
    /// When it happened, by the clock of the account.
    pub at: SystemTime,
    /// The merchant key of the product.
    pub merchant_key: String,
}

impl Event {
    pub(super) fn of(row: &Row) -> Self {
        Self {
            object: row.object.to_owned(),
            body: serde_json::from_str(&row.body).unwrap_or_default(),
            at: row.at.system_time(),
            merchant_key: row.product.clone(),
        }
    }
}

/// Without the body, which has personal data and tokens.
impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { object, body: _, at, merchant_key } = self;
        let mut shown = f.debug_struct("Event");
        shown.field("object", object).field("at", at).field("merchant_key", merchant_key).finish_non_exhaustive()
    }
}

impl Sandbox {
    /// The events of the account so far, the oldest first. The oldest are dropped when there are more than
    /// [`Builder::event_log_size`](crate::Builder::event_log_size).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = imprint_sandbox::Sandbox::start().await?;
    /// sandbox.customer("PARTNER_USER_456").approved().await?;
    /// let kinds: Vec<_> = sandbox.events().into_iter().map(|event| event.object).collect();
    /// assert_eq!(kinds, ["APPLICATION", "PAYMENT_METHOD"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn events(&self) -> Vec<Event> {
        // Their bodies are read when the account is free again.
        let rows: Vec<_> = self.account.read(|state| state.events.all().cloned().collect());
        rows.iter().map(|row| Event::of(row)).collect()
    }
}
