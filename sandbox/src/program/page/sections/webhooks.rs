//! Webhooks: the endpoints, and the deliveries with their attempts.

use maud::{Markup, html};

use crate::model::delivery::{Attempt, DeliveryStatus};
use crate::program::page::actions::Action;
use crate::program::page::parts::{Form, Tone, badge, empty, more, table, time};
use crate::program::page::view::View;
use crate::sandbox::DeliveryLine;

use super::Rendered;

pub fn render(view: &View) -> Rendered {
    let deliveries = view.sandbox.deliveries_overview(view.rows);
    let body = html! {
        (endpoints(view))
        h3 { "Deliveries" }
        @if deliveries.rows.is_empty() {
            (empty(&html! {
                p {
                    @match view.sandbox.event_count() {
                        0 => { "There was no event yet. Let a customer apply, or simulate a transaction." }
                        1 => { "One event happened before there was an endpoint." }
                        count => { (count) " events happened before there was an endpoint." }
                    }
                }
            }))
        } @else {
            (table("deliveries", "Deliveries, the latest first",
                &["Event", "State", "Last attempt", "Send again"],
                &html! { @for delivery in &deliveries.rows { (row(view, delivery)) } }))
            (more(view, "webhooks", deliveries.rows.len(), deliveries.total))
        }
    };
    Rendered::new(deliveries.total, body)
}

fn endpoints(view: &View) -> Markup {
    let endpoints = view.sandbox.endpoints();
    html! {
        h3 { "Endpoints" }
        @if endpoints.is_empty() {
            (empty(&html! { p { "No endpoint: events are written down and sent nowhere. Add the address of your receiver." } }))
        } @else {
            (table("endpoints", "Endpoints that take events", &["Address", "Takes", "Remove"], &html! {
                @for endpoint in &endpoints {
                    tr id=(format!("endpoint-{}", endpoint.id())) {
                        th scope="row" { code { (endpoint.url()) } }
                        td {
                            @match endpoint.kinds() {
                                None => "all kinds",
                                Some(kinds) => (kinds.join(", ")),
                            }
                            @if let Some(keys) = endpoint.merchant_keys() {
                                span.muted { " of " (keys.join(", ")) }
                            }
                        }
                        td {
                            (Form::new(view, Action::EndpointRemove, endpoint.id()).button("Remove", &endpoint.url(), &[]))
                        }
                    }
                }
            }))
        }
        (add_endpoint(view))
    }
}

fn add_endpoint(view: &View) -> Markup {
    let form = Form::new(view, Action::EndpointAdd, "");
    let mut kinds = vec![(String::new(), "All kinds".to_owned())];
    kinds.extend(view.sandbox.webhook_kinds().into_iter().map(|kind| (kind.clone(), kind)));
    html! {
        details #endpoint-add-details open[form.is_refused()] {
            summary { "Add an endpoint" }
            (form.around("fields", &html! {
                (form.text("url", "Address", "A receiver on this machine or in a private network: http://127.0.0.1:9000/imprint", ""))
                (form.secret("token", "Signing token", "Left empty, it is the token that was printed at the start."))
                (form.select("only", "Kind of event", &kinds, ""))
                button.main { "Add endpoint" }
            }))
        }
    }
}

fn row(view: &View, delivery: &DeliveryLine) -> Markup {
    let last = delivery.attempts.last();
    html! {
        tr id=(format!("delivery-{}", delivery.id)) {
            th scope="row" { (delivery.object) br; code.muted { (delivery.endpoint) } br; (time(delivery.at)) }
            td { (state(delivery)) }
            td.wide {
                @match last {
                    None => span.muted { "none yet" },
                    Some(attempt) => (outcome(attempt)),
                }
                details {
                    summary {
                        @match delivery.attempts.len() { 1 => "1 attempt", count => { (count) " attempts" } }
                        span.hidden { " of the delivery " (delivery.id) }
                    }
                    div.inside {
                        p { "Delivery " code { (delivery.id) } }
                        @if !delivery.attempts.is_empty() {
                            ol.attempts { @for attempt in &delivery.attempts { li { (time(attempt.at)) " " (outcome(attempt)) } } }
                        }
                        p.muted { "The body, without secrets and personal data:" }
                        pre { (pretty(&delivery.body)) }
                    }
                }
            }
            td {
                @if delivery.can_be_replayed {
                    @let form = Form::new(view, Action::Replay, &delivery.id);
                    (form.button("Replay", &format!("{} {}", delivery.object, delivery.id), &[]))
                } @else {
                    span.muted { "–" }
                }
            }
        }
    }
}

fn state(delivery: &DeliveryLine) -> Markup {
    let tone = match delivery.status {
        DeliveryStatus::Acknowledged => Tone::Good,
        DeliveryStatus::Dead => Tone::Bad,
        DeliveryStatus::Waiting if delivery.has_failed => Tone::Warning,
        _ => Tone::Calm,
    };
    html! {
        (badge(tone, &delivery.status.to_string()))
        @if let Some(next) = delivery.next_attempt { br; span.muted { "again at " } (time(next)) }
    }
}

/// What became of an attempt, and what to do about it.
fn outcome(attempt: &Attempt) -> Markup {
    html! {
        @match (attempt.status, &attempt.error) {
            (Some(status), _) => (badge(if attempt.is_success() { Tone::Good } else { Tone::Bad }, &status.to_string())),
            (None, error) => (badge(Tone::Bad, error.as_deref().unwrap_or("no answer"))),
        }
        " " span.muted { (attempt.took.as_millis()) " ms" @if attempt.is_replay { ", a replay" } }
        @if !attempt.answer.is_empty() { " " q.answer { (attempt.answer) } }
        @if let Some(diagnosis) = &attempt.diagnosis { p.diagnosis { (diagnosis) } }
    }
}

fn pretty(body: &serde_json::Value) -> String {
    serde_json::to_string_pretty(body).unwrap_or_default()
}
