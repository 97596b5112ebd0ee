//! An account: what one partner has at Imprint.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};

use imprint_client::Secret;
use tokio::sync::watch;

use crate::bugs::Bugs;
use crate::choices::Choice;
use crate::clock::VirtualClock;
use crate::faults::FaultTable;
use crate::instant::Instant;
use crate::log::Log;
use crate::product::Product;
use crate::settings::{Permissions, Settings};

use super::held::Held;
use super::keeper::{self, Keeper, KeptAccount, NotKept};
use super::observer::Observer;
use super::state::{Saved, State};
use super::timer::{Deadline, Timer};
use super::transaction::Tx;

/// What carries out a timer, in a transaction of its own.
pub type Fire = fn(&mut Tx<'_>, &Deadline);

pub struct Account {
    pub name: String,
    /// The text of the key that the account was opened with first. It may have been deleted since.
    pub first_key: Secret,
    pub settings: Arc<Settings>,
    pub log: Log,
    pub faults: FaultTable,
    bugs: Bugs,
    /// What keeps the state outside the memory, if something does.
    pub(super) keeper: Option<Arc<dyn Keeper>>,
    /// Who is told of the attempts to deliver webhooks.
    pub(super) observer: Observer,
    state: Mutex<State>,
    fire: Fire,
    /// Told whenever something may have changed.
    pub(super) changed: watch::Sender<()>,
}

impl Account {
    pub fn new(
        name: &str,
        first_key: Secret,
        settings: &Arc<Settings>,
        fire: Fire,
        bugs: &Bugs,
        keeper: Option<&Arc<dyn Keeper>>,
        observer: &Observer,
    ) -> Self {
        Self {
            name: name.to_owned(),
            first_key,
            settings: Arc::clone(settings),
            log: Log::new(settings.log_size),
            faults: FaultTable::new(settings.seed, name),
            bugs: bugs.clone(),
            keeper: keeper.map(Arc::clone),
            observer: observer.clone(),
            state: Mutex::new(State::new(name, settings)),
            fire,
            changed: watch::Sender::default(),
        }
    }

    /// Runs a transaction on the account, after everything that is due by now. If it fails nothing has changed. The
    /// choices of both cases are returned.
    pub fn transact<T, E>(
        &self,
        product: Arc<Product>,
        run: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> (Result<T, E>, Vec<Choice>) {
        let mut state = self.lock();
        let done = self.transact_in(&mut state, product, run);
        drop(state);
        self.tell();
        done
    }

    /// The same, and what comes of it is what the account is reset to. Nothing else can happen in between.
    pub fn transact_to_origin<T, E>(
        &self,
        product: Arc<Product>,
        run: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut state = self.lock();
        let (outcome, _) = self.transact_in(&mut state, product, run);
        if outcome.is_ok() {
            state.mark_origin();
        }
        drop(state);
        self.tell();
        outcome
    }

    fn transact_in<T, E>(
        &self,
        state: &mut State,
        product: Arc<Product>,
        run: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> (Result<T, E>, Vec<Choice>) {
        let now = state.clock.now();
        self.catch_up(state, now);
        let at = state.clock.of_change(now);
        let mut tx = Tx::begin(state, &self.settings, &self.bugs, product, at);
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

    /// Makes the text of a new key.
    pub(super) fn new_key_text(&self) -> Secret {
        self.lock().new_key_text()
    }

    /// Adds a key that was not made by a request.
    pub(super) fn add_key(&self, label: &str, text: Secret, permissions: Permissions) {
        self.lock().add_key(label, text, permissions);
    }

    /// Begins with these keys, which it is reset to as well. All at once, so that it is not kept without them.
    pub(super) fn begin(&self, keys: &[(String, Secret, Permissions)]) {
        let mut state = self.lock();
        for (label, text, permissions) in keys {
            state.add_key(label, text.clone(), *permissions);
        }
        state.mark_origin();
    }

    /// Everything the account has, for a snapshot.
    pub fn save(&self) -> Saved {
        self.lock().save()
    }

    /// Puts everything of a snapshot in the place of what the account has.
    pub fn load(&self, saved: Saved) {
        self.lock().load(saved);
        self.tell();
    }

    /// Takes over what a keeper has of the account.
    #[cfg_attr(not(feature = "program"), allow(dead_code, reason = "only the program keeps states outside the memory"))]
    pub(super) fn load_kept(&self, saved: Saved, origin: Secret) {
        self.lock().load_kept(saved, origin);
        self.tell();
    }

    /// Waits until everything that was changed before this call is kept, in all accounts. Without a keeper it returns at
    /// once.
    ///
    /// # Errors
    ///
    /// If it cannot be kept.
    pub async fn kept(&self) -> Result<(), NotKept> {
        keeper::kept(self.keeper.as_ref()).await
    }

    /// What the account has and what the keeper has of it at the same moment, with what both are reset to; for tests. None
    /// if there is no keeper.
    ///
    /// # Errors
    ///
    /// If the keeper has nothing.
    pub fn beside_kept(&self) -> Option<Result<(KeptAccount, KeptAccount), NotKept>> {
        let keeper = self.keeper.as_ref()?;
        let state = self.lock();
        let (name, first_key, origin) = (self.name.clone(), self.first_key.clone(), Secret::clone(&state.origin));
        let live = KeptAccount { name, first_key, saved: state.save(), origin };
        Some(keeper.read_back(&self.name).map(|kept| (live, kept)))
    }

    /// The account has ended: what keeps its state forgets it, and nothing that still has the account changes what is kept.
    #[cfg(feature = "program")]
    pub(super) fn end(&self) {
        self.lock().end();
        if let Some(keeper) = &self.keeper {
            keeper.forget(&self.name);
        }
    }

    /// Makes what the account has now what it is reset to.
    pub fn mark_origin(&self) {
        self.lock().mark_origin();
    }

    /// Goes back to the origin, and forgets the requests.
    pub fn reset(&self) {
        let origin = Arc::clone(&self.lock().origin);
        // The text was written by this process, or was read when the account was.
        if let Ok(saved) = serde_json::from_str(origin.expose()) {
            self.load(saved);
        }
        self.log.clear();
    }

    /// Removes everything but the keys, whatever the origin is, and forgets the requests.
    pub fn empty(&self) {
        self.lock().empty(&self.settings);
        self.tell();
        self.log.clear();
    }

    /// Lets time stand still, after everything that is due by now.
    pub fn freeze(&self) {
        self.set_clock(VirtualClock::freeze);
    }

    /// Lets time pass, from where the clock stands.
    pub fn run_clock(&self) {
        self.set_clock(VirtualClock::run);
    }

    fn set_clock(&self, set: fn(&mut VirtualClock)) {
        let mut state = self.lock();
        let now = state.clock.now();
        self.catch_up(&mut state, now);
        set(&mut state.clock);
        drop(state);
        // Those who wait for a time have to look at the clock again.
        self.tell();
    }

    /// Carries out whatever is due until a time, in the order of the times, each at its own.
    pub(super) fn catch_up(&self, state: &mut State, until: Instant) {
        while self.fire_next(state, until) {}
    }

    /// Puts the clock forward and carries out whatever falls due in between, up to the first time at which something is to
    /// be sent; whether the end was reached.
    pub(super) fn advance_to_sending(&self, until: Instant) -> bool {
        let mut state = self.lock();
        while self.fire_next(&mut state, until) {
            if state.has_outgoing() {
                let at = state.clock.now();
                self.catch_up(&mut state, at);
                return false;
            }
        }
        state.clock.advance_to(until);
        true
    }

    /// Carries out the first timer that is due until a time, in a transaction of its own; whether there was one.
    fn fire_next(&self, state: &mut State, until: Instant) -> bool {
        let Some(timer) = state.next_timer().filter(|timer| timer.due <= until).map(Arc::clone) else {
            return false;
        };
        let Timer { id, product, due, deadline } = &*timer;
        // The product of a timer was there when it was set, and products do not go away.
        let product = self.settings.product(Some(product)).unwrap_or_default();
        let at = state.clock.told(*due);
        let mut tx = Tx::begin(state, &self.settings, &self.bugs, product, at);
        tx.state.timers.remove(id);
        (self.fire)(&mut tx, deadline);
        tx.end(&Ok::<(), Infallible>(()));
        true
    }

    /// A transaction that panicked has taken its changes back, so the state is sound.
    pub(super) fn lock(&self) -> Held<'_> {
        Held::new(self, self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
