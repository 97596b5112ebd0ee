//! Keeping the state of an account and going back to it.

use std::fmt;
use std::sync::Arc;

use imprint_client::Secret;
use serde::{Deserialize, Serialize};

use crate::world::{KeyTaken, Saved};

use super::Sandbox;

/// The text at the beginning of every snapshot.
const FORMAT: &str = "imprint-sandbox snapshot";

/// The version of the format; other versions cannot be read.
const VERSION: u32 = 1;

/// The state, the clock and the counters of an account at one moment.
///
/// It has everything, API keys and numbers of made-up cards included. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Snapshot(Secret);

#[derive(Serialize, Deserialize)]
struct Whole<T> {
    format: String,
    version: u32,
    account: T,
}

impl Snapshot {
    /// The snapshot as JSON, to be kept in a file.
    pub fn to_json(&self) -> &str {
        self.0.expose()
    }

    /// The snapshot of a JSON text that [`to_json`](Self::to_json) gave.
    ///
    /// # Errors
    ///
    /// If it is no snapshot, of another version of the format, or one that contradicts itself.
    pub fn from_json(text: impl Into<Secret>) -> Result<Self, SnapshotError> {
        let text = text.into();
        let head: Whole<serde::de::IgnoredAny> = serde_json::from_str(text.expose()).map_err(SnapshotError::of)?;
        if head.format != FORMAT {
            return Err(SnapshotError::Unreadable("it is no snapshot of a sandbox".to_owned()));
        }
        if head.version != VERSION {
            let what = format!("it is of version {} of the format; this program reads version {VERSION}", head.version);
            return Err(SnapshotError::Unreadable(what));
        }
        read(&text)?;
        Ok(Self(text))
    }
}

fn read(text: &Secret) -> Result<Saved, SnapshotError> {
    let whole: Whole<Saved> = serde_json::from_str(text.expose()).map_err(SnapshotError::of)?;
    whole.account.check().map_err(SnapshotError::Unreadable)?;
    Ok(whole.account)
}

impl Sandbox {
    /// Everything that the account has at this moment. Requests and faults are not part of it.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = imprint_sandbox::Sandbox::start().await?;
    /// sandbox.customer("PARTNER_USER_456").approved().await?;
    /// let prepared = sandbox.snapshot();
    ///
    /// sandbox.customer("PARTNER_USER_789").create()?;
    /// sandbox.restore(&prepared)?;
    /// assert_eq!(sandbox.client().search_customers().await?.data.len(), 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn snapshot(&self) -> Snapshot {
        let whole = Whole { format: FORMAT.to_owned(), version: VERSION, account: self.account.save() };
        Snapshot(serde_json::to_string(&whole).unwrap_or_default().into())
    }

    /// Puts the account back into the state of a snapshot, its clock included, which may be earlier then. The keys are
    /// those of the snapshot as well.
    ///
    /// # Errors
    ///
    /// If the snapshot cannot be read, which one of the same version of this crate can, or if it has a key that another
    /// account of this server has or had: a snapshot of one account cannot be restored into another of the same server.
    /// Nothing has changed then.
    pub fn restore(&self, snapshot: &Snapshot) -> Result<(), SnapshotError> {
        self.put_back(read(&snapshot.0)?)
    }

    /// Puts what was saved in the place of what the account has.
    pub(super) fn put_back(&self, saved: Saved) -> Result<(), SnapshotError> {
        let taken = |KeyTaken| SnapshotError::KeyTaken;
        self.listening.server.accounts.admit(&self.account, &saved.key_texts()).map_err(taken)?;
        self.account.load(saved);
        self.deliver_all();
        Ok(())
    }

    /// Makes what the account has now its seed: what [`reset`](Self::reset) goes back to. Until then that is the empty
    /// account that it started as.
    pub fn keep_as_seed(&self) {
        self.account.mark_origin();
    }

    /// Puts the account back to its seed, its clock included, and forgets its requests.
    pub fn reset(&self) {
        self.account.reset();
        self.deliver_all();
    }

    /// Removes everything that the account has but its keys, its seed and its endpoints included, puts the clock to where
    /// new accounts start, and forgets the requests. [`reset`](Self::reset) still goes back to the seed.
    pub fn reset_to_empty(&self) {
        self.account.empty();
    }

    /// Endpoints of a snapshot may be new here.
    pub(super) fn deliver_all(&self) {
        let ids: Vec<String> = self.account.read(|state| state.endpoints.all().map(|one| one.id.clone()).collect());
        for id in ids {
            self.listening.deliver(Arc::clone(&self.account), id);
        }
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot").finish_non_exhaustive()
    }
}

/// Why a snapshot is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SnapshotError {
    /// The text is no snapshot, or one of another version of the format; the value says where and why, without the text.
    Unreadable(String),
    /// The snapshot has a key that another account of the server has or had.
    KeyTaken,
}

impl SnapshotError {
    /// The place of an error of JSON, without its text, which may have values in it.
    fn of(error: serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        Self::Unreadable(format!("line {line} column {column} is not what a snapshot has there"))
    }
}

impl fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(why) => write!(f, "the snapshot cannot be read: {why}"),
            Self::KeyTaken => f.write_str(
                "the snapshot has a key that another account of this server has or had; restore it into that account, \
                 or into another sandbox",
            ),
        }
    }
}

impl std::error::Error for SnapshotError {}
