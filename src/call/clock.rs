//! The clock: it provides the time, the pauses and the jitter of the retry loop, so that tests can replace it and need
//! not wait.

use std::pin::Pin;
use std::time::{Duration, Instant};

/// A pause that ends by itself.
pub type Pause = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The source of time for the retries of a client: it shows how much time is left, and makes the pauses.
///
/// Implement it only for tests. With a clock that records its pauses and does not wait, a test of code that calls a
/// failing API takes no time and can assert how long the pauses would have been.
///
/// ```
/// use std::sync::{Arc, Mutex};
/// use std::time::{Duration, Instant};
///
/// use imprint_client::{Client, Clock, Pause};
///
/// /// Notes the pauses and ends them at once.
/// #[derive(Clone, Default)]
/// struct Impatient(Arc<Mutex<Duration>>);
///
/// impl Clock for Impatient {
///     fn now(&self) -> Instant {
///         Instant::now() + *self.0.lock().unwrap()
///     }
///
///     fn sleep(&self, pause: Duration) -> Pause {
///         *self.0.lock().unwrap() += pause;
///         Box::pin(std::future::ready(()))
///     }
/// }
///
/// let clock = Impatient::default();
/// let client = Client::builder().api_key("test").base_url("http://127.0.0.1:8080").clock(clock.clone()).build()?;
/// # Ok::<(), imprint_client::Error>(())
/// ```
pub trait Clock: Send + Sync {
    /// The time now. It never goes back.
    fn now(&self) -> Instant;

    /// A pause. It may be dropped before it ends.
    fn sleep(&self, pause: Duration) -> Pause;

    /// The fraction of the back-off to wait, from 0 to 1: a new random number each time.
    fn jitter(&self) -> f64 {
        fastrand::f64()
    }
}

/// The clock of tokio: the real time, unless a test has paused it.
pub(crate) struct TokioClock;

impl Clock for TokioClock {
    fn now(&self) -> Instant {
        tokio::time::Instant::now().into_std()
    }

    fn sleep(&self, pause: Duration) -> Pause {
        Box::pin(tokio::time::sleep(pause))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jitter_is_a_part_and_not_always_the_same() {
        let drawn: Vec<f64> = (0..100).map(|_| TokioClock.jitter()).collect();
        assert!(drawn.iter().all(|part| (0.0..=1.0).contains(part)));
        assert!(drawn.iter().any(|part| *part < 0.5) && drawn.iter().any(|part| *part > 0.5), "{drawn:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn time_is_that_of_tokio() {
        let before = TokioClock.now();
        TokioClock.sleep(Duration::from_secs(90)).await;
        let passed = TokioClock.now() - before;
        assert!(passed >= Duration::from_secs(90) && passed < Duration::from_secs(91), "{passed:?}");
    }
}
