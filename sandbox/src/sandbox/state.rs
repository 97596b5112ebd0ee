//! Starting with a state file: what it has is taken up, and a first start is finished before anybody is answered.

use std::sync::Arc;

use crate::world::{Account, Accounts, Keeper};

use super::builder::StartError;
use super::{Endpoint, Sandbox};

/// The name of the first account.
pub(super) const FIRST: &str = "sandbox";

#[cfg(feature = "program")]
pub(super) use in_file::{InFile, Kept};
#[cfg(not(feature = "program"))]
pub(super) use in_memory::Kept;

/// Without the feature `program` there is no state file.
#[cfg(not(feature = "program"))]
mod in_memory {
    use super::{Account, Accounts, Arc, Keeper, Sandbox, StartError};

    pub struct Kept;

    impl Kept {
        pub fn keeper(&self) -> Option<Arc<dyn Keeper>> {
            None
        }

        pub fn take_up(&mut self, _: &Accounts) -> Result<Option<Arc<Account>>, StartError> {
            Ok(None)
        }

        pub async fn finish(self, _: &Sandbox) -> Result<(), StartError> {
            Ok(())
        }
    }
}

#[cfg(feature = "program")]
mod in_file {
    use std::path::{Path, PathBuf};

    use crate::settings::Settings;
    use crate::state_file::{Found, StateFile, StateFileError};
    use crate::world::KeptAccount;

    use super::{Account, Accounts, Arc, FIRST, Keeper, Sandbox, StartError};

    /// Where the state is to be kept.
    #[derive(Clone, Debug)]
    pub struct InFile {
        pub path: PathBuf,
        pub is_durable: bool,
    }

    /// The state file, and the accounts in it that were not taken up yet.
    pub struct Kept(Option<(Arc<StateFile>, PathBuf, Vec<KeptAccount>)>);

    impl Kept {
        /// Opens the state file, if there is to be one. The number of its seed takes the place of that in the settings.
        pub fn open(place: Option<&InFile>, settings: &mut Settings) -> Result<Self, StateFileError> {
            let Some(InFile { path, is_durable }) = place else { return Ok(Self(None)) };
            let Found { file, seed, accounts } = StateFile::open(path, settings.seed, *is_durable)?;
            settings.seed = seed;
            Ok(Self(Some((Arc::new(file), path.clone(), accounts))))
        }

        pub fn keeper(&self) -> Option<Arc<dyn Keeper>> {
            let (file, ..) = self.0.as_ref()?;
            let file: Arc<dyn Keeper> = Arc::<StateFile>::clone(file);
            Some(file)
        }

        /// Opens the accounts of the file; the first of them. None if it has none.
        pub fn take_up(&mut self, accounts: &Accounts) -> Result<Option<Arc<Account>>, StartError> {
            let Some((_, path, kept)) = &mut self.0 else { return Ok(None) };
            if kept.is_empty() {
                return Ok(None);
            }
            let damaged = |path: &Path, name: &str| {
                let what =
                    format!("the account {name:?} has an origin that cannot be read, or a key of another account");
                StartError::StateFile(StateFileError::Damaged(path.to_owned(), what))
            };
            accounts.open_kept(std::mem::take(kept)).map_err(|name| damaged(path, &name))?;
            accounts.known(FIRST).map(Some).ok_or_else(|| damaged(path, FIRST))
        }

        /// Ends a start: everything that it made is kept.
        pub async fn finish(self, sandbox: &Sandbox) -> Result<(), StartError> {
            if let Some((file, path, _)) = self.0 {
                file.set_ready();
                let failed =
                    |why: crate::world::NotKept| StartError::StateFile(StateFileError::Sqlite(path, why.to_string()));
                sandbox.account.kept().await.map_err(failed)?;
            }
            Ok(())
        }
    }
}

impl Sandbox {
    /// Begins to send the webhooks of the accounts that were taken up.
    pub(super) fn deliver_taken_up(&self) {
        for account in self.listening.server.accounts.all() {
            Self { listening: Arc::clone(&self.listening), key: account.first_key.clone(), account }.deliver_all();
        }
    }

    /// Removes the endpoints with the URL of this one.
    pub(super) fn remove_endpoints_at(&self, endpoint: &Endpoint) {
        let Some(row) = self.row_of(endpoint.clone()) else { return };
        for known in self.endpoints() {
            if known.is_at(&row.target) {
                known.remove();
            }
        }
    }

    /// Whether an endpoint with just these settings is registered.
    pub(super) fn has_endpoint(&self, endpoint: &Endpoint) -> bool {
        let Some(row) = self.row_of(endpoint.clone()) else { return false };
        self.account.read(|state| state.endpoints.find("all", "").any(|(_, known)| known.is_like(&row)))
    }
}
