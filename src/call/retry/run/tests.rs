//! The loop, with scripted attempts and a clock that does not wait.

use std::collections::VecDeque;
use std::sync::Mutex;

use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Method, StatusCode};

use super::*;
use crate::error::{ApiError, ConfigError, InterceptorError, TimeoutError, TimeoutPhase};
use crate::test_support::TestClock;

static GET: Operation = operation(Method::GET, true);
static POST: Operation = operation(Method::POST, false);

const fn operation(method: Method, repeatable: bool) -> Operation {
    Operation::undocumented("doThing", method, "/v2/things", repeatable)
}

/// The result of an attempt, and how long it takes.
#[derive(Clone, Copy)]
enum AttemptResult {
    Good,
    Status(u16, Option<u64>),
    Timeout(TimeoutPhase, u64),
    /// Nothing was sent, because the client cannot work.
    Unsendable,
    /// Nothing was sent, because an interceptor stopped the attempt.
    Stopped,
}
use AttemptResult::{Good, Status, Stopped, Timeout, Unsendable};

struct Seen {
    /// How the call ended, and with how many attempts.
    ended: Result<u32, Error>,
    /// The time that was left when each attempt began, in milliseconds.
    remaining: Vec<u128>,
    /// The pauses, in milliseconds.
    pauses: Vec<u128>,
}

fn context(operation: &'static Operation, steps: &[AttemptResult]) -> Seen {
    with(operation, &RetryPolicy::default(), &Budget::new(), 100, steps)
}

fn with(
    operation: &'static Operation,
    policy: &RetryPolicy,
    budget: &Budget,
    timeout: u64,
    steps: &[AttemptResult],
) -> Seen {
    let clock = TestClock::default();
    let steps = Mutex::new(VecDeque::from(steps.to_vec()));
    let remaining = Mutex::new(Vec::new());
    let context = RetryContext { operation, policy, budget, clock: &clock, timeout: Duration::from_secs(timeout) };
    let attempts = run(context, |attempts, left| {
        remaining.lock().unwrap().push(left.as_millis());
        let step = steps.lock().unwrap().pop_front().expect("an attempt too many");
        let result = match step {
            Good => Ok(attempts),
            Status(status, retry_after) => {
                let headers = retry_after.map(|seconds| (RETRY_AFTER, seconds.to_string().parse().unwrap()));
                let headers = HeaderMap::from_iter(headers);
                let status = StatusCode::from_u16(status).unwrap();
                Err(ApiError::new(operation, status, headers, attempts, Vec::new(), true).into())
            }
            Timeout(phase, seconds) => {
                let limit = Duration::from_secs(seconds);
                clock.pass(limit);
                Err(TimeoutError::new(operation, phase, limit, None, attempts).into())
            }
            Unsendable => Err(ConfigError::new("runtime", "no runtime").in_call(operation, attempts - 1).into()),
            Stopped => Err(InterceptorError::new(operation, attempts, "no".into()).into()),
        };
        std::future::ready(result)
    });
    let ended = tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(attempts);
    assert!(steps.lock().unwrap().is_empty(), "an attempt is missing");
    let pauses = clock.pauses().iter().map(Duration::as_millis).collect();
    Seen { ended, remaining: remaining.into_inner().unwrap(), pauses }
}

#[test]
fn the_first_success_ends_it() {
    let seen = context(&GET, &[Good]);
    assert_eq!((seen.ended.unwrap(), seen.pauses, seen.remaining), (1, vec![], vec![100_000]));
    let seen = context(&GET, &[Status(503, None), Status(500, None), Good]);
    assert_eq!((seen.ended.unwrap(), seen.pauses), (3, vec![250, 500]));
    assert_eq!(seen.remaining, [100_000, 99_750, 99_250]);
}

#[test]
fn the_last_failure_is_the_callers() {
    let seen = context(&GET, &[Status(503, None), Status(500, None), Status(502, None)]);
    let error = seen.ended.unwrap_err();
    assert_eq!((error.status().unwrap().as_u16(), error.attempts(), error.is_retryable()), (502, 3, true));
    assert_eq!(error.to_string(), "doThing answered 502 Bad Gateway, after 3 attempts");
    assert_eq!(seen.pauses, [250, 500]);
}

#[test]
fn what_is_not_repeatable_ends_it_too() {
    let seen = context(&GET, &[Status(503, None), Status(404, None)]);
    assert_eq!(seen.ended.unwrap_err().status().unwrap().as_u16(), 404);
    let seen = context(&POST, &[Status(429, Some(3)), Status(503, None)]);
    let error = seen.ended.unwrap_err();
    assert_eq!((error.attempts(), error.is_retryable(), error.may_have_been_processed()), (2, false, true));
    assert_eq!(seen.pauses, [3_000]);
}

#[test]
fn what_an_earlier_attempt_may_have_done_is_not_forgotten() {
    use TimeoutPhase::{Attempt, Connect};

    for (steps, processed) in [
        (&[Timeout(Attempt, 1), Timeout(Connect, 1), Timeout(Connect, 1)][..], true),
        (&[Timeout(Connect, 1), Timeout(Connect, 1), Timeout(Connect, 1)], false),
        (&[Timeout(Connect, 1), Timeout(Connect, 1), Timeout(Attempt, 1)], true),
        (&[Timeout(Attempt, 1), Status(404, None)], true),
        (&[Status(503, None), Status(429, None), Status(429, None)], true),
        (&[Status(429, None), Status(429, None), Status(404, None)], false),
        // An attempt that is not sent hides nothing either.
        (&[Timeout(Attempt, 1), Unsendable], true),
        (&[Status(503, None), Timeout(Connect, 1), Unsendable], true),
        (&[Status(429, None), Unsendable], false),
        (&[Unsendable], false),
        (&[Timeout(Attempt, 1), Stopped], true),
        (&[Status(503, None), Timeout(Connect, 1), Stopped], true),
        (&[Timeout(Connect, 1), Stopped], false),
        (&[Stopped], false),
    ] {
        let error = context(&GET, steps).ended.unwrap_err();
        assert_eq!(error.may_have_been_processed(), processed, "{error}");
        let sent = steps.iter().filter(|step| !matches!(step, Unsendable | Stopped)).count();
        assert_eq!(error.attempts() as usize, sent, "{error}");
    }
}

#[test]
fn each_attempt_gets_what_is_left() {
    let slow = Timeout(TimeoutPhase::Attempt, 30);
    let policy = RetryPolicy::default().max_attempts(10);
    let seen = with(&GET, &policy, &Budget::new(), 100, &[slow, slow, slow, Timeout(TimeoutPhase::Call, 9)]);
    // The pauses of 0.25, 0.5 and 1 s leave 8.25 s for the fourth attempt.
    assert_eq!(seen.remaining, [100_000, 69_750, 39_250, 8_250]);
    assert_eq!(seen.ended.unwrap_err().attempts(), 4);
}

#[test]
fn a_pause_that_would_outlast_the_call_is_not_made() {
    let seen = with(&GET, &RetryPolicy::default(), &Budget::new(), 10, &[Status(503, Some(10))]);
    assert_eq!((seen.ended.unwrap_err().status().unwrap().as_u16(), seen.pauses.len()), (503, 0));
    let seen = with(&GET, &RetryPolicy::default(), &Budget::new(), 10, &[Status(503, Some(9)), Good]);
    assert_eq!(seen.remaining, [10_000, 1_000]);
}

#[test]
fn a_budget_outlives_the_call() {
    let budget = Budget::new();
    let policy = RetryPolicy::default();
    let failing = [Status(503, None); 3];
    for _ in 0..5 {
        assert_eq!(with(&GET, &policy, &budget, 100, &failing).ended.unwrap_err().attempts(), 3);
    }
    assert_eq!(with(&GET, &policy, &budget, 100, &failing[..1]).ended.unwrap_err().attempts(), 1);
    assert_eq!(with(&GET, &policy.without_budget(), &budget, 100, &failing).ended.unwrap_err().attempts(), 3);
}

/// A clock whose pauses take twice the requested time.
struct Sluggish(TestClock);

impl Clock for Sluggish {
    fn now(&self) -> Instant {
        self.0.now()
    }

    fn sleep(&self, pause: Duration) -> crate::call::Pause {
        self.0.pass(pause);
        self.0.sleep(pause)
    }

    fn jitter(&self) -> f64 {
        1.0
    }
}

#[test]
fn a_call_that_overslept_its_time_makes_no_attempt() {
    let (policy, budget, clock) = (RetryPolicy::default(), Budget::new(), Sluggish(TestClock::default()));
    let timeout = Duration::from_millis(400);
    let context = RetryContext { operation: &GET, policy: &policy, budget: &budget, clock: &clock, timeout };
    let call = run(context, |attempts, _| {
        assert_eq!(attempts, 1);
        let error = ApiError::new(&GET, StatusCode::BAD_GATEWAY, HeaderMap::new(), attempts, Vec::new(), true);
        std::future::ready(Err::<(), _>(error.into()))
    });
    let ended = tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(call);
    assert_eq!(ended.unwrap_err().attempts(), 1);
}
