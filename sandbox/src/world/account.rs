//! An account: what one partner has at Imprint.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use imprint_client::Secret;

use crate::choices::Choice;
use crate::faults::FaultTable;
use crate::instant::Instant;
use crate::log::Log;
use crate::model::key::Key;
use crate::product::Product;
use crate::settings::{Permissions, Settings};

use super::state::{Saved, State};
use super::timer::{Deadline, Timer};
use super::transaction::Tx;

/// What carries out a timer, in a transaction of its own.
pub type Fire = fn(&mut Tx<'_>, &Deadline);

pub struct Account {
    pub name: String,
    pub settings: Arc<Settings>,
    pub log: Log,
    pub faults: FaultTable,
    state: Mutex<State>,
    /// What `reset` goes back to, as text, since it has keys and numbers of cards.
    origin: Mutex<Secret>,
    fire: Fire,
}

impl Account {
    pub fn new(name: &str, settings: &Arc<Settings>, fire: Fire) -> Self {
        Self {
            name: name.to_owned(),
            settings: Arc::clone(settings),
            log: Log::new(settings.log_size),
            faults: FaultTable::new(settings.seed, name),
            state: Mutex::new(State::new(name, settings)),
            origin: Mutex::new(Secret::from(String::new())),
            fire,
        }
    }

    /// Runs a transaction on the account, after everything that is due by now. If it fails nothing has changed. The
    /// choices of both cases are returned.
    pub fn transact<T, E>(
        &self,
        product: Product,
        run: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> (Result<T, E>, Vec<Choice>) {
        let mut state = self.lock();
        let now = state.clock.now();
        self.catch_up(&mut state, now);
        let at = state.clock.of_change();
        let mut tx = Tx::begin(&mut state, &self.settings, product, at);
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
        let mut state = self.lock();
        let until = state.clock.now().plus(by);
        self.catch_up(&mut state, until);
        state.clock.advance_to(until);
    }

    /// Adds a key that was not made by a request.
    pub fn add_key(&self, label: &str, text: Secret, permissions: Permissions) {
        let mut state = self.lock();
        let created_at = state.clock.now();
        state.keys.put(Key { label: label.to_owned(), text, permissions, created_at, deleted_at: None });
    }

    /// Everything the account has, for a snapshot.
    pub fn save(&self) -> Saved {
        self.lock().save()
    }

    /// Puts everything of a snapshot in the place of what the account has.
    pub fn load(&self, saved: Saved) {
        self.lock().load(saved);
    }

    /// Makes what the account has now what it is reset to.
    pub fn mark_origin(&self) {
        *self.origin.lock().unwrap_or_else(PoisonError::into_inner) = self.saved_text();
    }

    /// Goes back to the origin, and forgets the requests.
    pub fn reset(&self) {
        let origin = self.origin.lock().unwrap_or_else(PoisonError::into_inner).clone();
        // The text was written by this very process.
        if let Ok(saved) = serde_json::from_str(origin.expose()) {
            self.load(saved);
        }
        self.log.clear();
    }

    fn saved_text(&self) -> Secret {
        serde_json::to_string(&self.save()).unwrap_or_default().into()
    }

    /// Carries out whatever is due until a time, in the order of the times, each at its own.
    fn catch_up(&self, state: &mut State, until: Instant) {
        while let Some(timer) = state.timers.lowest().filter(|timer| timer.due <= until).map(Arc::clone) {
            let Timer { id, product, due, deadline } = &*timer;
            // The product of a timer was there when it was set, and products do not go away.
            let product = self.settings.product(Some(product)).unwrap_or_default();
            let at = state.clock.told(*due);
            let mut tx = Tx::begin(state, &self.settings, product, at);
            tx.state.timers.remove(id);
            (self.fire)(&mut tx, deadline);
            tx.end(&Ok::<(), Infallible>(()));
        }
    }

    /// A transaction that panicked has taken its changes back, so the state is sound.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
