//! The only way from the maintainers' commands to the generator in `build/`: every other module, tests aside, asks
//! here.
//!
//! The generator's model of the API may change without a change of the commands, as long as this file can still answer.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::build::{self, lower, overlay::Overlay, plan::Plan};
/// The whole generator, from the texts of a document and its overlay to the source of the client.
pub use crate::build::{Output, run};
pub use crate::build::{document::parse, lower::resolve, problem::Problem, walk};

/// What the generator makes of a document, as far as the commands use it.
pub struct GeneratedClient {
    /// The source text of the client.
    pub code: String,
    pub marked: MarkedPlaces,
}

/// JSON pointers to the places that a rule has marked as secret or as personal data.
#[derive(Debug, Default)]
pub struct MarkedPlaces(BTreeSet<String>);

impl MarkedPlaces {
    pub fn contains(&self, pointer: &str) -> bool {
        self.0.contains(pointer)
    }
}

impl From<&Plan> for MarkedPlaces {
    fn from(plan: &Plan) -> Self {
        Self(plan.secrets.iter().chain(&plan.personal).map(|mark| mark.pointer.clone()).collect())
    }
}

/// One action of the overlay after it has been tried.
pub struct TriedAction {
    /// Its number, target and reason.
    pub action: String,
    /// JSON pointers to the places that it changed or removed, or why it could not be applied.
    pub changed: Result<Vec<String>, Problem>,
}

/// Applies every action of an overlay that can be applied. One that cannot leaves the document as it was.
pub fn try_overlay(document: &mut Value, overlay: &Value) -> Result<Vec<TriedAction>, Problem> {
    let overlay = Overlay::parse(overlay)?;
    let tried = overlay.outcomes(document).map(|result| match result {
        Ok(effect) => TriedAction { action: effect.action, changed: Ok(effect.changed) },
        Err(problem) => TriedAction { action: problem.place.clone(), changed: Err(problem) },
    });
    Ok(tried.collect())
}

/// Generates the client from a document that its overlay has been applied to.
pub fn generate(document: &Value) -> Result<GeneratedClient, Problem> {
    let (code, plan) = build::client(document.clone())?;
    Ok(GeneratedClient { code, marked: MarkedPlaces::from(&plan) })
}

/// The places that the rules mark in a document, without generating a client.
pub fn marked_places(document: &Value) -> Result<MarkedPlaces, Problem> {
    Ok(MarkedPlaces::from(&lower::lower(document.clone())?.plan))
}

/// The rules that write a document the 3.0 way and lose nothing of it.
const LOSSLESS_RULES: [&str; 7] =
    ["inline components", "type with null", "const", "union with null", "enum with null", "examples", "single allOf"];

/// The document in the one form in which two documents are compared: components inlined, `nullable` in the place of
/// `type: [string, "null"]`. Nothing that the document says is lost.
pub fn normalized(document: &Value) -> Result<Value, Problem> {
    Ok(lower::lower_with(document.clone(), &|rule| LOSSLESS_RULES.contains(&rule))?.document)
}
