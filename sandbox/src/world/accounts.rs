//! The accounts of a server, and which of them a key opens.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use imprint_client::Secret;

use crate::bugs::Bugs;
use crate::model::key::Key;
use crate::settings::{Permissions, Settings};

use super::account::{Account, Fire};
use super::keeper::{Keeper, KeptAccount};
use super::observer::Observer;
use super::state::{Saved, State};

/// How many accounts are opened besides the first, so that a mistake in a test does not fill the memory.
const MOST: usize = 1_000;

/// What the key of an account begins with that is opened by it; the name of the account follows.
const KEY_OF_NAME: &str = "sbx-";

const UNKNOWN_KEY: &str = "no account has the key";

pub struct Accounts {
    /// What all accounts write the bugs of the sandbox into.
    pub bugs: Bugs,
    /// What keeps the state of the accounts outside the memory, if something does.
    pub keeper: Option<Arc<dyn Keeper>>,
    /// Who is told of the attempts to deliver webhooks of all accounts.
    pub observer: Observer,
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
    pub fn new(settings: Arc<Settings>, fire: Fire, keeper: Option<Arc<dyn Keeper>>) -> Self {
        let (bugs, observer) = (Bugs::default(), Observer::default());
        Self { bugs, keeper, observer, settings, fire, known: RwLock::default() }
    }

    /// Opens the accounts that a keeper has, with all keys that open them.
    ///
    /// # Errors
    ///
    /// If what an account is reset to cannot be read, or two accounts have a key of the same text: the name of the
    /// account. Such accounts were never kept by a sandbox.
    #[cfg_attr(not(feature = "program"), allow(dead_code, reason = "only the program keeps states outside the memory"))]
    pub fn open_kept(&self, kept: Vec<KeptAccount>) -> Result<(), String> {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        for KeptAccount { name, first_key, saved, origin } in kept {
            let start: Saved = serde_json::from_str(origin.expose()).map_err(|_| name.clone())?;
            let account = self.account(&name, first_key);
            for text in saved.key_texts().into_iter().chain(start.key_texts()) {
                let holder = known.by_key.entry(text.expose().to_owned()).or_insert_with(|| Arc::clone(&account));
                if !Arc::ptr_eq(holder, &account) {
                    return Err(name);
                }
            }
            account.load_kept(saved, origin);
            known.by_name.insert(name, account);
        }
        Ok(())
    }

    /// Lets these keys open an account as well. Those that it has or had stay as they are, the deleted ones deleted.
    ///
    /// # Errors
    ///
    /// If another account has or had one of the keys: its label. Nothing has changed then.
    pub fn add_keys(&self, account: &Arc<Account>, keys: &[(String, Secret, Permissions)]) -> Result<(), String> {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let holder = |text: &Secret| known.by_key.get(text.expose());
        if let Some((label, ..)) =
            keys.iter().find(|(_, text, _)| holder(text).is_some_and(|holder| !Arc::ptr_eq(holder, account)))
        {
            return Err(label.clone());
        }
        for (label, text, permissions) in keys {
            if !account.read(|state| state.keys.first("text", text.expose()).is_some()) {
                account.add_key(label, text.clone(), *permissions);
                known.by_key.insert(text.expose().to_owned(), Arc::clone(account));
            }
        }
        Ok(())
    }

    fn account(&self, name: &str, first_key: Secret) -> Arc<Account> {
        let keeper = self.keeper.as_ref();
        Arc::new(Account::new(name, first_key, &self.settings, self.fire, &self.bugs, keeper, &self.observer))
    }

    /// The account of a name. One that is not known is opened, with a key that has the name as its label.
    pub fn open(&self, name: &str) -> Arc<Account> {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(account) = known.by_name.get(name) {
            return Arc::clone(account);
        }
        self.open_in(&mut known, name)
    }

    fn open_in(&self, known: &mut Known, name: &str) -> Arc<Account> {
        let mut state = State::new(name, &self.settings);
        let mut text = state.new_key_text();
        while known.by_key.contains_key(text.expose()) {
            text = state.new_key_text();
        }
        self.insert(known, name, &[(name.to_owned(), text, Permissions::NORMAL)])
    }

    /// The account of a name, if it was opened.
    #[cfg(feature = "program")]
    pub fn known(&self, name: &str) -> Option<Arc<Account>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).by_name.get(name).map(Arc::clone)
    }

    /// Whether an account is one of the server still.
    pub fn has(&self, account: &Arc<Account>) -> bool {
        self.known.read().unwrap_or_else(PoisonError::into_inner).has(account)
    }

    /// Ends an account: none of its keys opens anything any more, and its name can be used again. False if it had ended
    /// before: by now another account may have its name.
    #[cfg(feature = "program")]
    pub fn end(&self, account: &Arc<Account>) -> bool {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if !known.has(account) {
            return false;
        }
        known.by_name.retain(|_, known| !Arc::ptr_eq(known, account));
        known.by_key.retain(|_, known| !Arc::ptr_eq(known, account));
        account.end();
        true
    }

    /// Opens the account of a name that is not known.
    ///
    /// # Errors
    ///
    /// Why it is not opened, in words: there are too many, or one of the name exists.
    #[cfg(feature = "program")]
    pub fn open_new(&self, name: &str) -> Result<Arc<Account>, NotOpened> {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.admits(name)?;
        Ok(self.open_in(&mut known, name))
    }

    /// Opens an account with this key, if the server opens accounts by their keys and the key is one that no account has.
    ///
    /// # Errors
    ///
    /// Why it is not opened, in words.
    fn open_by_key(&self, text: &str) -> Result<Arc<Account>, String> {
        let Some(name) = text.strip_prefix(KEY_OF_NAME).filter(|_| self.settings.open_accounts) else {
            let advice =
                if text.starts_with(KEY_OF_NAME) { "; the program opens one with --open-accounts" } else { "" };
            return Err(format!("{UNKNOWN_KEY}{advice}"));
        };
        if !is_name(name) {
            return Err(format!(
                "a key that opens an account is {KEY_OF_NAME} and 1 to 64 letters, digits, hyphens and underscores"
            ));
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        // Another request with the key may have come first.
        if let Some(account) = known.by_key.get(text) {
            return Ok(Arc::clone(account));
        }
        known.admits(name).map_err(|refused| refused.to_string())?;
        Ok(self.insert(&mut known, name, &[(name.to_owned(), text.into(), Permissions::NORMAL)]))
    }

    /// All accounts, by their names.
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
        let account = self.account(name, first);
        known.by_name.insert(name.to_owned(), Arc::clone(&account));
        for (_, text, _) in keys {
            known.by_key.insert(text.expose().to_owned(), Arc::clone(&account));
        }
        account.begin(keys);
        account
    }

    /// The account and the key of this text. The account is opened now if its key may do that.
    ///
    /// # Errors
    ///
    /// If no key is it, or it was deleted: why, in words.
    pub fn caller(&self, text: &str) -> Result<(Arc<Account>, Arc<Key>), String> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner).by_key.get(text).map(Arc::clone);
        let account = known.map_or_else(|| self.open_by_key(text), Ok)?;
        let key = account.read(|state| state.keys.first("text", text).cloned());
        match key.filter(|key| key.deleted_at.is_none()) {
            Some(key) => Ok((account, key)),
            None => Err("the key was deleted".to_owned()),
        }
    }

    /// Makes another key of an account; its text.
    pub fn add_key(&self, account: &Arc<Account>, label: &str, permissions: Permissions) -> Secret {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        loop {
            let text = account.new_key_text();
            if !known.has(account) {
                account.add_key(label, text.clone(), permissions);
                return text;
            }
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
        if known.has(account) {
            known.by_key.extend(texts.iter().map(|text| (text.expose().to_owned(), Arc::clone(account))));
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

impl Known {
    /// Whether an account is one of the server still: the keys of one that was ended lead nowhere.
    fn has(&self, account: &Arc<Account>) -> bool {
        self.by_name.get(&account.name).is_some_and(|known| Arc::ptr_eq(known, account))
    }

    /// Whether an account of this name can be opened.
    fn admits(&self, name: &str) -> Result<(), NotOpened> {
        if self.by_name.contains_key(name) {
            return Err(NotOpened::NameTaken);
        }
        // The first account is not counted.
        if self.by_name.len() > MOST { Err(NotOpened::TooMany) } else { Ok(()) }
    }
}

/// Whether an account that a key opens may have this name.
fn is_name(name: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=64).contains(&name.len()) && name.bytes().all(is_part)
}

/// Why an account is not opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotOpened {
    /// There is an account of the name.
    NameTaken,
    /// There are as many accounts as there may be.
    TooMany,
}

impl fmt::Display for NotOpened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NameTaken => f.write_str("there is an account of this name already"),
            Self::TooMany => write!(f, "there are {MOST} accounts besides the first, and no more are opened"),
        }
    }
}

/// Another account of the server has or had a key of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyTaken;
