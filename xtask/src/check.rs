//! `cargo xtask check` and `cargo xtask snapshot`: whether the files that are made from the document are up to date.

use crate::{
    failure::{Failure, FailureReason},
    files::{self, Files},
    lock::{self, Lock},
    overlay_actions::correct,
    pipeline, public_api,
    suspicious::{Suspicion, suspicions},
};

/// What `check` found.
pub struct Checked {
    pub problems: Vec<FailureReason>,
    pub suspicious: Vec<Suspicion>,
}

fn reason(message: String, advice: &str) -> FailureReason {
    FailureReason { operation: None, place: None, message, advice: advice.into() }
}

/// Verifies lock, overlay and snapshot against the document.
pub fn check(files: &Files) -> Result<Checked, Failure> {
    let text = files.read(files::DOCUMENT)?;
    let lock = Lock::parse(&files.read(files::LOCK)?)?;
    let mut problems = Vec::new();
    let parsed = pipeline::parse(files::DOCUMENT, &text)?;
    if lock::sha256(text.as_bytes()) != lock.sha256 {
        problems.push(reason(
            format!("{} is not the document that {} describes", files::DOCUMENT, files::LOCK),
            "a refresh was stopped half-way, or the document was edited by hand: `cargo xtask refresh-spec` finishes \
             the one and says what to do about the other",
        ));
    } else if Lock::of(&lock.source, lock.date.clone(), &text, &parsed) != lock {
        problems.push(reason(
            format!("{} counts other things than {} has, or names another version", files::LOCK, files::DOCUMENT),
            "`git restore openapi/openapi.lock`: it was edited by hand",
        ));
    }
    let corrected = correct(parsed, &files.read(files::OVERLAY)?)?;
    for action in corrected.no_longer_needed() {
        problems.push(reason(
            format!("{action} changes nothing: upstream has fixed it"),
            "remove the action from openapi/overlay.yaml",
        ));
    }
    if let Some(failure) = corrected.failure() {
        problems.extend(failure.reasons);
        return Ok(Checked { problems, suspicious: Vec::new() });
    }
    let client = pipeline::generate(&corrected.document)?;
    if files.find(files::SNAPSHOT)?.as_deref() != Some(public_api::of(&client.code)?.as_str()) {
        problems.push(reason(
            format!("{} is not the API that is generated now", files::SNAPSHOT),
            "`cargo xtask snapshot` writes it; then read `git diff openapi/public-api.txt`: it is what users will see",
        ));
    }
    let suspicious = suspicions(&corrected.document, &client.marked)?.into_iter().collect();
    Ok(Checked { problems, suspicious })
}

/// Writes the snapshot of the API that is generated now. Returns whether it differs from the one before.
pub fn snapshot(files: &Files) -> Result<bool, Failure> {
    let guard = files.guard()?;
    let output = pipeline::run(&files.read(files::DOCUMENT)?, &files.read(files::OVERLAY)?)?;
    let snapshot = public_api::of(&output.code)?;
    let differs = files.find(files::SNAPSHOT)?.as_ref() != Some(&snapshot);
    if differs {
        files.replace(&guard, &[(files::SNAPSHOT, snapshot)])?;
    }
    Ok(differs)
}
