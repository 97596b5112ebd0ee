//! Snapshots that somebody has changed: each is refused and changes nothing, or is a state that the sandbox can live with.

use std::time::Duration;

use imprint_client::types::SimulateTransactionEventBody as Step;
use imprint_client::types::TransactionStatus::{Approved, Captured, Refunded};
use imprint_sandbox::{Product, Rewards, Sandbox, Snapshot};
use serde_json::{Value, json};

type Test = Result<(), Box<dyn std::error::Error>>;

/// How many changes are tried. `IMPRINT_MUTATIONS` sets another number.
const CHANGES: usize = 300;

/// A sandbox with a row in most tables.
async fn full() -> Result<Sandbox, Box<dyn std::error::Error>> {
    let product = Product::default().rewards(Rewards::delayed(100, Duration::from_secs(86_400)));
    let sandbox = Sandbox::builder().product(product).webhook("http://127.0.0.1:9/imprint").start().await?;
    let client = sandbox.client();
    let customer = sandbox.customer("A").approved().await?;
    let step = Step::builder().payment_method_id(&customer.payment_method).amount(5_000);
    client.simulate_transaction_event().body(step.clone().status(Approved)).await?;
    let bought = client.simulate_transaction_event().body(step.clone().status(Captured)).await?;
    let refund = step.status(Refunded).transaction_id(bought.transaction_id.clone()).event_id(bought.event_id.clone());
    client.simulate_transaction_event().body(refund).await?;
    client.create_session().body_map(|b| b.partner_customer_id("B")).await?;
    sandbox.streak(customer.customer_id.as_str()).enroll("CONFIG", 2).await?;
    sandbox.keep_as_seed();
    Ok(sandbox)
}

/// The pointers of all values in a value.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    let mut inner = |name: &str, value: &Value| {
        let place = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
        places(value, &place, found);
        found.push(place);
    };
    match value {
        Value::Array(items) => items.iter().enumerate().for_each(|(index, item)| inner(&index.to_string(), item)),
        Value::Object(map) => map.iter().for_each(|(name, value)| inner(name, value)),
        _ => {}
    }
}

/// Another value in the place of one. The number chooses it.
fn other(value: &Value, number: usize) -> Value {
    let pick = |values: &[Value]| values[number % values.len()].clone();
    match value {
        Value::Number(_) => pick(&[json!(i64::MIN), json!(i64::MAX), json!(-1), json!(u64::MAX), json!(0), json!(1.5)]),
        Value::String(_) => pick(&[json!(""), json!("another"), json!("9999-99-99"), json!(null), json!(7)]),
        Value::Bool(flag) => json!(!flag),
        Value::Array(items) => {
            let twice: Vec<_> = items.iter().chain(items).cloned().collect();
            pick(&[json!([]), json!(twice), json!(null)])
        }
        Value::Object(_) => pick(&[json!({}), json!(null), json!([])]),
        Value::Null => pick(&[json!(0), json!("another"), json!({})]),
    }
}

#[tokio::test]
async fn each_changed_snapshot_is_refused_or_can_be_lived_with() -> Test {
    let sandbox = full().await?;
    let whole: Value = serde_json::from_str(sandbox.snapshot().to_json())?;
    let mut all = Vec::new();
    places(&whole["account"], "/account", &mut all);
    let changes = std::env::var("IMPRINT_MUTATIONS").ok().and_then(|text| text.parse().ok()).unwrap_or(CHANGES);
    // A step that shares no factor with most numbers leads all over the snapshot.
    let (step, mut accepted) = (7_919, 0);
    for number in 0..changes {
        let place = &all[number * step % all.len()];
        let mut changed = whole.clone();
        let value = changed.pointer_mut(place).expect("a place");
        *value = other(value, number);
        let shown = format!("{place} as {value}");
        println!("{shown}");
        let before = sandbox.snapshot();
        let Ok(snapshot) = Snapshot::from_json(changed.to_string()) else { continue };
        if sandbox.restore(&snapshot).is_err() {
            assert_eq!(sandbox.snapshot(), before, "{shown}: it was refused and has changed something");
            continue;
        }
        accepted += 1;
        live(&sandbox).await;
        let panicked = sandbox.bugs().into_iter().find(|bug| bug.what.contains("panicked"));
        assert!(panicked.is_none(), "{shown}: {panicked:?}");
        sandbox.reset();
        assert!(sandbox.snapshot().to_json().len() > 1_000, "{shown}: the seed is gone");
    }
    assert!(accepted > changes / 20, "only {accepted} of {changes} were accepted, so that little was tried");
    Ok(())
}

/// Does with a state what tests do. What is refused is no matter here.
async fn live(sandbox: &Sandbox) {
    let client = sandbox.client();
    sandbox.advance(Duration::from_secs(32 * 86_400)).await;
    let _ = sandbox.settled().await;
    let _ = sandbox.verify();
    let _ = client.search_rewards().await;
    let _ = client.create_session().body_map(|b| b.partner_customer_id("C")).await;
    if let Ok(page) = client.search_customers().await {
        for customer in &page.data {
            let _ = client.get_rewards_balance().customer_id(&customer.id).await;
            let _ = client.get_transactions().customer_id(&customer.id).await;
            let _ = client.get_payment_methods().customer_id(&customer.id).await;
        }
    }
    let _ = Snapshot::from_json(sandbox.snapshot().to_json().to_owned()).map(|snapshot| sandbox.restore(&snapshot));
}
