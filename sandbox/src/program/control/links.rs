//! Playing the customer who links their account in an app.

use serde::Deserialize;

use super::call::{Call, Outcome, done};

#[derive(Deserialize)]
struct Link {
    customer_id: String,
    partner_customer_id: String,
}

pub async fn link(mut call: Call) -> Outcome {
    let Link { customer_id, partner_customer_id } = call.body()?;
    call.sandbox.link_in_app(customer_id, &partner_customer_id).await?;
    done()
}
