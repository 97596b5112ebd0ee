//! What the parts of the program share.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::sandbox::Sandbox;

use super::failure::Failure;
use super::guard::Guard;

/// A sandbox that is served.
pub struct Served {
    /// The first account.
    pub sandbox: Sandbox,
    pub guard: Guard,
    /// Whether the control API and the page are on.
    pub has_control: bool,
    /// Whether fields that the document does not name are refused.
    pub is_strict: bool,
    /// How many more streams of events may be open at the same time.
    pub streams: Arc<Semaphore>,
}

/// How many streams of events may be open at the same time: each holds a connection for as long as its reader likes.
pub const STREAMS: usize = 64;

impl Served {
    /// The account that a request names; without a name it is the first.
    ///
    /// # Errors
    ///
    /// If no account has the name.
    pub fn account(&self, name: Option<&str>) -> Result<Sandbox, Failure> {
        match name.filter(|name| !name.is_empty()) {
            None => Ok(self.sandbox.clone()),
            Some(name) => self.sandbox.opened(name).ok_or_else(|| {
                let names = self.sandbox.account_names().join(", ");
                Failure::not_found(format!("there is no account of this name; there are {names}"))
            }),
        }
    }
}
