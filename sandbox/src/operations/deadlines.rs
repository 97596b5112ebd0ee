//! What is due at a time of the account's clock, each in a transaction of its own.

use crate::model::transaction::{Command, Transaction};
use crate::world::{Deadline, Tx};

use super::{statements, transactions};

/// Carries out what is due.
pub fn fire(tx: &mut Tx<'_>, deadline: &Deadline) {
    match deadline {
        Deadline::Session(id) => {
            let expired = tx.state.sessions.get(id).and_then(|session| (**session).clone().expired(tx.now));
            if let Some(session) = expired {
                tx.state.sessions.put(session);
            }
        }
        Deadline::Authorisation(id) => {
            let Some(transaction) = tx.state.transactions.get(id).map(|t| Transaction::clone(t)) else { return };
            // Captured and voided ones stay as they are.
            if let Ok(voided) = transactions::take(tx, transaction, &Command::Void) {
                tx.state.transactions.put(voided.clone());
                transactions::announce(tx, &voided);
            }
        }
        Deadline::Statement(customer_id) => {
            statements::close(tx, customer_id);
            statements::schedule(tx, customer_id);
        }
        Deadline::Delivery(id) => tx.state.wake(id, tx.now),
        Deadline::Held(endpoint_id) => tx.state.release(endpoint_id),
        Deadline::Simulation(customer_id) => statements::close(tx, customer_id),
    }
}
