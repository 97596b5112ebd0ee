//! What the parts of the program share.

use std::sync::Arc;

use http::StatusCode;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

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

/// How many accounts are named to somebody who asks for one that there is not.
const NAMED: usize = 10;

impl Served {
    /// The place of a stream, which is held for as long as it is open.
    ///
    /// # Errors
    ///
    /// If as many are open as there may be.
    pub fn stream(&self) -> Result<OwnedSemaphorePermit, Failure> {
        Arc::clone(&self.streams).try_acquire_owned().map_err(|_| {
            let message = format!("{STREAMS} streams of events are open, which is as many as there may be; close one");
            Failure::new(StatusCode::TOO_MANY_REQUESTS, "TOO_MANY_STREAMS_ERROR", message)
        })
    }

    /// The account that a request names; without a name it is the first.
    ///
    /// # Errors
    ///
    /// If no account has the name.
    pub fn account(&self, name: Option<&str>) -> Result<Sandbox, Failure> {
        match name.filter(|name| !name.is_empty()) {
            None => Ok(self.sandbox.clone()),
            Some(name) => self.sandbox.opened(name).ok_or_else(|| {
                // The name of an account is the key to it where accounts are opened by their keys.
                let names = if self.has_control { self.sandbox.account_names() } else { Vec::new() };
                let more = if names.len() > NAMED { " and more" } else { "" };
                let there_are = match names.is_empty() {
                    true => String::new(),
                    false => format!("; there are {}{more}", names[..names.len().min(NAMED)].join(", ")),
                };
                Failure::not_found(format!("there is no account of this name{there_are}"))
            }),
        }
    }
}
