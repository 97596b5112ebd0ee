//! Applies the overlay action by action and finds those that the document does not need, or that do not fit it.

use serde::Serialize;
use serde_json::Value;

use crate::{
    failure::{Failure, FailureReason},
    files,
    pipeline::{self, Problem, TriedAction},
};

/// What became of an action of the overlay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionStatus {
    Needed,
    /// It changes nothing: upstream has made the correction.
    NoLongerNeeded,
    /// It selects nothing, or what it selects cannot take it.
    Unmatched,
}

/// One action of the overlay.
#[derive(Clone, Debug, Serialize)]
pub struct ActionResult {
    /// Its number, target and reason.
    pub action: String,
    pub status: ActionStatus,
    /// The places that it changed.
    pub places: Vec<String>,
    #[serde(skip)]
    problem: Option<Problem>,
}

/// A document after its overlay.
pub struct Corrected {
    pub document: Value,
    pub actions: Vec<ActionResult>,
}

impl Corrected {
    /// The actions that do not fit the document, with what to do about each.
    pub fn failure(&self) -> Option<Failure> {
        let reasons: Vec<FailureReason> =
            self.actions.iter().filter_map(|action| action.problem.clone()).map(with_advice).collect();
        (!reasons.is_empty()).then_some(Failure { reasons })
    }

    pub fn no_longer_needed(&self) -> Vec<&str> {
        let unneeded = self.actions.iter().filter(|action| action.status == ActionStatus::NoLongerNeeded);
        unneeded.map(|action| action.action.as_str()).collect()
    }
}

fn with_advice(problem: Problem) -> FailureReason {
    let mut reason = FailureReason::from(problem);
    reason.advice = format!(
        "{}. The action is in {}; its description says what it relies on. Then run this command again",
        reason.advice,
        files::OVERLAY
    );
    reason
}

/// Applies every action that can be applied, and returns what became of each.
pub fn correct(document: Value, overlay: &str) -> Result<Corrected, Problem> {
    let mut document = document;
    let tried = pipeline::try_overlay(&mut document, &pipeline::parse(files::OVERLAY, overlay)?)?;
    let actions = tried.into_iter().map(|TriedAction { action, changed }| match changed {
        Ok(places) => {
            let status = if places.is_empty() { ActionStatus::NoLongerNeeded } else { ActionStatus::Needed };
            ActionResult { action, status, places, problem: None }
        }
        Err(problem) => {
            let status = ActionStatus::Unmatched;
            ActionResult { action, status, places: Vec::new(), problem: Some(problem) }
        }
    });
    Ok(Corrected { actions: actions.collect(), document })
}
