//! Locks by which calls that record the same object wait for each other, so that two simultaneous calls do not record
//! it twice.
//!
//! A client and all of its clones share one table of locks. A call that had to wait receives how the calls before it
//! ended. If they recorded the object, it is the result of this call as well. If they could not find out whether it is
//! recorded, it is looked up before anything is sent.

use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

use crate::call::check_runtime;
use crate::error::ConfigError;

/// Two calls wait for each other if these are the same: operation, product and the partner's own id.
type LockKey = (&'static str, Vec<u8>, String);

/// The lock of each object that is being recorded. A lock that no call holds or waits for is dropped.
#[derive(Default)]
pub(crate) struct RecordLocks(Mutex<HashMap<LockKey, Weak<AsyncMutex<EarlierCalls>>>>);

/// How the calls that held the lock before ended.
#[derive(Default)]
pub(crate) enum EarlierCalls {
    /// There were no such calls, or they recorded nothing.
    #[default]
    Nothing,
    /// The object may have been recorded: a call was dropped, or could not find out.
    InDoubt(Doubt),
    /// The object is recorded; this is it.
    Recorded(Box<dyn Any + Send + Sync>),
}

/// What is known of an object when calls could not find out whether it is recorded, or how many times.
#[derive(Clone, Copy, Default)]
pub(crate) struct Doubt {
    /// How many times these calls sent it.
    pub(crate) sends: u32,
    /// Whether an answer or a lookup showed that it may be recorded.
    pub(crate) seen: bool,
    /// Whether it was found more than once, or could not be counted after it was sent more than once.
    pub(crate) perhaps_twice: bool,
}

/// The right to record one object. When it is dropped, the next call gets it.
pub(crate) struct RecordLock(OwnedMutexGuard<EarlierCalls>);

impl RecordLocks {
    /// Waits for the lock; returns `None` if that takes longer than the time allows.
    ///
    /// # Errors
    ///
    /// There is no runtime to wait in, or the runtime has no timers.
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
        // The time is measured by the runtime and not by the clock of the client: the clock of a test may end each
        // pause at once, but the other call needs real time.
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

    /// Notes that the object is about to be sent: from now on it may be recorded, even if the future of this call is
    /// dropped.
    pub(crate) fn note_send(&mut self) {
        self.update(|doubt| doubt.sends += 1);
    }

    /// Notes that an answer or a lookup shows that the object may be recorded.
    pub(crate) fn note_seen(&mut self) {
        self.update(|doubt| doubt.seen = true);
    }

    /// Notes that the object is recorded, and perhaps twice.
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

    /// Notes the recorded object, for the calls that wait.
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
        // A lock that no call holds or waits for is dropped.
        assert!(matches!(
            poll(locks.acquire(("postThing", Vec::new(), "other".to_owned()), None)),
            Poll::Ready(Ok(Some(_)))
        ));
        assert_eq!(locks.0.lock().unwrap().len(), 1);
    }
}
