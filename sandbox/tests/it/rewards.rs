//! Rewards in each scheme: what purchases make of them, statements, confirming, balances.

use std::time::Duration;

use imprint_client::types::{RewardId, RewardStatus};
use imprint_sandbox::{ApprovedCustomer, Product, RewardKind, Rewards, Sandbox};
use serde_json::{Value, json};

use super::plain::{Plain, code, send};

type Test = Result<(), Box<dyn std::error::Error>>;

const DAY: Duration = Duration::from_secs(86_400);

struct World {
    sandbox: Sandbox,
    customer: ApprovedCustomer,
}

impl World {
    async fn of(rewards: Rewards) -> Result<Self, Box<dyn std::error::Error>> {
        let sandbox = Sandbox::builder().product(Product::default().rewards(rewards)).start().await?;
        let customer = sandbox.customer("A").approved().await?;
        Ok(Self { sandbox, customer })
    }

    /// A capture that stands alone: the ids of the transaction and the event.
    async fn buy(&self, amount: i64) -> (String, String) {
        let body = json!({
            "payment_method_id": self.customer.payment_method.as_str(), "status": "CAPTURED", "amount": amount,
        });
        let made = send(&self.sandbox, "POST", "/v2/simulate_transaction_event", Some(body)).await.body;
        let id = |name: &str| made[name].as_str().expect("an id").to_owned();
        (id("transaction_id"), id("event_id"))
    }

    async fn give_back(&self, (transaction, event): &(String, String), amount: i64) {
        let body = json!({
            "payment_method_id": self.customer.payment_method.as_str(), "status": "REFUNDED", "amount": amount,
            "transaction_id": transaction, "event_id": event,
        });
        let made = send(&self.sandbox, "POST", "/v2/simulate_transaction_event", Some(body)).await;
        assert_eq!(made.status, 200, "{made:?}");
    }

    /// Type, status and amount of each reward, the newest change first.
    async fn rewards(&self) -> Result<Vec<(String, String, i64)>, imprint_client::Error> {
        let rewards = self.sandbox.client().get_rewards().customer_id(&self.customer.customer_id).await?;
        Ok(rewards.data.iter().map(|r| (r.type_.to_string(), r.status.to_string(), r.amount)).collect())
    }

    async fn balance(&self) -> Result<i64, imprint_client::Error> {
        let balance = self.sandbox.client().get_rewards_balance().customer_id(&self.customer.customer_id).await?;
        Ok(balance.reward_balance)
    }

    /// Status and amount of the reward events so far.
    fn events(&self) -> Vec<(String, i64)> {
        let events = self.sandbox.events().into_iter().filter(|event| event.object == "REWARD");
        let read = |data: &Value| {
            (data["status"].as_str().unwrap_or_default().to_owned(), data["amount"].as_i64().unwrap_or_default())
        };
        events.map(|event| read(&event.body["data"])).collect()
    }

    async fn simulate(&self, body: Value) -> Plain {
        let customer = json!({"customer_id": self.customer.customer_id.as_str()});
        let mut whole = customer.as_object().cloned().unwrap_or_default();
        whole.extend(body.as_object().cloned().unwrap_or_default());
        send(&self.sandbox, "POST", "/v2/simulate_reward", Some(whole.into())).await
    }
}

fn texts(expected: &[(&str, i64)]) -> Vec<(String, i64)> {
    expected.iter().map(|(status, amount)| ((*status).to_owned(), *amount)).collect()
}

#[tokio::test]
async fn per_event_each_capture_and_refund_is_a_reward_and_the_statement_announces_all() -> Test {
    let world = World::of(Rewards::per_event(200).points()).await?;
    let bought = world.buy(5_000).await;
    world.buy(49).await; // no whole point
    world.give_back(&bought, 2_500).await;
    let pending = texts(&[("PENDING", 100), ("PENDING_DEDUCTION", 50)]);
    assert_eq!((world.events(), world.balance().await?), (pending.clone(), 0));

    let client = world.sandbox.client();
    let found = client.search_rewards().transaction_event_id(bought.1.as_str()).await?;
    assert_eq!((found.data.len(), found.total), (1, Some(1)));
    let reward = &found.data[0];
    assert_eq!(reward.currency.as_ref().map(|currency| currency.as_str()), Some("POINTS"));
    client.confirm_reward(reward).await?;
    assert_eq!(world.balance().await?, 100);
    assert_eq!(world.events(), pending, "the partner's own change causes no event");

    world.sandbox.advance(30 * DAY).await;
    let mut all = pending;
    all.extend(texts(&[("AVAILABLE", 100), ("DEDUCTED", 50)]));
    assert_eq!((world.events(), world.balance().await?), (all.clone(), 50));
    world.sandbox.advance(30 * DAY).await;
    assert_eq!(world.events(), all, "each is announced once");
    world.sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn with_a_statement_there_is_one_reward_of_the_net() -> Test {
    let world = World::of(Rewards::statement(100)).await?;
    let bought = world.buy(10_000).await;
    world.buy(5_000).await;
    world.give_back(&bought, 2_000).await;
    assert!(world.rewards().await?.is_empty() && world.events().is_empty());
    world.sandbox.advance(30 * DAY).await;
    assert_eq!(world.rewards().await?, [("STATEMENT".into(), "AVAILABLE".into(), 130)]);
    assert_eq!(world.events(), texts(&[("AVAILABLE", 130)]));
    world.give_back(&bought, 8_000).await;
    world.sandbox.close_statement(world.customer.customer_id.as_str()).await?;
    assert_eq!(world.rewards().await?[0], ("STATEMENT".into(), "DEDUCTED".into(), 80));
    assert_eq!(world.balance().await?, 50);
    world.sandbox.close_statement(world.customer.customer_id.as_str()).await?;
    assert_eq!(world.rewards().await?.len(), 2, "nothing has accrued, so there is none");
    assert!(world.sandbox.close_statement("none").await.is_err());
    world.sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn delayed_rewards_wait_until_they_are_due() -> Test {
    let world = World::of(Rewards::delayed(100, 45 * DAY)).await?;
    world.buy(10_000).await;
    world.sandbox.advance(30 * DAY).await;
    assert!(world.rewards().await?.is_empty());
    world.buy(20_000).await;
    world.sandbox.advance(30 * DAY).await;
    assert_eq!(world.rewards().await?, [("DELAYED".into(), "AVAILABLE".into(), 100)]);
    world.sandbox.advance(30 * DAY).await;
    assert_eq!(world.rewards().await?[0], ("DELAYED".into(), "AVAILABLE".into(), 200));
    world.sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn without_rewards_a_purchase_makes_none() -> Test {
    let world = World::of(Rewards::none()).await?;
    world.buy(10_000).await;
    world.sandbox.advance(60 * DAY).await;
    assert!(world.rewards().await?.is_empty());
    let refused = world.simulate(json!({"reward_type": "STATEMENT"})).await;
    assert_eq!((refused.status, refused.body["error"]["type"].as_str()), (400, Some("BAD_REQUEST_ERROR")));
    Ok(())
}

#[tokio::test]
async fn a_simulation_closes_the_cycle_now() -> Test {
    let world = World::of(Rewards::statement(100)).await?;
    world.buy(10_000).await;
    let done = world.simulate(json!({"reward_type": "STATEMENT"})).await;
    assert!(done.status == 200 && done.body["debugging_id"].is_string(), "{done:?}");
    assert_eq!(world.balance().await?, 100);
    world.buy(10_000).await;
    let body = json!({"customer_id": world.customer.customer_id.as_str()});
    assert_eq!(send(&world.sandbox, "POST", "/v2/simulate_statement_reward", Some(body)).await.status, 200);
    assert_eq!(world.balance().await?, 200);
    assert_eq!(world.simulate(json!({"reward_type": "DELAYED"})).await.status, 400);
    let missing = world.simulate(json!({"reward_type": "STATEMENT", "customer_id": "none"})).await;
    assert_eq!((missing.status, missing.body["error"]["type"].as_str()), (404, Some("CUSTOMER_NOT_FOUND_ERROR")));
    Ok(())
}

#[tokio::test]
async fn a_simulation_may_take_time_and_is_refused_in_production() -> Test {
    let product = Product::default().rewards(Rewards::statement(100));
    let sandbox = Sandbox::builder().product(product.clone()).simulation_takes(Duration::from_secs(60)).start().await?;
    let world = World { customer: sandbox.customer("A").approved().await?, sandbox };
    world.buy(10_000).await;
    assert_eq!(world.simulate(json!({"reward_type": "STATEMENT"})).await.status, 200);
    let running = world.simulate(json!({"reward_type": "STATEMENT"})).await;
    assert_eq!((running.status, running.body["error"]["type"].as_str()), (409, Some("CONFLICT_ERROR")));
    assert_eq!(world.balance().await?, 0);
    world.sandbox.advance(Duration::from_secs(61)).await;
    assert_eq!(world.balance().await?, 100);

    let sandbox = Sandbox::builder().product(product).production().start().await?;
    let world = World { customer: sandbox.customer("A").approved().await?, sandbox };
    let refused = world.simulate(json!({"reward_type": "STATEMENT"})).await;
    assert_eq!((refused.status, refused.body["error"]["type"].as_str()), (403, Some("FORBIDDEN_ERROR")));
    Ok(())
}

#[tokio::test]
async fn a_patch_takes_only_the_steps_that_exist() -> Test {
    let world = World::of(Rewards::per_event(100)).await?;
    let client = world.sandbox.client();
    let granted =
        async || world.sandbox.grant_reward(&world.customer.customer_id.to_string(), RewardKind::OneTime, 500).await;
    let id: RewardId = granted().await?;
    let patch = |status: RewardStatus| client.patch_reward().reward_id(&id).status(status);
    assert_eq!(client.patch_reward().reward_id(&id).amount(700).await?.amount, 700);
    assert_eq!(code(&patch(RewardStatus::Deducted).await.expect_err("it is no deduction")), 409);
    assert_eq!(patch(RewardStatus::Available).await?.status, RewardStatus::Available);
    assert_eq!(patch(RewardStatus::Available).await?.amount, 700, "the same again is no error");
    for refused in [
        patch(RewardStatus::Pending).await.expect_err("it is not pending any more"),
        client.patch_reward().reward_id(&id).amount(1).await.expect_err("nor may the amount change"),
    ] {
        assert_eq!(code(&refused), 409);
    }
    let plain = send(&world.sandbox, "PATCH", &format!("/v2/rewards/{id}"), Some(json!({"amount": 1}))).await;
    assert_eq!(plain.body["error"]["type"], "CONFLICT_ERROR");
    let negative = send(&world.sandbox, "PATCH", &format!("/v2/rewards/{id}"), Some(json!({"amount": -1}))).await;
    assert_eq!((negative.status, negative.body["error"]["param"].as_str()), (400, Some("amount")));
    let missing = send(&world.sandbox, "PATCH", "/v2/rewards/none", Some(json!({"amount": 1}))).await;
    assert_eq!(missing.status, 404);
    let missing = client.get_reward().reward_id("none").await.expect_err("no such reward");
    assert_eq!(code(&missing), 404);

    let second = granted().await?;
    world.sandbox.confirm_reward(second.as_str()).await?;
    assert!(world.sandbox.confirm_reward(second.as_str()).await.is_err());
    assert_eq!(client.get_reward().reward_id(&second).await?.status, RewardStatus::Available);
    assert!(world.sandbox.grant_reward("none", RewardKind::Offer, 1).await.is_err());
    assert!(world.sandbox.grant_reward(&world.customer.customer_id.to_string(), RewardKind::Offer, 0).await.is_err());
    Ok(())
}

#[tokio::test]
async fn a_customers_rewards_come_with_the_latest_change_first() -> Test {
    let world = World::of(Rewards::per_event(100)).await?;
    let client = world.sandbox.client();
    let mut ids = Vec::new();
    for amount in 1..=5 {
        ids.push(world.sandbox.grant_reward(world.customer.customer_id.as_str(), RewardKind::Referral, amount).await?);
    }
    client.confirm_issued(&ids[1]).await?;
    let order = [1, 4, 3, 2, 0].map(|index: usize| ids[index].to_string());
    for limit in [1, 2, 5, 10] {
        let whole =
            client.get_rewards().customer_id(&world.customer.customer_id).limit(limit).stream().collect_all(10).await?;
        assert_eq!(whole.iter().map(|r| r.id.to_string()).collect::<Vec<_>>(), order, "{limit}");
    }
    // Who confirms while paging skips: the item behind the cursor has moved to the front.
    let first = client.get_rewards().customer_id(&world.customer.customer_id).limit(2).await?;
    client.confirm_issued(&ids[4]).await?;
    let next =
        client.get_rewards().customer_id(&world.customer.customer_id).starting_after(first.data[1].id.as_str()).await?;
    assert_eq!(next.data[0].id, ids[1]);
    Ok(())
}

#[tokio::test]
async fn sums_that_are_larger_than_64_bits_are_neither_forgotten_nor_taken() -> Test {
    let world = World::of(Rewards::per_event(100)).await?;
    for amount in [i64::MAX, i64::MAX] {
        let reward = world.sandbox.grant_reward(&world.customer.customer_id, RewardKind::OneTime, amount).await?;
        world.sandbox.confirm_reward(reward.as_str()).await?;
    }
    assert_eq!(world.balance().await?, i64::MAX);
    let bought = world.buy(1_000_000).await;
    world.give_back(&bought, 1_000_000).await;
    world.sandbox.close_statement(world.customer.customer_id.as_str()).await?;
    assert_eq!(world.balance().await?, i64::MAX, "twice the largest number less 10,000");

    let world = World::of(Rewards::statement(10_000)).await?;
    let whole = world.buy(i64::MAX).await;
    let body = json!({"payment_method_id": world.customer.payment_method.as_str(), "status": "CAPTURED", "amount": 1});
    let events = world.sandbox.events().len();
    let refused = send(&world.sandbox, "POST", "/v2/simulate_transaction_event", Some(body)).await;
    assert_eq!((refused.status, world.sandbox.events().len()), (400, events), "{refused:?}");
    assert!(refused.body.to_string().contains("amount"), "{refused:?}");
    world.give_back(&whole, i64::MAX).await;
    let simulated = world.simulate(json!({"reward_type": "STATEMENT"})).await;
    assert!(simulated.choices().contains(&"net-of-statement"), "{simulated:?}");
    assert!(world.rewards().await?.is_empty(), "nothing is left");
    Ok(())
}

/// The last statement that the clock can show is in the year 9999, and the time after it is reached.
#[test]
fn the_clock_comes_to_its_end() {
    let (done, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let last_year = std::time::UNIX_EPOCH + Duration::from_secs(253_400_000_000);
            let sandbox = Sandbox::builder().frozen_at(last_year).start().await.expect("a sandbox");
            let customer = sandbox.customer("A").approved().await.expect("a customer");
            sandbox.advance(100 * DAY).await;
            sandbox.close_statement(customer.customer_id.as_str()).await.expect("the account can still be used");
            done.send(sandbox.now() > last_year).expect("the test waits");
        });
    });
    assert_eq!(told.recv_timeout(Duration::from_secs(60)), Ok(true), "advancing does not return");
}
