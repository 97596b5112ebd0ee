//! Snapshots, and going back to the seed.

use std::time::Duration;

use imprint_sandbox::{Sandbox, Snapshot, SnapshotError};
use serde_json::{Value, json};

use super::plain::{code, send};

type Test = Result<(), Box<dyn std::error::Error>>;

/// Fills a sandbox with something of everything.
async fn fill(sandbox: &Sandbox) -> Result<String, Box<dyn std::error::Error>> {
    let customer = sandbox.customer("A").ssn("123456789").approved().await?;
    let client = sandbox.client();
    client.create_session().await?;
    client.ensure_linked(&customer.customer_id, "A").await?;
    let bought = json!({"payment_method_id": customer.payment_method.as_str(), "status": "CAPTURED", "amount": 5000});
    send(sandbox, "POST", "/v2/simulate_transaction_event", Some(bought)).await;
    client
        .create_transaction_intent()
        .body_map(|b| b.customer_id(&customer.customer_id).amount(1).currency("USD"))
        .await?;
    let order = client.create_order().payment_method_id(&customer.payment_method).partner_order_id("o-1");
    let order = order.total_order_amount(5000).await?;
    for amount in [1, 2] {
        let event =
            json!({"order_id": order.id.as_ref(), "type": "CAPTURED", "amount": amount, "network_transaction_id": "n"});
        let event = send(sandbox, "POST", "/v2/order_events", Some(event)).await.body;
        if amount == 1 {
            let id = event["order_event_id"].as_str().ok_or("an id")?.to_owned();
            client.delete_order_event().order_event_id(id).await?;
        }
    }
    sandbox.streak(&customer.customer_id).benefit("BENEFIT_1").enroll("CONFIG", 2).await?.complete_period().await?;
    Ok(customer.customer_id.to_string())
}

#[tokio::test]
async fn restoring_a_snapshot_is_the_identity() -> Test {
    let sandbox = Sandbox::start().await?;
    fill(&sandbox).await?;
    let before = sandbox.snapshot();
    sandbox.restore(&before)?;
    assert!(sandbox.snapshot() == before);
    sandbox.advance(Duration::from_secs(86_400)).await;
    fill(&sandbox).await?;
    assert!(sandbox.snapshot() != before);
    sandbox.restore(&before)?;
    assert!(sandbox.snapshot() == before);
    // What happens next is what would have happened.
    let next = send(&sandbox, "POST", "/v2/customer_sessions", None).await.body;
    sandbox.restore(&Snapshot::from_json(before.to_json())?)?;
    assert_eq!(send(&sandbox, "POST", "/v2/customer_sessions", None).await.body, next);
    Ok(())
}

#[tokio::test]
async fn another_sandbox_takes_it_with_its_keys() -> Test {
    let first = Sandbox::builder().key("first").start().await?;
    let customer = fill(&first).await?;
    let made = first.client().create_key().await?;
    let second = Sandbox::builder().seed_number(7).key("second").start().await?;
    second.restore(&first.snapshot())?;
    for key in ["first", made.key.as_ref().ok_or("a key")?.expose()] {
        let client = second.client_builder().api_key(key).build()?;
        assert_eq!(client.get_customer().customer_id(&customer).await?.id.as_str(), customer);
    }
    assert_eq!(code(&second.client().search_customers().await.expect_err("its key is gone")), 401);
    assert_eq!(second.now(), first.now());
    Ok(())
}

#[tokio::test]
async fn a_reset_goes_back_to_the_seed() -> Test {
    let sandbox = Sandbox::start().await?;
    let start = sandbox.snapshot();
    fill(&sandbox).await?;
    sandbox.reset();
    assert!(sandbox.snapshot() == start && sandbox.requests().is_empty());
    let customer = fill(&sandbox).await?;
    sandbox.keep_as_seed();
    let seed = sandbox.snapshot();
    fill(&sandbox).await?;
    sandbox.client().delete_key().await?;
    sandbox.reset();
    assert!(sandbox.snapshot() == seed);
    assert_eq!(sandbox.client().get_customer().customer_id(&customer).await?.id.as_str(), customer);
    Ok(())
}

#[tokio::test]
async fn what_is_no_snapshot_is_refused_and_changes_nothing() -> Test {
    let sandbox = Sandbox::start().await?;
    fill(&sandbox).await?;
    let snapshot = sandbox.snapshot();
    let text = snapshot.to_json();
    for wrong in [
        String::new(),
        "{}".into(),
        text.replace("\"version\":1", "\"version\":2"),
        text.replace("\"customers\"", "\"clients\""),
        text[..text.len() / 2].to_owned(),
    ] {
        let error = Snapshot::from_json(wrong).expect_err("no snapshot").to_string();
        assert!(error.contains("cannot be read") && !error.contains("123456789"), "{error}");
    }
    let other = Snapshot::from_json(text.replace("\"version\":1", "\"version\":2")).expect_err("another version");
    assert!(other.to_string().contains("version 2 of the format; this program reads version 1"), "{other}");
    assert!(sandbox.snapshot() == snapshot);
    assert_eq!(format!("{snapshot:?}"), "Snapshot { .. }");
    Ok(())
}

#[tokio::test]
async fn a_snapshot_that_contradicts_itself_is_refused_in_a_sentence() -> Test {
    let sandbox = Sandbox::start().await?;
    sandbox.webhook("http://127.0.0.1:9/imprint")?;
    fill(&sandbox).await?;
    let whole: Value = serde_json::from_str(sandbox.snapshot().to_json())?;
    let refused = |change: &dyn Fn(&mut Value)| -> String {
        let mut changed = whole.clone();
        change(&mut changed["account"]);
        Snapshot::from_json(changed.to_string()).map_or_else(|error| error.to_string(), |_| "accepted".to_owned())
    };
    assert_eq!(refused(&|_| {}), "accepted");
    let double = |account: &mut Value, change: fn(&mut Value)| {
        let rows = account["customers"]["rows"].as_array_mut().expect("rows");
        let mut twice = rows[0].clone();
        change(&mut twice);
        rows.push(twice);
    };
    type Change<'a> = &'a dyn Fn(&mut Value);
    let same_number = |account: &mut Value| double(account, |twice| twice[1]["id"] = json!("another"));
    let same_id = |account: &mut Value| double(account, |twice| twice[0] = json!(1_000_000));
    let set = |pointer: &'static str, value: Value| {
        move |account: &mut Value| *account.pointer_mut(pointer).expect("a place") = value.clone()
    };
    let number = set("/customers/rows/0/0", json!(u64::MAX));
    let next = set("/events/next", json!(u64::MAX));
    let ids = set("/ids/session", json!(u64::MAX));
    let tally = set("/tallies/rows/0/1/count", json!(u64::MAX));
    let due = set("/timers/rows/0/1/due", json!(i64::MIN));
    let endpoints = set("/endpoints/rows", json!([]));
    let cases: [(&str, Change<'_>); 8] = [
        ("customers has two rows with the same number", &same_number),
        ("customers has two rows with the same id", &same_id),
        ("number that is too large", &number),
        ("number that is too large", &next),
        ("number that is too large", &ids),
        ("number that is too large", &tally),
        ("is not what a snapshot has", &due),
        ("a delivery is to an endpoint", &endpoints),
    ];
    for (expected, change) in cases {
        let error = refused(change);
        assert!(error.contains(expected), "{error}, not: {expected}");
    }
    Ok(())
}

#[tokio::test]
async fn a_snapshot_takes_no_key_of_another_account_of_the_server() -> Test {
    let sandbox = Sandbox::start().await?;
    let other = sandbox.account("other");
    let customer = fill(&sandbox).await?;
    let (snapshot, before) = (sandbox.snapshot(), other.snapshot());
    let error = other.restore(&snapshot).expect_err("the key is that of the first account");
    assert_eq!(error, SnapshotError::KeyTaken);
    assert!(!error.to_string().contains(sandbox.key().expose()) && other.snapshot() == before);
    assert_eq!(sandbox.client().get_customer().customer_id(&customer).await?.id.as_str(), customer);
    assert_eq!(other.client().search_customers().await?.total, Some(0));
    Ok(())
}
