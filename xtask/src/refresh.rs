//! `cargo xtask refresh-spec`: brings a new document in, or says why it cannot.
//!
//! Everything is worked out in memory before the first byte is written. The files are written in an order that makes a
//! stop at any point harmless: the changelog and the snapshot, which a second run writes again, then the document,
//! then the lock, which marks the refresh as complete. Until then `target/refresh-spec` keeps the old document, from
//! which the next run goes on.

mod cut_off;
pub mod examine;
pub mod fetch;
mod hidden;
pub mod new_document;
mod type_check;

use std::{path::PathBuf, time::Duration};

use crate::{
    failure::Failure,
    files::{self, Files},
    lock::{self, Lock},
    overlay_actions::ActionStatus,
    report::{RefreshStatus, Report, changelog_summary},
    version,
};
use examine::{Before, Finding, Refusal, examine};
use fetch::Fetched;
use new_document::NewDocument;

/// Where the new document comes from.
#[derive(Clone, Debug)]
pub enum DocumentSource {
    Url(String),
    File(PathBuf),
}

/// What the command was asked to do.
#[derive(Clone, Debug)]
pub struct Options {
    pub source: DocumentSource,
    /// Only compare: a difference is exit code 1.
    pub check: bool,
    /// Everything but writing.
    pub dry_run: bool,
    /// Whether to compile the library with what is generated before anything is written.
    pub type_check: bool,
    /// How long fetching may take, and after it reading what was fetched.
    pub timeout: Duration,
}

/// Runs the command. It always returns a report, whatever goes wrong.
pub fn run(files: &Files, options: &Options) -> Report {
    let mut report = Report::default();
    if let Err(failure) = attempt(files, options, &mut report) {
        report.outcome = RefreshStatus::Refused;
        report.problems = failure.reasons;
        report.next = vec![match report.problems.len() {
            1 => "Do what it says above, then run the same command again.".into(),
            _ => "Do what it says above for each of them, then run the same command again.".into(),
        }];
    }
    report
}

fn attempt(files: &Files, options: &Options, report: &mut Report) -> Result<(), Failure> {
    let writes = !options.check && !options.dry_run;
    let guard = if writes { Some(files.guard()?) } else { None };
    let on_disk = files.read(files::DOCUMENT)?;
    let old_lock = Lock::parse(&files.read(files::LOCK)?)?;
    let (before, interrupted) = before(files, &on_disk, &old_lock)?;
    report.old = Some(old_lock.clone());
    report.notes.extend(interrupted.then(|| {
        format!(
            "{} is not the document that {} describes: a refresh was stopped between the two. This run compares with \
             the old document and {}.",
            files::DOCUMENT,
            files::LOCK,
            if writes { "finishes what was begun" } else { "leaves both as they are" }
        )
    }));
    let Fetched { source, text } = match &options.source {
        DocumentSource::Url(url) => fetch::url(url, options.timeout)?,
        DocumentSource::File(path) => fetch::file(path)?,
    };
    report.source = Some(source.clone());
    if files::with_line_feeds(&text) == before.document && !interrupted {
        report.outcome = RefreshStatus::Unchanged;
        report.new = report.old.clone();
        report.next =
            vec!["Nothing. `cargo xtask check` verifies that all that is made of the document is up to date.".into()];
        return Ok(());
    }
    let changelog = files.find_exactly(files::CHANGELOG)?.unwrap_or_else(|| "# Changelog\n".into());
    let new = NewDocument::read(text, options.timeout)?;
    let finding = match examine(&before, &new) {
        Ok(finding) => finding,
        Err(Refusal { failure, changes, actions }) => {
            report.changes = changes;
            report.overlay = actions;
            return Err(failure);
        }
    };
    let lock = Lock::of(&source, lock::today(), &new.text, &finding.document);
    report.new = Some(lock.clone());
    report.add(&finding);
    if options.check {
        report.outcome = RefreshStatus::Different;
        report.next = vec![
            "`cargo xtask refresh-spec` brings the document in; with `--dry-run` it says all that would follow.".into(),
        ];
        return Ok(());
    }
    report.notes.extend(type_check::run(files, options, &finding)?);
    let Some(guard) = guard else {
        report.outcome = RefreshStatus::DryRun;
        report.next = vec!["Run the same command without `--dry-run` to bring the document in.".into()];
        return Ok(());
    };
    report.outcome = RefreshStatus::Updated;
    let title = finding.document["info"]["title"].as_str().unwrap_or("the document");
    let changelog = crate::changelog::with_summary(&changelog, &lock, title, &changelog_summary(report));
    let replaced = [
        (files::CHANGELOG, changelog),
        (files::SNAPSHOT, finding.snapshot),
        (files::DOCUMENT, new.text),
        (files::LOCK, lock.render()),
    ];
    files.replace(&guard, &replaced).map_err(|stopped| {
        report.written = stopped.replaced;
        stopped.failure
    })?;
    report.written = replaced.map(|(name, _)| name.to_string()).to_vec();
    report.next = next_steps(report);
    Ok(())
}

/// The document to compare with, which is the one that the lock describes; and whether an earlier run was stopped
/// after it had already replaced that document.
fn before(files: &Files, on_disk: &str, lock: &Lock) -> Result<(Before, bool), Failure> {
    let version = version::current(&files.read(files::MANIFEST)?)?;
    let overlay = files.read(files::OVERLAY)?;
    // While the overlay is being changed for a new document, what was before is what is committed.
    let committed_overlay = files.committed(files::OVERLAY).filter(|committed| *committed != overlay);
    let committed_snapshot = committed_overlay.as_ref().and_then(|_| files.committed(files::SNAPSHOT));
    if lock::sha256(on_disk.as_bytes()) == lock.sha256 {
        let snapshot = committed_snapshot.or(files.find(files::SNAPSHOT)?);
        let document = on_disk.to_string();
        return Ok((Before { document, snapshot, overlay, committed_overlay, version }, false));
    }
    let kept = files.previous(files::DOCUMENT).filter(|kept| lock::sha256(kept.as_bytes()) == lock.sha256);
    let Some(document) = kept else {
        return Err(Failure::new(
            format!(
                "{} is not the document that {} describes: it was edited by hand, or a refresh was stopped between \
                 the two",
                files::DOCUMENT,
                files::LOCK
            ),
            format!(
                "`git restore {} {} {}` brings back the old pair. The document is upstream's: corrections belong into \
                 {}. To bring in a document of your own, copy it elsewhere first and give it by --file",
                files::DOCUMENT,
                files::LOCK,
                files::SNAPSHOT,
                files::OVERLAY
            ),
        ));
    };
    let snapshot = committed_snapshot.or_else(|| files.previous(files::SNAPSHOT)).or(files.find(files::SNAPSHOT)?);
    Ok((Before { document, snapshot, overlay, committed_overlay, version }, true))
}

/// The steps that are left to the maintainer.
fn next_steps(report: &Report) -> Vec<String> {
    let mut steps = Vec::new();
    if report.overlay.iter().any(|action| action.status == ActionStatus::NoLongerNeeded) {
        steps.push(format!("Remove the overlay actions that are no longer needed from {}.", files::OVERLAY));
    }
    if !report.suspicious.is_empty() {
        steps.push(format!(
            "Look at the suspicious places; what is wrong there is corrected by an action in {}.",
            files::OVERLAY
        ));
    }
    if !steps.is_empty() {
        steps.push(
            "After a change of the overlay: `cargo xtask snapshot`. For a summary that has the change in it, restore \
             openapi.yaml, openapi.lock and public-api.txt by `git restore`, and run this command again."
                .into(),
        );
    }
    steps.push(format!("Read `git diff {} {}`: it is what users will see.", files::SNAPSHOT, files::CHANGELOG));
    let compile = "`cargo check --workspace --all-targets --all-features` finds hand-written code that names what was \
                   removed.";
    let test = "`cargo test --workspace --all-features`: two tests name what people have to add: README.md a link to each \
                new operation, and the sandbox what a new request field does (tests/it/sandbox/comes_back.rs).";
    steps.extend([compile, test].map(str::to_string));
    if let Some(version) = report.version.as_ref().filter(|version| version.step != "none") {
        steps.push(format!(
            "The next release has to be {} at least: set it in {} when you release.",
            version.next,
            files::MANIFEST
        ));
    }
    steps.push("`.ci/run`, then commit all of it together.".into());
    steps
}

impl Report {
    fn add(&mut self, finding: &Finding) {
        self.changes = finding.comparison.changes.clone();
        self.prose = finding.comparison.prose.len();
        self.public_api = finding.public_api.clone();
        self.overlay = finding.actions.clone();
        self.suspicious = finding.suspicious_new.clone();
        self.suspicious_known = finding.suspicious_known;
        self.version = Some(finding.version.clone());
        self.notes.extend(finding.notes.iter().cloned());
    }
}
