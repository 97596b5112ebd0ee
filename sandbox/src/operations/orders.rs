//! Orders: recording, replacing, deleting and listing them.

use serde_json::Value;

use crate::choices::Choice;
use crate::instant::Instant;
use crate::model::order::Order;
use crate::model::payment_method::PaymentMethodStatus;
use crate::model::sent::Sent;
use crate::refusal::{Kind, Refusal};
use crate::world::Tx;

use super::order_lines::{self, Totals};
use super::request::{Asked, Reply, find, of_product, text_of_product};
use super::{list, payment_methods};

/// `createOrder`.
pub fn create(tx: &mut Tx<'_>, asked: &Asked<'_>) -> Result<Reply, Refusal> {
    let id = tx.state.ids.next("order").to_ascii_lowercase();
    let now = tx.now;
    let order = read(tx, asked, id, now)?;
    tx.state.orders.put(order.clone());
    Ok(Reply::of(show(asked, &order)))
}

/// `putOrder`: id and time of creation stay, and nothing else does.
pub fn replace(tx: &mut Tx<'_>, asked: &Asked<'_>) -> Result<Reply, Refusal> {
    let before = order_to_change(tx, asked)?;
    let order = read(tx, asked, before.id, before.created_at)?;
    tx.state.orders.put(order.clone());
    Ok(Reply::of(show(asked, &order)))
}

/// `deleteOrder`. The events of the order stay.
pub fn delete(tx: &mut Tx<'_>, asked: &Asked<'_>) -> Result<Reply, Refusal> {
    let order = order_to_change(tx, asked)?;
    if tx.state.order_events.first("order_id", &of_product(tx, &order.id)).is_some() {
        tx.choose(Choice::DeletedOrderKeepsItsEvents);
    }
    tx.state.orders.remove(&order.id);
    Ok(Reply::default())
}

/// `listOrders`: all that match, without pages.
pub fn list(tx: &mut Tx<'_>, asked: &Asked<'_>) -> Result<Reply, Refusal> {
    let (id, partner) = (asked.text("id"), asked.text("partner_order_id"));
    let (index, value) = match (id, partner) {
        (Some(id), _) => ("id", of_product(tx, id)),
        (None, Some(partner)) => ("partner_order_id", text_of_product(tx, partner)),
        (None, None) => ("product", tx.product.key().to_owned()),
    };
    if id.is_some_and(|id| tx.state.orders.first(index, &value).is_some_and(|order| order.id != id)) {
        tx.choose(Choice::IdsIgnoreCase);
    }
    let keep = |order: &Order| partner.is_none_or(|partner| order.partner_order_id == partner);
    let keep: list::Keep<'_, Order> = if index == "id" { Some(&keep) } else { None };
    list::page(tx, asked, |state| &state.orders, (index, &value), keep, |order| show(asked, order))
}

/// The order of an id, or the 404.
pub fn order(tx: &mut Tx<'_>, id: &str) -> Result<Order, Refusal> {
    find(tx, |state| &state.orders, |order| &order.product, id)
        .ok_or_else(|| Refusal::not_found(Kind::ORDER_NOT_FOUND, "order_id", "order", id))
}

fn order_to_change(tx: &mut Tx<'_>, asked: &Asked<'_>) -> Result<Order, Refusal> {
    order(tx, asked.argument("order_id")).inspect_err(|_| tx.choose(Choice::OrderUnknown))
}

/// The order of a request. Id and times are the sandbox's, whatever the request has.
fn read(tx: &mut Tx<'_>, asked: &Asked<'_>, id: String, created_at: Instant) -> Result<Order, Refusal> {
    let Ok(method) = payment_methods::payment_method(tx, asked.required("payment_method_id")?) else {
        tx.choose(Choice::OrderOfUnknownPaymentMethod);
        return Err(Refusal::invalid("payment_method_id", "does not name a payment method"));
    };
    if let Some(customer) = asked.text("customer_id").filter(|customer| *customer != method.customer_id) {
        if !customer.eq_ignore_ascii_case(&method.customer_id) {
            tx.choose(Choice::PaymentMethodOfAnotherCustomer);
            return Err(Refusal::invalid("customer_id", "is not the customer of the payment method"));
        }
        tx.choose(Choice::IdsIgnoreCase);
    }
    if method.status != PaymentMethodStatus::Active {
        tx.choose(Choice::OrderOnAnyPaymentMethod);
    }
    let Totals { amount, rewards } = order_lines::totals(tx, asked, "total_order_amount", "total_rewards_amount")?;
    let order = Order {
        id,
        product: tx.product.key().to_owned(),
        customer_id: method.customer_id,
        payment_method_id: method.id,
        partner_order_id: asked.required("partner_order_id")?.to_owned(),
        amount,
        rewards,
        currency: order_lines::currency(tx, asked),
        created_at,
        updated_at: tx.now,
        sent: Sent::from(&asked.body),
    };
    let same = text_of_product(tx, &order.partner_order_id);
    if tx.state.orders.find("partner_order_id", &same).any(|(_, other)| other.id != order.id) {
        tx.choose(Choice::PartnerOrderIdMayRepeat);
    }
    Ok(order)
}

fn show(asked: &Asked<'_>, order: &Order) -> Value {
    asked.shown(order.view(), &order.sent)
}
