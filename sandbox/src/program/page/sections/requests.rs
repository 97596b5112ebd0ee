//! The log of requests.

use maud::{Markup, html};

use crate::log::{AnswerKind, Request};
use crate::program::page::parts::{Tone, badge, empty, more, table, time};
use crate::program::page::view::View;

use super::Rendered;

pub fn render(view: &View) -> Rendered {
    let requests = view.sandbox.requests_overview(view.rows);
    let body = if requests.rows.is_empty() {
        empty(&html! {
            p { "No request yet. Try one, with the key that was printed at the start:" }
            pre { "curl -u KEY: " (view.sandbox.url()) "/v2/customers" }
        })
    } else {
        html! {
            (table("requests", "Requests, the latest first",
                &["Request", "Operation", "Answer", "Key", "What to know"],
                &html! { @for request in &requests.rows { (row(request)) } }))
            (more(view, "requests", requests.rows.len(), requests.total))
        }
    };
    Rendered::new(requests.total, body)
}

fn row(request: &Request) -> Markup {
    let milliseconds = request.took.as_secs_f64() * 1_000.0;
    html! {
        tr id=(format!("request-{}", request.sequence)) {
            th scope="row" { (request.sequence) br; (time(request.at)) }
            td {
                @match &request.operation {
                    Some(operation) => b { (operation) },
                    None => span.muted { "no operation" },
                }
                br; code.path { (request.method) " " (request.path) }
            }
            td { (answer(request)) br; span.muted { (format!("{milliseconds:.1} ms")) } }
            td {
                @match &request.key { Some(label) => (label), None => span.muted.nowrap { "no valid key" } }
                @if let Some(key) = request.merchant_key.as_ref().filter(|key| *key != "DEFAULT_PRODUCT") {
                    br; span.muted { (key) }
                }
            }
            td.wide {
                @if let Some(fault) = &request.fault {
                    p { (badge(Tone::Warning, "fault")) " " (fault) @if request.carried_out { ", carried out" } }
                }
                @for note in &request.notes { p { (note) } }
                @if !request.choices.is_empty() {
                    p.muted {
                        "choices: "
                        @for (place, choice) in request.choices.iter().enumerate() {
                            @if place > 0 { ", " }
                            a href=(format!("#choice-{}", choice.id())) { (choice.id()) }
                        }
                    }
                }
                @if !request.query.is_empty() || request.body.is_some() {
                    details {
                        summary { "Sent" span.hidden { " with request " (request.sequence) } }
                        div.inside {
                            @if !request.query.is_empty() {
                                dl {
                                    @for (name, value) in &request.query { dt { (name) } dd { (value) } }
                                }
                            }
                            @if let Some(body) = &request.body {
                                pre { (serde_json::to_string_pretty(body).unwrap_or_default()) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn answer(request: &Request) -> Markup {
    let tone = match (request.answer, request.status) {
        (AnswerKind::Bug, _) => Tone::Bad,
        (AnswerKind::Example, _) => Tone::Warning,
        (_, 200..300) => Tone::Good,
        (_, 400..500) => Tone::Warning,
        _ => Tone::Bad,
    };
    let status = if request.status == 0 { "none".to_owned() } else { request.status.to_string() };
    html! {
        (badge(tone, &status)) " "
        @match request.answer {
            AnswerKind::State => {},
            AnswerKind::Example => span { "example, not remembered" },
            other => span { (other.text()) },
        }
    }
}
