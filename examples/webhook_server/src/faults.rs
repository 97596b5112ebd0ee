//! Failures on purpose, for the self-test: an option names the product whose events fail.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use imprint_client::webhook::Event;

use crate::inbox::Error;

#[derive(Clone)]
pub struct Faults {
    fail_once: Option<String>,
    failed: Arc<AtomicBool>,
    die: Option<String>,
}

impl Faults {
    pub fn from_arguments() -> Self {
        Self { fail_once: super::option("--fail-once"), failed: Arc::default(), die: super::option("--die") }
    }

    /// Does the work, and then fails, or ends the process before anything is committed.
    pub fn around(&self, event: &Event, work: impl FnOnce() -> Result<(), Error>) -> Result<(), Error> {
        work()?;
        let meets = |product: &Option<String>| product.is_some() && event.merchant_key() == product.as_deref();
        if meets(&self.die) {
            // No destructor runs and nothing is rolled back, as with a kill or a loss of power.
            std::process::abort();
        }
        if meets(&self.fail_once) && !self.failed.swap(true, Ordering::Relaxed) {
            return Err("the handler has failed on purpose".into());
        }
        Ok(())
    }
}
