//! The flows of the guide, `docs/guide/*.md`, against `imprint-sandbox`: what a page says happens, in the order of the page.
//! One file for each page.

mod apply;
mod every_call;
mod orders;
mod receiver;
mod rewards;
mod rotate_key;
mod several_products;
mod transact;

use imprint_client::types::{
    PaymentMethodId, SimulateTransactionEventBody, TransactionEvent, TransactionEventId, TransactionId,
    TransactionStatus,
};
use imprint_client::webhook::{Event, Verifier, testing::Signer};
use imprint_client::{Client, Error};
use imprint_sandbox::{Builder, Sandbox};

use crate::support;

type Test = Result<(), Box<dyn std::error::Error>>;

/// The id that the partner has for the customer of a flow.
const PARTNER_ID: &str = "PARTNER_USER_456";

/// A sandbox with the default settings, and a client of it.
async fn start() -> Result<(Sandbox, Client), Box<dyn std::error::Error>> {
    start_with(Sandbox::builder()).await
}

/// A sandbox, and a client of it.
async fn start_with(builder: Builder) -> Result<(Sandbox, Client), Box<dyn std::error::Error>> {
    support::install_cryptography();
    let sandbox = builder.start().await?;
    let client = sandbox.client();
    Ok((sandbox, client))
}

/// The webhooks so far as the partner's backend has them: signed, verified and read.
fn webhooks(sandbox: &Sandbox) -> Result<Vec<Event>, Box<dyn std::error::Error>> {
    let token = "the signing token";
    let (signer, verifier) = (Signer::new(token), Verifier::new(token));
    let read = |event: imprint_sandbox::Event| {
        let delivery = signer.sign(event.body.to_string());
        Ok(verifier.verify(&delivery.signature, &delivery.body)?)
    };
    sandbox.events().into_iter().map(read).collect()
}

/// The ids of a simulated step of a transaction.
#[derive(Debug)]
struct Step {
    transaction_id: TransactionId,
    event_id: TransactionEventId,
}

impl Step {
    /// The ids of an answer, which may lack them by the document.
    fn of(made: TransactionEvent) -> Self {
        let transaction_id = made.transaction_id.expect("the sandbox answers with the id of the transaction");
        Self { transaction_id, event_id: made.event_id.expect("the sandbox answers with the id of the event") }
    }
}

/// Simulates a capture without an authorization.
async fn capture(client: &Client, card: &PaymentMethodId, amount: i64) -> Result<Step, Error> {
    let event = client.simulate_transaction_event().payment_method_id(card).amount(amount);
    let made = event.status(TransactionStatus::Captured).await?.into_inner();
    Ok(Step::of(made))
}

/// Simulates a refund of a capture.
async fn refund(client: &Client, card: &PaymentMethodId, captured: &Step, amount: i64) -> Result<Step, Error> {
    let body = SimulateTransactionEventBody::builder().payment_method_id(card).amount(amount);
    let body = body.transaction_id(&captured.transaction_id).event_id(&captured.event_id);
    let made = client.simulate_transaction_event().body(body.status(TransactionStatus::Refunded)).await?.into_inner();
    Ok(Step::of(made))
}
