//! `cargo xtask check` and `cargo xtask snapshot`: whether what is made of the document is up to date.

use crate::{
    build::{self, document},
    failure::{Failure, Trouble},
    files::{self, Files},
    hygiene,
    lock::{self, Lock},
    surface,
};

/// What `check` found.
pub struct Checked {
    pub problems: Vec<Trouble>,
    pub suspicious: Vec<hygiene::Suspicion>,
}

fn trouble(message: String, advice: &str) -> Trouble {
    Trouble { operation: None, place: None, message, advice: advice.into() }
}

/// Verifies lock, overlay and snapshot against the document.
pub fn check(files: &Files) -> Result<Checked, Failure> {
    let text = files.read(files::DOCUMENT)?;
    let lock = Lock::parse(&files.read(files::LOCK)?)?;
    let mut problems = Vec::new();
    let parsed = document::parse(files::DOCUMENT, &text)?;
    if lock::sha256(text.as_bytes()) != lock.sha256 {
        problems.push(trouble(
            format!("{} is not the document that {} describes", files::DOCUMENT, files::LOCK),
            "a refresh was stopped half-way, or the document was edited by hand: `cargo xtask refresh-spec` finishes the one \
             and says what to do about the other",
        ));
    } else if Lock::of(&lock.source, lock.date.clone(), &text, &parsed) != lock {
        problems.push(trouble(
            format!("{} counts other things than {} has, or names another version", files::LOCK, files::DOCUMENT),
            "`git restore openapi/openapi.lock`: it was edited by hand",
        ));
    }
    let corrected = hygiene::correct(parsed, &files.read(files::OVERLAY)?)?;
    for action in corrected.no_longer_needed() {
        problems.push(trouble(
            format!("{action} changes nothing: upstream has fixed it"),
            "remove the action from openapi/overlay.yaml",
        ));
    }
    if let Some(failure) = corrected.failure() {
        problems.extend(failure.problems);
        return Ok(Checked { problems, suspicious: Vec::new() });
    }
    let (code, plan) = build::client(corrected.document.clone())?;
    if files.find(files::SNAPSHOT)?.as_deref() != Some(surface::of(&code)?.as_str()) {
        problems.push(trouble(
            format!("{} is not the API that is generated now", files::SNAPSHOT),
            "`cargo xtask snapshot` writes it; then read `git diff openapi/public-api.txt`: it is what users will see",
        ));
    }
    let suspicious = hygiene::suspicions(&corrected.document, &plan)?.into_iter().collect();
    Ok(Checked { problems, suspicious })
}

/// Writes the snapshot of the API that is generated now; whether it is another one than before.
pub fn snapshot(files: &Files) -> Result<bool, Failure> {
    let guard = files.guard()?;
    let output = build::run(&files.read(files::DOCUMENT)?, &files.read(files::OVERLAY)?)?;
    let snapshot = surface::of(&output.code)?;
    let differs = files.find(files::SNAPSHOT)?.as_ref() != Some(&snapshot);
    if differs {
        files.replace(&guard, &[(files::SNAPSHOT, snapshot)], &mut Vec::new())?;
    }
    Ok(differs)
}
