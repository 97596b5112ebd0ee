//! Calls for one id wait for each other, so that two of them at a time do not record it twice.
//!
//! A client and all of its clones share the turns. A call that had to wait learns how the one before it ended: what that
//! one recorded is its result as well, and what that one left in doubt is looked for before anything is sent.

use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{Mutex as Queue, OwnedMutexGuard};

use crate::error::ConfigError;
use crate::transport;

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
    InDoubt(Doubt),
    /// This is recorded.
    Recorded(Box<dyn Any + Send + Sync>),
}

/// What calls know that could not find out whether it is recorded, or how often.
#[derive(Clone, Copy, Default)]
pub(super) struct Doubt {
    /// How often they sent it.
    pub(super) sends: u32,
    /// Something showed that it is there.
    pub(super) seen: bool,
    /// It was found more than once, or could not be counted after it was sent more than once.
    pub(super) perhaps_twice: bool,
}

/// The right to work on an id. It ends when it is dropped.
pub(super) struct Turn(OwnedMutexGuard<Before>);

impl Turns {
    /// Waits for its turn; `None` if that would take longer than there is time.
    ///
    /// # Errors
    ///
    /// There is no runtime to wait in, or one without timers.
    pub(super) async fn take(&self, key: Key, time: Option<Duration>) -> Result<Option<Turn>, ConfigError> {
        let queue = self.queue(key);
        if let Ok(before) = Arc::clone(&queue).try_lock_owned() {
            return Ok(Some(Turn(before)));
        }
        transport::check_runtime()?;
        // By the time of the runtime and not by the clock of the client: a clock of a test may end each pause at once,
        // and the other call needs real time.
        let turn = queue.lock_owned();
        let before = match time {
            Some(time) => tokio::time::timeout(time, turn).await.ok(),
            None => Some(turn.await),
        };
        Ok(before.map(Turn))
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
        self.update(|doubt| doubt.sends += 1);
    }

    /// Something shows that it is there.
    pub(super) fn has_seen_it(&mut self) {
        self.update(|doubt| doubt.seen = true);
    }

    /// It is there, and perhaps twice.
    pub(super) fn has_seen_two(&mut self) {
        self.update(|doubt| (doubt.seen, doubt.perhaps_twice) = (true, true));
    }

    fn update(&mut self, change: impl FnOnce(&mut Doubt)) {
        let mut doubt = if let Before::InDoubt(doubt) = *self.0 { doubt } else { Doubt::default() };
        change(&mut doubt);
        *self.0 = Before::InDoubt(doubt);
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

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    fn poll<T>(future: impl Future<Output = T>) -> Poll<T> {
        pin!(future).poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn whoever_has_to_wait_without_a_runtime_is_told_so() {
        let turns = Turns::default();
        let key = || ("postThing", Vec::new(), "id".to_owned());
        let Poll::Ready(Ok(Some(first))) = poll(turns.take(key(), Some(Duration::from_secs(1)))) else {
            panic!("the first has nothing to wait for");
        };
        let Poll::Ready(Err(error)) = poll(turns.take(key(), Some(Duration::from_secs(1)))) else {
            panic!("the second would have to wait");
        };
        assert!(error.to_string().contains("tokio runtime"), "{error}");
        drop(first);
        assert!(matches!(poll(turns.take(key(), None)), Poll::Ready(Ok(Some(_)))));
        // What nobody works on is not kept.
        assert!(matches!(
            poll(turns.take(("postThing", Vec::new(), "other".to_owned()), None)),
            Poll::Ready(Ok(Some(_)))
        ));
        assert_eq!(turns.0.lock().unwrap().len(), 1);
    }
}
