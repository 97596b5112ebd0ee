//! Works out in memory what a new document means: nothing here reads or writes a file.

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::Value;

use crate::{
    build::{self, document, problem::Problem},
    diff::{self, Change, Comparison, Effect},
    failure::Failure,
    files,
    hygiene::{self, Outcome, Suspicion},
    surface::{self, Difference},
    version::{self, Step},
};

/// What the new document is compared with.
pub struct Before {
    pub document: String,
    /// The snapshot of the API it made, if there is one.
    pub snapshot: Option<String>,
    pub overlay: String,
    /// The version of this crate.
    pub version: String,
}

/// What there is to know about a document that can be brought in.
#[derive(Debug)]
pub struct Finding {
    pub document: Value,
    pub comparison: Comparison,
    /// The API it makes.
    pub snapshot: String,
    pub surface: Difference,
    pub outcomes: Vec<Outcome>,
    /// Places that the document of before did not have.
    pub suspicious_new: Vec<Suspicion>,
    pub suspicious_known: usize,
    pub version: Step,
    pub notes: Vec<String>,
}

/// Why it cannot, and what is known of it all the same.
#[derive(Debug)]
pub struct Refusal {
    pub failure: Failure,
    pub changes: Vec<Change>,
    pub outcomes: Vec<Outcome>,
}

impl<F: Into<Failure>> From<F> for Refusal {
    fn from(failure: F) -> Self {
        Self { failure: failure.into(), changes: Vec::new(), outcomes: Vec::new() }
    }
}

/// Runs every stage over a new document, and compares.
pub fn examine(before: &Before, text: &str) -> Result<Finding, Refusal> {
    quietly(|| stages(before, text)).unwrap_or_else(|said| {
        let advice = "this is a defect of build/ or of xtask/, which has to refuse by name what it cannot do: please report it \
                      with the document";
        Err(Failure::new(format!("the document made the pipeline panic: {said}"), advice).into())
    })
}

/// What `work` gives, or what it said when it panicked.
fn quietly<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string))
            .unwrap_or_else(|| "without a word".into())
    })
}

fn stages(before: &Before, text: &str) -> Result<Finding, Refusal> {
    let document = document::parse("the new document", text)?;
    is_api(&document)?;
    let corrected = hygiene::correct(document.clone(), &before.overlay)?;
    let old = document::parse(files::DOCUMENT, &before.document)?;
    // The overlay may have been mended for the new document by now: what does not fit the old one is left out there.
    let old_corrected = hygiene::correct(old, &before.overlay)?;
    if let Some(failure) = corrected.failure() {
        return Err(refusal(failure, &old_corrected.document, corrected));
    }
    let (code, plan) = match build::client(corrected.document.clone()) {
        Ok(client) => client,
        Err(problem) => return Err(refusal(problem.into(), &old_corrected.document, corrected)),
    };
    let snapshot = surface::of(&code)?;
    let comparison = diff::compare(&old_corrected.document, &corrected.document)?;
    let mut notes = Vec::new();
    let old_snapshot = before.snapshot.clone().unwrap_or_else(|| {
        notes.push(format!(
            "There was no {} to compare with: what users see is judged by the documents alone.",
            files::SNAPSHOT
        ));
        snapshot.clone()
    });
    let surface = surface::compare(&old_snapshot, &snapshot, &comparison.changes);
    let worst =
        |effect: &dyn Fn(&Change) -> Effect| comparison.changes.iter().map(effect).max().unwrap_or(Effect::None);
    let prose = if comparison.prose.is_empty() { Effect::None } else { Effect::Documentation };
    let rust = worst(&|change| change.rust).max(surface.effect()).max(prose);
    let version = version::step(&before.version, rust, worst(&|change| change.wire))?;

    let suspicious = hygiene::suspicions(&corrected.document, &plan)?;
    // The plan of a document that the overlay no longer fits may not exist; then all of them are new.
    let known = build::lower::lower(old_corrected.document.clone())
        .and_then(|old| hygiene::suspicions(&old_corrected.document, &old.plan))
        .unwrap_or_default();
    let suspicious_new: Vec<_> = suspicious.difference(&known).cloned().collect();
    let suspicious_known = suspicious.len() - suspicious_new.len();
    if !text.ends_with('\n') {
        notes.push(
            "The document does not end with a line break: it may have been cut off. Compare its end with upstream's."
                .into(),
        );
    }
    let outcomes = corrected.outcomes;
    Ok(Finding { document, comparison, snapshot, surface, outcomes, suspicious_new, suspicious_known, version, notes })
}

/// YAML of something else is not brought in, however well it parses.
fn is_api(document: &Value) -> Result<(), Problem> {
    let refuse = |place: &str, what: &str| {
        Err(Problem::new(
            place,
            what,
            "nothing has been changed. Look at the document: it may be cut off, or be another one",
        ))
    };
    if document["openapi"].as_str().is_none() {
        return refuse("/openapi", "the new document does not say which version of OpenAPI it is");
    }
    if document["paths"].as_object().is_none_or(serde_json::Map::is_empty) {
        return refuse("/paths", "the new document has no operations");
    }
    if document["info"]["version"].as_str().is_none() {
        return refuse("/info/version", "the new document has no version, or one that is no text");
    }
    Ok(())
}

/// What differs helps to mend what stops the refresh, as far as the two can be compared.
fn refusal(failure: Failure, old: &Value, corrected: hygiene::Corrected) -> Refusal {
    let compared = quietly(|| diff::compare(old, &corrected.document)).ok().and_then(Result::ok);
    Refusal { failure, changes: compared.unwrap_or_default().changes, outcomes: corrected.outcomes }
}
