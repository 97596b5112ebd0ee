//! The accounts of a server, and which of them a key opens.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use imprint_client::Secret;

use crate::bugs::Bugs;
use crate::model::key::Key;
use crate::settings::{Permissions, Settings};

use super::account::{Account, Fire};
use super::state::State;

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

    /// The account of a name. One that is not known is opened, with a key that has the name as its label.
    pub fn open(&self, name: &str) -> Arc<Account> {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(account) = known.by_name.get(name) {
            return Arc::clone(account);
        }
        let mut state = State::new(name, &self.settings);
        let mut text = state.new_key_text();
        while known.by_key.contains_key(text.expose()) {
            text = state.new_key_text();
        }
        self.insert(&mut known, name, &[(name.to_owned(), text, Permissions::NORMAL)])
    }

    /// The account of a name, if it was opened.
    #[cfg(feature = "program")]
    pub fn known(&self, name: &str) -> Option<Arc<Account>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).by_name.get(name).map(Arc::clone)
    }

    /// All accounts, by their names.
    #[cfg(feature = "program")]
    pub fn all(&self) -> Vec<Arc<Account>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<_> = known.by_name.values().map(Arc::clone).collect();
        all.sort_by(|one, other| one.name.cmp(&other.name));
        all
    }

    /// Opens the account of a name that is not known, with these keys, of which there is at least one.
    ///
    /// # Errors
    ///
    /// If two of the keys have the same text, or another account has one of them; nothing is opened then. The error is
    /// the label of the key.
    pub fn open_with(&self, name: &str, keys: &[(String, Secret, Permissions)]) -> Result<Arc<Account>, String> {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        for (place, (label, text, _)) in keys.iter().enumerate() {
            let is_double = keys[..place].iter().any(|(_, earlier, _)| earlier.expose() == text.expose());
            if is_double || known.by_key.contains_key(text.expose()) {
                return Err(label.clone());
            }
        }
        Ok(self.insert(&mut known, name, keys))
    }

    fn insert(&self, known: &mut Known, name: &str, keys: &[(String, Secret, Permissions)]) -> Arc<Account> {
        let first = keys.first().map(|(_, text, _)| text.clone()).unwrap_or_else(|| Secret::from(String::new()));
        let account = Arc::new(Account::new(name, first, &self.settings, self.fire, &self.bugs));
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

    /// Makes another key of an account; its text.
    pub fn add_key(&self, account: &Arc<Account>, label: &str, permissions: Permissions) -> Secret {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        loop {
            let text = account.new_key_text();
            let holder = known.by_key.entry(text.expose().to_owned()).or_insert_with(|| Arc::clone(account));
            if Arc::ptr_eq(holder, account) {
                account.add_key(label, text.clone(), permissions);
                return text;
            }
        }
    }

    /// Lets keys of these texts open an account, all of them or none.
    ///
    /// # Errors
    ///
    /// If another account has or had a key of one of the texts: it keeps the text, since its requests would be answered by
    /// this account otherwise.
    pub fn admit(&self, account: &Arc<Account>, texts: &[Secret]) -> Result<(), KeyTaken> {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let mut holders = texts.iter().filter_map(|text| known.by_key.get(text.expose()));
        if holders.any(|holder| !Arc::ptr_eq(holder, account)) {
            return Err(KeyTaken);
        }
        for text in texts {
            known.by_key.insert(text.expose().to_owned(), Arc::clone(account));
        }
        Ok(())
    }

    /// Runs what gives an account keys of these texts, and lets them open it if that succeeds. In between no other account
    /// can get one of them.
    ///
    /// # Errors
    ///
    /// The number of the first text that another account has or had. Nothing was run then.
    pub fn admit_with<T, E>(
        &self,
        account: &Arc<Account>,
        texts: &[Secret],
        run: impl FnOnce() -> Result<T, E>,
    ) -> Result<Result<T, E>, usize> {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let is_taken = |text: &Secret| known.by_key.get(text.expose()).is_some_and(|one| !Arc::ptr_eq(one, account));
        if let Some(place) = texts.iter().position(is_taken) {
            return Err(place);
        }
        let outcome = run();
        if outcome.is_ok() {
            let texts = texts.iter().map(|text| (text.expose().to_owned(), Arc::clone(account)));
            known.by_key.extend(texts);
        }
        Ok(outcome)
    }
}

/// Another account of the server has or had a key of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyTaken;
