//! Whatever changes an account reaches the file: also what no request does, and what the random commands do not do.

use std::time::Duration;

use imprint_sandbox::{Permissions, Sandbox};
use serde_json::json;

use super::super::plain::send;
use super::super::receiver_of_webhooks::{Receiver, status};

type Test = Result<(), Box<dyn std::error::Error>>;

#[track_caller]
fn is_kept(sandbox: &Sandbox, after: &str) {
    let [live, kept] = sandbox.beside_kept().expect("it has a file");
    assert!(live == kept, "{after}:\n{live}\n{kept}");
}

#[tokio::test]
async fn every_change_of_an_account_is_in_the_file() -> Test {
    let folder = tempfile::tempdir()?;
    let builder = Sandbox::builder().delivery_log_size(3).state_file(folder.path().join("state.db"));
    let sandbox = builder.start().await?;
    is_kept(&sandbox, "the start");
    let receiver = Receiver::start(sandbox.webhook_token()).await;
    let endpoint = sandbox.webhook(receiver.url("/imprint"))?;
    is_kept(&sandbox, "a new endpoint");
    let customer = sandbox.customer("A").approved().await?;
    sandbox.settled().await?;
    is_kept(&sandbox, "acknowledged webhooks");
    sandbox.add_key("spare", Permissions::PCI);
    is_kept(&sandbox, "a new key");
    receiver.then([status(500)]);
    sandbox.payment_method(&customer.payment_method).deactivate().await?;
    assert!(sandbox.settled().await.is_err());
    is_kept(&sandbox, "a webhook that failed");
    sandbox.advance(Duration::from_secs(60)).await;
    is_kept(&sandbox, "a webhook that was sent again");
    for _ in 0..3 {
        sandbox.payment_method(&customer.payment_method).activate().await?;
        sandbox.payment_method(&customer.payment_method).deactivate().await?;
        sandbox.settled().await?;
    }
    assert_eq!(sandbox.deliveries().len(), 3);
    is_kept(&sandbox, "deliveries that were dropped");
    let delivery = sandbox.deliveries().pop().ok_or("a delivery")?;
    sandbox.replay(&delivery.id).await?;
    is_kept(&sandbox, "a replay");
    sandbox.chaos().duplicate(2).reverse(2);
    is_kept(&sandbox, "chaos");
    sandbox.payment_method(&customer.payment_method).activate().await?;
    is_kept(&sandbox, "webhooks that are held back");
    sandbox.settled().await?;
    is_kept(&sandbox, "webhooks that were let go");
    sandbox.chaos().clear();
    is_kept(&sandbox, "the end of chaos");
    let order = sandbox.client().create_order().payment_method_id(&customer.payment_method);
    let order = order.partner_order_id("o-1").total_order_amount(5_000).await?;
    sandbox.client().delete_order().order_id(order.id.as_ref().ok_or("an id")?).await?;
    is_kept(&sandbox, "an order that was deleted");
    let refused = json!({"payment_method_id": "none", "status": "CAPTURED", "amount": 1});
    assert_eq!(send(&sandbox, "POST", "/v2/simulate_transaction_event", Some(refused)).await.status, 404);
    is_kept(&sandbox, "a refusal");
    let snapshot = sandbox.snapshot();
    sandbox.keep_as_seed();
    is_kept(&sandbox, "another seed");
    sandbox.client().create_session().await?;
    sandbox.restore(&snapshot)?;
    is_kept(&sandbox, "a snapshot that was restored");
    sandbox.client().create_session().await?;
    is_kept(&sandbox, "a change after it");
    sandbox.reset();
    is_kept(&sandbox, "a reset");
    endpoint.remove();
    is_kept(&sandbox, "an endpoint that was removed");
    let other = sandbox.account("other");
    is_kept(&other, "another account");
    other.client().create_session().await?;
    is_kept(&other, "a change of another account");
    other.advance(Duration::from_secs(7_200)).await;
    is_kept(&other, "a session that expired");
    is_kept(&sandbox, "what another account does");
    Ok(())
}
