//! What the client does on a bad network: a real server that refuses, stalls, resets, truncates and floods.
//!
//! Each fault meets six operations, which stand for the kinds that the rule of repeating tells apart. How many requests
//! reached the server is counted there, and the pauses are noted by a clock that does not wait. Attempts time out in
//! real time.

mod cancel;
mod connection;
mod crowd;
mod limits;
pub mod operations;
mod policy;
mod pool;
pub mod server;
mod statuses;

use std::time::{Duration, Instant};

use imprint_client::{ClientBuilder, Error, error::TimeoutPhase};
use tokio::task::JoinSet;

use self::operations::{Done, Kind, OPERATIONS, Operation};
use self::server::{Act, Server};
use crate::clock::NotingClock;

/// No call takes longer than this beside what it waits for on purpose.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long an attempt may take where the server makes it wait.
const SHORT: Duration = Duration::from_millis(300);

/// How a call ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    Success,
    Api(u16),
    NoConnection,
    /// With the status, if it came.
    Broken(Option<u16>),
    TimedOut(TimeoutPhase, Option<u16>),
    Decode(u16),
    TooLarge(u16),
    /// Nothing was sent.
    Refused,
}

impl Ending {
    fn of(result: &Result<Done, Error>) -> Self {
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

/// What is to come of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Outcome {
    ending: Ending,
    attempts: u32,
    /// How many requests reached the server, those that it dropped unread included.
    requests: usize,
    retryable: bool,
    processed: bool,
    /// In milliseconds.
    pauses: Vec<u64>,
}

/// The call ends so, after so many attempts that all reached the server.
fn ends(ending: Ending, attempts: u32) -> Outcome {
    Outcome { ending, attempts, requests: attempts as usize, retryable: false, processed: false, pauses: Vec::new() }
}

impl Outcome {
    fn retryable(mut self) -> Self {
        self.retryable = true;
        self
    }

    /// The API may have acted on it.
    fn processed(mut self) -> Self {
        self.processed = true;
        self
    }

    fn pauses(mut self, milliseconds: &[u64]) -> Self {
        self.pauses = milliseconds.to_vec();
        self
    }

    fn reaching(mut self, requests: usize) -> Self {
        self.requests = requests;
        self
    }

    /// What came of a call.
    fn seen(result: &Result<Done, Error>, requests: usize, clock: &NotingClock) -> Self {
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

/// A fault, and what is to come of it for each kind of operation.
struct Fault {
    first: Vec<Act>,
    then: Act,
    configure: Configure,
    /// `http` if nothing else is said.
    scheme: &'static str,
    /// How long an attempt waits, if the server makes it.
    waits: Duration,
}

impl Fault {
    /// Every request meets it.
    fn always(act: Act) -> Self {
        Self { first: Vec::new(), then: act, configure: |builder| builder, scheme: "http", waits: Duration::ZERO }
    }

    /// The first request meets it, the others get a good answer.
    fn once(act: Act) -> Self {
        Self { first: vec![act], ..Self::always(Act::Good) }
    }

    /// The first request meets the one, all others the other.
    fn first(act: Act, then: Act) -> Self {
        Self { first: vec![act], ..Self::always(then) }
    }

    fn configure(self, configure: Configure) -> Self {
        Self { configure, ..self }
    }

    #[cfg(feature = "rustls")]
    fn over_tls(self) -> Self {
        Self { scheme: "https", ..self }
    }

    /// Attempts wait in vain, so they get little time.
    fn waits(self) -> Self {
        Self { waits: SHORT, ..self }
    }

    /// Has every operation meet the fault: `safe` is what is to come of GET, PUT and searches, `other` of POST and PATCH.
    async fn meets(self, safe: Outcome, other: Outcome, delete: Outcome) {
        let mut calls = JoinSet::new();
        for &operation in OPERATIONS {
            let expected = match operation.kind {
                Kind::Safe => &safe,
                Kind::Other => &other,
                Kind::Delete => &delete,
            };
            let server = Server::following(self.first.clone(), self.then.clone());
            let url = server.url().replacen("http", self.scheme, 1);
            calls.spawn(meet(operation, server, url, self.configure, self.waits, expected.clone()));
        }
        while let Some(call) = calls.join_next().await {
            if let Err(failed) = call {
                std::panic::resume_unwind(failed.into_panic());
            }
        }
    }
}

async fn meet(
    operation: Operation,
    server: Server,
    url: String,
    configure: Configure,
    waits: Duration,
    expected: Outcome,
) {
    let clock = NotingClock::default();
    let attempt_timeout = if waits.is_zero() { PATIENCE } else { waits };
    let builder = server.builder().base_url(url).clock(clock.clone()).attempt_timeout(attempt_timeout);
    let client = configure(builder).build().expect("a client");
    let begun = Instant::now();
    let result = operation.call(&client, "1").await;
    let took = begun.elapsed();

    let seen = Outcome::seen(&result, server.requests(), &clock);
    assert_eq!(seen, expected, "{}: {result:?}", operation.id);
    assert!(took < PATIENCE, "{} took {took:?}", operation.id);
    let timed_out = matches!(expected.ending, Ending::TimedOut(TimeoutPhase::Attempt, _));
    assert!(!timed_out || took >= waits * expected.attempts, "{} took {took:?}", operation.id);
    if let Err(error) = result {
        assert_eq!(error.operation_id(), Some(operation.id));
        let says = format!("after {} attempts", expected.attempts);
        assert_eq!(error.to_string().contains(&says), expected.attempts > 1, "{error}");
    }
}

/// Waits until something is so; it must not take long.
async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "{what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}
