//! Customers who exist before a test begins, and closing their accounts.

use imprint_client::Secret;
use serde::Deserialize;
use serde_json::json;

use super::call::{Call, Outcome, done, made};
use super::views;

#[derive(Deserialize)]
struct NewCustomer {
    partner_customer_id: String,
    merchant_key: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    date_of_birth: Option<Date>,
    ssn: Option<Secret>,
    #[serde(default)]
    prescreened: bool,
    applied: Option<Applied>,
}

#[derive(Deserialize)]
struct Date {
    year: u16,
    month: u8,
    day: u8,
}

/// What becomes of an application.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Applied {
    Approve,
    Review,
    Reject,
}

impl Applied {
    /// The last name that leads to it.
    fn last_name(&self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Review => "review",
            Self::Reject => "reject",
        }
    }
}

pub async fn make(mut call: Call) -> Outcome {
    let new: NewCustomer = call.body()?;
    let mut customer = call.sandbox.customer(new.partner_customer_id);
    if let Some(key) = new.merchant_key {
        customer = customer.merchant_key(key);
    }
    if let Some(name) = new.first_name {
        customer = customer.first_name(name);
    }
    if let Some(name) = new.last_name {
        customer = customer.last_name(name);
    }
    if let Some(email) = new.email {
        customer = customer.email(email);
    }
    if let Some(phone) = new.phone {
        customer = customer.phone(phone);
    }
    if let Some(Date { year, month, day }) = new.date_of_birth {
        customer = customer.date_of_birth(year, month, day);
    }
    if let Some(ssn) = new.ssn {
        customer = customer.ssn(ssn);
    }
    if new.prescreened {
        customer = customer.prescreened();
    }
    match new.applied {
        None => made(json!({ "customer_id": customer.create()? })),
        Some(applied) => made(views::outcome(&customer.applied(applied.last_name()).await?)),
    }
}

#[derive(Deserialize)]
struct Closing {
    effective: Option<String>,
}

pub async fn close(mut call: Call) -> Outcome {
    let Closing { effective } = call.body()?;
    let effective = match effective {
        Some(at) => super::instant("effective", &at)?,
        None => call.sandbox.now(),
    };
    call.sandbox.close_account(call.argument("id"), effective).await?;
    done()
}
