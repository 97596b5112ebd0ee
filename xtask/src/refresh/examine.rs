//! Works out what a new document means, in memory: nothing here reads or writes a file.

use serde_json::Value;

use super::{cut_off, hidden::hidden_changes, new_document::NewDocument};
use crate::{
    diff::{self, Change, Comparison, Effect, MovedPaths},
    failure::{DEFECT, Failure, FailureReason, catch_panics},
    files,
    needs::missing_in_errors,
    overlay_actions::{ActionResult, Corrected, correct},
    pipeline::{self, Problem, walk},
    public_api::{self, PublicApiDifference},
    suspicious::{Suspicion, lost_secrets, new_places, suspicions},
    version::{self, NextVersion},
};

/// What the new document is compared with.
pub struct Before {
    pub document: String,
    /// The snapshot of the API it made, if there is one.
    pub snapshot: Option<String>,
    pub overlay: String,
    /// The overlay that belongs to the document of before, if it is another one: it has been changed for the new document.
    pub committed_overlay: Option<String>,
    /// The version of this crate.
    pub version: String,
}

/// What there is to know about a document that can be brought in.
#[derive(Debug)]
pub struct Finding {
    pub document: Value,
    pub comparison: Comparison,
    /// The generated files, to be compiled.
    pub generated: Vec<(&'static str, String)>,
    /// The API it makes.
    pub snapshot: String,
    pub public_api: PublicApiDifference,
    pub actions: Vec<ActionResult>,
    /// Places that the document of before did not have.
    pub suspicious_new: Vec<Suspicion>,
    pub suspicious_known: usize,
    pub version: NextVersion,
    pub notes: Vec<String>,
}

/// Why a document cannot be brought in, and what is known of it all the same.
#[derive(Debug)]
pub struct Refusal {
    pub failure: Failure,
    pub changes: Vec<Change>,
    pub actions: Vec<ActionResult>,
}

impl<F: Into<Failure>> From<F> for Refusal {
    fn from(failure: F) -> Self {
        Self { failure: failure.into(), changes: Vec::new(), actions: Vec::new() }
    }
}

/// Runs every stage over a new document, and compares.
pub fn examine(before: &Before, new: &NewDocument) -> Result<Finding, Refusal> {
    let examined = catch_panics(|| stages(before, new)).unwrap_or_else(|message| {
        Err(Failure::new(format!("the document made the generator panic: {message}"), DEFECT).into())
    });
    let Some(why) = cut_off::reason(&before.document, &new.text, new.readable) else { return examined };
    let why = format!("the new document seems to be cut off: {why}");
    let advice = "compare its end with upstream's, and fetch it again";
    match examined {
        Ok(mut finding) => {
            finding.notes.insert(0, format!("{why}. {advice}."));
            Ok(finding)
        }
        // What else is wrong follows from it.
        Err(mut refusal) => {
            let reason = FailureReason { operation: None, place: None, message: why, advice: advice.into() };
            refusal.failure.reasons.insert(0, reason);
            Err(refusal)
        }
    }
}

fn stages(before: &Before, new: &NewDocument) -> Result<Finding, Refusal> {
    let document = new.parsed.clone()?;
    check_is_api(&document)?;
    let corrected = correct(document.clone(), &before.overlay)?;
    let old = pipeline::parse(files::DOCUMENT, &before.document)?;
    let moved = diff::moved_paths(&old, &document);
    // Without a committed overlay, actions that do not fit the old document are left out there.
    let old_corrected = correct(old.clone(), before.committed_overlay.as_ref().unwrap_or(&before.overlay))?;
    if let Some(failure) = corrected.failure() {
        return Err(match moved {
            Some(moved) => with_moved_paths(&moved, failure, document, before, &old_corrected.document)?,
            None => refusal(failure, &old_corrected.document, corrected),
        });
    }
    let generated = pipeline::generate(&corrected.document);
    let mut reasons = doubled_operations(&document, &corrected.document)?;
    reasons.extend(generated.as_ref().err().into_iter().flatten().cloned().map(FailureReason::from));
    reasons.extend(missing_in_errors(&corrected.document)?);
    let client = match generated {
        Ok(client) if reasons.is_empty() => client,
        _ => return Err(refusal(Failure { reasons }, &old_corrected.document, corrected)),
    };
    let snapshot = public_api::of(&client.code)?;
    let hidden = hidden_changes(before, (&old, &document), (&corrected.actions, &corrected.document))?;
    let mut notes = Vec::new();
    let old_snapshot = before.snapshot.clone().unwrap_or_else(|| {
        notes.push(format!(
            "There was no {} to compare with: the effect on users is judged by the documents alone.",
            files::SNAPSHOT
        ));
        snapshot.clone()
    });
    let comparison = diff::compare(&old_corrected.document, &corrected.document)?
        .with(hidden)
        .with(public_api::paging_changes(&old_snapshot, &snapshot));
    let public_api = public_api::compare(&old_snapshot, &snapshot, &comparison.changes);
    let worst =
        |effect: &dyn Fn(&Change) -> Effect| comparison.changes.iter().map(effect).max().unwrap_or(Effect::Nothing);
    let is_seen = |change: &Change| change.rust.max(change.wire) > Effect::Nothing;
    let prose = if comparison.prose.iter().any(is_seen) { Effect::Documentation } else { Effect::Nothing };
    let rust = worst(&|change| change.rust).max(public_api.effect()).max(prose);
    let version = version::next(&before.version, rust, worst(&|change| change.wire))?;

    let mut suspicious = suspicions(&corrected.document, &client.marked)?;
    // Where the overlay no longer fits the old document, the rules may refuse it; then every suspicious place is new.
    let old_marked = pipeline::marked_places(&old_corrected.document).unwrap_or_default();
    let known = suspicions(&old_corrected.document, &old_marked).unwrap_or_default();
    let lost = lost_secrets((&old_corrected.document, &old_marked), (&corrected.document, &client.marked));
    suspicious.extend(lost.unwrap_or_default());
    let count = suspicious.len();
    let suspicious_new = new_places(suspicious, &known);
    let suspicious_known = count - suspicious_new.len();
    if let Value::Number(version) = &document["info"]["version"] {
        notes.push(format!(
            "The version of the document is the number {version}, and no text: a zero at its end would be lost. Look \
             at what upstream calls it."
        ));
    }
    // JSON that was cut off cannot be read.
    if !new.text.ends_with('\n') && !new.text.trim_start().starts_with('{') {
        notes.push(
            "The document does not end with a line break: it may have been cut off. Compare its end with upstream's."
                .into(),
        );
    }
    let actions = corrected.actions;
    Ok(Finding {
        document,
        comparison,
        generated: client.files,
        snapshot,
        public_api,
        actions,
        suspicious_new,
        suspicious_known,
        version,
        notes,
    })
}

/// The refusal of an overlay that names paths as they were: that all of them moved is said once, and then what is wrong with
/// the overlay beside that.
fn with_moved_paths(
    moved: &MovedPaths,
    failure: Failure,
    document: Value,
    before: &Before,
    old: &Value,
) -> Result<Refusal, Problem> {
    let MovedPaths { from, to, .. } = moved;
    let adapted = correct(document, &before.overlay.replace(&format!("{from}/"), &format!("{to}/")))?;
    let others = adapted.failure().map(|failure| failure.reasons).unwrap_or_default();
    let solved = failure.reasons.len().saturating_sub(others.len());
    if solved == 0 {
        return Ok(refusal(failure, old, adapted));
    }
    let reason = FailureReason {
        operation: None,
        place: Some("/paths".into()),
        message: format!(
            "every path begins with `{to}` where it began with `{from}`, and {} of the overlay still name{} `{from}/`",
            crate::report::count(solved, "action"),
            if solved == 1 { "s" } else { "" }
        ),
        advice: format!("replace `{from}/` by `{to}/` in {}", files::OVERLAY),
    };
    Ok(refusal(Failure { reasons: [vec![reason], others].concat() }, old, adapted))
}

/// The operations of the overlay whose id upstream has given to an operation of its own, which the client would call from then
/// on in their place.
fn doubled_operations(upstream: &Value, corrected: &Value) -> Result<Vec<FailureReason>, Problem> {
    let ids = |document: &Value| {
        let mut found = Vec::new();
        walk::operations(&mut document.clone(), &mut |operation| {
            found.extend(operation.id.map(|id| (id.to_string(), operation.pointer.clone())));
            Ok(())
        })?;
        Ok::<_, Problem>(found)
    };
    let theirs = ids(upstream)?;
    let doubled = ids(corrected)?.into_iter().filter_map(|(id, pointer)| {
        let is_theirs = upstream.pointer(&pointer).is_some();
        let other = theirs.iter().find(|(their_id, at)| *their_id == id && *at != pointer).filter(|_| !is_theirs)?;
        Some(FailureReason {
            message: format!("the overlay adds an operation of this id, and upstream has one now, at {}", other.1),
            advice: format!(
                "drop the action that adds it from {}, or give it another operationId there",
                files::OVERLAY
            ),
            operation: Some(id),
            place: Some(pointer),
        })
    });
    Ok(doubled.collect())
}

/// Refuses YAML that is not an OpenAPI document with operations. What an action of the overlay could mend is left to the
/// generator.
fn check_is_api(document: &Value) -> Result<(), Problem> {
    let refuse = |place: &str, what: &str| {
        Err(Problem::new(
            place,
            what,
            "nothing has been changed. Look at the document: it may be cut off, or be another one",
        ))
    };
    if document["openapi"].is_null() {
        return refuse("/openapi", "the new document does not say which version of OpenAPI it is");
    }
    if document["paths"].as_object().is_none_or(serde_json::Map::is_empty) {
        return refuse("/paths", "the new document has no operations");
    }
    Ok(())
}

/// A refusal with the differences of the documents, as far as they can be compared: they help to find its cause.
fn refusal(failure: Failure, old: &Value, corrected: Corrected) -> Refusal {
    let compared = catch_panics(|| diff::compare(old, &corrected.document)).ok().and_then(Result::ok);
    Refusal { failure, changes: compared.unwrap_or_default().changes, actions: corrected.actions }
}
