//! A clock that records the pauses between attempts and does not wait for them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use imprint_client::{Clock, Pause};

/// The clock shows the real time plus the recorded pauses. Its jitter is 1 by default, so a pause is the full backoff.
#[derive(Clone)]
pub struct RecordingClock(Arc<Mutex<State>>);

struct State {
    pauses: Vec<Duration>,
    jitter: f64,
    /// Called in each pause.
    meanwhile: Box<dyn FnMut() + Send>,
    endless: bool,
}

impl Default for RecordingClock {
    fn default() -> Self {
        let state = State { pauses: Vec::new(), jitter: 1.0, meanwhile: Box::new(|| {}), endless: false };
        Self(Arc::new(Mutex::new(state)))
    }
}

impl RecordingClock {
    pub fn with_jitter(jitter: f64) -> Self {
        let clock = Self::default();
        clock.state().jitter = jitter;
        clock
    }

    /// A clock whose pauses never end.
    pub fn with_endless_pauses() -> Self {
        let clock = Self::default();
        clock.state().endless = true;
        clock
    }

    pub fn during_pauses(&self, happens: impl FnMut() + Send + 'static) {
        self.state().meanwhile = Box::new(happens);
    }

    pub fn pauses(&self) -> Vec<Duration> {
        self.state().pauses.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for RecordingClock {
    fn now(&self) -> Instant {
        Instant::now() + self.state().pauses.iter().sum::<Duration>()
    }

    fn sleep(&self, pause: Duration) -> Pause {
        let mut state = self.state();
        state.pauses.push(pause);
        (state.meanwhile)();
        if state.endless { Box::pin(std::future::pending()) } else { Box::pin(std::future::ready(())) }
    }

    fn jitter(&self) -> f64 {
        self.state().jitter
    }
}
