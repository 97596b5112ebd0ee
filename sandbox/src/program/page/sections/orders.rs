//! Orders.

use maud::html;

use crate::program::page::parts::{empty, money, more, short_id, table, time, who};
use crate::program::page::view::View;

use super::Rendered;

pub fn render(view: &View) -> Rendered {
    let orders = view.sandbox.orders_overview(view.rows);
    let body = if orders.rows.is_empty() {
        empty(&html! { p { "No order yet. They are recorded with the operation " code { "createOrder" } "." } })
    } else {
        html! {
            (table("orders", "Orders, the latest first", &["Order", "Your id", "Customer", "Amount", "Captures and refunds"], &html! {
                @for order in &orders.rows {
                    tr id=(format!("order-{}", order.id)) {
                        th scope="row" { (short_id(&order.id)) br; (time(order.created_at)) }
                        td { (order.partner_order_id) }
                        td { (who(&order.who)) }
                        td.number {
                            (money(order.amount, &order.currency))
                            @if let Some(rewards) = order.rewards { br; span.muted { (rewards) " in rewards" } }
                        }
                        td {
                            @if order.events.is_empty() { span.muted { "none" } } @else {
                                ol.steps { @for (kind, amount, currency) in &order.events { li { (kind) " " (money(*amount, currency)) } } }
                            }
                        }
                    }
                }
            }))
            (more(view, "orders", orders.rows.len(), orders.total))
        }
    };
    Rendered::new(orders.total, body)
}
