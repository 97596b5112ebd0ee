//! Webhooks that come twice, late, in another order or not at all, and that none is lost whatever a receiver does.

use std::time::{Duration, Instant};

use imprint_sandbox::{Clock, DeliveryStatus, Sandbox};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::receiver_of_webhooks::{Reaction, Receiver, status};

type Test = Result<(), Box<dyn std::error::Error>>;

/// A sandbox with a receiver and customers that nobody has linked yet, so that each link is one event.
async fn start(customers: usize) -> Result<(Sandbox, Receiver, Vec<String>), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::start().await?;
    let receiver = Receiver::start(sandbox.webhook_token()).await;
    sandbox.webhook(receiver.url("/"))?;
    let make = |number| sandbox.customer(format!("P{number}")).create().map(|id| id.to_string());
    let customers = (0..customers).map(make).collect::<Result<_, _>>()?;
    Ok((sandbox, receiver, customers))
}

async fn link(sandbox: &Sandbox, customers: &[String]) -> Test {
    for customer in customers {
        sandbox.link_in_app(customer, &format!("L{customer}")).await?;
    }
    Ok(())
}

/// The places in `customers` of those that the events are about, in the order in which they came.
fn order(receiver: &Receiver, customers: &[String]) -> Vec<usize> {
    let place = |id: &serde_json::Value| customers.iter().position(|customer| *id == customer.as_str());
    receiver.got().iter().filter_map(|got| place(&got.body["data"]["customer_id"])).collect()
}

#[tokio::test]
async fn each_event_comes_as_often_as_wanted() -> Test {
    let (sandbox, receiver, customers) = start(3).await?;
    let chaos = sandbox.chaos().duplicate(3);
    link(&sandbox, &customers[..2]).await?;
    sandbox.settled().await?;
    assert_eq!(order(&receiver, &customers), [0, 0, 0, 1, 1, 1]);
    chaos.clear();
    link(&sandbox, &customers[2..]).await?;
    sandbox.settled().await?;
    assert_eq!(receiver.got().len(), 7);
    assert_eq!(sandbox.events().len(), 3);
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn groups_come_backwards_and_a_rest_when_it_is_let_go() -> Test {
    let (sandbox, receiver, customers) = start(6).await?;
    sandbox.chaos().reverse(3);
    link(&sandbox, &customers[..5]).await?;
    let held = sandbox.deliveries().iter().filter(|one| one.status == DeliveryStatus::Held).count();
    assert_eq!(held, 2);
    sandbox.settled().await?;
    assert_eq!(order(&receiver, &customers), [2, 1, 0, 4, 3]);
    link(&sandbox, &customers[5..]).await?;
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(receiver.got().len(), 5);
    sandbox.advance(Duration::from_millis(1)).await;
    assert_eq!(receiver.got().len(), 6);
    Ok(())
}

#[tokio::test]
async fn what_is_held_back_is_let_go_when_chaos_ends() -> Test {
    let (sandbox, receiver, customers) = start(2).await?;
    let chaos = sandbox.chaos().reverse(3);
    link(&sandbox, &customers).await?;
    chaos.clear();
    receiver.has_got(2).await;
    assert_eq!(order(&receiver, &customers), [1, 0]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_held_back_any_more_when_chaos_has_ended() -> Test {
    let (sandbox, _receiver, _) = start(0).await?;
    let other = sandbox.clone();
    let linking = tokio::spawn(async move {
        for number in 0.. {
            let made = other.customer(format!("P{number}")).create();
            if let Ok(customer) = made {
                let _ = other.link_in_app(&customer, &format!("L{number}")).await;
            }
            tokio::task::yield_now().await;
        }
    });
    for _ in 0..300 {
        let chaos = sandbox.chaos().reverse(1_000);
        tokio::task::yield_now().await;
        chaos.clear();
        let held = sandbox.deliveries().iter().filter(|one| one.status == DeliveryStatus::Held).count();
        assert_eq!(held, 0);
    }
    linking.abort();
    Ok(())
}

#[tokio::test]
async fn what_is_held_back_is_let_go_after_a_second_if_the_clock_runs() -> Test {
    let sandbox = Sandbox::builder().clock(Clock::Running).start().await?;
    let receiver = Receiver::start(sandbox.webhook_token()).await;
    sandbox.webhook(receiver.url("/"))?;
    sandbox.chaos().shuffle();
    let started = Instant::now();
    sandbox.customer("A").approved().await?;
    receiver.has_got(2).await;
    assert!(started.elapsed() >= Duration::from_millis(990), "{:?}", started.elapsed());
    Ok(())
}

#[tokio::test]
async fn a_mixed_order_follows_from_the_seed() -> Test {
    let run = async |seed| -> Result<Vec<usize>, Box<dyn std::error::Error>> {
        let sandbox = Sandbox::builder().seed_number(seed).start().await?;
        let receiver = Receiver::start(sandbox.webhook_token()).await;
        sandbox.webhook(receiver.url("/"))?;
        let make = |number| sandbox.customer(format!("P{number}")).create().map(|id| id.to_string());
        let customers = (0..12).map(make).collect::<Result<Vec<_>, _>>()?;
        sandbox.chaos().shuffle();
        link(&sandbox, &customers).await?;
        sandbox.settled().await?;
        Ok(order(&receiver, &customers))
    };
    let (first, second, other) = (run(1).await?, run(1).await?, run(2).await?);
    assert_eq!(first, second);
    assert_ne!(first, other);
    let mut sorted = first.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, (0..12).collect::<Vec<_>>());
    assert_ne!(first, sorted);
    Ok(())
}

#[tokio::test]
async fn a_delayed_event_waits_for_the_clock_and_a_dropped_one_never_comes() -> Test {
    let (sandbox, receiver, customers) = start(4).await?;
    sandbox.chaos().delay(Duration::from_secs(60));
    link(&sandbox, &customers[..1]).await?;
    sandbox.settled().await?;
    assert!(receiver.got().is_empty());
    sandbox.advance(Duration::from_secs(61)).await;
    assert_eq!(order(&receiver, &customers), [0]);
    sandbox.chaos().clear().drop_next(2);
    link(&sandbox, &customers[1..]).await?;
    sandbox.settled().await?;
    assert_eq!(order(&receiver, &customers), [0, 3]);
    let statuses: Vec<_> = sandbox.deliveries().into_iter().map(|one| one.status).collect();
    use DeliveryStatus::{Acknowledged, Dropped};
    assert_eq!(statuses, [Acknowledged, Dropped, Dropped, Acknowledged]);
    sandbox.verify()?;
    sandbox.replay(&sandbox.deliveries()[1].id).await?;
    assert_eq!((order(&receiver, &customers), sandbox.deliveries()[1].status), (vec![0, 3, 1], Acknowledged));
    Ok(())
}

#[tokio::test]
async fn a_dropped_delivery_of_a_refused_call_is_not_counted() -> Test {
    let (sandbox, receiver, customers) = start(2).await?;
    link(&sandbox, &customers[..1]).await?;
    sandbox.chaos().drop_next(1);
    assert!(sandbox.link_in_app(&customers[0], "AGAIN").await.is_err());
    link(&sandbox, &customers[1..]).await?;
    sandbox.settled().await?;
    assert_eq!(order(&receiver, &customers), [0]);
    Ok(())
}

#[tokio::test]
async fn nulls_and_unknown_kinds_come_signed() -> Test {
    let (sandbox, receiver, customers) = start(1).await?;
    let rewards = Receiver::start(sandbox.webhook_token()).await;
    sandbox.endpoint(rewards.url("/")).only(["REWARD"]).register()?;
    sandbox.chaos().nulls().unknown_object();
    link(&sandbox, &customers).await?;
    sandbox.settled().await?;
    let got = receiver.got();
    assert_eq!(receiver.objects(), ["SANDBOX_UNKNOWN_KIND", "CUSTOMER_LINK"]);
    assert!(got.iter().all(|got| got.is_genuine) && rewards.got().is_empty());
    let data = got[1].body["data"].as_object().ok_or("data")?;
    assert_eq!(data["status"], "ACTIVE");
    assert!(data["customer_metadata"].is_null() && data.contains_key("customer_metadata"), "{data:?}");
    let verifier = imprint_client::webhook::Verifier::new(sandbox.webhook_token());
    for got in &got {
        verifier.verify(&got.signature, &got.raw)?;
    }
    assert_eq!(sandbox.bugs(), [], "what chaos does is no bug");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changes_at_the_same_time_lose_no_event() -> Test {
    let (sandbox, receiver, customers) = start(60).await?;
    receiver.then((0..60).map(|number| status(if number % 3 == 0 { 500 } else { 200 })));
    let parts = customers.chunks(10).map(<[String]>::to_vec).map(|part| {
        let sandbox = sandbox.clone();
        tokio::spawn(async move { link(&sandbox, &part).await.map_err(|error| error.to_string()) })
    });
    for part in parts.collect::<Vec<_>>() {
        part.await??;
    }
    sandbox.advance(Duration::from_secs(3_600)).await;
    sandbox.settled().await?;
    assert_eq!(receiver.got().len(), 80);
    let bodies: std::collections::BTreeSet<_> = receiver.got().into_iter().map(|got| got.raw).collect();
    assert_eq!((bodies.len(), sandbox.deliveries().len()), (60, 60));
    Ok(())
}

/// What the receiver of the property does, most often nothing bad.
fn reactions() -> impl Strategy<Value = Vec<Reaction>> {
    let reaction = prop_oneof![
        3 => Just(status(200)),
        1 => Just(status(204)),
        3 => Just(status(500)),
        1 => Just(status(401)),
        1 => Just(status(302)),
        1 => Just(Reaction::Break),
        1 => Just(Reaction::Late(Duration::from_millis(3), 200)),
    ];
    prop::collection::vec(reaction, 0..40)
}

#[test]
fn whatever_the_receiver_does_each_event_is_acknowledged_or_dead_and_none_is_lost() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut runner = TestRunner::new(Config { cases: 24, failure_persistence: None, ..Config::default() });
    let case = (reactions(), 1..5_usize, 0..3_u32, prop::option::of(1..4_usize), any::<bool>());
    let run = |(reactions, links, copies, group, ends_badly): (Vec<Reaction>, usize, u32, Option<usize>, bool)| {
        runtime.block_on(async {
            let (sandbox, receiver, customers) = start(links).await.expect("a start");
            receiver.then(reactions);
            receiver.always(if ends_badly { status(503) } else { status(200) });
            let mut chaos = sandbox.chaos().duplicate(copies);
            if let Some(group) = group {
                chaos = chaos.reverse(group);
            }
            link(&sandbox, &customers).await.expect("links");
            sandbox.advance(Duration::from_secs(86_400)).await;
            drop(chaos);
            let deliveries = sandbox.deliveries();
            assert_eq!(deliveries.len(), links * copies.max(1) as usize);
            let mut bodies: Vec<_> = receiver.got().into_iter().map(|got| got.raw).collect();
            for delivery in &deliveries {
                let successes = delivery.attempts.iter().filter(|attempt| attempt.is_success()).count();
                match delivery.status {
                    DeliveryStatus::Acknowledged => {
                        assert!(successes == 1 && delivery.attempts.last().is_some_and(|last| last.is_success()));
                    }
                    DeliveryStatus::Dead => assert!(successes == 0 && delivery.attempts.len() == 12),
                    other => panic!("{other}"),
                }
                for _ in &delivery.attempts {
                    let place = bodies.iter().position(|body| body == delivery.body.as_bytes());
                    bodies.swap_remove(place.expect("each attempt has arrived"));
                }
            }
            assert!(bodies.is_empty(), "nothing came that is not written down");
            let is_dead = deliveries.iter().any(|delivery| delivery.status == DeliveryStatus::Dead);
            assert_eq!((sandbox.settled().await.is_err(), sandbox.verify().is_err()), (is_dead, is_dead));
        });
        Ok(())
    };
    runner.run(&case, run).expect("no event is lost");
}
