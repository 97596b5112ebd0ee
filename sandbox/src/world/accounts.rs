//! The accounts of a server, and which of them a key opens.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use imprint_client::Secret;

use crate::bugs::Bugs;
use crate::model::key::Key;
use crate::settings::{Permissions, Settings};

use super::account::{Account, Fire};

pub struct Accounts {
    /// What all accounts write the bugs of the sandbox into.
    pub bugs: Bugs,
    settings: Arc<Settings>,
    fire: Fire,
    known: RwLock<Known>,
}

#[derive(Default)]
struct Known {
    by_name: HashMap<String, Arc<Account>>,
    /// The accounts by the texts of all keys that they ever had.
    by_key: HashMap<String, Arc<Account>>,
}

impl Accounts {
    pub fn new(settings: Arc<Settings>, fire: Fire) -> Self {
        Self { bugs: Bugs::default(), settings, fire, known: RwLock::default() }
    }

    /// The account of a name. One that is not known is opened, with these keys.
    pub fn open(&self, name: &str, keys: &[(String, Secret, Permissions)]) -> Arc<Account> {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(account) = known.by_name.get(name) {
            return Arc::clone(account);
        }
        let account = Arc::new(Account::new(name, &self.settings, self.fire, &self.bugs));
        known.by_name.insert(name.to_owned(), Arc::clone(&account));
        for (label, text, permissions) in keys {
            account.add_key(label, text.clone(), *permissions);
            known.by_key.insert(text.expose().to_owned(), Arc::clone(&account));
        }
        account.mark_origin();
        account
    }

    /// The account and the key of this text. None if no key is it, or it was deleted.
    pub fn caller(&self, text: &str) -> Option<(Arc<Account>, Arc<Key>)> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let account = Arc::clone(known.by_key.get(text)?);
        let key = account.read(|state| state.keys.first("text", text).cloned())?;
        key.deleted_at.is_none().then_some((account, key))
    }

    /// Lets every key that an account has now open it.
    pub fn admit_all(&self, account: &Arc<Account>) {
        let texts = account.read(|state| state.keys.all().map(|key| key.text.clone()).collect::<Vec<_>>());
        for text in texts {
            self.admit(account, text.expose());
        }
    }

    /// Lets a key that was made by a request open its account.
    pub fn admit(&self, account: &Arc<Account>, text: &str) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.by_key.insert(text.to_owned(), Arc::clone(account));
    }
}
