//! An account: what one partner has at Imprint.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use imprint_client::Secret;

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
}

impl Account {
    pub fn new(name: &str, settings: &Arc<Settings>, bugs: &Bugs) -> Self {
        Self {
            name: name.to_owned(),
            settings: Arc::clone(settings),
            log: Log::default(),
            bugs: bugs.clone(),
            state: Mutex::new(State::new(name, settings)),
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

    /// Puts the clock forward, through everything that falls due.
    pub fn advance(&self, by: Duration) {
        self.lock().advance(by);
    }

    /// Adds a key that was not made by a request.
    pub fn add_key(&self, label: &str, text: Secret, permissions: Permissions) {
        let mut state = self.lock();
        let created_at = state.clock.now();
        state.keys.put(Key { label: label.to_owned(), text, permissions, created_at, deleted_at: None });
    }

    /// A transaction that panicked has taken its changes back, so the state is sound.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
