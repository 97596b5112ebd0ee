//! The model of the server for `create_order_once`, `post_order_event_once` and the lookups.
//!
//! The server carries a request out once or not at all, at once or later. A list may be out of date, be false, fail,
//! repeat items or hold other items. The model assumes that a refusal (4xx other than 408) is true, and that the server
//! does not carry one request out twice.

mod server;

use std::time::Duration;

use serde_json::{Value, json};

use super::{Choices, RunResult, Simulation, explore, in_time};
use crate::call::RetryPolicy;
use crate::client::Client;
use crate::ext::{FindError, Lookup, Once, OnceError};
use crate::types::{Order, OrderEvent};
use server::{LISTS, OrderServer, POSTS, RecordKind, Recorded};

const LIMIT: Duration = Duration::from_secs(100);

/// How a call ended, for orders and events alike.
enum CallResult {
    Once { sends: u32, value: Value },
    Refused { conflict: bool },
    Different(Value),
    InDoubt { several: bool },
}

fn outcome<T: serde::Serialize>(result: Result<Once<T>, OnceError<T>>) -> CallResult {
    match result {
        Ok(once) => CallResult::Once { sends: once.sends(), value: json!(*once) },
        Err(OnceError::Refused(error)) => {
            CallResult::Refused { conflict: error.status().is_some_and(|status| status == 409) }
        }
        Err(OnceError::Different(other)) => CallResult::Different(json!(other)),
        Err(OnceError::Unknown { lookup: Lookup::Failed(FindError::Several(_)), .. }) => {
            CallResult::InDoubt { several: true }
        }
        Err(OnceError::Unknown { .. } | OnceError::Unverified { .. }) => CallResult::InDoubt { several: false },
    }
}

async fn record(client: &Client, kind: RecordKind) -> CallResult {
    match kind {
        RecordKind::Order => outcome(client.create_order_once(RecordKind::order()).await),
        RecordKind::Event => outcome(client.post_order_event_once(RecordKind::event()).await),
    }
}

const LAG: &str = "something is recorded that no answer shows until the last look";

/// Checks the invariants of one call, or of two calls at once.
fn check(server: &OrderServer, outcomes: &[CallResult], earlier_differs: bool) -> Result<RunResult, String> {
    let recorded = server.recorded.len();
    let by_this = server.recorded.iter().filter(|recorded| !recorded.earlier).count();
    if server.sent_what_was_shown && server.recorded.iter().all(|recorded| !recorded.earlier) {
        return Err("it was sent again although an answer had shown it".into());
    }
    if server.sent_after_success {
        return Err("it was sent again after a 2xx".into());
    }
    let [partner_id, _, amount] = server.kind.names();
    let asked = server.kind.json();
    let is_asked = |other: &Value| other[partner_id] == asked[partner_id] && other[amount] == asked[amount];
    for outcome in outcomes {
        let broken = match outcome {
            CallResult::Once { value, .. } if !is_asked(value) => return Err("Ok, with something else".into()),
            CallResult::Once { .. } if recorded != 1 => Some(format!("Ok, and it is recorded {recorded} times")),
            // If there are two calls, the other one may have recorded the entry.
            CallResult::Refused { .. } if by_this > 0 && outcomes.len() == 1 => {
                Some("refused, and it is recorded".to_owned())
            }
            CallResult::Refused { conflict: true } if recorded > 0 && !earlier_differs && outcomes.len() == 1 => {
                Some("refused by a conflict, and it is recorded".to_owned())
            }
            CallResult::InDoubt { several: true } if recorded < 2 => {
                return Err("several, and it is recorded once".into());
            }
            CallResult::Different(other) => is_asked(other).then(|| "called different, and it is not".to_owned()),
            _ => None,
        };
        // A call that sent the entry again made lookups until most of its time was used.
        let until = if matches!(outcome, CallResult::Once { .. }) { LIMIT * 6 / 10 } else { Duration::ZERO };
        match broken {
            Some(_) if server.hides_something(until) => return Ok(RunResult::Unavoidable(LAG)),
            Some(broken) => return Err(broken),
            None => {}
        }
    }
    Ok(RunResult::Held)
}

fn one_call(kind: RecordKind, few: bool, retry: &RetryPolicy, faults: usize) {
    let name = if kind == RecordKind::Order { "create_order_once" } else { "post_order_event_once" };
    let explored = explore(name, faults, |choices| {
        let mut first = choices.clone();
        let mut server = if few { OrderServer::with_few(kind) } else { OrderServer::new(kind, None) };
        server.all_alike = first.choose(&[
            ("the list may answer in another way each time", false),
            ("the list always answers alike", true),
        ]);
        let simulation = Simulation::new(server, &first);
        let outcome = simulation.run(record(&simulation.client(retry.clone()), kind));
        let took = simulation.passed();
        simulation.end(choices, |server| {
            in_time(took, LIMIT)?;
            if server.posts > 3 && *retry == RetryPolicy::off() {
                return Err(format!("it was sent {} times", server.posts));
            }
            if server.sent_without_proof && *retry == RetryPolicy::off() {
                return Err("it was sent again without a page that proves that it is not there".into());
            }
            if let CallResult::Once { sends, .. } = outcome
                && *retry == RetryPolicy::off()
                && sends != server.posts
            {
                return Err(format!("it says {sends} sends of {}", server.posts));
            }
            check(server, &[outcome], false)
        })
    });
    assert!(explored.unavoidable < explored.schedules / 2, "{explored:?}");
    assert!(explored.reasons.iter().all(|reason| *reason == LAG));
}

#[test]
fn create_order_once_with_every_two_faults() {
    one_call(RecordKind::Order, false, &RetryPolicy::off(), 2);
}

#[test]
fn create_order_once_with_three_faults() {
    one_call(RecordKind::Order, true, &RetryPolicy::off(), 3);
}

#[test]
fn post_order_event_once_with_two_faults() {
    one_call(RecordKind::Event, true, &RetryPolicy::off(), 2);
}

/// With the client's own retries: of lookups, and of sends that did not reach the server.
#[test]
fn create_order_once_with_retries() {
    one_call(RecordKind::Order, true, &RetryPolicy::default(), 2);
}

/// An earlier run of the caller has recorded an entry already.
#[test]
fn create_order_once_after_an_earlier_run() {
    for amount in [5_000, 1] {
        explore("create_order_once after an earlier run", 2, |choices| {
            let mut earlier = RecordKind::Order.json();
            earlier["id"] = json!("IMPRINT-0");
            earlier["total_order_amount"] = json!(amount);
            let simulation = Simulation::new(OrderServer::new(RecordKind::Order, Some(earlier)), choices);
            let outcome = simulation.run(record(&simulation.client(RetryPolicy::off()), RecordKind::Order));
            let took = simulation.passed();
            simulation.end(choices, |server| {
                in_time(took, LIMIT)?;
                match outcome {
                    // The helper makes no lookup before the first send. The caller has to know that the entry was
                    // recorded earlier.
                    CallResult::Once { sends: 1, .. } if server.posts == 1 => Ok(RunResult::Held),
                    outcome => check(server, &[outcome], amount == 1),
                }
            })
        });
    }
}

/// Two simultaneous calls for one id, on clones of one client, in every order in which they can interleave.
#[test]
fn two_calls_for_one_id() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let _entered = runtime.enter();
    let explored = explore("two calls for one id", 2, |choices| {
        let simulation = Simulation::new(OrderServer::with_few(RecordKind::Order), choices);
        let client = simulation.client(RetryPolicy::off());
        let clone = client.with_timeout(LIMIT);
        let (one, other) = simulation.run_both(record(&client, RecordKind::Order), record(&clone, RecordKind::Order));
        let took = simulation.passed();
        simulation.end(choices, |server| {
            in_time(took, 2 * LIMIT)?;
            if choices_are_good(&one, &other)
                && server.posts == 2
                && server.recorded.len() == 2
                && !server.hides_something(Duration::ZERO)
            {
                return Err("two calls at once recorded it twice".into());
            }
            check(server, &[one, other], false)
        })
    });
    assert!(explored.unavoidable < explored.schedules / 2, "{explored:?}");
}

fn choices_are_good(one: &CallResult, other: &CallResult) -> bool {
    matches!((one, other), (CallResult::Once { .. }, CallResult::Once { .. }))
}

/// An entry that is recorded late, but before the first series of lookups ends, is found and not recorded twice.
#[test]
fn what_comes_twenty_seconds_late_is_found() {
    for post in [2, 5] {
        let mut choices = Choices { taken: vec![(post, POSTS.len(), "")], ..Choices::default() };
        let simulation = Simulation::new(OrderServer::new(RecordKind::Order, None), &choices);
        let outcome = simulation.run(record(&simulation.client(RetryPolicy::off()), RecordKind::Order));
        assert!(matches!(outcome, CallResult::Once { sends: 1, .. }));
        let held = simulation.end(&mut choices, |server| {
            Ok(if server.recorded.len() == 1 { RunResult::Held } else { RunResult::Unavoidable(LAG) })
        });
        assert_eq!(held, Ok(RunResult::Held));
    }
}

/// A lookup returns `None` only if a list proves it.
#[test]
fn lookups() {
    let order = |found: &Result<Option<Order>, FindError<Order>>| matches!(found, Ok(None));
    let event = |found: &Result<Option<OrderEvent>, FindError<OrderEvent>>| matches!(found, Ok(None));
    for kind in [RecordKind::Order, RecordKind::Event] {
        for there in [0, 1, 2] {
            explore("lookups", 2, |choices| {
                let mut server = OrderServer::new(kind, None);
                for number in 0..there {
                    let mut json = kind.json();
                    json[kind.names()[1]] = json!(format!("IMPRINT-{number}"));
                    server.recorded.push(Recorded { json, since: Duration::ZERO, shown: false, earlier: true });
                }
                let simulation = Simulation::new(server, choices);
                let client = simulation.client(RetryPolicy::off());
                let (none, one) = simulation.run(async {
                    match kind {
                        RecordKind::Order => {
                            let found = client.find_order("o-1").await;
                            (order(&found), matches!(found, Ok(Some(_))))
                        }
                        RecordKind::Event => {
                            let found = client.find_order_event("o-1").await;
                            (event(&found), matches!(found, Ok(Some(_))))
                        }
                    }
                });
                simulation.end(choices, |server| match (none, one, there) {
                    (true, ..) if server.hides_something(Duration::ZERO) => Ok(RunResult::Unavoidable(LAG)),
                    (true, _, 1..) => Err("none, and it is there".into()),
                    (_, true, 0 | 2) => Err(format!("one, and {there} are there")),
                    _ => Ok(RunResult::Held),
                })
            });
        }
    }
}

/// `Unknown` holds several entries if the answers have shown several.
#[test]
fn several_are_told() {
    // The answer to the first send is lost, and its entry appears after 20 s; until then the list does not show it. The
    // second send is answered.
    let simulation = Simulation::new(
        OrderServer::new(RecordKind::Order, None),
        &Choices { taken: vec![(3, POSTS.len(), "")], ..Choices::default() },
    );
    let client = simulation.client(RetryPolicy::off());
    let error = simulation.run(async {
        let call = client.create_order_once(RecordKind::order());
        call.await
    });
    // The other entry is never shown, so the client cannot know of it.
    assert!(error.is_ok());
    let two = OrderServer::new(RecordKind::Order, None);
    let mut choices = Choices { taken: vec![(1, POSTS.len(), ""), (1, LISTS.len(), "")], ..Choices::default() };
    choices.taken.extend(vec![(1, LISTS.len(), ""); 5]);
    let simulation = Simulation::new(two, &choices);
    let error = simulation
        .run(simulation.client(RetryPolicy::off()).create_order_once(RecordKind::order()))
        .expect_err("two are there");
    let says = "createOrder was sent more than once, and 2 are recorded under the id that only one should have";
    assert_eq!(error.to_string(), says);
    assert!(
        matches!(&error, OnceError::Unknown { sends: 2, lookup: Lookup::Failed(FindError::Several(found)), .. } if found.len() == 2),
        "{error:?}"
    );
}
