//! A transaction: what one request, one call of the API for tests, or one timer does to an account.

use std::sync::Arc;

use crate::bugs::Bugs;
use crate::choices::Choice;
use crate::instant::Instant;
use crate::product::Product;
use crate::settings::Settings;

use super::state::State;
use super::timer::Deadline;

/// The account while it is being changed.
pub struct Tx<'a> {
    pub state: &'a mut State,
    pub settings: &'a Settings,
    /// Where a bug of the sandbox is written down, also if the transaction is taken back.
    pub bugs: &'a Bugs,
    /// The product that it is about.
    pub product: Arc<Product>,
    /// When the changes happen.
    pub now: Instant,
    /// Whether nothing is announced: there are neither events nor deliveries.
    pub is_silent: bool,
    choices: Vec<Choice>,
    is_done: bool,
}

impl<'a> Tx<'a> {
    /// Begins a transaction at a time.
    pub(super) fn begin(
        state: &'a mut State,
        settings: &'a Settings,
        bugs: &'a Bugs,
        product: Arc<Product>,
        now: Instant,
    ) -> Self {
        state.begin();
        Self { state, settings, bugs, product, now, is_silent: false, choices: Vec::new(), is_done: false }
    }

    /// Says that the answer rests on a choice of the sandbox.
    pub fn choose(&mut self, choice: Choice) {
        if !self.choices.contains(&choice) {
            self.choices.push(choice);
        }
    }

    /// Sets a timer.
    pub fn set_timer(&mut self, due: Instant, deadline: Deadline) {
        self.state.set_timer(self.product.key(), due, deadline);
    }

    /// Keeps the changes if the outcome is a success, and takes them back if not; the choices that were made.
    pub(super) fn end<T, E>(mut self, outcome: &Result<T, E>) -> Vec<Choice> {
        if outcome.is_ok() {
            self.is_done = true;
            if self.state.has_changed() {
                self.state.clock.told(self.now);
            }
        }
        std::mem::take(&mut self.choices)
    }
}

impl Drop for Tx<'_> {
    /// A panic ends a transaction as well.
    fn drop(&mut self) {
        if !self.is_done {
            self.state.roll_back();
        }
    }
}
