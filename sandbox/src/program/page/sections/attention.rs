//! What needs attention: bugs of the sandbox, webhooks that were not acknowledged, answers from examples, unused faults.

use maud::html;

use crate::model::delivery::DeliveryStatus;
use crate::program::page::parts::{Tone, badge, empty};
use crate::program::page::view::View;
use crate::sandbox::Attention;

use super::Rendered;

/// How many of a kind are listed: where one is wrong, a hundred more say nothing new.
const LISTED: usize = 10;

pub fn render(view: &View) -> Rendered {
    let Attention { bugs, examples, unused_faults, failed, dropped_dead } = view.sandbox.attention();
    let failed_count = failed.len() + usize::try_from(dropped_dead).unwrap_or_default();
    let count = bugs.len() + failed_count + unused_faults.len() + usize::from(!examples.is_empty());
    if count == 0 {
        return Rendered::new(
            0,
            empty(&html! { p { "Nothing. Every answer was right, and no webhook was refused." } }),
        );
    }
    let example_count: u64 = examples.values().sum();
    let operations: Vec<&str> = examples.keys().map(String::as_str).collect();
    let all_are_shown = view.sandbox.deliveries_overview(0).total <= view.rows;
    let place_of = |id: &str| {
        let place = format!("delivery-{id}");
        if all_are_shown { format!("#{place}") } else { view.link_to_more(&place) }
    };
    let more = |all: usize, kept: usize, what: &str| {
        let left_out = all - kept.min(LISTED);
        (left_out > 0).then(|| format!("{left_out} more {what}"))
    };
    let body = html! {
        ul.attention data-merge {
            @for (place, bug) in bugs.iter().take(LISTED).enumerate() {
                li id=(format!("bug-{place}")) {
                    (badge(Tone::Bad, "bug")) " " (bug) ". "
                    span.muted { "This is a mistake of the sandbox, not of your program. Please report it." }
                }
            }
            @if let Some(more) = more(bugs.len(), bugs.len(), "bugs") { li { (more) } }
            @for delivery in failed.iter().take(LISTED) {
                li id=(format!("failed-{}", delivery.id)) {
                    @if delivery.status == DeliveryStatus::Dead { (badge(Tone::Bad, "dead webhook")) }
                    @else { (badge(Tone::Warning, "refused webhook")) }
                    " " b { (delivery.object) } " to " code { (delivery.endpoint) }
                    @if let Some(diagnosis) = delivery.attempts.last().and_then(|last| last.diagnosis.as_ref()) {
                        ": " (diagnosis)
                    }
                    ". " a href=(place_of(&delivery.id)) { "Look at it" span.hidden { ": " (delivery.id) } }
                }
            }
            @if let Some(more) = more(failed_count, failed.len(), "webhooks that were not acknowledged") { li { (more) } }
            @if example_count > 0 {
                li #examples-answered {
                    (badge(Tone::Warning, "example")) " "
                    (example_count) " answers were made of the document's examples: nothing was remembered. Operations: "
                    (operations.join(", ")) "."
                }
            }
            @for fault in unused_faults.iter().take(LISTED) {
                li id=(format!("unused-{}", fault.number)) {
                    (badge(Tone::Warning, "unused fault")) " " (fault) ". "
                    a href=(format!("#fault-{}", fault.number)) { "Look at it" span.hidden { ": fault " (fault.number) } }
                }
            }
            @if let Some(more) = more(unused_faults.len(), unused_faults.len(), "unused faults") { li { (more) } }
        }
    };
    Rendered::new(count, body)
}
