//! Which state files this process has open.
//!
//! The locks that keep other processes out belong to a process on most systems, and end as soon as it closes any handle of
//! the file. So a file that is open in this process must not even be looked at a second time.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::StateFileError;

static CLAIMED: Mutex<BTreeSet<Identity>> = Mutex::new(BTreeSet::new());

/// What a file is recognized by, under whatever path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Identity {
    #[cfg(unix)]
    device_and_number: (u64, u64),
    #[cfg(not(unix))]
    path: PathBuf,
}

impl Identity {
    #[cfg(unix)]
    fn of(path: &Path) -> std::io::Result<Self> {
        use std::os::unix::fs::MetadataExt;
        let metadata = path.metadata()?;
        Ok(Self { device_and_number: (metadata.dev(), metadata.ino()) })
    }

    #[cfg(not(unix))]
    fn of(path: &Path) -> std::io::Result<Self> {
        Ok(Self { path: path.canonicalize()? })
    }
}

/// A file that nothing else in this process may open.
pub struct Claim {
    /// The path without links, so that a name that SQLite would take for something else, such as `:memory:`, is none.
    pub path: PathBuf,
    identity: Identity,
}

impl Claim {
    /// Claims a file that exists.
    pub fn of(path: &Path) -> Result<Self, StateFileError> {
        let io = |e| StateFileError::Io(path.to_owned(), e);
        let identity = Identity::of(path).map_err(io)?;
        let whole = path.canonicalize().map_err(io)?;
        if !CLAIMED.lock().unwrap_or_else(PoisonError::into_inner).insert(identity.clone()) {
            return Err(StateFileError::InUse(path.to_owned()));
        }
        Ok(Self { path: whole, identity })
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        CLAIMED.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.identity);
    }
}
