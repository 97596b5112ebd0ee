//! A clock that notes its pauses and does not wait.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use imprint_client::{Clock, Pause};

/// Time passes as it does, and leaps over the pauses. Its jitter is the whole back-off if nothing else is said.
#[derive(Clone)]
pub struct NotingClock(Arc<Mutex<State>>);

struct State {
    pauses: Vec<Duration>,
    jitter: f64,
    /// Happens in each pause.
    meanwhile: Box<dyn FnMut() + Send>,
    endless: bool,
}

impl Default for NotingClock {
    fn default() -> Self {
        let state = State { pauses: Vec::new(), jitter: 1.0, meanwhile: Box::new(|| {}), endless: false };
        Self(Arc::new(Mutex::new(state)))
    }
}

impl NotingClock {
    pub fn with_jitter(jitter: f64) -> Self {
        let clock = Self::default();
        clock.state().jitter = jitter;
        clock
    }

    /// With pauses that do not end.
    pub fn endless() -> Self {
        let clock = Self::default();
        clock.state().endless = true;
        clock
    }

    pub fn meanwhile(&self, happens: impl FnMut() + Send + 'static) {
        self.state().meanwhile = Box::new(happens);
    }

    pub fn pauses(&self) -> Vec<Duration> {
        self.state().pauses.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for NotingClock {
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
