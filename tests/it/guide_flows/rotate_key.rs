//! The flow of the page `rotate_key`: a key is replaced, and each step fails once.

use std::sync::Mutex;

use imprint_client::helpers::{KeyState, RotationStep};
use imprint_client::{Client, Secret};

use super::{Test, start};

/// Where the partner keeps the key.
#[derive(Default)]
struct Vault(Mutex<Option<Secret>>);

impl Vault {
    async fn put(&self, key: Secret) -> Result<(), &'static str> {
        *self.0.lock().map_err(|_| "the vault is broken")? = Some(key);
        Ok(())
    }

    fn key(&self) -> Option<Secret> {
        self.0.lock().ok().and_then(|key| key.clone())
    }
}

async fn works(client: &Client) -> bool {
    client.search_rewards().limit(1).await.is_ok()
}

#[tokio::test]
async fn the_new_key_is_stored_and_works_and_the_old_one_does_not() -> Test {
    let (sandbox, old) = start().await?;
    let vault = Vault::default();
    let new = old.rotate_key(async |key| vault.put(key).await).await?;
    assert!(works(&new).await);
    assert_eq!(old.search_rewards().await.unwrap_err().status().map(|status| status.as_u16()), Some(401));
    let stored = vault.key().ok_or("nothing was stored")?;
    assert!(works(&sandbox.client_builder().api_key(stored).build()?).await);
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn several_services_switch_between_the_steps() -> Test {
    let (sandbox, old) = start().await?;
    let created = old.create_key().await?;
    let key = created.key.clone().ok_or("no key in the response")?;
    let other = sandbox.client_builder().api_key(key).build()?;
    assert!(works(&old).await && works(&other).await, "both keys work until the old one is deleted");
    old.delete_key().await?;
    assert!(!works(&old).await && works(&other).await);
    Ok(())
}

#[tokio::test]
async fn a_key_that_cannot_be_stored_is_deleted_by_its_own_client() -> Test {
    let (_sandbox, old) = start().await?;
    let error = old.rotate_key(async |_| Err("the vault is sealed")).await.unwrap_err();
    assert_eq!(
        (error.step(), error.old_key(), error.new_key()),
        (RotationStep::Store, KeyState::Valid, KeyState::Valid)
    );
    let unused = error.into_client().ok_or("no client")?;
    unused.delete_key().await?;
    assert!(works(&old).await && !works(&unused).await);
    Ok(())
}

#[tokio::test]
async fn a_creation_that_fails_says_whether_there_may_be_a_key_that_nobody_has() -> Test {
    let (sandbox, old) = start().await?;
    let vault = Vault::default();
    sandbox.on("createKey").next(1).status(403);
    let error = old.rotate_key(async |key| vault.put(key).await).await.unwrap_err();
    assert_eq!((error.step(), error.new_key()), (RotationStep::Create, KeyState::NotCreated));
    sandbox.on("createKey").next(1).lose_answer();
    let error = old.rotate_key(async |key| vault.put(key).await).await.unwrap_err();
    assert_eq!((error.step(), error.new_key()), (RotationStep::Create, KeyState::Unknown));
    assert!(works(&old).await && vault.key().is_none());
    sandbox.requests().to("deleteKey").assert_count(0);
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn a_key_that_does_not_work_at_once_is_tried_again_and_another_read_after_a_403() -> Test {
    let (sandbox, old) = start().await?;
    let vault = Vault::default();
    sandbox.on("searchRewards").next(1).status(401);
    let second = old.rotate_key(async |key| vault.put(key).await).await?;
    sandbox.on("searchRewards").next(1).status(403);
    let third = second.rotate_key(async |key| vault.put(key).await).await?;
    assert!(works(&third).await && !works(&second).await);
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn nothing_is_deleted_before_the_new_key_is_proven() -> Test {
    let (sandbox, old) = start().await?;
    let vault = Vault::default();
    for read in ["searchRewards", "searchTransactionIntents", "listOrderEvents", "searchCustomers"] {
        sandbox.on(read).next(1).status(403);
    }
    let error = old.rotate_key(async |key| vault.put(key).await).await.unwrap_err();
    assert_eq!((error.step(), error.old_key()), (RotationStep::Prove, KeyState::Valid));
    assert!(works(&old).await);
    sandbox.requests().to("deleteKey").assert_count(0);
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn a_deletion_whose_answer_was_lost_is_found_out_by_reading_with_both_keys() -> Test {
    let (sandbox, old) = start().await?;
    let vault = Vault::default();
    sandbox.on("deleteKey").next(1).lose_answer();
    let new = old.rotate_key(async |key| vault.put(key).await).await?;
    assert!(works(&new).await && !works(&old).await);
    sandbox.requests().to("deleteKey").assert_count(1);
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn two_rotations_at_the_same_time_leave_two_new_keys() -> Test {
    let (_sandbox, old) = start().await?;
    let (one, two) = (Vault::default(), Vault::default());
    let (first, second) =
        tokio::join!(old.rotate_key(async |key| one.put(key).await), old.rotate_key(async |key| two.put(key).await));
    let (first, second) = (first?, second?);
    assert!(works(&first).await && works(&second).await && !works(&old).await);
    // The one that is not in the store is deleted by the client that has it.
    first.delete_key().await?;
    assert!(!works(&first).await && works(&second).await);
    Ok(())
}
