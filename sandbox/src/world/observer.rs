//! Whoever wants to be told of each attempt to deliver a webhook, such as the log of the program.

use std::sync::{Arc, OnceLock};

use crate::model::delivery::Attempt;

use super::outbox::Parcel;

/// What is called, with the name of the account.
pub type OnAttempt = Box<dyn Fn(&str, &Parcel, &Attempt) + Send + Sync>;

/// Holds at most one who is told. A clone holds the same.
#[derive(Clone, Default)]
pub struct Observer(Arc<OnceLock<OnAttempt>>);

impl Observer {
    /// Has this called from now on. A second one would be a mistake of this crate; the first stays.
    #[cfg(feature = "program")]
    pub fn set(&self, told: OnAttempt) {
        let _ = self.0.set(told);
    }

    /// Tells of an attempt.
    pub fn attempted(&self, account: &str, parcel: &Parcel, attempt: &Attempt) {
        if let Some(told) = self.0.get() {
            told(account, parcel, attempt);
        }
    }
}
