//! The server of the model of orders, and all of its choices.

use std::time::Duration;

use reqwest::Request;
use serde_json::{Value, json};

use crate::call::stand_in::Reply;
use crate::ext::model::{Choices, ModelServer, answer, path_of};
use crate::types::{OrderBase, OrderEventBase};

/// The kind of entry that is recorded.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum RecordKind {
    Order,
    Event,
}

impl RecordKind {
    pub(super) fn order() -> OrderBase {
        let order = OrderBase::builder().partner_order_id("o-1").payment_method_id("PM-1").total_order_amount(5_000);
        order.build().expect("complete")
    }

    pub(super) fn event() -> OrderEventBase {
        let event = OrderEventBase::builder().partner_event_id("o-1").order_id("OR-1").network_transaction_id("N");
        event.type_("CAPTURED").amount(5_000).build().expect("complete")
    }

    pub(super) fn json(self) -> Value {
        match self {
            Self::Order => json!(Self::order()),
            Self::Event => json!(Self::event()),
        }
    }

    /// The names of the fields that hold the partner's id, the Imprint id and the amount.
    pub(super) fn names(self) -> [&'static str; 3] {
        match self {
            Self::Order => ["partner_order_id", "id", "total_order_amount"],
            Self::Event => ["partner_event_id", "order_event_id", "amount"],
        }
    }
}

/// An entry that the server has, or will have.
pub(super) struct Recorded {
    pub(super) json: Value,
    /// The time from which lists can show it.
    pub(super) since: Duration,
    /// Whether an answer or a list has shown it.
    pub(super) shown: bool,
    /// Whether it was recorded before the run.
    pub(super) earlier: bool,
}

/// What the server does with a POST.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Post {
    /// Stores the entry; lists can show it after this many seconds.
    Stores(u64, PostAnswer),
    StoresNot(PostAnswer),
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum PostAnswer {
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

/// The answer of the server to a request for its list.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Lists {
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
    /// The first entry and `has_more: true`, in a list without pages.
    FirstAndMore,
}

pub(super) const POSTS: &[(&str, Post)] = &[
    ("stores it and answers", Post::Stores(0, PostAnswer::What)),
    ("stores it, and the connection breaks", Post::Stores(0, PostAnswer::Nothing)),
    ("stores it, to be seen after 20 s, and the connection breaks", Post::Stores(20, PostAnswer::Nothing)),
    ("stores it, never to be seen, and the connection breaks", Post::Stores(100_000, PostAnswer::Nothing)),
    ("stores it, and nothing comes in time", Post::Stores(0, PostAnswer::TimedOut)),
    ("stores it after 20 s, and answers 504", Post::Stores(20, PostAnswer::Status(504))),
    ("stores it and answers 500", Post::Stores(0, PostAnswer::Status(500))),
    ("stores it and answers 409", Post::Stores(0, PostAnswer::Status(409))),
    ("stores it and answers {}", Post::Stores(0, PostAnswer::Body("{}"))),
    (
        "stores it and answers with an error in a 200",
        Post::Stores(5, PostAnswer::Body(r#"{"error":{"type":"T","message":"m"}}"#)),
    ),
    ("stores it, never to be seen, and answers with HTML", Post::Stores(100_000, PostAnswer::Body("<html>"))),
    ("stores it and answers with another one's id", Post::Stores(0, PostAnswer::AnotherId)),
    ("stores it and answers with another amount", Post::Stores(0, PostAnswer::AnotherAmount)),
    ("stores it, not to be seen yet, and answers", Post::Stores(60, PostAnswer::What)),
    ("stores it and answers in lower case", Post::Stores(0, PostAnswer::WhatInLowerCase)),
    ("stores nothing, and the connection breaks", Post::StoresNot(PostAnswer::Nothing)),
    ("stores nothing, and nothing comes in time", Post::StoresNot(PostAnswer::TimedOut)),
    ("stores nothing and answers 500", Post::StoresNot(PostAnswer::Status(500))),
    ("stores nothing and answers 408", Post::StoresNot(PostAnswer::Status(408))),
    ("stores nothing and answers 400", Post::StoresNot(PostAnswer::Status(400))),
    ("stores nothing and answers 401", Post::StoresNot(PostAnswer::Status(401))),
    ("stores nothing and answers 403", Post::StoresNot(PostAnswer::Status(403))),
    ("stores nothing and answers 409", Post::StoresNot(PostAnswer::Status(409))),
    ("stores nothing and answers 429", Post::StoresNot(PostAnswer::Status(429))),
    (
        "stores nothing and answers with a rate limit in a 200",
        Post::StoresNot(PostAnswer::Body(r#"{"message":"Too many requests"}"#)),
    ),
    ("is never reached", Post::StoresNot(PostAnswer::NeverConnected)),
    ("stores it, to be seen after 40 s, and the connection breaks", Post::Stores(40, PostAnswer::Nothing)),
];

pub(super) const LISTS: &[(&str, Lists)] = &[
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

/// The choices that take a client through the most steps, for runs with more faults: entries that may be recorded
/// without an answer, and lists that show fewer entries than exist, or more.
const FEW_POSTS: &[usize] = &[0, 1, 2, 3, 7, 8, 13, 15, 17, 22, 26];
const FEW_LISTS: &[usize] = &[0, 1, 3, 7, 15, 19, 21, 23];

fn few<T: Copy>(of: &[T], which: &[usize]) -> Vec<T> {
    which.iter().map(|index| of[*index]).collect()
}

pub(super) struct OrderServer {
    pub(super) kind: RecordKind,
    pub(super) posts_to_choose: Vec<(&'static str, Post)>,
    pub(super) lists_to_choose: Vec<(&'static str, Lists)>,
    pub(super) recorded: Vec<Recorded>,
    pub(super) posts: u32,
    /// The number of lookups since the last POST.
    pub(super) looks: u32,
    /// The time of the last lookup, and whether its answer was a reliable page.
    pub(super) last_look: (Duration, bool),
    /// Whether all lookups are answered like the first one.
    pub(super) all_alike: bool,
    pub(super) first_answer: Option<Lists>,
    /// Whether a POST was made although no reliable page came before it.
    pub(super) sent_without_proof: bool,
    /// Whether a POST was made although an answer had already shown its entry.
    pub(super) sent_what_was_shown: bool,
    /// Whether a POST was answered with a 2xx, with any body.
    pub(super) succeeded: bool,
    /// Whether another POST was made after that.
    pub(super) sent_after_success: bool,
}

impl OrderServer {
    pub(super) fn new(kind: RecordKind, earlier: Option<Value>) -> Self {
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

    /// Makes a server with fewer choices.
    pub(super) fn with_few(kind: RecordKind) -> Self {
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
            let shown = matches!(says, PostAnswer::What | PostAnswer::WhatInLowerCase);
            let since = since + Duration::from_secs(after);
            self.recorded.push(Recorded { json: json.clone(), since, shown, earlier: false });
        }
        self.succeeded |= !matches!(
            says,
            PostAnswer::Nothing | PostAnswer::TimedOut | PostAnswer::NeverConnected | PostAnswer::Status(_)
        );
        match says {
            PostAnswer::What => answer(200, &json),
            PostAnswer::WhatInLowerCase => answer(200, &lower(&json, self.kind)),
            PostAnswer::Nothing => Reply::Broken,
            PostAnswer::TimedOut => Reply::TimedOut,
            PostAnswer::NeverConnected => Reply::NeverConnected,
            PostAnswer::Status(status) => answer(status, &json!({})),
            PostAnswer::Body(body) => Reply::Answer(200, Vec::new(), body.into()),
            PostAnswer::AnotherId => {
                json[partner_id] = json!("o-2");
                answer(200, &json)
            }
            PostAnswer::AnotherAmount => {
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
            Lists::FirstAndMore => self.kind == RecordKind::Event,
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
            Lists::FirstAndMore if self.kind == RecordKind::Order => {
                let first = show().into_iter().take(1).collect::<Vec<_>>();
                // This list does not show the other entries.
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

    /// Whether no answer has shown a recorded entry, although the last lookup, made after the last POST and no sooner
    /// than `at`, was answered by a reliable page. No client can know of such an entry.
    pub(super) fn hides_something(&self, at: Duration) -> bool {
        let (when, to_rely_on) = self.last_look;
        self.looks > 0 && to_rely_on && when >= at && self.recorded.iter().any(|recorded| !recorded.shown)
    }
}

impl ModelServer for OrderServer {
    fn play(&mut self, request: &Request, since: Duration, choices: &mut Choices) -> Reply {
        match path_of(request).as_str() {
            "POST /v2/orders" | "POST /v2/order_events" => self.post(since, choices),
            "GET /v2/orders" | "GET /v2/order_events" => self.list(since, choices),
            other => panic!("{other}"),
        }
    }
}

/// Returns the entry with the ids in the letter case of other answers.
fn lower(json: &Value, kind: RecordKind) -> Value {
    let mut json = json.clone();
    for name in [kind.names()[1], "payment_method_id", "order_id"] {
        if let Some(id) = json[name].as_str().map(str::to_lowercase) {
            json[name] = json!(id);
        }
    }
    json
}
