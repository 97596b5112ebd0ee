//! Tests the client against a server that refuses, stalls, resets, truncates and never ends a response.
//!
//! Each fault is tested with six operations, one or more for each class of operations that the retry rule
//! distinguishes. The server counts the requests that reached it. A clock that does not wait records the pauses between
//! attempts, while attempts time out in real time.

mod cancel;
mod connection;
mod crowd;
pub mod fault_server;
mod limits;
pub mod operations;
mod policy;
mod pool;
mod statuses;

use std::time::{Duration, Instant};

use imprint_client::{ClientBuilder, Error, error::TimeoutPhase};
use tokio::task::JoinSet;

use self::fault_server::{FaultServer, ServerAction};
use self::operations::{CallSuccess, FaultOperation, OPERATIONS, RetryClass};
use crate::clock::RecordingClock;

/// A call that takes longer than this, beyond its intended waits, fails the test.
const TEST_TIMEOUT: Duration = Duration::from_secs(10);

/// The attempt timeout in tests where the server makes the client wait.
const SHORT_ATTEMPT: Duration = Duration::from_millis(300);

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    Success,
    Api(u16),
    NoConnection,
    /// The connection broke. Holds the status if it was received.
    Broken(Option<u16>),
    TimedOut(TimeoutPhase, Option<u16>),
    Decode(u16),
    TooLarge(u16),
    /// The client refused the call before it sent anything.
    Refused,
}

impl Ending {
    fn of(result: &Result<CallSuccess, Error>) -> Self {
        let number = |error: &Error| error.status().map(|status| status.as_u16());
        match result {
            Ok(_) => Self::Success,
            Err(Error::Api(error)) => Self::Api(error.status().as_u16()),
            Err(Error::Transport(error)) if error.is_connect() => Self::NoConnection,
            Err(error @ Error::Transport(_)) => Self::Broken(number(error)),
            Err(error @ Error::Timeout(timeout)) => Self::TimedOut(timeout.phase(), number(error)),
            Err(Error::Decode(error)) => Self::Decode(error.status().as_u16()),
            Err(Error::ResponseTooLarge(error)) => Self::TooLarge(error.status().as_u16()),
            Err(_) => Self::Refused,
        }
    }
}

/// What the test expects of a call, or what it observed.
#[derive(Clone, Debug, PartialEq, Eq)]
struct CallOutcome {
    ending: Ending,
    attempts: u32,
    /// How many requests reached the server, including those that it dropped without reading them.
    requests: usize,
    retryable: bool,
    processed: bool,
    /// In milliseconds.
    pauses: Vec<u64>,
}

/// The call ends in this way after this number of attempts, all of which reached the server.
fn outcome(ending: Ending, attempts: u32) -> CallOutcome {
    CallOutcome {
        ending,
        attempts,
        requests: attempts as usize,
        retryable: false,
        processed: false,
        pauses: Vec::new(),
    }
}

impl CallOutcome {
    fn retryable(mut self) -> Self {
        self.retryable = true;
        self
    }

    /// The error reports that the API may have processed the request.
    fn may_be_processed(mut self) -> Self {
        self.processed = true;
        self
    }

    fn pauses(mut self, milliseconds: &[u64]) -> Self {
        self.pauses = milliseconds.to_vec();
        self
    }

    fn with_requests(mut self, requests: usize) -> Self {
        self.requests = requests;
        self
    }

    /// The outcome of a call that was made.
    fn observed(result: &Result<CallSuccess, Error>, requests: usize, clock: &RecordingClock) -> Self {
        Self {
            ending: Ending::of(result),
            attempts: result.as_ref().map_or_else(Error::attempts, |done| done.attempts),
            requests,
            retryable: result.as_ref().is_err_and(Error::is_retryable),
            processed: result.as_ref().is_err_and(Error::may_have_been_processed),
            pauses: clock.pauses().iter().map(|pause| pause.as_millis() as u64).collect(),
        }
    }
}

type Configure = fn(ClientBuilder) -> ClientBuilder;

/// A fault that the server causes, with the settings of the client.
struct FaultTest {
    first: Vec<ServerAction>,
    then: ServerAction,
    configure: Configure,
    /// `http` by default.
    scheme: &'static str,
    /// How long each attempt waits until it times out; zero if the server does not make it wait.
    waits: Duration,
}

impl FaultTest {
    /// Every request meets the fault.
    fn always(act: ServerAction) -> Self {
        Self { first: Vec::new(), then: act, configure: |builder| builder, scheme: "http", waits: Duration::ZERO }
    }

    /// The first request meets the fault, and all others succeed.
    fn once(act: ServerAction) -> Self {
        Self { first: vec![act], ..Self::always(ServerAction::Succeed) }
    }

    /// The first request meets one fault, and all others meet another.
    fn first(act: ServerAction, then: ServerAction) -> Self {
        Self { first: vec![act], ..Self::always(then) }
    }

    fn configure(self, configure: Configure) -> Self {
        Self { configure, ..self }
    }

    #[cfg(feature = "rustls")]
    fn over_tls(self) -> Self {
        Self { scheme: "https", ..self }
    }

    /// Attempts get no response, so their timeout is short.
    fn with_short_attempts(self) -> Self {
        Self { waits: SHORT_ATTEMPT, ..self }
    }

    /// Calls every operation and compares the outcome: `safe` is expected of GET, PUT and searches, `other` of POST and
    /// PATCH.
    async fn check(self, safe: CallOutcome, other: CallOutcome, delete: CallOutcome) {
        let mut calls = JoinSet::new();
        for &operation in OPERATIONS {
            let expected = match operation.kind {
                RetryClass::Safe => &safe,
                RetryClass::Other => &other,
                RetryClass::Delete => &delete,
            };
            let server = FaultServer::with_actions(self.first.clone(), self.then.clone());
            let url = server.url().replacen("http", self.scheme, 1);
            calls.spawn(check_operation(operation, server, url, self.configure, self.waits, expected.clone()));
        }
        while let Some(call) = calls.join_next().await {
            if let Err(failed) = call {
                std::panic::resume_unwind(failed.into_panic());
            }
        }
    }
}

async fn check_operation(
    operation: FaultOperation,
    server: FaultServer,
    url: String,
    configure: Configure,
    waits: Duration,
    expected: CallOutcome,
) {
    let clock = RecordingClock::default();
    let attempt_timeout = if waits.is_zero() { TEST_TIMEOUT } else { waits };
    let builder = server.builder().base_url(url).clock(clock.clone()).attempt_timeout(attempt_timeout);
    let client = configure(builder).build().expect("a client");
    let begun = Instant::now();
    let result = operation.call(&client, "1").await;
    let took = begun.elapsed();

    let seen = CallOutcome::observed(&result, server.requests(), &clock);
    assert_eq!(seen, expected, "{}: {result:?}", operation.id);
    assert!(took < TEST_TIMEOUT, "{} took {took:?}", operation.id);
    let timed_out = matches!(expected.ending, Ending::TimedOut(TimeoutPhase::Attempt, _));
    assert!(!timed_out || took >= waits * expected.attempts, "{} took {took:?}", operation.id);
    if let Err(error) = result {
        assert_eq!(error.operation_id(), Some(operation.id));
        let says = format!("after {} attempts", expected.attempts);
        assert_eq!(error.to_string().contains(&says), expected.attempts > 1, "{error}");
    }
}

/// Waits until the condition is true, and fails if that takes too long.
async fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < TEST_TIMEOUT, "{what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}
