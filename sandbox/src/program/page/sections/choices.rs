//! The choices of the sandbox: those that answers in the log rest on, and all of them.

use maud::{Markup, html};

use crate::choices::Choice;
use crate::program::page::parts::{empty, table};
use crate::program::page::view::View;

use super::Rendered;

pub fn render(view: &View) -> Rendered {
    let used = view.sandbox.choices_in_use();
    let body = html! {
        @if used.is_empty() {
            (empty(&html! { p { "None so far: no answer in the log rests on a guess." } }))
        } @else {
            (table("choices", "Choices that answers in the log rest on", &["Choice", "Answers", "What the sandbox does"],
                &html! { @for (choice, count) in &used { (row(*choice, &count.to_string())) } }))
        }
        details #choices-others {
            summary { "All other choices" }
            (table("other-choices", "Choices that no answer in the log rests on", &["Choice", "Answers", "What the sandbox does"], &html! {
                @for choice in Choice::ALL.iter().filter(|choice| used.iter().all(|(used, _)| used != *choice)) {
                    (row(*choice, "0"))
                }
            }))
        }
    };
    Rendered::new(used.len(), body)
}

fn row(choice: Choice, count: &str) -> Markup {
    html! {
        tr id=(format!("choice-{}", choice.id())) {
            th scope="row" { code { (choice.id()) } }
            td.number { (count) }
            td.wide {
                (choice.sentence())
                @if let Some(setting) = choice.setting() { " " span.muted { "Setting: " code { (setting) } } }
            }
        }
    }
}
