//! Applications, those that wait for a decision first, and a form that begins one.

use maud::{Markup, html};

use crate::program::page::actions::Action;
use crate::program::page::parts::{Form, Tone, badge, empty, more, short_id, table, who};
use crate::program::page::view::View;
use crate::sandbox::ApplicationLine;

use super::Rendered;

pub fn render(view: &View) -> Rendered {
    let applications = view.sandbox.applications_overview(view.rows);
    let form = Form::new(view, Action::SessionOpen, "");
    let body = html! {
        @if applications.rows.is_empty() {
            (empty(&html! { p { "No application yet. Open a session and apply as a customer would." } }))
        } @else {
            (table("applications", "Applications, those that wait first", &["Application", "Customer", "State", "Decide"],
                &html! { @for application in &applications.rows { (row(view, application)) } }))
            (more(view, "applications", applications.rows.len(), applications.total))
        }
        (form.around("fields", &html! {
            (form.text("partner_customer_id", "Your id of the customer", "A customer who is not known is made.", ""))
            button.main { "Open a session and apply" }
        }))
    };
    Rendered::new(applications.total, body)
}

fn row(view: &View, application: &ApplicationLine) -> Markup {
    let tone = match application.status {
        "APPROVED" => Tone::Good,
        "ACTION_REQUIRED" => Tone::Warning,
        _ => Tone::Calm,
    };
    html! {
        tr id=(format!("application-{}", application.id)) {
            th scope="row" { (short_id(&application.id)) }
            td { (who(&application.who)) }
            td { (badge(tone, application.status)) }
            td {
                @if application.waits {
                    div.buttons {
                        (Form::new(view, Action::Approve, &application.id).button("Approve", &application.id, &[]))
                        (Form::new(view, Action::Reject, &application.id).button("Reject", &application.id, &[]))
                    }
                } @else { span.muted { "–" } }
            }
        }
    }
}
