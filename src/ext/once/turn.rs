//! Calls for one id wait for each other, so that two of them at a time do not record it twice.
//!
//! A client and all of its clones share the turns. A call that had to wait learns how the one before it ended: what that
//! one recorded is its result as well, and what that one left in doubt is looked for before anything is sent.

use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{Mutex as Queue, OwnedMutexGuard};

/// What makes two calls wait for each other: operation, product and the partner's own id.
pub(super) type Key = (&'static str, Vec<u8>, String);

/// Who is at work on which id.
#[derive(Default)]
pub(crate) struct Turns(Mutex<HashMap<Key, Weak<Queue<Before>>>>);

/// How the call before ended.
#[derive(Default)]
pub(super) enum Before {
    /// There was none, or it recorded nothing.
    #[default]
    Nothing,
    /// It may have been recorded: the call was given up, or it could not find out.
    InDoubt {
        /// How often it was sent.
        sends: u32,
        /// Something showed that it is there.
        seen: bool,
    },
    /// This is recorded.
    Recorded(Box<dyn Any + Send + Sync>),
}

/// The right to work on an id. It ends when it is dropped.
pub(super) struct Turn(OwnedMutexGuard<Before>);

impl Turns {
    /// Waits for its turn; `None` if that would take longer than there is time.
    pub(super) async fn take(&self, key: Key, time: Option<Duration>) -> Option<Turn> {
        let queue = self.queue(key);
        if let Ok(before) = Arc::clone(&queue).try_lock_owned() {
            return Some(Turn(before));
        }
        // By the time of the runtime and not by the clock of the client: a clock of a test may end each pause at once,
        // and the other call needs real time.
        let turn = queue.lock_owned();
        let before = match time {
            Some(time) => tokio::time::timeout(time, turn).await.ok()?,
            None => turn.await,
        };
        Some(Turn(before))
    }

    fn queue(&self, key: Key) -> Arc<Queue<Before>> {
        let mut queues = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        queues.retain(|_, queue| queue.strong_count() > 0);
        if let Some(queue) = queues.get(&key).and_then(Weak::upgrade) {
            return queue;
        }
        let queue = Arc::default();
        queues.insert(key, Arc::downgrade(&queue));
        queue
    }
}

impl Turn {
    pub(super) fn before(&self) -> &Before {
        &self.0
    }

    /// It is sent now: from here on it may be recorded, even if this call is given up.
    pub(super) fn sends(&mut self) {
        let (sends, seen) = self.doubt();
        *self.0 = Before::InDoubt { sends: sends + 1, seen };
    }

    /// Something shows that it is there.
    pub(super) fn has_seen_it(&mut self) {
        let (sends, _) = self.doubt();
        *self.0 = Before::InDoubt { sends, seen: true };
    }

    fn doubt(&self) -> (u32, bool) {
        if let Before::InDoubt { sends, seen } = *self.0 { (sends, seen) } else { (0, false) }
    }

    /// Nothing was recorded.
    pub(super) fn recorded_nothing(&mut self) {
        *self.0 = Before::Nothing;
    }

    /// Tells those who wait what is recorded.
    pub(super) fn recorded<T: Clone + Send + Sync + 'static>(&mut self, value: &T) {
        *self.0 = Before::Recorded(Box::new(value.clone()));
    }
}
