//! Customers.

use maud::{Markup, html};

use crate::program::page::actions::Action;
use crate::program::page::parts::{Form, Tone, badge, empty, more, table, time};
use crate::program::page::view::View;
use crate::sandbox::CustomerLine;

use super::Rendered;

pub fn render(view: &View) -> Rendered {
    let customers = view.sandbox.customers_overview(view.rows);
    let form = Form::new(view, Action::CustomerAdd, "");
    let body = html! {
        @if customers.rows.is_empty() {
            (empty(&html! {
                p { "No customer yet. A session makes one:" }
                pre { "curl -u KEY: " (view.sandbox.url()) "/v2/customer_sessions \\\n  --json '{\"partner_customer_id\": \"PARTNER_USER_456\"}'" }
            }))
        } @else {
            (table("customers", "Customers, the latest first",
                &["Customer", "Your id", "Initials", "Accounts", "Since", "Statement"],
                &html! { @for customer in &customers.rows { (row(view, customer)) } }))
            (more(view, "customers", customers.rows.len(), customers.total))
        }
        (form.around("fields", &html! {
            (form.text("partner_customer_id", "Your id of the customer", "They get an account and a card at once, as if they had applied.", ""))
            button.main { "Add an approved customer" }
        }))
    };
    Rendered::new(customers.total, body)
}

fn row(view: &View, customer: &CustomerLine) -> Markup {
    let id = &customer.who.customer_id;
    html! {
        tr id=(format!("customer-{id}")) {
            th scope="row" { code { (id) } @if customer.merchant_key != "DEFAULT_PRODUCT" { br; span.muted { (customer.merchant_key) } } }
            td {
                @match &customer.who.partner_customer_id { Some(id) => (id), None => span.muted { "none" } }
                @if customer.is_linked { " " (badge(Tone::Calm, "linked")) }
            }
            td { @if customer.who.initials.is_empty() { span.muted { "–" } } @else { (customer.who.initials) } }
            td {
                @if customer.statuses.is_empty() { span.muted { "none" } }
                @for (program, status) in &customer.statuses {
                    p.nowrap { (program) " " (badge(if status == "OPEN" { Tone::Good } else { Tone::Calm }, status)) }
                }
            }
            td { (time(customer.created_at)) }
            td { (Form::new(view, Action::StatementClose, id).button("Close now", &format!("the statement of {id}"), &[])) }
        }
    }
}
