//! What needs attention: bugs of the sandbox, webhooks that were not acknowledged, answers from examples, unused faults.

use maud::html;

use crate::program::page::parts::{Tone, badge, empty};
use crate::program::page::view::View;
use crate::sandbox::Unverified;

use super::Rendered;

pub fn render(view: &View) -> Rendered {
    let Err(found) = view.sandbox.verify() else {
        return Rendered::new(0, empty(&html! { p { "Nothing. Every answer was right, and no webhook is dead." } }));
    };
    let Unverified { bugs, examples, dropped_examples, unused_faults, dead } = found;
    let example_count = examples.len() as u64 + dropped_examples;
    let count = bugs.len() + dead.len() + unused_faults.len() + usize::from(example_count > 0);
    let body = html! {
        ul.attention data-merge {
            @for (place, bug) in bugs.iter().enumerate() {
                li id=(format!("bug-{place}")) {
                    (badge(Tone::Bad, "bug")) " " (bug) ". "
                    span.muted { "This is a mistake of the sandbox, not of your program. Please report it." }
                }
            }
            @for delivery in &dead {
                li id=(format!("dead-{}", delivery.id)) {
                    (badge(Tone::Bad, "dead webhook")) " " b { (delivery.object) } " to " code { (delivery.endpoint) }
                    @if let Some(diagnosis) = delivery.attempts.last().and_then(|last| last.diagnosis.as_ref()) {
                        ": " (diagnosis)
                    }
                    ". " a href=(format!("#delivery-{}", delivery.id)) { "Look at it" }
                }
            }
            @if example_count > 0 {
                li #examples-answered {
                    (badge(Tone::Warning, "example")) " "
                    (example_count) " answers were made of the document's examples: nothing was remembered. "
                    "Operations: "
                    @let mut operations: Vec<&str> =
                        examples.iter().filter_map(|request| request.operation.as_deref()).collect();
                    @let _ = operations.sort_unstable();
                    @let _ = operations.dedup();
                    @for (place, operation) in operations.iter().enumerate() {
                        @if place > 0 { ", " }
                        code { (operation) }
                    }
                    "."
                }
            }
            @for fault in &unused_faults {
                li id=(format!("unused-{}", fault.number)) {
                    (badge(Tone::Warning, "unused fault")) " " (fault) ". "
                    a href=(format!("#fault-{}", fault.number)) { "Look at it" }
                }
            }
        }
    };
    Rendered::new(count, body)
}
