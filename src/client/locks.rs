//! Locks by which calls that record the same thing wait for each other, so that two of them at a time do not record it
//! twice.
//!
//! A client and all of its clones share one table of locks. A call that had to wait learns how the calls before it
//! ended: what they recorded is its result as well, and what they left in doubt is looked up before anything is sent.

use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

use crate::call::check_runtime;
use crate::error::ConfigError;

/// What makes two calls wait for each other: operation, product and the partner's own id.
type LockKey = (&'static str, Vec<u8>, String);

/// The lock of each thing that is being recorded. A lock that no call holds or waits for is dropped.
#[derive(Default)]
pub(crate) struct RecordLocks(Mutex<HashMap<LockKey, Weak<AsyncMutex<EarlierCalls>>>>);

/// How the calls ended that held the lock before.
#[derive(Default)]
pub(crate) enum EarlierCalls {
    /// There were none, or they recorded nothing.
    #[default]
    Nothing,
    /// It may have been recorded: a call was given up, or could not find out.
    InDoubt(Doubt),
    /// This is recorded.
    Recorded(Box<dyn Any + Send + Sync>),
}

/// What is known of something when calls could not find out whether it is recorded, or how often.
#[derive(Clone, Copy, Default)]
pub(crate) struct Doubt {
    /// How often they sent it.
    pub(crate) sends: u32,
    /// Something showed that it is there.
    pub(crate) seen: bool,
    /// It was found more than once, or could not be counted after it was sent more than once.
    pub(crate) perhaps_twice: bool,
}

/// The right to record one thing. It is given to the next call when it is dropped.
pub(crate) struct RecordLock(OwnedMutexGuard<EarlierCalls>);

impl RecordLocks {
    /// Waits for the lock; `None` if that takes longer than there is time.
    ///
    /// # Errors
    ///
    /// There is no runtime to wait in, or one without timers.
    pub(crate) async fn acquire(
        &self,
        key: LockKey,
        time: Option<Duration>,
    ) -> Result<Option<RecordLock>, ConfigError> {
        let lock = self.lock_of(key);
        if let Ok(held) = Arc::clone(&lock).try_lock_owned() {
            return Ok(Some(RecordLock(held)));
        }
        check_runtime()?;
        // Measured by the runtime and not by the clock of the client: the clock of a test may end each pause at once,
        // and the other call needs real time.
        let acquired = lock.lock_owned();
        let held = match time {
            Some(time) => tokio::time::timeout(time, acquired).await.ok(),
            None => Some(acquired.await),
        };
        Ok(held.map(RecordLock))
    }

    fn lock_of(&self, key: LockKey) -> Arc<AsyncMutex<EarlierCalls>> {
        let mut locks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        locks.retain(|_, lock| lock.strong_count() > 0);
        if let Some(lock) = locks.get(&key).and_then(Weak::upgrade) {
            return lock;
        }
        let lock = Arc::default();
        locks.insert(key, Arc::downgrade(&lock));
        lock
    }
}

impl RecordLock {
    pub(crate) fn earlier_calls(&self) -> &EarlierCalls {
        &self.0
    }

    /// Notes that it is about to be sent: from here on it may be recorded, even if the future of this call is dropped.
    pub(crate) fn note_send(&mut self) {
        self.update(|doubt| doubt.sends += 1);
    }

    /// Notes that something shows that it is recorded.
    pub(crate) fn note_seen(&mut self) {
        self.update(|doubt| doubt.seen = true);
    }

    /// Notes that it is recorded, and perhaps twice.
    pub(crate) fn note_perhaps_twice(&mut self) {
        self.update(|doubt| (doubt.seen, doubt.perhaps_twice) = (true, true));
    }

    fn update(&mut self, change: impl FnOnce(&mut Doubt)) {
        let mut doubt = if let EarlierCalls::InDoubt(doubt) = *self.0 { doubt } else { Doubt::default() };
        change(&mut doubt);
        *self.0 = EarlierCalls::InDoubt(doubt);
    }

    /// Notes that nothing was recorded.
    pub(crate) fn note_nothing_recorded(&mut self) {
        *self.0 = EarlierCalls::Nothing;
    }

    /// Notes what is recorded, for the calls that wait.
    pub(crate) fn note_recorded<T: Clone + Send + Sync + 'static>(&mut self, value: &T) {
        *self.0 = EarlierCalls::Recorded(Box::new(value.clone()));
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
        let locks = RecordLocks::default();
        let key = || ("postThing", Vec::new(), "id".to_owned());
        let Poll::Ready(Ok(Some(first))) = poll(locks.acquire(key(), Some(Duration::from_secs(1)))) else {
            panic!("the first has nothing to wait for");
        };
        let Poll::Ready(Err(error)) = poll(locks.acquire(key(), Some(Duration::from_secs(1)))) else {
            panic!("the second would have to wait");
        };
        assert!(error.to_string().contains("tokio runtime"), "{error}");
        drop(first);
        assert!(matches!(poll(locks.acquire(key(), None)), Poll::Ready(Ok(Some(_)))));
        // What nobody works on is not kept.
        assert!(matches!(
            poll(locks.acquire(("postThing", Vec::new(), "other".to_owned()), None)),
            Poll::Ready(Ok(Some(_)))
        ));
        assert_eq!(locks.0.lock().unwrap().len(), 1);
    }
}
