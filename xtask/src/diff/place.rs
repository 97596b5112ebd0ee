//! A place that both documents have, and the changes that are found there.

use std::{collections::BTreeSet, rc::Rc};

use serde_json::Value;

use super::change::{Change, Effect, Effects};
use crate::{
    pipeline::walk::escape,
    usage::{Carriers, Side},
};

/// A place in both documents.
#[derive(Clone)]
pub struct ComparedPlace {
    /// JSON pointer.
    pub pointer: String,
    /// The place in words.
    pub location: String,
    pub carriers: Rc<Carriers>,
    /// The schema, operation or webhook that holds the place.
    pub owner: String,
    /// The name of the place itself.
    pub leaf: String,
}

impl ComparedPlace {
    /// The place of something that has a name of its own: a named schema, an operation, a webhook.
    pub fn named(pointer: String, location: String, carriers: Carriers, name: &str) -> Self {
        Self { pointer, location, carriers: Rc::new(carriers), owner: name.to_string(), leaf: name.to_string() }
    }

    /// A part of this place; `location` is added to the words.
    pub fn part(&self, pointer: &str, location: &str) -> Self {
        Self {
            pointer: format!("{}/{pointer}", self.pointer),
            location: format!("{}{location}", self.location),
            ..self.clone()
        }
    }

    /// A property of the schema at this place. One that is `readOnly` in all of these schemas is never sent, and one that
    /// is `writeOnly` in all is never answered.
    pub fn property(&self, name: &str, schemas: &[&Value]) -> Self {
        let part = self.part(&format!("properties/{}", escape(name)), &format!(".{name}"));
        let mut carriers = self.carriers.clone();
        for (keyword, never) in
            [("readOnly", &[Side::Request][..]), ("writeOnly", &[Side::Response, Side::Webhook, Side::Error])]
        {
            if schemas.iter().all(|schema| schema[keyword] == true) {
                let sides = carriers.sides.iter().copied().filter(|side| !never.contains(side)).collect();
                carriers = Rc::new(Carriers { sides, names: carriers.names.clone() });
            }
        }
        Self { leaf: name.to_string(), carriers, ..part }
    }

    /// What a sentence says of requests, and what of answers, as far as this place is carried by them.
    pub fn by_side(&self, sent: &str, answered: &str) -> String {
        let sides = &self.carriers.sides;
        let is_answered = sides.iter().any(|side| !matches!(side, Side::Request | Side::Document));
        match (sides.contains(&Side::Request), is_answered) {
            (true, false) => sent.to_string(),
            (false, true) => answered.to_string(),
            _ => format!("{sent}, and {answered}"),
        }
    }

    /// What Imprint sends here, as the subject of a sentence.
    pub fn answers(&self) -> &'static str {
        let has = |side| self.carriers.sides.contains(&side);
        match (has(Side::Response), has(Side::Webhook), has(Side::Error)) {
            (true, true, _) => "answers and events",
            (false, true, _) => "events",
            (false, false, true) => "errors",
            _ => "answers",
        }
    }

    /// Whether more than errors may carry what is here: no type is made of errors.
    pub fn is_typed(&self) -> bool {
        let sides = &self.carriers.sides;
        sides.is_empty() || sides.iter().any(|side| *side != Side::Error)
    }

    /// A change here. Errors have no types, so nothing that only errors carry affects the Rust API; what nobody carries
    /// affects nothing.
    pub fn change(&self, kind: &'static str, effects: Effects, explanation: impl Into<String>) -> Change {
        let sides = &self.carriers.sides;
        let sent = sides.contains(&Side::Request);
        let typed = sides.contains(&Side::Response) || sides.contains(&Side::Webhook);
        let answered = typed || sides.contains(&Side::Error);
        let worst = |[when_sent, when_answered]: [Effect; 2], answered: bool| {
            let of = |carried: bool, effect: Effect| if carried { effect } else { Effect::Nothing };
            of(sent, when_sent).max(of(answered, when_answered))
        };
        Change {
            kind,
            pointer: self.pointer.clone(),
            location: self.location.clone(),
            places: sides.clone(),
            used_by: self.carriers.names.iter().cloned().collect(),
            rust: worst(effects.rust, typed),
            wire: worst(effects.wire, answered),
            explanation: explanation.into(),
            guess: false,
            names: vec![(self.owner.clone(), self.leaf.clone())],
        }
    }

    /// A change here: the place is called `to` now.
    pub fn rename(&self, to: &str, kind: &'static str, effects: Effects, explanation: impl Into<String>) -> Change {
        let mut change = self.change(kind, effects, explanation);
        let owner = if self.owner == self.leaf { to.to_string() } else { self.owner.clone() };
        change.names.push((owner, to.to_string()));
        change
    }

    /// A change here: the place seems to be called `to` now, because the two look alike.
    pub fn guessed_rename(
        &self,
        to: &str,
        kind: &'static str,
        effects: Effects,
        explanation: impl Into<String>,
    ) -> Change {
        Change { guess: true, ..self.rename(to, kind, effects, explanation) }
    }
}

/// Whether a required property on these sides is required in Rust, too. Every field of an event is an Option, and so is
/// one that only the other direction has (`readOnly`, `writeOnly`). `schemas` are those of the property.
pub fn is_required_in_rust(sides: &BTreeSet<Side>, schemas: &[&Value]) -> bool {
    let is = |keyword: &str| schemas.iter().any(|schema| schema[keyword] == true);
    let (sent, answered) = (sides.contains(&Side::Request), sides.contains(&Side::Response));
    let is_of_other_direction =
        sent && is("readOnly") || (answered || sides.contains(&Side::Webhook)) && is("writeOnly");
    (sent || answered) && !is_of_other_direction
}
