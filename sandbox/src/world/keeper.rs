//! The seam between the state of accounts and what keeps it, such as a file: each change that was made, in order.
//!
//! What keeps it is told while the account is still locked, and does its work later. Whoever tells others of the state, by
//! an answer or by a webhook, waits until everything that was changed before is kept: see [`kept`].

use std::fmt;
use std::sync::Arc;

use imprint_client::Secret;
use tokio::sync::watch;

use crate::table::TableChanges;

use super::state::{Head, Saved};

/// What changed in an account while it was locked. It is kept as a whole or not at all.
pub struct Changes {
    /// The name of the account.
    pub account: String,
    /// The text of the key that the account was opened with, if this is everything the account has: whatever was known of
    /// it before is gone.
    pub replaced: Option<Secret>,
    /// The clock, the seed and the counters.
    pub head: Head,
    /// What the account is reset to, if that has changed: the JSON of a saved account.
    pub origin: Option<Arc<Secret>>,
    pub tables: Vec<TableChanges>,
}

/// An account as a keeper has it.
pub struct KeptAccount {
    pub name: String,
    pub first_key: Secret,
    pub saved: Saved,
    pub origin: Secret,
}

/// How far a keeper is.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    /// The number of the latest changes that are kept, with all before them.
    pub kept: u64,
    /// Why nothing is kept any more.
    pub failure: Option<NotKept>,
}

/// Keeps the changes of accounts.
pub trait Keeper: Send + Sync {
    /// Takes changes, which get the next number. It returns at once; the account is locked meanwhile, so that the changes
    /// of an account come in their order.
    fn take(&self, changes: Changes);

    /// Forgets an account, which has ended. It counts like changes.
    fn forget(&self, account: &str);

    /// The number of the latest changes that were taken.
    fn latest(&self) -> u64;

    /// How far it is, now and later.
    fn progress(&self) -> watch::Receiver<Progress>;

    /// What it has of an account, after everything that was taken before; for tests that compare.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or nothing is kept any more.
    fn read_back(&self, account: &str) -> Result<KeptAccount, NotKept>;

    /// Keeps what was taken, and ends. What is taken later is not kept.
    fn close(&self);
}

/// Waits until everything that was changed before this call is kept. Without a keeper there is nothing to wait for.
///
/// # Errors
///
/// If it cannot be kept.
pub async fn kept(keeper: Option<&Arc<dyn Keeper>>) -> Result<(), NotKept> {
    let Some(keeper) = keeper else { return Ok(()) };
    let mut progress = keeper.progress();
    let latest = keeper.latest();
    let is_through = |progress: &Progress| progress.failure.is_some() || progress.kept >= latest;
    // The sender is gone only together with the keeper.
    let progress = progress.wait_for(is_through).await.map_err(|_| NotKept::closed())?;
    match &progress.failure {
        Some(why) if progress.kept < latest => Err(why.clone()),
        _ => Ok(()),
    }
}

/// Why a change is not kept, in a sentence for those who sent the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotKept(Arc<str>);

impl NotKept {
    pub fn new(why: impl Into<Arc<str>>) -> Self {
        Self(why.into())
    }

    /// The keeper has ended, because the sandbox has.
    pub fn closed() -> Self {
        Self::new("the sandbox has been stopped")
    }
}

impl fmt::Display for NotKept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
