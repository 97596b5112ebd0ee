//! The flow of the page `rewards`: rewards per event, by statement and delayed, until each is confirmed.

use std::time::Duration;

use imprint_client::helpers::ConfirmError;
use imprint_client::types::RewardStatus::{Available, Deducted, Pending, PendingDeduction};
use imprint_client::types::{Reward, RewardEventData, RewardStatus};
use imprint_client::webhook::Event;
use imprint_client::{Client, Error, ErrorKind};
use imprint_sandbox::{ApprovedCustomer, Product, RewardKind, Rewards, Sandbox};

use super::receiver::Receiver;
use super::{PARTNER_ID, Test, capture, refund, start_with, webhooks};

const DAY: Duration = Duration::from_secs(86_400);

/// A sandbox whose product has these rewards, and a customer who was approved.
async fn of(rewards: Rewards) -> Result<(Sandbox, Client, ApprovedCustomer), Box<dyn std::error::Error>> {
    let (sandbox, client) = start_with(Sandbox::builder().product(Product::default().rewards(rewards))).await?;
    let customer = sandbox.customer(PARTNER_ID).approved().await?;
    Ok((sandbox, client, customer))
}

/// The `REWARD` webhooks so far.
fn told(sandbox: &Sandbox) -> Result<Vec<RewardEventData>, Box<dyn std::error::Error>> {
    let reward = |event| if let Event::Reward(reward) = event { Some(reward) } else { None };
    Ok(webhooks(sandbox)?.into_iter().filter_map(reward).collect())
}

/// Status and amount of each `REWARD` webhook so far.
fn statuses(sandbox: &Sandbox) -> Result<Vec<(RewardStatus, i64)>, Box<dyn std::error::Error>> {
    let read = |reward: RewardEventData| Some((reward.status?, reward.amount?));
    Ok(told(sandbox)?.into_iter().filter_map(read).collect())
}

async fn balance(client: &Client, customer: &ApprovedCustomer) -> Result<i64, Error> {
    Ok(client.get_rewards_balance().customer_id(&customer.customer_id).await?.reward_balance)
}

#[tokio::test]
async fn per_event_a_purchase_is_issued_and_a_refund_is_taken_back() -> Test {
    let (sandbox, client, customer) = of(Rewards::per_event(200).points()).await?;
    let card = &customer.payment_method;
    let bought = capture(&client, card, 5_000).await?;
    let webhook = told(&sandbox)?.remove(0);
    assert_eq!((webhook.status, webhook.amount), (Some(Pending), Some(100)));
    assert_eq!(webhook.currency.as_ref().map(|currency| currency.as_str()), Some("POINTS"));

    // The webhook names the transaction, and the reward names its event.
    let id = webhook.reward_id.ok_or("no id")?;
    let reward = client.get_reward().reward_id(&id).await?.into_inner();
    assert_eq!(webhook.transaction_id.as_ref(), Some(&bought.transaction_id));
    assert_eq!(reward.transaction_event_id.as_ref(), Some(&bought.event_id));
    assert_eq!(client.confirm_issued(&id).await?.status, Available);
    assert_eq!(balance(&client, &customer).await?, 100);

    refund(&client, card, &bought, 2_000).await?;
    let taken = told(&sandbox)?.pop().ok_or("no webhook")?;
    assert_eq!((taken.status, taken.amount), (Some(PendingDeduction), Some(40)));
    let taken = taken.reward_id.ok_or("no id")?;
    // The refund is a reward of its own. Who issues where something is to be taken back confirms nothing.
    let error = client.confirm_issued(&taken).await.unwrap_err();
    assert!(matches!(&error, ConfirmError::NotConfirmed(reward) if reward.status == PendingDeduction), "{error:?}");
    assert_eq!(client.confirm_deducted(&taken).await?.status, Deducted);
    assert_eq!(balance(&client, &customer).await?, 60);

    // A webhook that comes twice confirms once.
    client.confirm_issued(&id).await?;
    client.confirm_deducted(&taken).await?;
    sandbox.requests().to("patchReward").assert_count(2);

    // The end of the cycle tells of each, although both are confirmed.
    sandbox.advance(30 * DAY).await;
    let expected = [(Pending, 100), (PendingDeduction, 40), (Available, 100), (Deducted, 40)];
    assert_eq!(statuses(&sandbox)?, expected);
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn by_statement_nothing_is_pending_and_one_reward_has_the_total() -> Test {
    let (sandbox, client, customer) = of(Rewards::statement(200)).await?;
    let card = &customer.payment_method;
    let bought = capture(&client, card, 5_000).await?;
    capture(&client, card, 10_000).await?;
    refund(&client, card, &bought, 5_000).await?;
    assert!(statuses(&sandbox)?.is_empty(), "who waits for a pending reward waits for ever");

    client.simulate_reward().customer_id(&customer.customer_id).reward_type("STATEMENT").await?;
    assert_eq!(statuses(&sandbox)?, [(Available, 200)]);
    let rewards = client.get_rewards().customer_id(&customer.customer_id).await?;
    assert_eq!(rewards.data.iter().map(|reward| reward.type_.as_str()).collect::<Vec<_>>(), ["STATEMENT"]);
    // The answer to the webhook confirms it; a call changes nothing more.
    assert_eq!(client.confirm_reward(&rewards.data[0]).await?.status, Available);
    sandbox.requests().to("patchReward").assert_count(0);

    // The cycle also ends by itself.
    capture(&client, card, 1_000).await?;
    sandbox.advance(30 * DAY).await;
    assert_eq!(statuses(&sandbox)?.last(), Some(&(Available, 20)));
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn the_answer_to_a_webhook_confirms_what_is_available_and_what_is_deducted() -> Test {
    let (sandbox, client, customer) = of(Rewards::per_event(200)).await?;
    let receiver = Receiver::start(&sandbox).await?;
    let bought = capture(&client, &customer.payment_method, 5_000).await?;
    refund(&client, &customer.payment_method, &bought, 2_000).await?;
    sandbox.settled().await?;
    let came = |receiver: &Receiver| receiver.take().iter().filter(|event| matches!(event, Event::Reward(_))).count();
    assert_eq!(came(&receiver), 2);
    assert!(sandbox.acknowledged_rewards().is_empty(), "the answer to a pending one confirms nothing");

    sandbox.advance(30 * DAY).await;
    sandbox.settled().await?;
    assert_eq!(came(&receiver), 2);
    let mut confirmed: Vec<_> = sandbox.acknowledged_rewards().into_iter().map(|reward| reward.status).collect();
    confirmed.sort();
    assert_eq!(confirmed, ["AVAILABLE", "DEDUCTED"]);
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn delayed_rewards_come_with_the_first_statement_after_the_delay() -> Test {
    let (sandbox, client, customer) = of(Rewards::delayed(200, 45 * DAY)).await?;
    capture(&client, &customer.payment_method, 5_000).await?;
    sandbox.advance(31 * DAY).await;
    assert!(statuses(&sandbox)?.is_empty());
    sandbox.advance(30 * DAY).await;
    assert_eq!(statuses(&sandbox)?, [(Available, 100)]);
    let rewards = client.get_rewards().customer_id(&customer.customer_id).await?;
    // A type that the document does not list is a value like any other.
    assert_eq!(rewards.data.iter().map(|reward| reward.type_.as_str()).collect::<Vec<_>>(), ["DELAYED"]);
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn a_simulation_of_another_type_or_outside_of_the_sandbox_is_refused() -> Test {
    let (_sandbox, client, customer) = of(Rewards::statement(200)).await?;
    let error = client.simulate_reward().customer_id(&customer.customer_id).reward_type("DELAYED").await.unwrap_err();
    assert_eq!(error.status().map(|status| status.as_u16()), Some(400));
    let product = Product::default().rewards(Rewards::statement(200));
    let (sandbox, client) = start_with(Sandbox::builder().product(product).production()).await?;
    let customer = sandbox.customer(PARTNER_ID).approved().await?;
    let error = client.simulate_reward().customer_id(&customer.customer_id).reward_type("STATEMENT").await.unwrap_err();
    assert!(matches!(&error, Error::Api(error) if error.kind() == ErrorKind::Forbidden), "{error:?}");
    Ok(())
}

#[tokio::test]
async fn a_confirmation_whose_answer_was_lost_is_read_again_and_not_repeated() -> Test {
    let (sandbox, client, customer) = of(Rewards::default()).await?;
    let id = sandbox.grant_reward(&customer.customer_id, RewardKind::OneTime, 500).await?;
    sandbox.on("patchReward").next(1).lose_answer();
    assert_eq!(client.confirm_issued(&id).await?.status, Available);
    sandbox.requests().to("patchReward").assert_count(1);
    sandbox.requests().to("getReward").assert_count(2);

    // If the confirmation was not carried out, the error says so by its variant, and a second call confirms.
    let id = sandbox.grant_reward(&customer.customer_id, RewardKind::OneTime, 500).await?;
    sandbox.on("patchReward").next(1).refuse_before();
    let error = client.confirm_issued(&id).await.unwrap_err();
    assert!(matches!(error, ConfirmError::Call(_)), "{error:?}");
    assert_eq!(client.confirm_issued(&id).await?.status, Available);

    // If the read fails as well, nothing is known, and calling the helper again finds out.
    let id = sandbox.grant_reward(&customer.customer_id, RewardKind::OneTime, 500).await?;
    sandbox.on("patchReward").next(1).lose_answer();
    sandbox.on("getReward").nth(2).status(403);
    let error = client.confirm_issued(&id).await.unwrap_err();
    assert!(matches!(error, ConfirmError::Unknown { .. }), "{error:?}");
    assert_eq!(client.confirm_issued(&id).await?.status, Available);
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn an_amount_that_has_changed_since_it_was_booked_is_not_confirmed() -> Test {
    let (sandbox, client, customer) = of(Rewards::default()).await?;
    let id = sandbox.grant_reward(&customer.customer_id, RewardKind::OneTime, 500).await?;
    let booked = client.get_reward().reward_id(&id).await?.into_inner();
    client.patch_reward().reward_id(&id).amount(400).await?;
    let error = client.confirm_issued(&booked).await.unwrap_err();
    let ConfirmError::Different(now) = error else { panic!("{error:?}") };
    assert_eq!((now.amount, &now.status), (400, &Pending));
    assert_eq!(client.confirm_issued(&*now).await?.amount, 400);
    sandbox.verify()?;
    Ok(())
}

fn is_open(reward: &Reward) -> bool {
    matches!(reward.status, Pending | PendingDeduction)
}

/// A customer with six pending rewards.
async fn six_rewards() -> Result<(Sandbox, Client, ApprovedCustomer), Box<dyn std::error::Error>> {
    let (sandbox, client, customer) = of(Rewards::default()).await?;
    for amount in 1..=6 {
        sandbox.grant_reward(&customer.customer_id, RewardKind::OneTime, amount).await?;
    }
    Ok((sandbox, client, customer))
}

#[tokio::test]
async fn rewards_that_are_collected_first_are_all_confirmed() -> Test {
    let (sandbox, client, customer) = six_rewards().await?;
    let list = || client.get_rewards().customer_id(&customer.customer_id).limit(2);
    let rewards = list().stream().collect_all(10_000).await?;
    assert_eq!(rewards.iter().map(|reward| reward.amount).collect::<Vec<_>>(), [6, 5, 4, 3, 2, 1], "newest first");
    for reward in rewards.iter().filter(|reward| is_open(reward)) {
        client.confirm_reward(reward).await?;
    }
    assert!(!list().stream().collect_all(10_000).await?.iter().any(is_open));
    sandbox.verify()?;
    Ok(())
}

/// The mistake that the page warns of: a confirmation moves a reward to the front of the list, and with it the cursor.
#[tokio::test]
async fn rewards_that_are_confirmed_while_pages_are_read_end_the_list_with_an_error() -> Test {
    let (sandbox, client, customer) = six_rewards().await?;
    let list = || client.get_rewards().customer_id(&customer.customer_id);
    let mut rewards = list().limit(1).stream();
    let error = loop {
        match rewards.try_next().await {
            Ok(Some(reward)) => drop(client.confirm_reward(&reward).await?),
            Ok(None) => panic!("the list ended as if it had been read whole"),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, Error::Decode(_)), "{error:?}");
    assert_eq!(list().limit(100).await?.data.iter().filter(|reward| is_open(reward)).count(), 4);
    sandbox.verify()?;
    Ok(())
}
