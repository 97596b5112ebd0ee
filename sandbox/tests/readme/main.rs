use std::time::Duration;

use imprint_client::types::SimulateTransactionEventBody;
use imprint_client::types::TransactionStatus::{Captured, Refunded};
use imprint_sandbox::{Product, Rewards, Sandbox};

mod shop; // the service under test

#[tokio::test]
async fn a_refund_takes_the_points_back() -> Result<(), Box<dyn std::error::Error>> {
    let product = Product::default().rewards(Rewards::per_event(200).points());
    let sandbox = Sandbox::builder().product(product).start().await?;
    let shop = shop::start(sandbox.client(), sandbox.webhook_token()).await?;
    sandbox.webhook(shop.url())?;
    let customer = sandbox.customer("PARTNER_USER_456").approved().await?;

    sandbox.on("patchReward").next(1).lose_answer(); // carried out, and the answer is lost
    let client = sandbox.client();
    let step = SimulateTransactionEventBody::builder().payment_method_id(&customer.payment_method).amount(5_000);
    let bought = client.simulate_transaction_event().body(step.clone().status(Captured)).await?.into_inner();
    sandbox.settled().await?; // every webhook was acknowledged, or the error says why not
    assert_eq!(shop.points(&customer.customer_id), 100);

    let refund = step.status(Refunded).transaction_id(bought.transaction_id).event_id(bought.event_id);
    client.simulate_transaction_event().body(refund).await?;
    sandbox.advance(Duration::from_secs(31 * 86_400)).await; // the statement closes
    assert_eq!(shop.points(&customer.customer_id), 0);
    sandbox.requests().assert_none_doubled();
    sandbox.verify()?;
    Ok(())
}
