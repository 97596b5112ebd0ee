//! The clock, customers and their applications.

use std::time::Duration;

use crate::program::page::problem::{Fields, Problem};
use crate::sandbox::{Decision, Sandbox};

use super::Done;

/// How far the clock is put forward at most, so that a slip of the finger does not lead to the year 9999.
const FARTHEST: u64 = 3_650 * 86_400;

pub async fn advance(sandbox: &Sandbox, fields: &Fields) -> Done {
    let seconds: u64 = match fields.get("unit") {
        "seconds" => 1,
        "minutes" => 60,
        "hours" => 3_600,
        "days" => 86_400,
        _ => return Err(Problem::at("unit", "A unit is seconds, minutes, hours or days.")),
    };
    let number = fields.number("number", 1, FARTHEST / seconds)?;
    sandbox.advance(Duration::from_secs(number * seconds)).await;
    Ok(None)
}

pub async fn freeze(sandbox: &Sandbox, _: &Fields) -> Done {
    sandbox.freeze_clock();
    Ok(None)
}

pub async fn run(sandbox: &Sandbox, _: &Fields) -> Done {
    sandbox.run_clock();
    Ok(None)
}

/// Leads to the application, as a customer comes to it from the partner's own page.
pub async fn open_session(sandbox: &Sandbox, fields: &Fields) -> Done {
    let id = fields.required("partner_customer_id", "your id of the customer")?;
    let secret = sandbox.open_session(id)?;
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("client_secret", secret.expose());
    Ok(Some(format!("/start?{}", query.finish())))
}

pub async fn approve(sandbox: &Sandbox, fields: &Fields) -> Done {
    sandbox.decide(fields.get("id"), Decision::Approve).await?;
    Ok(None)
}

pub async fn reject(sandbox: &Sandbox, fields: &Fields) -> Done {
    sandbox.decide(fields.get("id"), Decision::Reject).await?;
    Ok(None)
}

pub async fn add_customer(sandbox: &Sandbox, fields: &Fields) -> Done {
    let id = fields.required("partner_customer_id", "your id of the customer")?;
    sandbox.customer(id).approved().await?;
    Ok(None)
}

pub async fn close_statement(sandbox: &Sandbox, fields: &Fields) -> Done {
    sandbox.close_statement(fields.get("id")).await?;
    Ok(None)
}
