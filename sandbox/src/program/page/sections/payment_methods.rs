//! Payment methods, and what a bank does to them.

use maud::{Markup, html};

use crate::program::page::actions::Action;
use crate::program::page::parts::{Form, Tone, badge, empty, more, short_id, table, who};
use crate::program::page::view::View;
use crate::sandbox::PaymentMethodLine;

use super::Rendered;

pub fn render(view: &View) -> Rendered {
    let methods = view.sandbox.payment_methods_overview(view.rows);
    let body = if methods.rows.is_empty() {
        empty(&html! {
            p { "No payment method yet: a customer gets one when their application is approved. " a href="#applications" { "Apply" } }
        })
    } else {
        html! {
            (table("payment-methods", "Payment methods, the latest first",
                &["Payment method", "Customer", "What", "State", "Bank", "Change"],
                &html! { @for method in &methods.rows { (row(view, method)) } }))
            (more(view, "payment-methods", methods.rows.len(), methods.total))
        }
    };
    Rendered::new(methods.total, body)
}

fn row(view: &View, method: &PaymentMethodLine) -> Markup {
    let tone = match method.status {
        "ACTIVE" => Tone::Good,
        "INACTIVE" => Tone::Warning,
        _ => Tone::Calm,
    };
    let button = |action: Action, label: &str| Form::new(view, action, &method.id).button(label, &method.id, &[]);
    html! {
        tr id=(format!("payment-method-{}", method.id)) {
            th scope="row" { (short_id(&method.id)) }
            td { (who(&method.who)) }
            td {
                (method.kind) br; span.muted { (method.detail) }
                @if !method.tokens.is_empty() { br; span.muted { "tokens at " (method.tokens.join(", ")) } }
            }
            td { (badge(tone, method.status)) }
            td { @if method.is_declined { (badge(Tone::Warning, "declines")) } @else { "accepts" } }
            td {
                @if method.is_canceled {
                    span.muted { "–" }
                } @else {
                    div.buttons {
                        @if method.is_active { (button(Action::Deactivate, "Lock")) } @else { (button(Action::Activate, "Unlock")) }
                        @if method.is_declined { (button(Action::Accept, "Accept")) } @else { (button(Action::Decline, "Decline")) }
                        @if method.is_card { (button(Action::Reissue, "Reissue")) }
                        (button(Action::Cancel, "Cancel for good"))
                    }
                }
            }
        }
    }
}
