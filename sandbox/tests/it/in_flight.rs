//! An attempt to deliver a webhook is in flight while the clock moves, the state is replaced or the receiver is slow.

use std::time::Duration;

use imprint_sandbox::{DeliveryStatus, Endpoint, Retry, Sandbox};

use super::receiver_of_webhooks::{Reaction, Receiver};

type Test = Result<(), Box<dyn std::error::Error>>;

/// A sandbox and a receiver that takes its webhooks.
async fn start() -> Result<(Sandbox, Receiver), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::start().await?;
    let receiver = Receiver::start(sandbox.webhook_token()).await;
    sandbox.webhook(receiver.url("/imprint"))?;
    Ok((sandbox, receiver))
}

#[tokio::test]
async fn a_repetition_that_is_overdue_is_sent() -> Test {
    let sandbox = Sandbox::builder().webhook_retry(Retry::Fast).start().await?;
    let receiver = Receiver::start(sandbox.webhook_token()).await;
    receiver.then([Reaction::Late(Duration::from_millis(300), 500)]);
    sandbox.webhook(receiver.url("/"))?;
    let customer = sandbox.customer("A").create()?;
    sandbox.link_in_app(&customer, "L").await?;
    receiver.has_got(1).await;
    // The clock moves by more than the pause of 10 ms while the first attempt is in flight.
    for number in 0..40 {
        sandbox.customer(format!("P{number}")).create()?;
    }
    sandbox.advance(Duration::from_secs(60)).await;
    let delivery = &sandbox.deliveries()[0];
    assert_eq!((delivery.status, delivery.attempts.len()), (DeliveryStatus::Acknowledged, 2));
    sandbox.settled().await?;
    Ok(())
}

#[tokio::test]
async fn an_answer_that_comes_after_a_reset_is_no_answer_to_another_webhook() -> Test {
    let receiver = Receiver::start("made-up".into()).await;
    let endpoint = Endpoint::at(receiver.url("/")).token("made-up");
    let sandbox = Sandbox::builder().endpoint(endpoint).start().await?;
    let links = |receiver: &Receiver| -> Vec<_> {
        receiver.got().iter().map(|got| got.body["data"]["partner_customer_id"].clone()).collect()
    };
    receiver.then([Reaction::Late(Duration::from_millis(200), 200)]);
    let customer = sandbox.customer("A").create()?;
    sandbox.link_in_app(&customer, "OLD").await?;
    receiver.has_got(1).await;
    sandbox.reset();
    let customer = sandbox.customer("B").create()?;
    sandbox.link_in_app(&customer, "NEW").await?;
    sandbox.settled().await?;
    assert_eq!(links(&receiver), ["OLD", "NEW"], "what is acknowledged was sent");
    assert_eq!(sandbox.deliveries()[0].attempts.len(), 1);
    Ok(())
}

#[tokio::test]
async fn what_was_in_flight_in_a_snapshot_is_sent_again_after_it_was_restored() -> Test {
    let (sandbox, receiver) = start().await?;
    receiver.then([Reaction::Late(Duration::from_millis(200), 500)]);
    let customer = sandbox.customer("A").create()?;
    sandbox.link_in_app(&customer, "L").await?;
    receiver.has_got(1).await;
    let snapshot = sandbox.snapshot();
    sandbox.restore(&snapshot)?;
    sandbox.settled().await?;
    let delivery = &sandbox.deliveries()[0];
    let answers: Vec<_> = delivery.attempts.iter().map(|attempt| attempt.status).collect();
    assert_eq!((answers, receiver.got().len()), (vec![Some(200)], 2), "the answer 500 was to what is forgotten");
    Ok(())
}
