//! The table of decisions: each row is a rule.

use reqwest::{Method, StatusCode};

use super::*;

static GET: Operation = operation(Method::GET, true);
static PUT: Operation = operation(Method::PUT, true);
static SEARCH: Operation = operation(Method::POST, true);
static POST: Operation = operation(Method::POST, false);
static PATCH: Operation = operation(Method::PATCH, false);
static DELETE: Operation = operation(Method::DELETE, false);

const ALL: [&Operation; 6] = [&GET, &PUT, &SEARCH, &POST, &PATCH, &DELETE];
const REPEATABLE: [&Operation; 3] = [&GET, &PUT, &SEARCH];
const CHANGING: [&Operation; 3] = [&POST, &PATCH, &DELETE];

const fn operation(method: Method, repeatable: bool) -> Operation {
    Operation::undocumented("doThing", method, "/v2/things", repeatable)
}

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn status(status: u16, retry_after: Option<u64>) -> AttemptOutcome {
    AttemptOutcome::Status(StatusCode::from_u16(status).unwrap(), retry_after.map(Duration::from_secs))
}

/// After the first attempt, with all the time of the default, the full back-off and a full budget.
fn first(operation: &Operation, outcome: AttemptOutcome) -> Decision {
    decide(&after(1, operation, outcome), || true)
}

fn after(attempts: u32, operation: &Operation, outcome: AttemptOutcome) -> Situation<'_> {
    const DEFAULT: RetryPolicy =
        RetryPolicy { max_attempts: 3, base: ms(250), cap: ms(8_000), max_retry_after: ms(60_000), budgeted: true };
    assert_eq!(DEFAULT, RetryPolicy::default());
    Situation { policy: &DEFAULT, operation, outcome, attempts, remaining: ms(100_000), jitter: 1.0 }
}

const WAIT: Decision = Decision::Wait(ms(250));
const NEVER: Decision = Decision::Stop(Reason::NotRepeatable);

#[test]
fn a_connection_never_made_is_made_again_for_all() {
    for operation in ALL {
        assert_eq!(first(operation, AttemptOutcome::NeverConnected), WAIT, "{}", operation.method);
    }
}

#[test]
fn what_got_lost_is_repeated_where_that_does_no_harm() {
    for operation in REPEATABLE {
        assert_eq!(first(operation, AttemptOutcome::Lost), WAIT, "{}", operation.method);
    }
    for operation in CHANGING {
        assert_eq!(first(operation, AttemptOutcome::Lost), NEVER, "{}", operation.method);
    }
}

#[test]
fn statuses() {
    for code in 100..=599 {
        let of_http = [408, 429, 500, 502, 503, 504].contains(&code);
        let of_a_gateway = [520, 521, 522, 523, 524, 527, 530].contains(&code);
        let repeated = of_http || of_a_gateway;
        for operation in REPEATABLE {
            let expected = if repeated { WAIT } else { NEVER };
            assert_eq!(first(operation, status(code, None)), expected, "{} {code}", operation.method);
        }
        for operation in CHANGING {
            assert_eq!(first(operation, status(code, None)), NEVER, "{} {code}", operation.method);
            let asked = first(operation, status(code, Some(2)));
            let refused = code == 429 && operation.method != Method::DELETE;
            let expected = if refused { Decision::Wait(ms(2_000)) } else { NEVER };
            assert_eq!(asked, expected, "{} {code} with Retry-After", operation.method);
        }
    }
}

#[test]
fn an_answer_that_came_is_not_asked_for_again() {
    for operation in ALL {
        assert_eq!(first(operation, AttemptOutcome::Final), NEVER, "{}", operation.method);
    }
}

#[test]
fn attempts_are_counted() {
    assert_eq!(decide(&after(2, &GET, AttemptOutcome::Lost), || true), Decision::Wait(ms(500)));
    for attempts in [3, 4, u32::MAX] {
        assert_eq!(decide(&after(attempts, &GET, AttemptOutcome::Lost), || true), Decision::Stop(Reason::Attempts));
    }
    let off = RetryPolicy::off();
    let situation = Situation { policy: &off, ..after(1, &GET, AttemptOutcome::NeverConnected) };
    assert_eq!(decide(&situation, || true), Decision::Stop(Reason::Attempts));
}

#[test]
fn pauses_double_up_to_the_cap() {
    let policy = RetryPolicy::default().max_attempts(u32::MAX);
    let pauses: Vec<Decision> = [1, 2, 3, 4, 5, 6, 7, 40, u32::MAX - 1]
        .map(|attempts| decide(&Situation { policy: &policy, ..after(attempts, &GET, AttemptOutcome::Lost) }, || true))
        .into();
    let expected = [250, 500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000, 8_000];
    assert_eq!(pauses, expected.map(|pause| Decision::Wait(ms(pause))));
}

#[test]
fn the_jitter_is_full() {
    for (jitter, pause) in [(0.0, 0), (0.5, 125), (1.0, 250), (-3.0, 0), (7.0, 250), (f64::NAN, 0)] {
        let decision = decide(&Situation { jitter, ..after(1, &GET, AttemptOutcome::Lost) }, || true);
        assert_eq!(decision, Decision::Wait(ms(pause)), "{jitter}");
    }
}

#[test]
fn the_longer_of_retry_after_and_backoff_is_waited() {
    for (asked, pause) in [(Some(0), 250), (Some(1), 1_000), (Some(60), 60_000)] {
        assert_eq!(first(&GET, status(503, asked)), Decision::Wait(ms(pause)), "{asked:?}");
    }
    let patient = RetryPolicy::default().max_attempts(9);
    let fourth = Situation { policy: &patient, ..after(4, &GET, status(503, Some(1))) };
    assert_eq!(decide(&fourth, || true), Decision::Wait(ms(2_000)));
    assert_eq!(first(&GET, status(429, Some(61))), Decision::Stop(Reason::RetryAfter));
    assert_eq!(first(&POST, status(429, Some(61))), Decision::Stop(Reason::RetryAfter));
    let policy = RetryPolicy::default().max_retry_after(ms(70_000));
    let situation = Situation { policy: &policy, ..after(1, &GET, status(429, Some(61))) };
    assert_eq!(decide(&situation, || true), Decision::Wait(ms(61_000)));
}

#[test]
fn a_pause_that_would_outlast_the_call_is_not_begun() {
    for (remaining, expected) in [(249, None), (250, None), (251, Some(250))] {
        let decision = decide(&Situation { remaining: ms(remaining), ..after(1, &GET, AttemptOutcome::Lost) }, || true);
        assert_eq!(decision, expected.map_or(Decision::Stop(Reason::Deadline), |pause| Decision::Wait(ms(pause))));
    }
    let situation = Situation { remaining: ms(2_000), ..after(1, &GET, status(503, Some(2))) };
    assert_eq!(decide(&situation, || true), Decision::Stop(Reason::Deadline));
}

#[test]
fn only_what_would_be_made_is_paid_for() {
    let unpaid = || -> bool { panic!("nothing is to be paid") };
    decide(&after(3, &GET, AttemptOutcome::Lost), unpaid);
    decide(&after(1, &POST, AttemptOutcome::Lost), unpaid);
    decide(&after(1, &GET, status(429, Some(61))), unpaid);
    decide(&Situation { remaining: ms(1), ..after(1, &GET, AttemptOutcome::Lost) }, unpaid);
    let policy = RetryPolicy::default().without_budget();
    assert_eq!(decide(&Situation { policy: &policy, ..after(1, &GET, AttemptOutcome::Lost) }, unpaid), WAIT);
    assert_eq!(decide(&after(1, &GET, AttemptOutcome::Lost), || false), Decision::Stop(Reason::Budget));
}

#[test]
fn absurd_policies_do_not_panic() {
    let policy = RetryPolicy::default().max_attempts(u32::MAX).backoff(Duration::MAX, Duration::MAX);
    for attempts in [0, 1, 33, u32::MAX - 1] {
        let situation =
            Situation { policy: &policy, remaining: Duration::MAX, ..after(attempts, &GET, AttemptOutcome::Lost) };
        assert!(matches!(decide(&situation, || true), Decision::Wait(_)), "{attempts}");
    }
    let none = RetryPolicy::default().backoff(Duration::ZERO, Duration::ZERO);
    let situation = Situation { policy: &none, ..after(1, &GET, AttemptOutcome::Lost) };
    assert_eq!(decide(&situation, || true), Decision::Wait(Duration::ZERO));
}

/// What is logged is that a retry was possible and was not made, and why.
#[test]
fn giving_up_is_another_thing_than_having_nothing_to_repeat() {
    for (reason, after_one, after_two, text) in [
        (Reason::NotRepeatable, false, false, "not repeatable"),
        (Reason::Attempts, false, true, "attempts used up"),
        (Reason::RetryAfter, true, true, "Retry-After too long"),
        (Reason::Deadline, true, true, "no time left"),
        (Reason::Budget, true, true, "retry budget used up"),
    ] {
        assert_eq!((reason.is_giving_up(1), reason.is_giving_up(2), reason.as_str()), (after_one, after_two, text));
    }
}
