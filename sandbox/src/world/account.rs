//! An account: what one partner has at Imprint.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use imprint_client::Secret;
use tokio::sync::watch;

use crate::bugs::Bugs;
use crate::choices::Choice;
use crate::instant::Instant;
use crate::log::Log;
use crate::model::key::Key;
use crate::product::Product;
use crate::settings::{Permissions, Settings};

use super::state::State;
use super::transaction::Tx;

pub struct Account {
    pub name: String,
    pub settings: Arc<Settings>,
    pub log: Log,
    bugs: Bugs,
    state: Mutex<State>,
    /// Told whenever something may have changed.
    pub(super) changed: watch::Sender<()>,
}

impl Account {
    pub fn new(name: &str, settings: &Arc<Settings>, bugs: &Bugs) -> Self {
        Self {
            name: name.to_owned(),
            settings: Arc::clone(settings),
            log: Log::default(),
            bugs: bugs.clone(),
            state: Mutex::new(State::new(name, settings)),
            changed: watch::Sender::default(),
        }
    }

    /// Runs a transaction on the account. If it fails nothing has changed. The choices of both cases are returned.
    pub fn transact<T, E>(
        &self,
        product: Product,
        run: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> (Result<T, E>, Vec<Choice>) {
        let mut state = self.lock();
        let mut tx = Tx::begin(&mut state, &self.settings, &self.bugs, product);
        let outcome = run(&mut tx);
        let choices = tx.end(&outcome);
        drop(state);
        self.tell();
        (outcome, choices)
    }

    /// Looks something up.
    pub fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.lock())
    }

    /// What time it is.
    pub fn now(&self) -> Instant {
        self.lock().clock.now()
    }

    /// Adds a key that was not made by a request.
    pub fn add_key(&self, label: &str, text: Secret, permissions: Permissions) {
        let mut state = self.lock();
        let created_at = state.clock.now();
        state.keys.put(Key { label: label.to_owned(), text, permissions, created_at, deleted_at: None });
    }

    /// A transaction that panicked has taken its changes back, so the state is sound.
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
