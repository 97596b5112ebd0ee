//! The model behind `create_order_once`, `post_order_event_once` and the lookups.
//!
//! A request is carried out once or not at all, now or later; a list lags, lies, fails, repeats or holds something else.
//! What is assumed: a refusal (4xx but 408) is true, and the server does not carry one request out twice.

use std::time::Duration;

use reqwest::Request;
use serde_json::{Value, json};

use super::{Choices, Play, Verdict, World, explore, in_time, path_of};
use crate::ext::{FindError, Lookup, Once, OnceError};
use crate::retry::RetryPolicy;
use crate::transport::stand_in::Reply;
use crate::types::{Order, OrderBase, OrderEvent, OrderEventBase};

const LIMIT: Duration = Duration::from_secs(100);

/// What is being recorded.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Order,
    Event,
}

impl Kind {
    fn order() -> OrderBase {
        let order = OrderBase::builder().partner_order_id("o-1").payment_method_id("PM-1").total_order_amount(5_000);
        order.build().expect("complete")
    }

    fn event() -> OrderEventBase {
        let event = OrderEventBase::builder().partner_event_id("o-1").order_id("OR-1").network_transaction_id("N");
        event.type_("CAPTURED").amount(5_000).build().expect("complete")
    }

    fn json(self) -> Value {
        match self {
            Self::Order => json!(Self::order()),
            Self::Event => json!(Self::event()),
        }
    }

    /// The names of the partner's id, of Imprint's, and of the amount.
    fn names(self) -> [&'static str; 3] {
        match self {
            Self::Order => ["partner_order_id", "id", "total_order_amount"],
            Self::Event => ["partner_event_id", "order_event_id", "amount"],
        }
    }
}

/// Something that the server has, or will have.
struct Recorded {
    json: Value,
    /// From when on it can be seen.
    since: Duration,
    /// An answer or a list has shown it.
    shown: bool,
    /// It was there before the run.
    earlier: bool,
}

/// What the server does with a POST.
#[derive(Clone, Copy, PartialEq)]
enum Post {
    /// Stores it, to be seen after so many seconds.
    Stores(u64, Says),
    StoresNot(Says),
}

#[derive(Clone, Copy, PartialEq)]
enum Says {
    What,
    WhatInLowerCase,
    Nothing,
    TimedOut,
    NeverConnected,
    Status(u16),
    Body(&'static str),
    AnotherId,
    AnotherAmount,
}

/// What the server says of its list.
#[derive(Clone, Copy, PartialEq)]
enum Lists {
    Truth,
    Body(&'static str),
    Status(u16),
    Nothing,
    TimedOut,
    Foreign,
    ForeignToo,
    Twice,
    Unreadable,
    LowerCase,
    /// The first of what is there, and a promise of more, by a list without pages.
    FirstAndMore,
}

const POSTS: &[(&str, Post)] = &[
    ("stores it and answers", Post::Stores(0, Says::What)),
    ("stores it, and the connection breaks", Post::Stores(0, Says::Nothing)),
    ("stores it, to be seen after 20 s, and the connection breaks", Post::Stores(20, Says::Nothing)),
    ("stores it, never to be seen, and the connection breaks", Post::Stores(100_000, Says::Nothing)),
    ("stores it, and nothing comes in time", Post::Stores(0, Says::TimedOut)),
    ("stores it after 20 s, and answers 504", Post::Stores(20, Says::Status(504))),
    ("stores it and answers 500", Post::Stores(0, Says::Status(500))),
    ("stores it and answers 409", Post::Stores(0, Says::Status(409))),
    ("stores it and answers {}", Post::Stores(0, Says::Body("{}"))),
    (
        "stores it and answers with an error in a 200",
        Post::Stores(5, Says::Body(r#"{"error":{"type":"T","message":"m"}}"#)),
    ),
    ("stores it, never to be seen, and answers with HTML", Post::Stores(100_000, Says::Body("<html>"))),
    ("stores it and answers with another one's id", Post::Stores(0, Says::AnotherId)),
    ("stores it and answers with another amount", Post::Stores(0, Says::AnotherAmount)),
    ("stores it, not to be seen yet, and answers", Post::Stores(60, Says::What)),
    ("stores it and answers in lower case", Post::Stores(0, Says::WhatInLowerCase)),
    ("stores nothing, and the connection breaks", Post::StoresNot(Says::Nothing)),
    ("stores nothing, and nothing comes in time", Post::StoresNot(Says::TimedOut)),
    ("stores nothing and answers 500", Post::StoresNot(Says::Status(500))),
    ("stores nothing and answers 408", Post::StoresNot(Says::Status(408))),
    ("stores nothing and answers 400", Post::StoresNot(Says::Status(400))),
    ("stores nothing and answers 401", Post::StoresNot(Says::Status(401))),
    ("stores nothing and answers 403", Post::StoresNot(Says::Status(403))),
    ("stores nothing and answers 409", Post::StoresNot(Says::Status(409))),
    ("stores nothing and answers 429", Post::StoresNot(Says::Status(429))),
    (
        "stores nothing and answers with a rate limit in a 200",
        Post::StoresNot(Says::Body(r#"{"message":"Too many requests"}"#)),
    ),
    ("is never reached", Post::StoresNot(Says::NeverConnected)),
    ("stores it, to be seen after 40 s, and the connection breaks", Post::Stores(40, Says::Nothing)),
];

const LISTS: &[(&str, Lists)] = &[
    ("the list shows what is there", Lists::Truth),
    ("the list lags and is empty", Lists::Body(r#"{"data":[]}"#)),
    ("the list is null", Lists::Body(r#"{"data":null}"#)),
    ("the list answers {}", Lists::Body("{}")),
    ("the list answers with a message", Lists::Body(r#"{"message":"Too many requests"}"#)),
    ("the list answers with an error in a 200", Lists::Body(r#"{"error":{"type":"T","message":"m"}}"#)),
    ("the list is of another name", Lists::Body(r#"{"items":[]}"#)),
    ("the list is empty and says there is more", Lists::Body(r#"{"data":[],"has_more":true}"#)),
    ("the list is empty and says there is one", Lists::Body(r#"{"data":[],"total":1}"#)),
    ("the list holds null", Lists::Body(r#"{"data":[null]}"#)),
    ("the list answers 204", Lists::Status(204)),
    ("the list answers 401", Lists::Status(401)),
    ("the list answers 403", Lists::Status(403)),
    ("the list answers 404", Lists::Status(404)),
    ("the list answers 429", Lists::Status(429)),
    ("the list answers 500", Lists::Status(500)),
    ("the list breaks", Lists::Nothing),
    ("the list does not come in time", Lists::TimedOut),
    ("the list ignores the filter", Lists::Foreign),
    ("the list holds others, too", Lists::ForeignToo),
    ("the list repeats what is there", Lists::Twice),
    ("the list shows what is there, unreadable", Lists::Unreadable),
    ("the list shows what is there in lower case", Lists::LowerCase),
    ("the list shows the first and says there is more", Lists::FirstAndMore),
    ("the list is null beside a message", Lists::Body(r#"{"status":"error","message":"no database","data":null}"#)),
    ("the list is empty beside a code", Lists::Body(r#"{"code":429,"data":[]}"#)),
];

/// The choices that lead a client the furthest, for deeper runs: what may be recorded without an answer, and lists that say
/// less than there is, or more.
const FEW_POSTS: &[usize] = &[0, 1, 2, 3, 7, 8, 13, 15, 17, 22, 26];
const FEW_LISTS: &[usize] = &[0, 1, 3, 7, 15, 19, 21, 23];

fn few<T: Copy>(of: &[T], which: &[usize]) -> Vec<T> {
    which.iter().map(|index| of[*index]).collect()
}

struct Server {
    kind: Kind,
    posts_to_choose: Vec<(&'static str, Post)>,
    lists_to_choose: Vec<(&'static str, Lists)>,
    recorded: Vec<Recorded>,
    posts: u32,
    /// Looks since the last POST.
    looks: u32,
    /// When the last look was made, and whether its answer was a page to rely on.
    last_look: (Duration, bool),
    /// All looks are answered as the first one was; the answer once it is known.
    all_alike: bool,
    first_answer: Option<Lists>,
    /// A POST was made although no page to rely on came before it.
    sent_without_proof: bool,
    /// A POST was made although an answer had shown what it was to record.
    sent_what_was_shown: bool,
    /// A POST was answered with a 2xx, whatever its body.
    succeeded: bool,
    /// Another one was made after that.
    sent_after_success: bool,
}

impl Server {
    fn new(kind: Kind, earlier: Option<Value>) -> Self {
        let recorded =
            earlier.into_iter().map(|json| Recorded { json, since: Duration::ZERO, shown: false, earlier: true });
        let recorded = recorded.collect();
        let (posts_to_choose, lists_to_choose) = (POSTS.to_vec(), LISTS.to_vec());
        Self {
            kind,
            posts_to_choose,
            lists_to_choose,
            recorded,
            posts: 0,
            looks: 0,
            last_look: (Duration::ZERO, false),
            all_alike: false,
            first_answer: None,
            sent_without_proof: false,
            sent_what_was_shown: false,
            succeeded: false,
            sent_after_success: false,
        }
    }

    /// With fewer choices.
    fn with_few(kind: Kind) -> Self {
        let (posts_to_choose, lists_to_choose) = (few(POSTS, FEW_POSTS), few(LISTS, FEW_LISTS));
        Self { posts_to_choose, lists_to_choose, ..Self::new(kind, None) }
    }

    fn post(&mut self, since: Duration, choices: &mut Choices) -> Reply {
        self.sent_what_was_shown |= self.recorded.iter().any(|recorded| recorded.shown);
        self.sent_after_success |= self.succeeded;
        self.sent_without_proof |= self.posts > 0 && !(self.looks > 0 && self.last_look.1);
        self.posts += 1;
        self.looks = 0;
        let [partner_id, id, amount] = self.kind.names();
        let mut json = self.kind.json();
        json[id] = json!(format!("IMPRINT-{}", self.posts));
        let post = choices.choose(&self.posts_to_choose);
        let (Post::Stores(_, says) | Post::StoresNot(says)) = post;
        if let Post::Stores(after, _) = post {
            let shown = matches!(says, Says::What | Says::WhatInLowerCase);
            let since = since + Duration::from_secs(after);
            self.recorded.push(Recorded { json: json.clone(), since, shown, earlier: false });
        }
        self.succeeded |= !matches!(says, Says::Nothing | Says::TimedOut | Says::NeverConnected | Says::Status(_));
        match says {
            Says::What => answer(200, &json),
            Says::WhatInLowerCase => answer(200, &lower(&json, self.kind)),
            Says::Nothing => Reply::Broken,
            Says::TimedOut => Reply::TimedOut,
            Says::NeverConnected => Reply::NeverConnected,
            Says::Status(status) => answer(status, &json!({})),
            Says::Body(body) => Reply::Answer(200, Vec::new(), body.into()),
            Says::AnotherId => {
                json[partner_id] = json!("o-2");
                answer(200, &json)
            }
            Says::AnotherAmount => {
                json[amount] = json!(1);
                answer(200, &json)
            }
        }
    }

    fn list(&mut self, since: Duration, choices: &mut Choices) -> Reply {
        self.looks += 1;
        let mut foreign = self.kind.json();
        let [partner_id, id, amount] = self.kind.names();
        foreign[partner_id] = json!("o-9");
        foreign[id] = json!("IMPRINT-9");
        let lists = match self.first_answer.filter(|_| self.all_alike) {
            Some(answer) => answer,
            None => choices.choose(&self.lists_to_choose),
        };
        self.first_answer = Some(lists);
        let empty = [r#"{"data":[]}"#, r#"{"data":null}"#];
        let to_rely_on = match lists {
            Lists::Body(body) => empty.contains(&body),
            Lists::Unreadable => !self.recorded.iter().any(|recorded| recorded.since <= since),
            Lists::FirstAndMore => self.kind == Kind::Event,
            lists => matches!(lists, Lists::Truth | Lists::LowerCase | Lists::Twice),
        };
        self.last_look = (since, to_rely_on);
        let there = |recorded: &&mut Recorded| recorded.since <= since;
        let mut show = || -> Vec<Value> {
            let shown = self.recorded.iter_mut().filter(there);
            shown.map(|recorded| (recorded.shown = true, recorded.json.clone()).1).collect()
        };
        let page = |items: Vec<Value>| answer(200, &json!({"data": items, "has_more": false, "total": items.len()}));
        match lists {
            Lists::Truth => page(show()),
            Lists::LowerCase => page(show().iter().map(|json| lower(json, self.kind)).collect()),
            Lists::Twice => page(show().into_iter().flat_map(|json| [json.clone(), json]).collect()),
            Lists::ForeignToo => page([show(), vec![foreign]].concat()),
            Lists::Foreign => page(vec![foreign]),
            Lists::FirstAndMore if self.kind == Kind::Order => {
                let first = show().into_iter().take(1).collect::<Vec<_>>();
                // The others are not shown by it.
                self.recorded.iter_mut().skip(1).for_each(|recorded| recorded.shown = false);
                answer(200, &json!({"data": first, "has_more": true}))
            }
            Lists::FirstAndMore => page(show()),
            Lists::Unreadable => page(show().into_iter().map(|mut json| (json[amount] = json!("x"), json).1).collect()),
            Lists::Body(body) => Reply::Answer(200, Vec::new(), body.into()),
            Lists::Status(204) => Reply::Answer(204, Vec::new(), Vec::new()),
            Lists::Status(status) => answer(status, &json!({})),
            Lists::Nothing => Reply::Broken,
            Lists::TimedOut => Reply::TimedOut,
        }
    }

    /// Whether something that is recorded has been shown by no answer, although the last look, made after the last POST and
    /// no sooner than `at`, was answered by a page to rely on: no client can know of it.
    fn hides_something(&self, at: Duration) -> bool {
        let (when, to_rely_on) = self.last_look;
        self.looks > 0 && to_rely_on && when >= at && self.recorded.iter().any(|recorded| !recorded.shown)
    }
}

impl Play for Server {
    fn play(&mut self, request: &Request, since: Duration, choices: &mut Choices) -> Reply {
        match path_of(request).as_str() {
            "POST /v2/orders" | "POST /v2/order_events" => self.post(since, choices),
            "GET /v2/orders" | "GET /v2/order_events" => self.list(since, choices),
            other => panic!("{other}"),
        }
    }
}

fn answer(status: u16, body: &Value) -> Reply {
    Reply::Answer(status, Vec::new(), body.to_string().into_bytes())
}

/// The ids that Imprint gives, in the letter case of other answers.
fn lower(json: &Value, kind: Kind) -> Value {
    let mut json = json.clone();
    for name in [kind.names()[1], "payment_method_id", "order_id"] {
        if let Some(id) = json[name].as_str().map(str::to_lowercase) {
            json[name] = json!(id);
        }
    }
    json
}

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
