//! Transactions with their steps, and forms that play the card network.

use maud::{Markup, html};

use crate::program::page::actions::Action;
use crate::program::page::parts::{Form, Tone, badge, empty, money, more, short_id, table, time, who};
use crate::program::page::view::{MOST_ROWS, View};
use crate::sandbox::TransactionLine;

use super::Rendered;

pub fn render(view: &View) -> Rendered {
    let transactions = view.sandbox.transactions_overview(view.rows);
    let body = html! {
        @if transactions.rows.is_empty() {
            (empty(&html! { p { "No transaction yet. Begin one below, or with the operation " code { "simulateTransactionEvent" } "." } }))
        } @else {
            (table("transactions", "Transactions, the latest first", &["Transaction", "Customer", "Amount", "State", "Steps"],
                &html! { @for transaction in &transactions.rows { (row(view, transaction)) } }))
            (more(view, "transactions", transactions.rows.len(), transactions.total))
        }
        (begin(view))
    };
    Rendered::new(transactions.total, body)
}

fn row(view: &View, transaction: &TransactionLine) -> Markup {
    let currency = transaction.currency.as_str();
    html! {
        tr id=(format!("transaction-{}", transaction.id)) {
            th scope="row" { (short_id(&transaction.id)) br; (time(transaction.created_at)) }
            td { (who(&transaction.who)) br; span.muted { "card " } (short_id(&transaction.payment_method_id)) }
            td.number {
                (money(transaction.amount, currency))
                @if transaction.refunded > 0 { br; span.muted { (money(transaction.refunded, currency)) " refunded" } }
            }
            td { (badge(tone(transaction.status), transaction.status)) @if transaction.has_intent { br; span.muted { "with intent" } } }
            td.wide {
                ol.steps {
                    @for step in &transaction.steps { li { (step.status) " " (money(step.amount, currency)) } }
                }
                @if !transaction.next.is_empty() { (next(view, transaction)) }
            }
        }
    }
}

/// The form of a later step.
fn next(view: &View, transaction: &TransactionLine) -> Markup {
    let form = Form::new(view, Action::TransactionStep, &transaction.id);
    // Of several captures each is a choice of its own, since a refund is that of one capture.
    let mut steps: Vec<(String, String)> = Vec::new();
    for status in &transaction.next {
        let label = match *status {
            "CAPTURED" => "Capture",
            "UPDATED" => "Update",
            "VOIDED" => "Void",
            _ => "Refund",
        };
        if *status != "REFUNDED" {
            steps.push(((*status).to_owned(), label.to_owned()));
            continue;
        }
        for step in &transaction.steps {
            if let Some(left) = step.left.filter(|left| *left > 0) {
                let of = money(left, &transaction.currency);
                steps.push((format!("REFUNDED {}", step.event_id), format!("Refund, up to {of}")));
            }
        }
    }
    html! {
        details open[form.is_refused()] {
            summary { "Next step" span.hidden { " of " (transaction.id) } }
            (form.around("fields inside", &html! {
                (form.select("step", "Step", &steps, ""))
                (form.text("amount", "Amount", "As 12.50. Left empty, it is the rest.", ""))
                button.main { "Simulate step" span.hidden { " of " (transaction.id) } }
            }))
        }
    }
}

/// The form of the first step.
fn begin(view: &View) -> Markup {
    let form = Form::new(view, Action::TransactionBegin, "");
    let methods = view.sandbox.payment_methods_overview(MOST_ROWS).rows;
    let usable = methods.iter().filter(|method| !method.is_canceled);
    let usable: Vec<(String, String)> = usable
        .map(|method| {
            let name = method.who.partner_customer_id.as_ref().unwrap_or(&method.who.customer_id);
            (method.id.clone(), format!("{name}: {} {}", method.kind.to_lowercase(), method.detail))
        })
        .collect();
    let first = [("CAPTURED", "Capture at once"), ("APPROVED", "Authorise"), ("REFUNDED", "Refund without a purchase")];
    html! {
        @if usable.is_empty() {
            p.muted { "A transaction needs a payment method: " a href="#customers" { "add an approved customer" } "." }
        } @else {
            details #transaction-begin-details open[form.is_refused()] {
                summary { "Begin a transaction" }
                (form.around("fields", &html! {
                    (form.select("payment_method_id", "Payment method", &usable, ""))
                    (form.select("status", "First step", &first, "CAPTURED"))
                    (form.text("amount", "Amount", "As 12.50, in US dollars.", "50.00"))
                    button.main { "Simulate transaction" }
                }))
            }
        }
    }
}

fn tone(status: &str) -> Tone {
    match status {
        "CAPTURED" => Tone::Good,
        "REFUNDED" => Tone::Warning,
        _ => Tone::Calm,
    }
}
