//! The lock of an account's state. Whatever was changed while it was held is handed to the keeper when it is let go, so
//! that no place that changes something can forget it.

use std::ops::{Deref, DerefMut};
use std::sync::MutexGuard;

use super::account::Account;
use super::state::State;

/// The state of an account, locked.
pub struct Held<'a> {
    account: &'a Account,
    state: MutexGuard<'a, State>,
    /// Whether somebody asked to change it. A look costs nothing.
    is_changed: bool,
}

impl<'a> Held<'a> {
    pub(super) fn new(account: &'a Account, state: MutexGuard<'a, State>) -> Self {
        Self { account, state, is_changed: false }
    }
}

impl Deref for Held<'_> {
    type Target = State;

    fn deref(&self) -> &State {
        &self.state
    }
}

impl DerefMut for Held<'_> {
    fn deref_mut(&mut self) -> &mut State {
        self.is_changed = true;
        &mut self.state
    }
}

impl Drop for Held<'_> {
    /// The lock is let go afterwards, so that changes of an account reach the keeper in their order.
    fn drop(&mut self) {
        if let Some(keeper) = &self.account.keeper
            && self.is_changed
            && let Some(changes) = self.state.take_changes(&self.account.name, &self.account.first_key)
        {
            keeper.take(changes);
        }
    }
}
