//! Order events: recording, deleting and listing them.

use serde_json::Value;

use crate::choices::Choice;
use crate::model::order_event::OrderEvent;
use crate::model::sent::Sent;
use crate::refusal::{Kind, Refusal};
use crate::world::Tx;

use super::order_lines::{self, Totals};
use super::request::{Asked, Reply, find, of_product, text_of_product};
use super::{list, orders};

/// `postOrderEvent`.
pub fn create(tx: &mut Tx<'_>, asked: &Asked<'_>) -> Result<Reply, Refusal> {
    let order =
        orders::order(tx, asked.required("order_id")?).inspect_err(|_| tx.choose(Choice::EventOfUnknownOrder))?;
    let kind = asked.required("type")?;
    if !asked.answer_allows("type", &kind.into()) {
        return Err(Refusal::invalid("type", "is not a type that the document names"));
    }
    let Totals { amount, rewards } = order_lines::totals(tx, asked, "amount", "rewards_amount")?;
    let partner_event_id = asked.text("partner_event_id").map(str::to_owned);
    if let Some(id) = &partner_event_id {
        let value = text_of_product(tx, id);
        if tx.state.order_events.first("partner_event_id", &value).is_some() {
            tx.choose(Choice::PartnerEventIdIsUnique);
            let refusal = Refusal::conflict("another order event has this partner_event_id");
            return Err(Refusal { param: Some("partner_event_id".into()), ..refusal });
        }
    }
    let event = OrderEvent {
        id: tx.state.ids.next("order_event").to_ascii_lowercase(),
        product: tx.product.key().to_owned(),
        order_id: order.id,
        partner_event_id,
        network_transaction_id: asked.required("network_transaction_id")?.to_owned(),
        kind: kind.to_owned(),
        amount,
        rewards,
        currency: order_lines::currency(tx, asked),
        sent: Sent::from(&asked.body),
    };
    tx.choose(Choice::OrderEventsEarnNoRewards);
    tx.state.order_events.put(event.clone());
    Ok(Reply::of(show(asked, &event)))
}

/// `deleteOrderEvent`.
pub fn delete(tx: &mut Tx<'_>, asked: &Asked<'_>) -> Result<Reply, Refusal> {
    let id = asked.argument("order_event_id");
    let Some(event) = find(tx, |state| &state.order_events, |event| &event.product, id) else {
        tx.choose(Choice::OrderUnknown);
        return Err(Refusal::not_found(Kind::ORDER_EVENT_NOT_FOUND, "order_event_id", "order event", id));
    };
    tx.state.order_events.remove(&event.id);
    Ok(Reply::default())
}

/// `listOrderEvents`: pages of those that all filters match. The cursor is an `order_event_id`.
pub fn list(tx: &mut Tx<'_>, asked: &Asked<'_>) -> Result<Reply, Refusal> {
    let lower = |name| asked.text(name).map(str::to_ascii_lowercase);
    let (id, order) = (lower("order_event_id"), lower("order_id"));
    let (partner, network) = (asked.text("partner_event_id"), asked.text("network_transaction_id"));
    let filters = [
        ("order_event_id", id.as_deref()),
        ("partner_event_id", partner),
        ("network_transaction_id", network),
        ("order_id", order.as_deref()),
    ];
    // The first that is given is looked up, those after it are compared.
    let (index, value) = match filters.iter().find_map(|(name, value)| Some((*name, (*value)?))) {
        // The ids among them are in lower case already.
        Some((name, value)) => (name, text_of_product(tx, value)),
        None => ("product", tx.product.key().to_owned()),
    };
    note_choices(tx, asked, order.as_deref());
    let keep = |event: &OrderEvent| {
        partner.is_none_or(|partner| event.partner_event_id.as_deref() == Some(partner))
            && network.is_none_or(|network| event.network_transaction_id == network)
            && order.as_deref().is_none_or(|order| event.order_id == order)
    };
    let has_more_filters = filters.iter().filter(|(_, value)| value.is_some()).count() > 1;
    let keep: list::Keep<'_, OrderEvent> = if has_more_filters { Some(&keep) } else { None };
    list::page(tx, asked, |state| &state.order_events, (index, &value), keep, |event| show(asked, event))
}

/// Says what a list of the events of an order rests on.
fn note_choices(tx: &mut Tx<'_>, asked: &Asked<'_>, order: Option<&str>) {
    let is_lower = |name| asked.text(name).is_none_or(|id| !id.contains(|c: char| c.is_ascii_uppercase()));
    if !is_lower("order_event_id") || !is_lower("order_id") {
        tx.choose(Choice::IdsIgnoreCase);
    }
    let Some(order) = order else { return };
    let has_events = tx.state.order_events.first("order_id", &of_product(tx, order)).is_some();
    if has_events && tx.state.orders.get(order).is_none() {
        tx.choose(Choice::DeletedOrderKeepsItsEvents);
    }
}

fn show(asked: &Asked<'_>, event: &OrderEvent) -> Value {
    asked.shown(event.view(), &event.sent)
}
