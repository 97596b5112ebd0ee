//! What the tests of the recipes share: clients of the sandbox that plays Imprint on the
//! loopback, orders, and signed deliveries.

use std::time::Duration;

use imprint_client::types::{OrderBase, OrderLine, PaymentMethodId};
use imprint_client::webhook::testing::{Delivery, Signer};
use imprint_client::{ClientBuilder, RetryPolicy};
use imprint_sandbox::Sandbox;
use serde_json::json;

/// The signing token of the deliveries.
pub const TOKEN: &str = "the-signing-token-of-the-recipes";

/// Settings for a client of the sandbox: every call is one request, and ends in time
/// whatever happens.
pub fn settings(sandbox: &Sandbox) -> ClientBuilder {
    let builder = sandbox.client_builder();
    builder.retry(RetryPolicy::off()).timeout(Duration::from_secs(20))
}

/// A sandbox, and the card of a customer who was approved.
pub async fn sandbox() -> (Sandbox, PaymentMethodId) {
    let sandbox = Sandbox::start().await.expect("a port is free");
    let customer = sandbox.customer("PARTNER_USER_456").approved().await;
    (sandbox, customer.expect("it is approved").payment_method)
}

/// Of three sessions the first is made. The second is put off: by its header, the answer
/// says that nothing was done, so that the call may be made again. The third is refused.
pub fn put_off_and_refuse_sessions(sandbox: &Sandbox) {
    sandbox.on("createSession").nth(2).status(429).retry_after(1);
    sandbox.on("createSession").nth(3).status(400);
}

/// A delivery of a reward to book.
pub fn reward() -> Delivery {
    Signer::new(TOKEN).deliver(
        "REWARD",
        &json!({ "reward_id": "DCBFC736", "status": "AVAILABLE", "amount": 500 }),
    )
}

/// A delivery whose signature is right, and which cannot be read.
pub fn unreadable() -> Delivery {
    Signer::new(TOKEN)
        .deliver("REWARD", &json!({ "reward_id": "DCBFC736", "amount": "a lot" }))
}

/// A delivery that somebody without the token made.
pub fn forged() -> Delivery {
    Signer::new("another token")
        .deliver("REWARD", &json!({ "reward_id": "DCBFC736", "amount": 900 }))
}

/// Deliveries, and the status that a receiver answers each with.
pub fn deliveries(longest: usize) -> Vec<(Delivery, u16)> {
    let large = Signer::new(TOKEN).sign(vec![b' '; longest + 1]);
    // Larger than the limits that frameworks have of their own.
    let padding = " ".repeat(longest / 2);
    let unknown = Signer::new(TOKEN).deliver(
        "REWARD",
        &json!({ "reward_id": "DCBFC736", "amount": 1, "note": padding }),
    );
    let again = reward();
    vec![
        (reward(), 200),
        (again, 200),
        (unreadable(), 400),
        (forged(), 401),
        (large, 413),
        (unknown, 200),
    ]
}

/// An order of one line.
pub fn order(partner_order_id: &str, card: &PaymentMethodId) -> OrderBase {
    let line = OrderLine::builder()
        .name("Couch Supreme")
        .quantity(1)
        .rate(274_999)
        .rewards_rate(0)
        .build()
        .expect("it is complete");
    let order =
        OrderBase::builder().partner_order_id(partner_order_id).payment_method_id(card);
    order.order_lines([line]).total_order_amount(274_999).build().expect("it is complete")
}
