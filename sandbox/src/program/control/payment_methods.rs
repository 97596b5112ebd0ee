//! Playing the bank: what happens to a card or a loan without an operation of the API.

use serde::Deserialize;
use serde_json::json;

use crate::model::payment_method::LoanStatus;
use crate::sandbox::{PaymentMethodControl, TokenKind};

use super::call::{Call, Outcome, done, made};

fn method(call: &Call) -> PaymentMethodControl {
    call.sandbox.payment_method(call.argument("id"))
}

#[derive(Deserialize)]
struct NewStatus {
    status: Status,
}

#[derive(Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Status {
    Active,
    Inactive,
    Canceled,
    LoanActive,
    LoanClosed,
}

pub async fn status(mut call: Call) -> Outcome {
    let NewStatus { status } = call.body()?;
    let method = method(&call);
    match status {
        Status::Active => method.activate().await?,
        Status::Inactive => method.deactivate().await?,
        Status::Canceled => method.cancel().await?,
        Status::LoanActive => method.loan(LoanStatus::Active).await?,
        Status::LoanClosed => method.loan(LoanStatus::Closed).await?,
    }
    done()
}

pub async fn reissue(call: Call) -> Outcome {
    method(&call).reissue().await?;
    done()
}

#[derive(Deserialize)]
struct Tokenized {
    #[serde(rename = "type")]
    kind: Kind,
}

#[derive(Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Kind {
    Adyen,
    AppleWallet,
    Cybersource,
    Worldpay,
}

pub async fn tokenize(mut call: Call) -> Outcome {
    let Tokenized { kind } = call.body()?;
    let kind = match kind {
        Kind::Adyen => TokenKind::Adyen,
        Kind::AppleWallet => TokenKind::AppleWallet,
        Kind::Cybersource => TokenKind::Cybersource,
        Kind::Worldpay => TokenKind::Worldpay,
    };
    let token = method(&call).tokenize(kind).await?;
    // The token is made here.
    made(json!({ "token": token.expose() }))
}

pub async fn decline(call: Call) -> Outcome {
    method(&call).decline().await?;
    done()
}

pub async fn accept(call: Call) -> Outcome {
    method(&call).accept().await?;
    done()
}
