use std::time::Duration;

use imprint_client::types::SimulateTransactionEventBody as Step;
use imprint_client::types::TransactionStatus::{Captured, Refunded};
use imprint_sandbox::{Product, Rewards, Sandbox};

mod shop; // the service under test

#[tokio::test]
async fn a_refund_takes_the_points_back() -> Result<(), Box<dyn std::error::Error>> {
    let product = Product::default().rewards(Rewards::per_event(200).points());
    let sandbox = Sandbox::builder().product(product).start().await?;
    let client = sandbox.client();
    let shop = shop::start(client.clone(), sandbox.webhook_token()).await?;
    sandbox.webhook(shop.url())?;
    let customer = sandbox.customer("PARTNER_USER_456").approved().await?;

    sandbox.on("patchReward").next(1).lose_answer(); // carried out, the answer is lost
    let step = Step::builder().payment_method_id(&customer.payment_method).amount(5_000);
    let capture = step.clone().status(Captured);
    let bought = client.simulate_transaction_event().body(capture).await?.into_inner();
    sandbox.settled().await?; // every webhook was acknowledged, or the error says why not
    assert_eq!(shop.points(&customer.customer_id), 100);

    let refund = step.status(Refunded).transaction_id(bought.transaction_id);
    client.simulate_transaction_event().body(refund.event_id(bought.event_id)).await?;
    sandbox.advance(Duration::from_secs(31 * 86_400)).await; // the statement closes
    assert_eq!(shop.points(&customer.customer_id), 0);
    sandbox.requests().assert_none_doubled();
    sandbox.verify()?;
    Ok(())
}
