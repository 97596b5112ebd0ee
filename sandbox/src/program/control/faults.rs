//! Faults: what a test lets go wrong with the answers to requests.

use serde::Deserialize;
use serde_json::json;

use crate::faults::{Alteration, Effects, Ending, RetryAfter, StandIn, Turn};
use crate::program::failure::Failure;
use crate::settings::ErrorShapes;

use super::call::{Call, Outcome, done, made, ok};
use super::views;

/// How many faults an account may have, so that a loop in a test does not fill the memory.
const MOST: usize = 1_000;

#[derive(Deserialize)]
struct NewFault {
    operation: Option<String>,
    merchant_key: Option<String>,
    #[serde(flatten)]
    turn: Turns,
    #[serde(flatten)]
    effects: NewEffects,
}

#[derive(Deserialize)]
struct Turns {
    next: Option<u64>,
    nth: Option<u64>,
    every: Option<u64>,
    chance: Option<f64>,
    #[serde(default)]
    always: bool,
}

impl Turns {
    /// The one that is given.
    fn turn(&self) -> Result<Turn, Failure> {
        let given = [
            self.next.map(Turn::Next),
            self.nth.map(Turn::Nth),
            self.every.map(Turn::Every),
            self.chance.map(Turn::Chance),
            self.always.then_some(Turn::Always),
        ];
        one_of("next, nth, every, chance and always", given)?
            .ok_or_else(|| Failure::invalid("next", "is missing: give one of next, nth, every, chance and always"))
    }
}

#[derive(Deserialize)]
struct NewEffects {
    status: Option<u16>,
    shape: Option<Shape>,
    retry_after: Option<u64>,
    retry_after_date: Option<String>,
    #[serde(default)]
    html: bool,
    #[serde(default)]
    empty: bool,
    body: Option<String>,
    #[serde(default)]
    carried_out: bool,
    delay_seconds: Option<f64>,
    slow_body_seconds: Option<f64>,
    #[serde(default)]
    hang: bool,
    #[serde(default)]
    refuse_before: bool,
    #[serde(default)]
    lose_answer: bool,
    cut_body: Option<usize>,
    #[serde(default)]
    unknown_enum: Vec<String>,
    #[serde(default)]
    null: Vec<String>,
    #[serde(default)]
    without: Vec<String>,
    #[serde(default)]
    extra_fields: bool,
    #[serde(default)]
    lower_case_ids: bool,
    #[serde(default)]
    as_200: bool,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Shape {
    Nested,
    Flat,
    Spring,
    Rotating,
}

impl NewEffects {
    fn effects(self) -> Result<Effects, Failure> {
        let shape = self.shape.map(|shape| match shape {
            Shape::Nested => ErrorShapes::Nested,
            Shape::Flat => ErrorShapes::Flat,
            Shape::Spring => ErrorShapes::Spring,
            Shape::Rotating => ErrorShapes::Rotating,
        });
        let date = self.retry_after_date.map(|text| super::instant("retry_after_date", &text)).transpose()?;
        let waits = [self.retry_after.map(RetryAfter::Seconds), date.map(RetryAfter::Date)];
        let retry_after = one_of("retry_after and retry_after_date", waits)?;
        let (html, empty) = (self.html.then_some(StandIn::Html), self.empty.then_some(StandIn::Empty));
        let stand_in = one_of("html, empty and body", [html, empty, self.body.map(StandIn::Text)])?;
        let is_error = self.status.is_some() || shape.is_some() || retry_after.is_some();
        let endings = [
            super::duration("slow_body_seconds", self.slow_body_seconds)?.map(Ending::Slow),
            self.hang.then_some(Ending::Hang),
            self.refuse_before.then_some(Ending::Refused),
            self.lose_answer.then_some(Ending::Lost),
            self.cut_body.map(Ending::Cut),
        ];
        let ending = one_of("slow_body_seconds, hang, refuse_before, lose_answer and cut_body", endings)?;
        let mut alterations: Vec<Alteration> = Vec::new();
        alterations.extend(self.unknown_enum.into_iter().map(Alteration::UnknownEnum));
        alterations.extend(self.null.into_iter().map(Alteration::Null));
        alterations.extend(self.without.into_iter().map(Alteration::Without));
        alterations.extend(self.extra_fields.then_some(Alteration::ExtraFields));
        alterations.extend(self.lower_case_ids.then_some(Alteration::LowerCaseIds));
        alterations.extend(self.as_200.then_some(Alteration::As200));
        let effects = Effects {
            delay: super::duration("delay_seconds", self.delay_seconds)?,
            // A status alone is an error, as in the methods of Rust; with as_200 it is one that is sent as a success.
            stand_in: stand_in.or(is_error.then_some(StandIn::Error)),
            status: self.status,
            shape,
            retry_after,
            carried_out: self.carried_out,
            alterations,
            ending: ending.unwrap_or_default(),
        };
        if effects.is_empty() || effects.changes_nothing() {
            return Err(Failure::invalid("body", "says when the fault strikes, and not what it does: give an effect"));
        }
        Ok(effects)
    }
}

/// The one that is given, if one is.
fn one_of<T, const N: usize>(names: &str, given: [Option<T>; N]) -> Result<Option<T>, Failure> {
    let mut given = given.into_iter().flatten();
    let first = given.next();
    if given.next().is_some() {
        return Err(Failure::invalid("body", format!("has more than one of {names}, which exclude each other")));
    }
    Ok(first)
}

pub async fn list(call: Call) -> Outcome {
    ok(json!({ "faults": call.sandbox.faults().all().iter().map(views::fault).collect::<Vec<_>>() }))
}

pub async fn set(mut call: Call) -> Outcome {
    let NewFault { operation, merchant_key, turn, effects } = call.body()?;
    if let Some(operation) = &operation {
        call.sandbox.has_operation(operation).map_err(|why| Failure::invalid("operation", why))?;
    }
    let (turn, effects) = (turn.turn()?, effects.effects()?);
    if call.sandbox.faults().all().len() >= MOST {
        return Err(Failure::conflict(format!(
            "the account has {MOST} faults, those that are over included; clear them"
        )));
    }
    made(views::fault(&call.sandbox.set_fault(operation, merchant_key, turn, effects)))
}

pub async fn clear(call: Call) -> Outcome {
    call.sandbox.faults().clear();
    done()
}

pub async fn remove(call: Call) -> Outcome {
    let number = call.argument("number").parse().ok();
    match number.is_some_and(|number| call.sandbox.remove_fault(number)) {
        true => done(),
        false => Err(Failure::not_found("there is no fault of this number")),
    }
}
