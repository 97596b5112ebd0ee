//! The hooks of users around each attempt and at the end of each call.
//!
//! The trait is here. [`attempt`] has what a hook sees before an attempt, [`report`] what it sees afterwards, and
//! [`chain`] runs the hooks of a client.

mod attempt;
mod chain;
mod report;

use std::error::Error;
use std::sync::Arc;

pub use attempt::Attempt;
pub(crate) use chain::Interceptors;
pub use report::{AttemptReport, CallReport};

/// Hooks that run before and after each attempt, and at the end of each call: for headers, for signatures, and for
/// figures about calls, retries and times.
///
/// [`ClientBuilder::interceptor`](crate::ClientBuilder::interceptor) adds one to a client. All calls pass through it:
/// those of operations, of streams, of helpers, and raw requests. If there are several, each hook runs in the order in
/// which they were added. A client without interceptors does no work for them.
///
/// # What to observe
///
/// - A hook runs within the call and holds it up: it must not block. Hand slow work over to a task or a thread.
/// - A hook may run in several calls at the same time.
/// - A panic in a hook is not caught. It passes through the call to the code that awaits it, so the answer is lost, also
///   when the call has moved money. Make sure that hooks do not panic.
/// - A call whose future is dropped, by a timeout of your own for example, ends without the hooks after it.
/// - The URL, the body and the headers of answers may hold personal data and card data: keep them out of logs.
///
/// # Signing requests
///
/// [`before_attempt`](Self::before_attempt) sees the method, the host, the path and the query as they are sent, and the
/// bytes of the body. It runs for each attempt, so a signature over the time is new each time.
///
/// ```
/// use imprint_client::{Client, Interceptor, interceptor::Attempt};
///
/// struct Signing {
///     key: Vec<u8>,
/// }
///
/// # fn hmac(key: &[u8], text: &str, body: &[u8]) -> String {
/// #     format!("{}{}", key.len() + text.len(), body.len())
/// # }
/// impl Interceptor for Signing {
///     fn before_attempt(&self, attempt: &mut Attempt<'_>) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
///         let query = attempt.query().unwrap_or_default();
///         let text = format!("{} {} {}?{query}", attempt.method(), attempt.host(), attempt.path());
///         let signature = hmac(&self.key, &text, attempt.body());
///         attempt.set_header("x-gateway-signature", &signature)?;
///         Ok(())
///     }
/// }
///
/// let signing = Signing { key: b"the key of the gateway".to_vec() };
/// let client = Client::builder().api_key("4eC39HqLyjWDarjtT1zdp7dc").interceptor(signing).build()?;
/// # Ok::<(), imprint_client::Error>(())
/// ```
///
/// # Metrics
///
/// [`after_call`](Self::after_call) counts calls and their times, [`after_attempt`](Self::after_attempt) counts
/// attempts. The example `call_metrics` in the repository does this with the crate `metrics`. Use the id of the
/// operation and [`error_type`](CallReport::error_type) as labels: both have few values, and never a value that was
/// sent.
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicU64, Ordering};
///
/// use imprint_client::{Client, Interceptor, interceptor::CallReport};
///
/// #[derive(Default)]
/// struct Counts {
///     calls: AtomicU64,
///     retries: AtomicU64,
///     failures: AtomicU64,
/// }
///
/// impl Interceptor for Counts {
///     fn after_call(&self, call: &CallReport<'_>) {
///         self.calls.fetch_add(1, Ordering::Relaxed);
///         self.retries.fetch_add(u64::from(call.attempts().saturating_sub(1)), Ordering::Relaxed);
///         self.failures.fetch_add(u64::from(call.error_type().is_some()), Ordering::Relaxed);
///     }
/// }
///
/// // An interceptor in an `Arc` is one as well, so the counts can be read elsewhere.
/// let counts = Arc::new(Counts::default());
/// let client = Client::builder().api_key("4eC39HqLyjWDarjtT1zdp7dc").interceptor(Arc::clone(&counts)).build()?;
/// # Ok::<(), imprint_client::Error>(())
/// ```
pub trait Interceptor: Send + Sync + 'static {
    /// Runs before each attempt, immediately before it is sent. It may set headers. It cannot change the method, the
    /// URL or the body.
    ///
    /// The default does nothing.
    ///
    /// # Errors
    ///
    /// An error stops the call: this attempt is not sent, the hooks of later interceptors do not run before it, and the
    /// call ends with [`Error::Interceptor`](crate::Error::Interceptor), which has this error as its source. An earlier
    /// attempt may have been sent; see [`Error::may_have_been_processed`](crate::Error::may_have_been_processed).
    fn before_attempt(&self, attempt: &mut Attempt<'_>) -> Result<(), Box<dyn Error + Send + Sync>> {
        let _ = attempt;
        Ok(())
    }

    /// Runs after each attempt that was sent or that the client tried to send, whether an answer came or not.
    ///
    /// It does not run for an attempt that was not sent: because an interceptor stopped it, or because the request or
    /// the configuration makes sending impossible.
    ///
    /// The default does nothing.
    fn after_attempt(&self, attempt: &AttemptReport<'_>) {
        let _ = attempt;
    }

    /// Runs at the end of each call, when its result is known, also if nothing was sent.
    ///
    /// The default does nothing.
    fn after_call(&self, call: &CallReport<'_>) {
        let _ = call;
    }
}

/// Shares an interceptor, with other clients or with code that reads what it has noted.
impl<T: Interceptor + ?Sized> Interceptor for Arc<T> {
    fn before_attempt(&self, attempt: &mut Attempt<'_>) -> Result<(), Box<dyn Error + Send + Sync>> {
        (**self).before_attempt(attempt)
    }

    fn after_attempt(&self, attempt: &AttemptReport<'_>) {
        (**self).after_attempt(attempt);
    }

    fn after_call(&self, call: &CallReport<'_>) {
        (**self).after_call(call);
    }
}
