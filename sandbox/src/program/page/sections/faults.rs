//! Faults: what is to go wrong, and a form to set it.

use maud::{Markup, html};

use crate::program::page::actions::{Action, EFFECTS};
use crate::program::page::parts::{Form, Tone, badge, empty, table};
use crate::program::page::view::View;

use super::Rendered;

pub fn render(view: &View) -> Rendered {
    let faults = view.sandbox.faults().all();
    let body = html! {
        @if faults.is_empty() {
            (empty(&html! { p { "No fault is set: every request is answered as it should be." } }))
        } @else {
            (table("faults", "Faults that are set", &["Fault", "Requests", "What happens", "Struck", "Remove"], &html! {
                @for fault in &faults {
                    tr id=(format!("fault-{}", fault.number)) {
                        th scope="row" { (fault.number) }
                        td {
                            @match &fault.operation { Some(operation) => b { (operation) }, None => "any request" }
                            ", " (fault.turn)
                            @if let Some(key) = &fault.merchant_key { span.muted { " of " (key) } }
                        }
                        td { (fault.effects) }
                        td.wide {
                            @let tone = if fault.is_unused() { Tone::Warning } else { Tone::Good };
                            (badge(tone, &format!("{} of {}", fault.struck, fault.expected)))
                            @for (request, why) in &fault.ineffective {
                                p { "changed nothing in request " (request) ": " (why) }
                            }
                        }
                        td {
                            @let number = fault.number.to_string();
                            (Form::new(view, Action::FaultRemove, &number).button("Remove", &format!("fault {number}"), &[]))
                        }
                    }
                }
            }))
            (Form::new(view, Action::FaultsClear, "").button("Remove all faults", "", &[]))
        }
        (add(view))
    };
    Rendered::new(faults.len(), body)
}

fn add(view: &View) -> Markup {
    let form = Form::new(view, Action::FaultAdd, "");
    let mut operations = vec![(String::new(), "Any request".to_owned())];
    operations.extend(view.sandbox.operation_ids().into_iter().map(|id| (id.clone(), id)));
    let turns = [
        ("next", "The next so many"),
        ("nth", "The one with this number"),
        ("every", "Every so many"),
        ("always", "All"),
    ];
    html! {
        details #fault-add-details open[form.is_refused()] {
            summary { "Let something go wrong" }
            (form.around("fields", &html! {
                (form.select("operation", "Operation", &operations, ""))
                (form.select("turn", "Which requests", &turns, "next"))
                (form.number("count", "Number", "Counted from now on.", "1"))
                (form.select("effect", "What happens", EFFECTS, "status"))
                (form.text("detail", "Detail", "A status, milliseconds, bytes, seconds, a JSON pointer such as /data/0/status, or a text, as what happens needs it.", "503"))
                button.main { "Set fault" }
            }))
        }
    }
}
