//! Runs of `find_customer`, `find_order` and `find_order_event`, and of `check_totals` against the sums of the sandbox.

use serde_json::{Value, json};

use super::stage::{Ended, Stage};
use crate::ext::FindError;
use crate::types::{OrderBase, OrderLine};

const STALE: &str = "the answer showed less than there is, and nothing in it said so";

/// What is looked up.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Customer,
    Order,
    Event,
}

/// How a lookup ended: one with this id of Imprint, none, so many, or an answer that proves nothing.
#[derive(Debug)]
enum Found {
    One(String),
    None,
    Several(usize),
    Unreliable,
    Failed,
}

fn found<T>(result: Result<Option<T>, FindError<T>>, id: impl Fn(&T) -> Option<String>) -> Found {
    match result {
        Ok(Some(one)) => Found::One(id(&one).unwrap_or_default()),
        Ok(None) => Found::None,
        Err(FindError::Several(found)) => Found::Several(found.len()),
        Err(FindError::Unreliable) => Found::Unreliable,
        Err(FindError::Call(_)) => Found::Failed,
    }
}

pub(super) fn finds(stage: &mut Stage<'_>) -> Result<Ended, String> {
    let kind = stage.random.pick(&[Kind::Customer, Kind::Order, Kind::Event]);
    let wanted = prepare(stage, kind);
    let (table, column) = match kind {
        Kind::Customer => ("customers", "partner_customer_id"),
        Kind::Order => ("orders", "partner_order_id"),
        Kind::Event => ("order_events", "partner_event_id"),
    };
    let there = stage.world.books().ids(table, |row| row[column] == wanted);
    let client = stage.client();
    let result = stage.run(async {
        match kind {
            Kind::Customer => found(client.find_customer(wanted).await, |one| Some(one.id.as_str().to_owned())),
            Kind::Order => found(client.find_order(wanted).await, |one| Some(one.id.as_ref()?.as_str().to_owned())),
            Kind::Event => {
                let id = |one: &crate::types::OrderEvent| Some(one.order_event_id.as_ref()?.as_str().to_owned());
                found(client.find_order_event(wanted).await, id)
            }
        }
    });
    stage.tell(format!("{kind:?} {wanted}, {} are there, ended with {result:?}", there.len()));
    let stale = stage.network(|network| network.exchanges.iter().any(|exchange| exchange.is_stale));
    let (outcome, broken) = match &result {
        Found::One(id) => {
            if !there.iter().any(|known| known.eq_ignore_ascii_case(id)) {
                return Err("found is something else".into());
            }
            ("one", there.len() != 1)
        }
        Found::None => ("none", !there.is_empty()),
        Found::Several(count) if *count < 2 || there.len() < *count => {
            return Err("several, and there are fewer".into());
        }
        Found::Several(_) => ("several", false),
        Found::Unreliable if !stale => return Err("called unreliable, and it is not".into()),
        Found::Unreliable => ("unreliable", false),
        Found::Failed if stage.is_sound() => return Err("nothing went wrong, and the call failed".into()),
        Found::Failed => ("the call failed", false),
    };
    if broken && !stale {
        return Err(format!("{} are there", there.len()));
    }
    Ok(Ended::unless(outcome, broken.then_some(STALE)))
}

/// Records none, one or two under the id that is looked up, and one under an id in another letter case.
fn prepare(stage: &mut Stage<'_>, kind: Kind) -> &'static str {
    let world = stage.world;
    let count = stage.random.below(3);
    let post = |target: &str, body: &Value| {
        let (status, answer) = world.send("POST", target, Some(body));
        assert_eq!(status, 200, "{answer}");
    };
    match kind {
        Kind::Customer => {
            let wanted = ["PARTNER_X", "PARTNER_A", "PARTNER_A"][count];
            // A link gives the customer the partner's id of another one.
            if count == 2 {
                post(&format!("/v2/customers/{}/link", world.customers[2]), &json!({"partner_customer_id": wanted}));
            }
            post(&format!("/v2/customers/{}/link", world.customers[1]), &json!({"partner_customer_id": "partner_a"}));
            wanted
        }
        Kind::Order => {
            for id in ["O-1", "o-1", "o-1"].iter().take(1 + count) {
                let order = json!({"partner_order_id": id, "payment_method_id": world.card, "total_order_amount": 1});
                post("/v2/orders", &order);
            }
            "o-1"
        }
        Kind::Event => {
            for id in ["O-1", "o-1"].iter().take(1 + count.min(1)) {
                let event = json!({
                    "partner_event_id": id, "order_id": world.order, "type": "CAPTURED", "amount": 1,
                    "network_transaction_id": "N",
                });
                post("/v2/order_events", &event);
            }
            "o-1"
        }
    }
}

/// `check_totals` accepts an order if the sandbox does.
pub(super) fn totals(stage: &mut Stage<'_>) -> Result<Ended, String> {
    let mut number = |most: usize| i64::try_from(stage.random.below(most)).expect("it is small");
    let count = number(4);
    let huge = [1, 1, 1, i64::MAX / 8][usize::try_from(number(4)).expect("it is small")];
    let lines: Vec<OrderLine> = (0..count)
        .map(|_| {
            let line = OrderLine::builder().name("Couch").quantity(number(5)).rate(number(9) * huge);
            line.rewards_rate(number(3)).build().expect("complete")
        })
        .collect();
    let sum = |rate: fn(&OrderLine) -> i64| {
        lines.iter().fold(0_i64, |sum, line| sum.wrapping_add(rate(line).wrapping_mul(line.quantity)))
    };
    let (mut amount, mut rewards) = (sum(|line| line.rate).max(0), Some(sum(|line| line.rewards_rate)));
    match number(5) {
        0 => amount += 1,
        1 => rewards = rewards.map(|rewards| rewards + 1),
        2 => rewards = None,
        _ => {}
    }
    let order = OrderBase::builder().partner_order_id("o-1").payment_method_id(&*stage.world.card).order_lines(lines);
    let order = order.total_order_amount(amount).total_rewards_amount(rewards).build().expect("complete");
    let checked = order.check_totals();
    let (status, answer) = stage.world.send("POST", "/v2/orders", Some(&json!(order)));
    stage.tell(format!("check_totals: {checked:?}; the sandbox: {status} {answer}"));
    match (&checked, status) {
        (Ok(()), 200) => Ok(Ended::held("accepted")),
        (Err(_), 400) => Ok(Ended::held("refused")),
        _ => Err("check_totals and the sandbox differ".into()),
    }
}
