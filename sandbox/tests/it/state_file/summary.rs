//! What a state file says of itself to those who only look.

use std::fs;

use imprint_sandbox::{Sandbox, StateSummary};

use super::child::Child;

type Test = Result<(), Box<dyn std::error::Error>>;

#[tokio::test]
async fn it_counts_the_rows_of_each_account_and_leaves_nothing_behind() -> Test {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("state.db");
    let names = || -> Result<Vec<_>, std::io::Error> {
        let names = fs::read_dir(folder.path())?.map(|file| file.map(|file| file.file_name()));
        names.collect()
    };
    let sandbox = Sandbox::builder().seed_number(7).state_file(&path).start().await?;
    let customer = sandbox.customer("A").approved().await?;
    let order = sandbox.client().create_order().payment_method_id(&customer.payment_method);
    let order = order.partner_order_id("o-1").total_order_amount(5_000).await?;
    sandbox.client().delete_order().order_id(order.id.as_ref().ok_or("an id")?).await?;
    sandbox.account("other").client().create_session().await?;
    drop(sandbox);
    let (bytes, before) = (fs::read(&path)?, names()?);
    assert_eq!(before, ["state.db"], "it was closed");
    let summary = StateSummary::of(&path)?;
    assert!(fs::read(&path)? == bytes && names()? == before);
    assert_eq!((summary.version, summary.size, summary.seed), (1, bytes.len() as u64, Some(7)));
    let [first, other] = summary.accounts.as_slice() else { panic!("{summary:?}") };
    assert_eq!((first.name.as_str(), other.name.as_str()), ("sandbox", "other"));
    assert_eq!((first.rows["customers"], first.rows["events"], first.rows.get("orders")), (1, 2, None));
    let text = summary.to_string();
    assert!(text.contains("seed number 7\n") && text.contains("account other: 1 customers, 1 keys, "), "{text}");
    assert!(!text.contains(customer.customer_id.as_str()), "{text}");
    Ok(())
}

#[tokio::test]
async fn it_sees_what_a_killed_sandbox_has_left_beside_the_file() -> Test {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("state.db");
    let mut child = Child::start(&path, None);
    child.url();
    child.kill();
    let wal = folder.path().join("state.db-wal");
    let before = (fs::read(&path)?, fs::read(&wal)?);
    let summary = StateSummary::of(&path)?;
    assert_eq!(summary.accounts[0].rows["customers"], 1);
    assert!((fs::read(&path)?, fs::read(&wal)?) == before && summary.size > before.1.len() as u64);
    Ok(())
}

#[test]
fn a_file_that_is_not_there_is_not_made() -> Test {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("state.db");
    assert!(StateSummary::of(&path).is_err() && !path.exists());
    fs::write(&path, "")?;
    let summary = StateSummary::of(&path)?;
    assert!(summary.accounts.is_empty() && summary.to_string().contains("no sandbox"), "{summary}");
    assert!(fs::read(&path)?.is_empty());
    Ok(())
}
