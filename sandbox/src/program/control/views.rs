//! What the control API shows of the sandbox, as JSON. Nothing of it is a secret.

use std::time::SystemTime;

use serde_json::{Value, json};

use crate::bugs::Bug;
use crate::faults::FaultStatus;
use crate::instant::Instant;
use crate::log::Request;
use crate::model::chaos::{Chaos, Order};
use crate::model::delivery::{Attempt, DeliveryStatus};
use crate::receiver::Report;
use crate::sandbox::{Delivery, Event, EventMark, Outcome, RegisteredEndpoint, Sandbox};
use crate::settings::Clock;

/// A time as the API writes it.
pub fn time(at: SystemTime) -> Value {
    Instant::of(at).text().into()
}

/// How long something took, in milliseconds with one digit behind the point.
fn milliseconds(took: std::time::Duration) -> f64 {
    (took.as_secs_f64() * 10_000.0).round() / 10.0
}

pub fn clock(clock: Clock, now: SystemTime) -> Value {
    json!({ "now": time(now), "is_frozen": matches!(clock, Clock::Frozen(_)) })
}

pub fn bug(bug: &Bug) -> Value {
    let request = (bug.sequence > 0).then_some(bug.sequence);
    json!({ "request": request, "operation": bug.operation, "what": bug.what })
}

pub fn outcome(outcome: &Outcome) -> Value {
    match outcome {
        Outcome::Approved { application_id, customer_id, payment_method } => json!({
            "status": "APPROVED",
            "application_id": application_id,
            "customer_id": customer_id,
            "payment_method_id": payment_method,
        }),
        Outcome::ActionRequired { application_id, customer_id } => {
            json!({ "status": "ACTION_REQUIRED", "application_id": application_id, "customer_id": customer_id })
        }
        Outcome::Rejected { application_id, customer_id } => {
            json!({ "status": "REJECTED", "application_id": application_id, "customer_id": customer_id })
        }
    }
}

pub fn endpoint(endpoint: &RegisteredEndpoint) -> Value {
    let (reading, milliseconds) = endpoint.signature();
    json!({
        "id": endpoint.id(),
        "url": endpoint.url(),
        "kinds": endpoint.kinds(),
        "merchant_keys": endpoint.merchant_keys(),
        "signed_with": reading.to_string(),
        "milliseconds": milliseconds,
    })
}

pub fn event(sandbox: &Sandbox, mark: EventMark, event: &Event) -> Value {
    json!({
        "id": mark.to_string(),
        "object": event.object,
        "at": time(event.at),
        "merchant_key": event.merchant_key,
        "body": sandbox.shown_event(&event.object, &event.body),
    })
}

/// The name of a status in the control API.
pub fn delivery_status(status: DeliveryStatus) -> &'static str {
    match status {
        DeliveryStatus::Held => "HELD",
        DeliveryStatus::Sending => "SENDING",
        DeliveryStatus::Waiting => "WAITING",
        DeliveryStatus::Acknowledged => "ACKNOWLEDGED",
        DeliveryStatus::Dead => "DEAD",
        DeliveryStatus::Dropped => "DROPPED",
    }
}

/// A delivery without what is sent.
pub fn delivery(delivery: &Delivery) -> Value {
    json!({
        "id": delivery.id,
        "object": delivery.object,
        "endpoint": delivery.endpoint,
        "merchant_key": delivery.merchant_key,
        "at": time(delivery.at),
        "status": delivery_status(delivery.status),
        "next_attempt": delivery.next_attempt.map(time),
        "attempts": delivery.attempts.iter().map(attempt).collect::<Vec<_>>(),
    })
}

/// A delivery with what is sent.
pub fn whole_delivery(sandbox: &Sandbox, one: &Delivery) -> Value {
    let mut shown = delivery(one);
    let body = serde_json::from_str(&one.body).unwrap_or_default();
    shown["body"] = sandbox.shown_event(&one.object, &body);
    shown
}

pub fn attempt(attempt: &Attempt) -> Value {
    json!({
        "at": time(attempt.at),
        "sent_at": time(attempt.sent_at),
        "milliseconds": milliseconds(attempt.took),
        "is_replay": attempt.is_replay,
        "signature": attempt.signature,
        "status": attempt.status,
        "error": attempt.error,
        "answer": attempt.answer,
        "diagnosis": attempt.diagnosis,
    })
}

pub fn chaos(chaos: &Chaos) -> Value {
    let Chaos { copies, order, delay, drop_next, nulls } = chaos;
    json!({
        "duplicate": copies.max(&1),
        "reverse": if let Order::Reversed(group) = order { Some(group) } else { None },
        "shuffle": *order == Order::Shuffled,
        "delay_seconds": delay.as_secs_f64(),
        "drop_next": drop_next,
        "nulls": nulls,
    })
}

pub fn report(report: &Report) -> Value {
    let checks = report.checks.iter().map(|check| {
        json!({
            "delivery": check.delivery,
            "expected": check.expected.to_string(),
            "status": check.status,
            "answered": check.answered,
            "is_right": check.is_right,
            "advice": check.advice,
        })
    });
    json!({ "is_ok": report.is_ok(), "receiver": report.receiver, "checks": checks.collect::<Vec<_>>() })
}

pub fn fault(fault: &FaultStatus) -> Value {
    let ineffective = fault.ineffective.iter().map(|(request, why)| json!({ "request": request, "why": why }));
    json!({
        "number": fault.number,
        "operation": fault.operation,
        "merchant_key": fault.merchant_key,
        "turn": fault.turn,
        "effects": fault.effects,
        "struck": fault.struck,
        "expected": fault.expected,
        "is_unused": fault.is_unused(),
        "ineffective": ineffective.collect::<Vec<_>>(),
    })
}

pub fn request(request: &Request) -> Value {
    let query = request.query.iter().map(|(name, value)| json!({ "name": name, "value": value }));
    json!({
        "number": request.sequence,
        "at": time(request.at),
        "operation": request.operation,
        "method": request.method,
        "path": request.path,
        "query": query.collect::<Vec<_>>(),
        "body": request.body,
        "key": request.key,
        "merchant_key": request.merchant_key,
        "status": (request.status != 0).then_some(request.status),
        "answer": request.answer.text(),
        "carried_out": request.carried_out,
        "fault": request.fault,
        "choices": request.choices.iter().map(|choice| choice.id()).collect::<Vec<_>>(),
        "notes": request.notes,
        "milliseconds": milliseconds(request.took),
    })
}
