//! Seeds: what they make, that nothing is announced, and what a reset goes back to.

use std::time::{Duration, SystemTime};

use imprint_sandbox::{CardType, Clock, Permissions, Product, Rewards, Sandbox, Seed, StartError};

use super::receiver_of_webhooks::Receiver;

type Test = Result<(), Box<dyn std::error::Error>>;

/// A customer who has bought something.
const ADA: &str = r#"{
    "customers": [{"name": "ada", "partner_customer_id": "A", "applied": "approve"}],
    "transactions": [{
        "name": "coffee", "payment_method_of": "ada",
        "steps": [{"name": "paid", "status": "CAPTURED", "amount": 5000}, {"status": "REFUNDED", "amount": 1000}]
    }]
}"#;

#[cfg(feature = "seed-files")]
#[tokio::test]
async fn the_example_makes_what_it_says() -> Test {
    let sandbox = Sandbox::builder().seed(Seed::from_yaml(Seed::EXAMPLE)?).start().await?;
    let (client, seeded) = (sandbox.client(), sandbox.seeded());
    assert_eq!(sandbox.key().expose(), "sandbox-key");
    let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_772_355_600);
    assert!(sandbox.now() > start && sandbox.now() < start + Duration::from_secs(1), "only changes have taken time");

    let ada = seeded.customer("ada")?;
    let customer = client.get_customer().customer_id(&ada).await?.into_inner();
    assert_eq!(customer.partner_customer_id.as_ref().map(|id| id.as_str()), Some("PARTNER_USER_456"));
    assert_eq!(customer.ssn4.as_ref().map(|ssn| ssn.expose()), Some("3456"));
    assert_eq!(customer.statuses["Store Card"].as_str(), "OPEN");
    let linked = client.link_customer_account().customer_id(&ada).partner_customer_id("PARTNER_USER_456").await;
    assert_eq!(linked.unwrap_err().status().map(|status| status.as_u16()), Some(409), "she is linked already");
    assert!(client.get_offer().partner_customer_id("PARTNER_USER_456").await?.is_prescreened);
    let methods = client.get_payment_methods().customer_id(&ada).await?.into_inner().data;
    assert_eq!((methods.len(), &methods[0].id), (1, &seeded.payment_method_of("ada")?));

    let transaction = client.get_transaction().transaction_id(seeded.transaction("espresso-machine")?).await?;
    assert_eq!(transaction.amount, 12_000);
    assert_eq!(transaction.status.as_str(), "REFUNDED");
    let intent = client.get_transaction_intent().intent_id(seeded.intent("espresso-machine")?).await?;
    assert_eq!(intent.status.as_str(), "CONFIRMED");
    let intent = client.get_transaction_intent().intent_id(seeded.intent("grinder")?).await?;
    assert_eq!(intent.status.as_str(), "REQUIRES_CONFIRMATION");
    let rewards = client.get_rewards().customer_id(&ada).await?.into_inner().data;
    let mut amounts: Vec<_> = rewards.iter().map(|one| (one.amount, one.status.as_str().to_owned())).collect();
    amounts.sort();
    let expected = [(20, "PENDING_DEDUCTION"), (60, "PENDING"), (100, "PENDING"), (180, "PENDING"), (500, "AVAILABLE")];
    assert_eq!(amounts, expected.map(|(amount, status)| (amount, status.to_owned())));
    let welcome = seeded.reward("welcome")?;
    assert!(rewards.iter().any(|one| one.id == welcome && one.amount == 500));
    let of_capture = rewards.iter().find(|one| one.amount == 180).and_then(|one| one.transaction_event_id.clone());
    assert_eq!(of_capture, Some(seeded.transaction_event("espresso-machine", "machine")?));

    let orders = client.list_orders().await?.into_inner();
    assert_eq!(orders.data[0].id, Some(seeded.order("espresso-machine")?));
    let events = client.list_order_events().order_id(seeded.order("espresso-machine")?).await?.into_inner();
    assert_eq!(events.data[0].order_event_id, Some(seeded.order_event("espresso-machine", "captured")?));

    // Those of other kinds and of another product.
    sandbox.decide(&seeded.application_of("grace")?, imprint_sandbox::Decision::Approve).await?;
    assert!(seeded.payment_method_of("charles").is_err() && seeded.payment_method_of("mary").is_err());
    let charles = client.get_customer().customer_id(seeded.customer("charles")?).await?.into_inner();
    assert_eq!(charles.last_name, None, "the name that decides is not the customer's");
    let furniture = sandbox.client_builder().merchant_key("FURNITURE").build()?;
    let loan = furniture.get_payment_method().payment_method_id(seeded.payment_method_of("joan")?).await?;
    assert_eq!(loan.loan.as_ref().map(|loan| loan.amount), Some(250_000));
    let reports = sandbox.client_builder().api_key("sandbox-reports-key").build()?;
    assert!(reports.create_session().await.is_err(), "it may only read");
    assert!(reports.search_customers().await?.data.len() > 3);

    assert!(sandbox.deliveries().is_empty(), "{:?}", sandbox.deliveries());
    assert!(sandbox.bugs().is_empty());
    Ok(())
}

#[tokio::test]
async fn nothing_is_announced_unless_the_seed_says_so() -> Test {
    let sandbox = Sandbox::start().await?;
    let receiver = Receiver::start(sandbox.webhook_token()).await;
    sandbox.webhook(receiver.url("/imprint"))?;
    sandbox.seed(&Seed::from_json(ADA)?)?;
    sandbox.settled().await?;
    assert!(sandbox.events().is_empty() && sandbox.deliveries().is_empty() && receiver.got().is_empty());
    // What happens afterwards is announced as always.
    sandbox.grant_reward(sandbox.seeded().customer("ada")?, imprint_sandbox::RewardKind::Offer, 1).await?;
    sandbox.settled().await?;
    assert_eq!(receiver.objects(), ["REWARD"]);

    let loud = ADA.replacen('{', r#"{"emit": true, "#, 1);
    let other = Sandbox::start().await?;
    let receiver = Receiver::start(other.webhook_token()).await;
    let endpoint = format!(r#"{{"endpoints": [{{"url": "{}"}}]}}"#, receiver.url("/imprint"));
    other.seed(&Seed::from_json(&endpoint)?)?;
    other.seed(&Seed::from_json(&loud)?)?;
    other.settled().await?;
    let expected = ["APPLICATION", "PAYMENT_METHOD", "TRANSACTION", "REWARD", "TRANSACTION", "REWARD"];
    assert_eq!(receiver.objects(), expected);
    assert_eq!(other.events().len(), expected.len());
    // A reset goes back to the moment after the seed, when they were on their way.
    other.reset();
    other.settled().await?;
    assert_eq!(receiver.objects().len(), 2 * expected.len());
    Ok(())
}

#[tokio::test]
async fn an_endpoint_of_a_seed_has_its_own_token() -> Test {
    let receiver = Receiver::start("a made-up token".into()).await;
    let seed = format!(
        r#"{{"emit": true, "endpoints": [{{"url": "{}", "token": "a made-up token", "only": ["APPLICATION"]}}],
            "customers": [{{"name": "ada", "applied": "approve"}}]}}"#,
        receiver.url("/imprint")
    );
    let sandbox = Sandbox::builder().seed(Seed::from_json(&seed)?).start().await?;
    sandbox.settled().await?;
    let got = receiver.got();
    assert_eq!(receiver.objects(), ["APPLICATION"]);
    assert!(got.iter().all(|one| one.is_genuine));
    Ok(())
}

#[tokio::test]
async fn a_reset_goes_back_to_the_seed_and_a_seed_is_applied_once() -> Test {
    let sandbox = Sandbox::start().await?;
    let seed = Seed::from_json(ADA)?;
    let seeded = sandbox.seed(&seed)?;
    let after = sandbox.snapshot();
    sandbox.customer("B").approved().await?;
    sandbox.reset();
    assert!(sandbox.snapshot() == after, "state, clock and counters are those of the seed");
    assert_eq!(sandbox.seeded(), seeded);

    let twice = sandbox.seed(&seed).unwrap_err();
    assert_eq!((twice.pointer(), twice.line()), ("/customers/0/name", Some(2)));
    assert!(twice.message().contains("a seed that was applied before"), "{twice}");
    assert!(sandbox.snapshot() == after);
    // Another one is added, and a reset goes back to both.
    let both = sandbox.seed(&Seed::from_json(r#"{"customers": [{"name": "bob"}]}"#)?)?;
    assert!(both.customer("ada")? == seeded.customer("ada")? && both.customer("bob").is_ok());
    sandbox.customer("B").create()?;
    sandbox.reset();
    assert_eq!(sandbox.client().search_customers().await?.data.len(), 2);
    // A snapshot has the names.
    let restored = Sandbox::start().await?;
    restored.restore(&after)?;
    assert_eq!(restored.seeded(), seeded);
    let missing = restored.seeded().customer("bob").unwrap_err().to_string();
    assert_eq!(missing, "no seed of the account has a customer with the name `bob`; there are ada");
    Ok(())
}

#[tokio::test]
async fn the_same_seed_makes_the_same_bytes_whatever_its_form_and_the_order_of_starting() -> Test {
    let seed = Seed::from_json(ADA)?;
    let (first, second) = (Sandbox::start().await?, Sandbox::builder().seed(seed.clone()).start().await?);
    first.seed(&seed)?;
    assert!(first.snapshot() == second.snapshot());
    // Times differ and sort: the steps are one millisecond apart.
    let rewards = first.client().get_rewards().customer_id(first.seeded().customer("ada")?).await?.into_inner().data;
    assert_ne!(rewards[0].created_at, rewards[1].created_at);
    Ok(())
}

#[tokio::test]
async fn the_clock_is_moved_only_where_the_seed_says_so() -> Test {
    let sandbox = Sandbox::start().await?;
    let before = sandbox.now();
    sandbox.seed(&Seed::from_json(ADA)?)?;
    assert!(sandbox.now().duration_since(before)? < Duration::from_millis(20));

    // Forward, where nothing falls due in between.
    let empty = Sandbox::start().await?;
    empty.seed(&Seed::from_json(
        r#"{"clock": {"frozen_at": "2026-05-01T12:00:00+02:00"}, "customers": [{"name": "ada"}]}"#,
    )?)?;
    let noon = SystemTime::UNIX_EPOCH + Duration::from_secs(1_777_629_600);
    assert_eq!(empty.now(), noon + Duration::from_millis(1));
    let ada = empty.client().get_customer().customer_id(empty.seeded().customer("ada")?).await?.into_inner();
    assert_eq!(ada.created_at.as_ref().map(ToString::to_string).as_deref(), Some("2026-05-01T10:00:00.001Z"));

    // A clock that stood still passes, and the other way round.
    let running = Seed::from_json(r#"{"clock": {"running": true}}"#)?;
    let started = Sandbox::builder().seed(running.clone()).start().await?;
    let passing = Sandbox::builder().frozen_at(SystemTime::now()).start().await?;
    passing.seed(&running)?;
    for sandbox in [&started, &passing] {
        let now = sandbox.now();
        tokio::time::sleep(Duration::from_millis(5)).await;
        assert!(sandbox.now() > now);
    }
    let later = Sandbox::builder().clock(Clock::Running).start().await?;
    later.seed(&Seed::from_json(r#"{"clock": {"frozen_at": "9000-01-01T00:00:00Z"}}"#)?)?;
    let now = later.now();
    tokio::time::sleep(Duration::from_millis(5)).await;
    assert_eq!(later.now(), now);
    Ok(())
}

#[tokio::test]
async fn products_are_declared_when_a_sandbox_starts() -> Test {
    let text = r#"{"products": [
        {"merchant_key": "ONE", "program_name": "One", "card_type": "PHYSICAL", "two_step_intents": true,
         "refuse_over_capture": true, "offer": {"title": "T", "description": "D"},
         "rewards": {"scheme": "delayed", "basis_points": 150, "delay": "12h", "unit": "points"}},
        {"merchant_key": "TWO", "loan": {"amount": 5, "term_months": 6}, "rewards": {"scheme": "statement", "basis_points": 1}},
        {"merchant_key": "THREE", "card_type": "UNIFIED", "rewards": {"scheme": "none"}},
        {"merchant_key": "FOUR", "card_type": "VIRTUAL", "rewards": {"scheme": "per_event", "basis_points": 9, "unit": "cents"}}
    ]}"#;
    let seed = Seed::from_json(text)?;
    let delayed = Rewards::delayed(150, Duration::from_secs(12 * 3_600)).points();
    let one = Product::default().merchant_key("ONE").program_name("One").card_type(CardType::Physical);
    let one = one.two_step_intents().refuse_over_capture().offer("T", "D").rewards(delayed);
    let two = Product::default().merchant_key("TWO").loan(5, 6).rewards(Rewards::statement(1));
    let three = Product::default().merchant_key("THREE").rewards(Rewards::none());
    let four = Product::default().merchant_key("FOUR").card_type(CardType::Virtual).rewards(Rewards::per_event(9));

    // A sandbox that has the very same products takes the seed while it runs; any other does not.
    let builder = || Sandbox::builder().product(one.clone()).product(two.clone()).product(three.clone());
    builder().product(four.clone()).start().await?.seed(&seed)?;
    Sandbox::builder().seed(seed.clone()).start().await?.seed(&seed)?;
    let refused = builder().start().await?.seed(&seed).unwrap_err();
    assert_eq!((refused.pointer(), refused.line()), ("/products/3", Some(7)));
    assert_eq!(Sandbox::start().await?.seed(&seed).unwrap_err().pointer(), "/products/0");
    let error = Sandbox::builder().product(four.program_name("Other")).seed(seed).start().await.unwrap_err();
    let StartError::Seed(error) = error else { panic!("{error:?}") };
    assert_eq!(error.pointer(), "/products/3/merchant_key");
    Ok(())
}

#[tokio::test]
async fn keys_of_a_seed_open_the_account() -> Test {
    let seed = Seed::from_json(r#"{"keys": [{"text": "one", "label": "reports", "permissions": {"write": false}}]}"#)?;
    // In the place of the default key, or besides those that are named.
    let alone = Sandbox::builder().seed(seed.clone()).start().await?;
    assert_eq!(alone.key().expose(), "one");
    let by_default = alone.client_builder().api_key("sandbox-key").build()?;
    assert_eq!(by_default.search_customers().await.unwrap_err().status().map(|status| status.as_u16()), Some(401));

    // One that is there already gets what the seed says.
    let named = Sandbox::builder().key("two").key_with("x", "one", Permissions::PCI).seed(seed.clone()).start().await?;
    assert_eq!(named.key().expose(), "two");
    let one = named.client_builder().api_key("one").build()?;
    one.search_customers().await?;
    assert_eq!(one.create_session().await.unwrap_err().status().map(|status| status.as_u16()), Some(403));
    assert!(named.requests().iter().all(|request| request.key.as_deref() == Some("reports")));

    // While it runs, and in one account only.
    let running = Sandbox::start().await?;
    running.seed(&seed)?;
    running.client_builder().api_key("one").build()?.search_customers().await?;
    let refused = running.account("other").seed(&seed).unwrap_err();
    assert_eq!(refused.pointer(), "/keys/0/text");
    assert!(!format!("{refused} {refused:?} {seed:?}").contains("\"one\""));
    Ok(())
}

#[tokio::test]
async fn a_seed_of_a_running_server_loses_no_request() -> Test {
    let sandbox = Sandbox::start().await?;
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..20 {
        let client = sandbox.client();
        tasks.spawn(
            async move { client.create_session().body_map(|b| b.partner_customer_id(number.to_string())).await },
        );
    }
    sandbox.seed(&Seed::from_json(ADA)?)?;
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    let client = sandbox.client();
    assert_eq!(client.search_customers().limit(100).await?.data.len(), 21);
    sandbox.verify()?;
    Ok(())
}

#[test]
fn it_works_without_async() -> Test {
    let sandbox = Sandbox::builder().seed(Seed::from_json(ADA)?).start_blocking()?;
    assert_eq!(sandbox.events().len(), 0);
    let bob = sandbox.seed(&Seed::from_json(r#"{"customers": [{"name": "bob"}]}"#)?)?;
    assert_ne!(bob.customer("bob")?, bob.customer("ada")?);
    Ok(())
}
