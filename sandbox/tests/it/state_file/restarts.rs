//! What comes back when a sandbox is started again with its file.

use std::time::{Duration, SystemTime};

use imprint_sandbox::{Clock, DeliveryStatus, Endpoint, Permissions, Retry, Sandbox, StartError};
use serde_json::json;

use super::super::plain::{code, send};
use super::super::receiver_of_webhooks::{Reaction, Receiver, status};

type Test = Result<(), Box<dyn std::error::Error>>;

async fn buy(sandbox: &Sandbox, method: &str, amount: i64) -> u16 {
    let body = json!({"payment_method_id": method, "status": "CAPTURED", "amount": amount});
    send(sandbox, "POST", "/v2/simulate_transaction_event", Some(body)).await.status
}

#[tokio::test]
async fn all_accounts_come_back_and_go_on_as_if_nothing_had_happened() -> Test {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("state.db");
    let start = || Sandbox::builder().seed_number(7).webhook("http://127.0.0.1:9/imprint");
    // The same is done to a sandbox without a file, which is not started again.
    let mut kept = start().state_file(&path).start().await?;
    let remembered = start().start().await?;
    let mut texts = Vec::new();
    for sandbox in [&kept, &remembered] {
        let customer = sandbox.customer("A").approved().await?;
        assert!(buy(sandbox, customer.payment_method.as_str(), 5_000).await < 300);
        assert!(sandbox.settled().await.is_err(), "nobody listens");
        sandbox.keep_as_seed();
        let order = sandbox.client().create_order().payment_method_id(&customer.payment_method);
        let order = order.partner_order_id("o-1").total_order_amount(5_000).await?;
        sandbox.client().delete_order().order_id(order.id.as_ref().ok_or("an id")?).await?;
        sandbox.advance(Duration::from_secs(86_400)).await;
        let other = sandbox.account("other");
        other.customer("B").approved().await?;
        texts = vec![sandbox.add_key("spare", Permissions::PCI), other.key().clone(), sandbox.key().clone()];
    }
    drop(kept);
    // Neither the seed nor the key are named again.
    kept = Sandbox::builder().state_file(&path).start().await?;
    assert!(kept.key() == remembered.key() && kept.webhook_token() == remembered.webhook_token());
    assert_eq!(kept.now(), remembered.now());
    for text in texts {
        kept.client_builder().api_key(text).build()?.search_customers().await?;
    }
    for _ in 0..2 {
        for name in ["sandbox", "other"] {
            let (kept, remembered) = (kept.account(name), remembered.account(name));
            kept.client().create_session().await?;
            remembered.client().create_session().await?;
            assert!(tables(&kept) == tables(&remembered), "{name}:\n{}\n{}", tables(&kept), tables(&remembered));
        }
        // It goes back to the same seed, too.
        kept.reset();
        remembered.reset();
    }
    Ok(())
}

/// The tables, without what depends on the time of the system.
fn tables(sandbox: &Sandbox) -> serde_json::Value {
    let mut tables = sandbox.moment().tables();
    for row in tables["deliveries"]["rows"].as_array_mut().into_iter().flatten() {
        for attempt in row[1]["attempts"].as_array_mut().into_iter().flatten() {
            for name in ["sent_at", "took", "signature"] {
                attempt[name] = json!(null);
            }
        }
    }
    tables
}

#[tokio::test]
async fn keys_and_endpoints_that_are_named_again_are_there_once() -> Test {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("state.db");
    let start = || Sandbox::builder().key("first").state_file(&path).webhook("http://127.0.0.1:9/imprint");
    let sandbox = start().start().await?;
    let other = sandbox.account("other").key().clone();
    sandbox.client().delete_key().await?;
    drop(sandbox);
    let sandbox = start().key("second").start().await?;
    assert_eq!(code(&sandbox.client().search_customers().await.expect_err("it was deleted")), 401);
    let client = sandbox.client_builder().api_key("second").build()?;
    let session = client.create_session().await?;
    sandbox.apply(&session).last_name("approve").complete().await?;
    assert_eq!(sandbox.deliveries().len(), sandbox.events().len(), "there is one endpoint");
    drop(sandbox);
    let error = start().key(other).start().await.expect_err("it is a key of another account");
    assert!(matches!(error, StartError::Key(_)), "{error:?}");
    let changed = Endpoint::at("http://127.0.0.1:9/imprint").token("another");
    let sandbox = Sandbox::builder().state_file(&path).endpoint(changed).start().await?;
    assert_eq!(sandbox.endpoints().len(), 1, "it takes the place of the one with the same URL");
    Ok(())
}

#[tokio::test]
async fn a_running_clock_keeps_its_distance_to_the_system() -> Test {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("state.db");
    let start = || Sandbox::builder().clock(Clock::Running).state_file(&path);
    let sandbox = start().start().await?;
    sandbox.advance(Duration::from_secs(3_600)).await;
    let then = sandbox.now();
    drop(sandbox);
    let sandbox = start().start().await?;
    assert!(sandbox.now() >= then);
    let ahead = sandbox.now().duration_since(SystemTime::now())?.as_secs();
    assert!((3_590..=3_600).contains(&ahead), "{ahead}");
    Ok(())
}

#[tokio::test]
async fn what_was_being_sent_and_what_was_due_is_sent_again() -> Test {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("state.db");
    let start = || Sandbox::builder().clock(Clock::Running).webhook_retry(Retry::Fast).state_file(&path);
    let sandbox = start().start().await?;
    let receiver = Receiver::start(sandbox.webhook_token()).await;
    receiver.then([status(500)]);
    receiver.always(Reaction::Hang);
    sandbox.webhook(receiver.url("/imprint"))?;
    let customer = sandbox.customer("A").create()?;
    sandbox.client().create_session().body_map(|b| b.customer_id(customer)).await?;
    let approved = sandbox.customer("B").approved();
    // It waits for the deliveries, which hang.
    let _ = tokio::time::timeout(Duration::from_millis(50), approved).await;
    receiver.has_got(2).await;
    drop(sandbox);
    receiver.always(status(200));
    let sandbox = start().start().await?;
    // What had failed before and waited is due by now, and a timer sends it again in a moment. Until then `settled` says that
    // it failed.
    let waits = || sandbox.deliveries().iter().any(|delivery| delivery.status == DeliveryStatus::Waiting);
    let woken = async {
        while waits() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), woken).await?;
    sandbox.settled().await?;
    let events: Vec<_> = sandbox.events().into_iter().map(|event| event.object).collect();
    assert_eq!(events, ["APPLICATION", "PAYMENT_METHOD"]);
    assert!(sandbox.deliveries().iter().all(|delivery| delivery.status == DeliveryStatus::Acknowledged));
    for object in events {
        assert!(receiver.objects().contains(&object), "{:?}", receiver.objects());
    }
    assert!(receiver.got().iter().all(|got| got.is_genuine), "the token is the same");
    Ok(())
}

#[tokio::test]
async fn a_first_start_that_failed_is_begun_anew() -> Test {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("state.db");
    let twice = [Endpoint::at("http://127.0.0.1:9/a"), Endpoint::at("http://127.0.0.1:9/a")];
    let [first, second] = twice;
    let start = Sandbox::builder().key("wrong").seed_number(3).state_file(&path);
    assert!(start.endpoint(first).endpoint(second).start().await.is_err());
    let sandbox = Sandbox::builder().key("right").state_file(&path).start().await?;
    sandbox.client().search_customers().await?;
    let wrong = sandbox.client_builder().api_key("wrong").build()?;
    assert_eq!(code(&wrong.search_customers().await.expect_err("it was never started")), 401);
    let fresh = Sandbox::builder().key("right").start().await?;
    assert!(sandbox.snapshot() == fresh.snapshot());
    Ok(())
}

#[cfg(unix)]
#[tokio::test]
async fn only_its_owner_can_read_it() -> Test {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir()?;
    let new = folder.path().join("new.db");
    let empty = folder.path().join("empty.db");
    fs::write(&empty, "")?;
    fs::set_permissions(&empty, fs::Permissions::from_mode(0o644))?;
    for path in [new, empty] {
        let sandbox = Sandbox::builder().state_file(&path).start().await?;
        sandbox.client().create_session().await?;
        let mut seen = 0;
        for file in fs::read_dir(folder.path())? {
            let file = file?;
            if file.file_name().to_string_lossy().starts_with(&*path.file_name().ok_or("a name")?.to_string_lossy()) {
                assert_eq!(file.metadata()?.permissions().mode() & 0o777, 0o600, "{file:?}");
                seen += 1;
            }
        }
        assert_eq!(seen, 2, "the database, and what was committed last");
    }
    Ok(())
}
