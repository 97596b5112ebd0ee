//! Runs of `create_order_once` and `post_order_event_once`: what they send is recorded once and as it was asked for.
//!
//! Where no client can prevent a second recording, or know of it, the run is excused by one of the rules below. Each of
//! them is a sequence that the documentation of the helper describes, or that contradicts HTTP.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::network::Exchange;
use super::stage::{Ended, Stage};
use crate::client::Client;
use crate::ext::{FindError, Lookup, Once, OnceError};
use crate::types::{OrderBase, OrderEventBase, OrderLine};

/// The time limit of a call.
const LIMIT: Duration = Duration::from_secs(100);

/// The partner's id of what is recorded.
const ID: &str = "o-1";

const EARLIER: &str = "an earlier run recorded it, and the caller did not look it up first";
const REPEATED: &str = "the network made the server record one request twice";
const REFUSED_FALSELY: &str = "the server answered 429 to what it had carried out";
const HIDDEN: &str = "something is recorded that no answer showed up to the last lookup";

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Order,
    Event,
}

impl Kind {
    fn path(self) -> &'static str {
        match self {
            Self::Order => "/v2/orders",
            Self::Event => "/v2/order_events",
        }
    }

    fn table(self) -> &'static str {
        match self {
            Self::Order => "orders",
            Self::Event => "order_events",
        }
    }

    /// The names of the partner's id and of Imprint's id in answers.
    fn ids(self) -> [&'static str; 2] {
        match self {
            Self::Order => ["partner_order_id", "id"],
            Self::Event => ["partner_event_id", "order_event_id"],
        }
    }
}

/// What a caller asks for.
#[derive(Clone)]
enum Asked {
    Order(OrderBase),
    Event(OrderEventBase),
}

impl Asked {
    fn draw(stage: &mut Stage<'_>, kind: Kind, amount: i64) -> Self {
        let lines: Vec<OrderLine> = if stage.random.one_in(2) {
            let line = OrderLine::builder().name("Couch").quantity(5).rate(amount / 5).rewards_rate(1);
            vec![line.build().expect("complete")]
        } else {
            Vec::new()
        };
        match kind {
            Kind::Order => {
                let order = OrderBase::builder().partner_order_id(ID).payment_method_id(&*stage.world.card);
                let order = order.total_order_amount(amount).order_lines(lines);
                Self::Order(order.build().expect("complete"))
            }
            Kind::Event => {
                let event = OrderEventBase::builder().partner_event_id(ID).order_id(&*stage.world.order);
                let event = event.type_("CAPTURED").amount(amount).network_transaction_id("N").order_lines(lines);
                Self::Event(event.build().expect("complete"))
            }
        }
    }

    /// The same without lines and with another amount.
    fn with_amount(&self, amount: i64) -> Self {
        let mut other = self.clone();
        match &mut other {
            Self::Order(order) => (order.total_order_amount, order.order_lines) = (amount, Vec::new()),
            Self::Event(event) => (event.amount, event.order_lines) = (amount, Vec::new()),
        }
        other
    }

    fn json(&self) -> Value {
        match self {
            Self::Order(order) => json!(order),
            Self::Event(event) => json!(event),
        }
    }

    async fn record(&self, client: &Client) -> Outcome {
        match self.clone() {
            Self::Order(order) => outcome(client.create_order_once(order).await),
            Self::Event(event) => outcome(client.post_order_event_once(event).await),
        }
    }

    /// Looks up what is recorded; `None` if the lookup failed.
    async fn is_recorded(&self, client: &Client) -> Option<bool> {
        match self {
            Self::Order(_) => client.find_order(ID).await.ok().map(|found| found.is_some()),
            Self::Event(_) => client.find_order_event(ID).await.ok().map(|found| found.is_some()),
        }
    }

    /// Whether a row of the books is what was asked for.
    fn is_row(&self, row: &Value) -> bool {
        let asked = self.json();
        let same = |column: &str, field: &str| row[column] == asked[field];
        let same_id = |column: &str, field: &str| match (row[column].as_str(), asked[field].as_str()) {
            (Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
            _ => false,
        };
        let of_kind = match self {
            Self::Order(_) => {
                same("partner_order_id", "partner_order_id")
                    && same("amount", "total_order_amount")
                    && same_id("payment_method_id", "payment_method_id")
            }
            Self::Event(_) => {
                same("partner_event_id", "partner_event_id")
                    && same("amount", "amount")
                    && same("kind", "type")
                    && same("network_transaction_id", "network_transaction_id")
                    && same_id("order_id", "order_id")
            }
        };
        of_kind && row["sent"]["order_lines"] == asked["order_lines"]
    }
}

/// How a call ended.
#[derive(Clone, Debug)]
enum Outcome {
    Once { sends: u32, found: bool, value: Value },
    Refused,
    Different,
    Several(usize),
    Unknown,
    Unverified,
}

fn outcome<T: serde::Serialize>(result: Result<Once<T>, OnceError<T>>) -> Outcome {
    match result {
        Ok(once) => Outcome::Once { sends: once.sends(), found: once.was_found(), value: json!(*once) },
        Err(OnceError::Refused(_)) => Outcome::Refused,
        Err(OnceError::Different(_)) => Outcome::Different,
        Err(OnceError::Unknown { lookup: Lookup::Failed(FindError::Several(found)), .. }) => {
            Outcome::Several(found.len())
        }
        Err(OnceError::Unknown { .. }) => Outcome::Unknown,
        Err(OnceError::Unverified { .. }) => Outcome::Unverified,
    }
}

/// A call of the helper, or two at once.
struct Call {
    asked: Asked,
    begun: Duration,
    /// Its requests, by their numbers in the run.
    requests: std::ops::Range<usize>,
    outcome: Outcome,
}

pub(super) fn orders(stage: &mut Stage<'_>) -> Result<Ended, String> {
    record(stage, Kind::Order)
}

pub(super) fn events(stage: &mut Stage<'_>) -> Result<Ended, String> {
    record(stage, Kind::Event)
}

fn record(stage: &mut Stage<'_>, kind: Kind) -> Result<Ended, String> {
    let asked = Asked::draw(stage, kind, 5_000);
    // Before the run: mostly nothing, or the same, or something else under the same id.
    let earlier = match stage.random.below(12) {
        0 => Some(asked.json()),
        1 => Some(asked.with_amount(10).json()),
        _ => None,
    };
    if let Some(earlier) = &earlier {
        let (status, answer) = stage.world.send("POST", kind.path(), Some(earlier));
        assert_eq!(status, 200, "{answer}");
        stage.tell(format!("before the run was recorded {earlier}"));
    }
    let [_, id] = kind.ids();
    let before: Vec<String> = stage.world.books().ids(kind.table(), is_under_id);
    let calls = call(stage, &asked, !before.is_empty())?;
    stage.network(|network| network.settle());
    let books = stage.world.books();
    let rows: Vec<&Value> = books.rows(kind.table()).filter(|row| is_under_id(row)).collect();
    stage.tell(format!("recorded are {}, {} of them before the run", rows.len(), before.len()));
    stage.network(|network| {
        let exchanges = &network.exchanges;
        let posts = |call: &Call| sends_in(exchanges, call.requests.clone(), kind).count();
        let is_one_of_two = calls.len() == 2 && calls[0].requests == calls[1].requests;
        for call in &calls {
            check_sends(exchanges, call, kind, (stage.retries(), is_one_of_two), &rows, id)?;
        }
        let is_shown = |row: &Value| exchanges.iter().any(|exchange| shows(exchange, row, id));
        let hidden = rows.iter().any(|row| !is_shown(row));
        let all_sends: Vec<&Exchange> = sends_in(exchanges, 0..exchanges.len(), kind).collect();
        let falsely = all_sends.iter().any(|exchange| exchange.is_falsely_refused());
        let repeated: u32 = all_sends.iter().map(|exchange| exchange.carried_out.saturating_sub(1)).sum();
        let made = rows.len() - before.len();
        let made_at_most = |calls: usize, repeated: u32| made <= calls + repeated as usize;
        // Why more is recorded than one.
        let mut doubled = None;
        if rows.len() > 1 {
            let looked_first = calls.iter().any(|call| call.requests.start > 0);
            doubled = if !before.is_empty() && made == 1 && !looked_first {
                Some(EARLIER)
            } else if falsely {
                Some(REFUSED_FALSELY)
            } else if repeated > 0 && made_at_most(1, repeated) {
                Some(REPEATED)
            } else if hidden_at_a_lookup(exchanges, kind, &rows, id) {
                Some(HIDDEN)
            } else {
                return Err(format!("{} are recorded", rows.len()));
            };
        }
        let mut excused = doubled;
        for call in &calls {
            let last_look = exchanges[call.requests.clone()].iter().rfind(|exchange| exchange.method == Method::GET);
            let looked_until = last_look.filter(|look| look.items().is_some()).map_or(Duration::ZERO, |look| look.at);
            match &call.outcome {
                Outcome::Once { sends, found, value } => {
                    let own = rows.iter().find(|row| same_id(&row["id"], &value[id]));
                    let Some(own) = own else { return Err("Ok, with something that is not recorded".into()) };
                    if !call.asked.is_row(own) {
                        return Err(format!("Ok, and recorded is {own}"));
                    }
                    if rows.len() > 1 {
                        let counted = *sends > 1;
                        if counted
                            && !(hidden && looked_until >= call.begun + LIMIT * 6 / 10)
                            && doubled != Some(REFUSED_FALSELY)
                        {
                            return Err(format!("Ok after it was counted, and {} are recorded", rows.len()));
                        }
                        if *found && *sends == 0 && calls.len() < 2 {
                            return Err("found without a send, by the only call".into());
                        }
                    }
                }
                Outcome::Refused if posts(call) > 0 && made > 0 && calls.len() == 1 => {
                    if falsely {
                        excused = Some(REFUSED_FALSELY);
                    } else if hidden {
                        excused = Some(HIDDEN);
                    } else {
                        return Err("refused, and it is recorded".into());
                    }
                }
                Outcome::Different if rows.iter().all(|row| call.asked.is_row(row)) => {
                    return Err("called different, and it is not".into());
                }
                Outcome::Several(count) if rows.len() < *count => {
                    return Err(format!("called several, and {} are recorded", rows.len()));
                }
                Outcome::Unverified if rows.is_empty() => return Err("called recorded, and it is not".into()),
                _ => {}
            }
        }
        let last = &calls.last().expect("there is a call").outcome;
        if network.is_sound() && before.is_empty() && !matches!(last, Outcome::Once { .. } | Outcome::Different) {
            return Err(format!("nothing went wrong, and it ended with {last:?}"));
        }
        Ok(Ended::unless(name(last), excused))
    })
}

fn is_under_id(row: &Value) -> bool {
    row["partner_order_id"] == ID || row["partner_event_id"] == ID
}

fn name(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Once { found: false, .. } => "recorded",
        Outcome::Once { found: true, .. } => "found",
        Outcome::Refused => "refused",
        Outcome::Different => "different",
        Outcome::Several(_) => "several",
        Outcome::Unknown => "unknown",
        Outcome::Unverified => "unverified",
    }
}

/// Calls the helper in one of the ways that its documentation describes.
fn call(stage: &mut Stage<'_>, asked: &Asked, is_earlier: bool) -> Result<Vec<Call>, String> {
    let way = stage.random.below(8);
    if way == 0 {
        let other = if stage.random.one_in(2) { asked.with_amount(20) } else { asked.clone() };
        stage.tell("two calls at once".into());
        let client = stage.client();
        let clone = client.with_timeout(LIMIT);
        let (one, two) = stage.run_both(asked.record(&client), other.record(&clone));
        stage.tell(format!("they ended with {one:?} and {two:?}"));
        let requests = 0..stage.requests();
        let call = |asked: &Asked, outcome| Call {
            asked: asked.clone(),
            begun: Duration::ZERO,
            requests: requests.clone(),
            outcome,
        };
        return Ok(vec![call(asked, one), call(&other, two)]);
    }
    let mut calls = Vec::new();
    let mut client = stage.client();
    // As after a restart, when it is not certain whether it was sent before.
    let looks_first = way == 1 || is_earlier && way < 6;
    if looks_first && stage.run(asked.is_recorded(&client)) != Some(false) {
        stage.tell("found, or not to be looked up".into());
        let outcome = Outcome::Unknown;
        return Ok(vec![Call { asked: asked.clone(), begun: Duration::ZERO, requests: 0..0, outcome }]);
    }
    for again in [false, true] {
        let (begun, from) = (stage.passed(), stage.requests());
        let outcome = stage.run(asked.record(&client));
        super::super::in_time(stage.passed() - begun, LIMIT)?;
        stage.tell(format!("the call ended with {outcome:?}"));
        let in_doubt = matches!(outcome, Outcome::Unknown);
        calls.push(Call { asked: asked.clone(), begun, requests: from..stage.requests(), outcome });
        if again || !in_doubt || way > 4 {
            break;
        }
        // By another process, which looks it up first.
        client = stage.client();
        if stage.run(asked.is_recorded(&client)) != Some(false) {
            stage.tell("found, or not to be looked up".into());
            break;
        }
    }
    Ok(calls)
}

fn same_id(one: &Value, other: &Value) -> bool {
    matches!((one.as_str(), other.as_str()), (Some(one), Some(other)) if one.eq_ignore_ascii_case(other))
}

fn sends_in(exchanges: &[Exchange], requests: std::ops::Range<usize>, kind: Kind) -> impl Iterator<Item = &Exchange> {
    exchanges[requests].iter().filter(move |exchange| exchange.method == Method::POST && exchange.path == kind.path())
}

/// Whether an answer that arrived shows a row of the books.
fn shows(exchange: &Exchange, row: &Value, id: &str) -> bool {
    let Some((200, body)) = &exchange.arrived else { return false };
    let items = body["data"].as_array().map_or(std::slice::from_ref(body), Vec::as_slice);
    items.iter().any(|item| same_id(&item[id], &row["id"]))
}

/// Whether, before a send after the first one, an answer proved that nothing is there although a row is recorded that it
/// does not show; or the row was recorded after it.
fn hidden_at_a_lookup(exchanges: &[Exchange], kind: Kind, rows: &[&Value], id: &str) -> bool {
    let is_send = |exchange: &Exchange| exchange.method == Method::POST && exchange.path == kind.path();
    let Some(last) = exchanges.iter().rposition(is_send) else { return false };
    let proof = exchanges[..last].iter().rfind(|exchange| exchange.method == Method::GET);
    let unseen = |row: &&&Value| !exchanges[..last].iter().any(|exchange| shows(exchange, row, id));
    proof.is_some_and(Exchange::proves_absence) && rows.iter().filter(unseen).count() > 1
}

/// Checks when the helper sends again.
fn check_sends(
    exchanges: &[Exchange],
    call: &Call,
    kind: Kind,
    (retries, is_one_of_two): (bool, bool),
    rows: &[&Value],
    id: &str,
) -> Result<(), String> {
    let mine = &exchanges[call.requests.clone()];
    let sends: Vec<usize> = mine
        .iter()
        .enumerate()
        .filter(|(_, exchange)| exchange.method == Method::POST && exchange.path == kind.path())
        .map(|(at, _)| at)
        .collect();
    for (index, at) in sends.iter().enumerate().skip(1) {
        let before = &mine[..*at];
        if rows.iter().any(|row| before.iter().any(|exchange| shows(exchange, row, id))) {
            return Err("it was sent again although an answer had shown it".into());
        }
        if sends[..index].iter().any(|earlier| mine[*earlier].succeeded) {
            return Err("it was sent again after an answer of success".into());
        }
        if retries {
            continue;
        }
        let earlier = sends[index - 1];
        // Of two calls at once, the second sends its own if the first was refused.
        if is_one_of_two && mine[earlier].is_refused() {
            continue;
        }
        let looks = || mine[earlier + 1..*at].iter();
        if !looks().last().is_some_and(Exchange::proves_absence) {
            return Err("it was sent again without a page that proves that it is not there".into());
        }
        // The documentation says for how long it is looked up before it is sent again.
        let ended = mine[earlier].ended;
        let left = (call.begun + LIMIT).saturating_sub(ended);
        let least = (left / 3).clamp(Duration::from_millis(2_500), Duration::from_secs(120));
        if mine[*at].at + Duration::from_millis(100) < ended + least {
            return Err("it was sent again before it was looked up for as long as is documented".into());
        }
    }
    if matches!(call.outcome, Outcome::Refused) && !is_one_of_two && !retries {
        let is_open = |at: &usize| !mine[*at].is_refused();
        if sends.iter().any(is_open) {
            return Err("called refused, and a send is in doubt".into());
        }
    }
    if sends.len() > if is_one_of_two { 6 } else { 3 } && !retries {
        return Err(format!("it was sent {} times", sends.len()));
    }
    Ok(())
}
