//! Playing the customer who applies, and the person at Imprint who decides.

use imprint_client::Secret;
use serde::Deserialize;

use crate::sandbox::Decision;

use super::call::{Call, Outcome, made, ok};
use super::views;

#[derive(Deserialize)]
struct Form {
    client_secret: Secret,
    last_name: Option<String>,
    phone: Option<String>,
    otp: Option<String>,
}

pub async fn apply(mut call: Call) -> Outcome {
    let Form { client_secret, last_name, phone, otp } = call.body()?;
    let mut application = call.sandbox.apply(client_secret);
    if let Some(name) = last_name {
        application = application.last_name(name);
    }
    if let Some(phone) = phone {
        application = application.phone(phone);
    }
    if let Some(password) = otp {
        application = application.otp(password);
    }
    made(views::outcome(&application.complete().await?))
}

#[derive(Deserialize)]
struct Decided {
    decision: Choice,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Choice {
    Approve,
    Reject,
}

pub async fn decide(mut call: Call) -> Outcome {
    let Decided { decision } = call.body()?;
    let decision = match decision {
        Choice::Approve => Decision::Approve,
        Choice::Reject => Decision::Reject,
    };
    ok(views::outcome(&call.sandbox.decide(call.argument("id"), decision).await?))
}
