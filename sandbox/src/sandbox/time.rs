//! The clock of an account: what time it is, putting it forward, and whether time passes by itself.

use std::time::{Duration, SystemTime};

use crate::instant::Instant;
use crate::settings::Clock;

use super::{Refused, Sandbox};

impl Sandbox {
    /// What time it is for the account.
    pub fn now(&self) -> SystemTime {
        self.account.now().system_time()
    }

    /// What time it is for the account, and whether time passes.
    pub fn clock(&self) -> Clock {
        let (now, is_frozen) = self.account.read(|state| (state.clock.now(), state.clock.is_frozen()));
        if is_frozen { Clock::Frozen(now.system_time()) } else { Clock::Running }
    }

    /// Puts the clock of the account forward. Whatever falls due in between happens in the order of its time: a session
    /// expires, a webhook that failed is sent again.
    ///
    /// It returns when the deliveries that fell due were attempted, so that a test can look at once. An attempt that fails
    /// is no error of this method: [`settled`](Self::settled) and [`verify`](Self::verify) tell it.
    pub async fn advance(&self, by: Duration) {
        self.account.advance_to(self.account.now().plus(by)).await;
    }

    /// Lets time stand still for the account, except for a millisecond with each change, as with
    /// [`Clock::Frozen`]. [`advance`](Self::advance) puts the clock forward, and [`run_clock`](Self::run_clock) lets time pass
    /// again.
    pub fn freeze_clock(&self) {
        self.account.freeze();
    }

    /// Puts the clock of the account forward to a time, as [`advance`](Self::advance) does, and lets it stand still there.
    ///
    /// # Errors
    ///
    /// If the time is earlier than [`now`](Self::now): a clock is never put back. Nothing has changed then.
    pub async fn freeze_clock_at(&self, time: SystemTime) -> Result<(), Refused> {
        let (now, at) = (self.account.now(), Instant::of(time));
        if at < now {
            let message = format!("the clock is at {} and is never put back to {}", now.text(), at.text());
            return Err(Refused::new(message));
        }
        self.account.freeze();
        self.account.advance_to(at).await;
        Ok(())
    }

    /// Lets time pass for the account as fast as it does outside, from where the clock stands.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = imprint_sandbox::Sandbox::start().await?;
    /// let frozen = sandbox.now();
    /// sandbox.run_clock();
    /// tokio::time::sleep(Duration::from_millis(5)).await;
    /// assert!(sandbox.now() > frozen);
    /// # Ok(())
    /// # }
    /// ```
    pub fn run_clock(&self) {
        self.account.run_clock();
    }
}
