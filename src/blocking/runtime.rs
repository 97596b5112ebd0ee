//! The thread that drives the connections of a blocking client, and the waiting for a call in the calling thread.

use std::io;
use std::thread::{self, ThreadId};

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

use crate::error::{ConfigError, Error};

/// A runtime in a thread of its own. The thread ends when this value is dropped, and the connections end with it.
pub(super) struct Runtime {
    handle: Handle,
    thread: ThreadId,
    /// Dropped to end the thread. Nothing is ever sent.
    _running: oneshot::Sender<()>,
}

impl Runtime {
    pub(super) fn start() -> Result<Self, Error> {
        let refused = |error: io::Error| {
            ConfigError::new(
                "runtime",
                format!("the thread of the blocking client could not be started: {}", error.kind()),
            )
        };
        // Made here and not in the thread, so that an error can be returned.
        let runtime = Builder::new_current_thread().enable_io().enable_time().build().map_err(refused)?;
        let handle = runtime.handle().clone();
        let (running, ended) = oneshot::channel::<()>();
        let thread = thread::Builder::new()
            .name("imprint-blocking".to_owned())
            .spawn(move || {
                // An error: the sender was dropped.
                let _ = runtime.block_on(ended);
            })
            .map_err(refused)?;
        Ok(Self { handle, thread: thread.thread().id(), _running: running })
    }

    /// Waits for a future in the calling thread, whether or not that thread belongs to another runtime.
    ///
    /// # Panics
    ///
    /// In the thread of the runtime, where the call would wait for itself for ever. Code of the caller runs there if it
    /// is an interceptor of a call that [`prefetch`](super::Items::prefetch) has begun.
    pub(super) fn wait<F: Future>(&self, future: F) -> F::Output {
        assert!(
            thread::current().id() != self.thread,
            "a blocking call was made in the thread that drives the connections of its own client, from an interceptor \
             perhaps: it would never end. Make the call by another client"
        );
        // Timers and connections of the future belong to the runtime of the thread.
        let _context = self.handle.enter();
        // In a task of another runtime, tokio counts what the task polls, and its cooperative budget holds futures up until
        // the task returns. It does not return before this call has ended: without `unconstrained` it would wait for ever.
        pollster::block_on(tokio::task::unconstrained(future))
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn a_future_is_waited_for_outside_of_a_runtime() {
        let runtime = Runtime::start().unwrap();
        let begun = Instant::now();
        runtime.wait(async { tokio::time::sleep(Duration::from_millis(20)).await });
        assert!(begun.elapsed() >= Duration::from_millis(20));
        assert_eq!(runtime.wait(async { runtime.wait(async { 7 }) }), 7);
    }

    /// More ready futures than tokio lets a task poll in one go.
    #[test]
    fn a_future_is_waited_for_in_a_task_that_has_used_up_its_budget() {
        let outer = Builder::new_current_thread().build().unwrap();
        outer.block_on(async {
            tokio::spawn(async {
                let runtime = Runtime::start().unwrap();
                let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
                (0..1000).for_each(|number| sender.send(number).unwrap());
                for number in 0..1000 {
                    assert_eq!(runtime.wait(receiver.recv()), Some(number));
                }
            })
            .await
            .unwrap();
        });
    }

    #[test]
    fn a_call_in_the_thread_of_the_runtime_does_not_wait_for_itself() {
        let runtime = std::sync::Arc::new(Runtime::start().unwrap());
        let inner = std::sync::Arc::clone(&runtime);
        let task = runtime.handle.spawn(async move { inner.wait(async {}) });
        let error = runtime.wait(task).unwrap_err();
        assert!(error.is_panic());
    }

    #[test]
    fn the_thread_ends_with_the_client() {
        let runtime = Runtime::start().unwrap();
        let handle = runtime.handle.clone();
        let task = handle.spawn(std::future::pending::<()>());
        drop(runtime);
        let begun = Instant::now();
        while !task.is_finished() {
            assert!(begun.elapsed() < Duration::from_secs(10), "the runtime has not ended");
            thread::sleep(Duration::from_millis(1));
        }
    }
}
