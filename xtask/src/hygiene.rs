//! Whether the overlay still fits the document, and which places of the document want a look.

mod suspicious;
#[cfg(test)]
mod tests;

use serde::Serialize;
use serde_json::Value;
pub use suspicious::{Suspicion, suspicions};

use crate::{
    build::{document, overlay::Overlay, problem::Problem},
    failure::{Failure, Trouble},
    files,
};

/// How an action of the overlay fared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Needed,
    /// It changes nothing: upstream has taken the correction over.
    NoLongerNeeded,
    /// It selects nothing, or what it selects cannot take it.
    Unmatched,
}

/// One action of the overlay.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    /// Its number, target and reason.
    pub action: String,
    pub status: Status,
    /// The places that it changed.
    pub places: Vec<String>,
    #[serde(skip)]
    problem: Option<Problem>,
}

/// A document after its overlay.
pub struct Corrected {
    pub document: Value,
    pub outcomes: Vec<Outcome>,
}

impl Corrected {
    /// What is wrong with the overlay, for who is to mend it.
    pub fn failure(&self) -> Option<Failure> {
        let problems: Vec<Trouble> =
            self.outcomes.iter().filter_map(|outcome| outcome.problem.clone()).map(mend).collect();
        (!problems.is_empty()).then_some(Failure { problems })
    }

    pub fn no_longer_needed(&self) -> Vec<&str> {
        let idle = self.outcomes.iter().filter(|outcome| outcome.status == Status::NoLongerNeeded);
        idle.map(|outcome| outcome.action.as_str()).collect()
    }
}

fn mend(problem: Problem) -> Trouble {
    let mut trouble = Trouble::from(problem);
    trouble.advice = format!(
        "{}. The action is in {}; its description says what it relies on. Then run this command again",
        trouble.advice,
        files::OVERLAY
    );
    trouble
}

/// Applies every action that can be applied and says how each fared.
pub fn correct(document: Value, overlay: &str) -> Result<Corrected, Problem> {
    let overlay = Overlay::parse(&document::parse(files::OVERLAY, overlay)?)?;
    let mut document = document;
    let results: Vec<Result<_, Problem>> = overlay.outcomes(&mut document).collect();
    let outcomes = results.into_iter().map(|result| match result {
        Ok(effect) => {
            let status = if effect.changed.is_empty() { Status::NoLongerNeeded } else { Status::Needed };
            Outcome { action: effect.action, status, places: effect.changed, problem: None }
        }
        Err(problem) => Outcome {
            action: problem.place.clone(),
            status: Status::Unmatched,
            places: Vec::new(),
            problem: Some(problem),
        },
    });
    Ok(Corrected { outcomes: outcomes.collect(), document })
}
