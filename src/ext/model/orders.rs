//! The model behind `create_order_once`, `post_order_event_once` and the lookups.
//!
//! A request is carried out once or not at all, now or later; a list lags, lies, fails, repeats or holds something else.
//! What is assumed: a refusal (4xx but 408) is true, and the server does not carry one request out twice.

mod server;

use std::time::Duration;

use serde_json::{Value, json};

use super::{Choices, Verdict, World, explore, in_time};
use crate::call::RetryPolicy;
use crate::ext::{FindError, Lookup, Once, OnceError};
use crate::types::{Order, OrderEvent};
use server::{Kind, LISTS, POSTS, Recorded, Server};

const LIMIT: Duration = Duration::from_secs(100);

/// How a call ended, for orders and events alike.
enum Outcome {
    Once { sends: u32, value: Value },
    Refused { conflict: bool },
    Different(Value),
    InDoubt { several: bool },
}

fn outcome<T: serde::Serialize>(result: Result<Once<T>, OnceError<T>>) -> Outcome {
    match result {
        Ok(once) => Outcome::Once { sends: once.sends(), value: json!(*once) },
        Err(OnceError::Refused(error)) => {
            Outcome::Refused { conflict: error.status().is_some_and(|status| status == 409) }
        }
        Err(OnceError::Different(other)) => Outcome::Different(json!(other)),
        Err(OnceError::Unknown { lookup: Lookup::Failed(FindError::Several(_)), .. }) => {
            Outcome::InDoubt { several: true }
        }
        Err(OnceError::Unknown { .. } | OnceError::Unverified { .. }) => Outcome::InDoubt { several: false },
    }
}

async fn record(client: &crate::Client, kind: Kind) -> Outcome {
    match kind {
        Kind::Order => outcome(client.create_order_once(Kind::order()).await),
        Kind::Event => outcome(client.post_order_event_once(Kind::event()).await),
    }
}

const LAG: &str = "something is recorded that no answer shows until the last look";

/// The invariants of one call, or of two at once.
fn check(server: &Server, outcomes: &[Outcome], earlier_differs: bool) -> Result<Verdict, String> {
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
            Outcome::Once { value, .. } if !is_asked(value) => return Err("Ok, with something else".into()),
            Outcome::Once { .. } if recorded != 1 => Some(format!("Ok, and it is recorded {recorded} times")),
            // With two calls the other one may have recorded it.
            Outcome::Refused { .. } if by_this > 0 && outcomes.len() == 1 => {
                Some("refused, and it is recorded".to_owned())
            }
            Outcome::Refused { conflict: true } if recorded > 0 && !earlier_differs && outcomes.len() == 1 => {
                Some("refused by a conflict, and it is recorded".to_owned())
            }
            Outcome::InDoubt { several: true } if recorded < 2 => return Err("several, and it is recorded once".into()),
            Outcome::Different(other) => is_asked(other).then(|| "called different, and it is not".to_owned()),
            _ => None,
        };
        // A call that sent again has looked until most of its time was up.
        let until = if matches!(outcome, Outcome::Once { .. }) { LIMIT * 6 / 10 } else { Duration::ZERO };
        match broken {
            Some(_) if server.hides_something(until) => return Ok(Verdict::Unavoidable(LAG)),
            Some(broken) => return Err(broken),
            None => {}
        }
    }
    Ok(Verdict::Held)
}

fn one_call(kind: Kind, few: bool, retry: &RetryPolicy, faults: usize) {
    let name = if kind == Kind::Order { "create_order_once" } else { "post_order_event_once" };
    let explored = explore(name, faults, |choices| {
        let mut first = choices.clone();
        let mut server = if few { Server::with_few(kind) } else { Server::new(kind, None) };
        server.all_alike = first.choose(&[
            ("the list may answer in another way each time", false),
            ("the list always answers alike", true),
        ]);
        let world = World::new(server, &first);
        let outcome = world.run(record(&world.client(retry.clone()), kind));
        let took = world.passed();
        world.end(choices, |server| {
            in_time(took, LIMIT)?;
            if server.posts > 3 && *retry == RetryPolicy::off() {
                return Err(format!("it was sent {} times", server.posts));
            }
            if server.sent_without_proof && *retry == RetryPolicy::off() {
                return Err("it was sent again without a page that proves that it is not there".into());
            }
            if let Outcome::Once { sends, .. } = outcome
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
    one_call(Kind::Order, false, &RetryPolicy::off(), 2);
}

#[test]
fn create_order_once_with_three_faults() {
    one_call(Kind::Order, true, &RetryPolicy::off(), 3);
}

#[test]
fn post_order_event_once_with_two_faults() {
    one_call(Kind::Event, true, &RetryPolicy::off(), 2);
}

/// The client's own retries in between: of looks, and of sends that were never made.
#[test]
fn create_order_once_with_retries() {
    one_call(Kind::Order, true, &RetryPolicy::default(), 2);
}

/// Something is there already from an earlier run of the caller.
#[test]
fn create_order_once_after_an_earlier_run() {
    for amount in [5_000, 1] {
        explore("create_order_once after an earlier run", 2, |choices| {
            let mut earlier = Kind::Order.json();
            earlier["id"] = json!("IMPRINT-0");
            earlier["total_order_amount"] = json!(amount);
            let world = World::new(Server::new(Kind::Order, Some(earlier)), choices);
            let outcome = world.run(record(&world.client(RetryPolicy::off()), Kind::Order));
            let took = world.passed();
            world.end(choices, |server| {
                in_time(took, LIMIT)?;
                match outcome {
                    // It does not look before it sends: that it is there from before is for the caller to know.
                    Outcome::Once { sends: 1, .. } if server.posts == 1 => Ok(Verdict::Held),
                    outcome => check(server, &[outcome], amount == 1),
                }
            })
        });
    }
}

/// Two calls for one id at a time, on clones of one client, however they interleave.
#[test]
fn two_calls_for_one_id() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let _entered = runtime.enter();
    let explored = explore("two calls for one id", 2, |choices| {
        let world = World::new(Server::with_few(Kind::Order), choices);
        let client = world.client(RetryPolicy::off());
        let clone = client.with_timeout(LIMIT);
        let (one, other) = world.run_both(record(&client, Kind::Order), record(&clone, Kind::Order));
        let took = world.passed();
        world.end(choices, |server| {
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

fn choices_are_good(one: &Outcome, other: &Outcome) -> bool {
    matches!((one, other), (Outcome::Once { .. }, Outcome::Once { .. }))
}

/// What comes late, but within the patience of the first look, is found and not doubled.
#[test]
fn what_comes_twenty_seconds_late_is_found() {
    for post in [2, 5] {
        let mut choices = Choices { taken: vec![(post, POSTS.len(), "")], at: 0 };
        let world = World::new(Server::new(Kind::Order, None), &choices);
        let outcome = world.run(record(&world.client(RetryPolicy::off()), Kind::Order));
        assert!(matches!(outcome, Outcome::Once { sends: 1, .. }));
        let held = world.end(&mut choices, |server| {
            Ok(if server.recorded.len() == 1 { Verdict::Held } else { Verdict::Unavoidable(LAG) })
        });
        assert_eq!(held, Ok(Verdict::Held));
    }
}

/// "There is none" is said only when a list proves it.
#[test]
fn lookups() {
    let order = |found: &Result<Option<Order>, FindError<Order>>| matches!(found, Ok(None));
    let event = |found: &Result<Option<OrderEvent>, FindError<OrderEvent>>| matches!(found, Ok(None));
    for kind in [Kind::Order, Kind::Event] {
        for there in [0, 1, 2] {
            explore("lookups", 2, |choices| {
                let mut server = Server::new(kind, None);
                for number in 0..there {
                    let mut json = kind.json();
                    json[kind.names()[1]] = json!(format!("IMPRINT-{number}"));
                    server.recorded.push(Recorded { json, since: Duration::ZERO, shown: false, earlier: true });
                }
                let world = World::new(server, choices);
                let client = world.client(RetryPolicy::off());
                let (none, one) = world.run(async {
                    match kind {
                        Kind::Order => {
                            let found = client.find_order("o-1").await;
                            (order(&found), matches!(found, Ok(Some(_))))
                        }
                        Kind::Event => {
                            let found = client.find_order_event("o-1").await;
                            (event(&found), matches!(found, Ok(Some(_))))
                        }
                    }
                });
                world.end(choices, |server| match (none, one, there) {
                    (true, ..) if server.hides_something(Duration::ZERO) => Ok(Verdict::Unavoidable(LAG)),
                    (true, _, 1..) => Err("none, and it is there".into()),
                    (_, true, 0 | 2) => Err(format!("one, and {there} are there")),
                    _ => Ok(Verdict::Held),
                })
            });
        }
    }
}

/// `Unknown` says what is known: several, where an answer has shown several.
#[test]
fn several_are_told() {
    // The first is lost and comes 20 s late, after the list has lagged all the while; the second is answered.
    let world = World::new(Server::new(Kind::Order, None), &Choices { taken: vec![(3, POSTS.len(), "")], at: 0 });
    let client = world.client(RetryPolicy::off());
    let error = world.run(async {
        let call = client.create_order_once(Kind::order());
        call.await
    });
    // Never to be seen: the client cannot know.
    assert!(error.is_ok());
    let two = Server::new(Kind::Order, None);
    let mut choices = Choices { taken: vec![(1, POSTS.len(), ""), (1, LISTS.len(), "")], at: 0 };
    choices.taken.extend(vec![(1, LISTS.len(), ""); 5]);
    let world = World::new(two, &choices);
    let error =
        world.run(world.client(RetryPolicy::off()).create_order_once(Kind::order())).expect_err("two are there");
    let says = "createOrder was sent more than once, and 2 are recorded under the id that only one should have";
    assert_eq!(error.to_string(), says);
    assert!(
        matches!(&error, OnceError::Unknown { sends: 2, lookup: Lookup::Failed(FindError::Several(found)), .. } if found.len() == 2),
        "{error:?}"
    );
}
