//! What `refresh-spec` found and did, as data.

use serde::Serialize;

use crate::{
    diff::{Change, Effect},
    failure::FailureReason,
    lock::Lock,
    overlay_actions::ActionResult,
    public_api::PublicApiDifference,
    suspicious::Suspicion,
    version::NextVersion,
};

/// How a refresh ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RefreshStatus {
    /// The document does not differ from the one in the repository.
    Unchanged,
    /// It differs and has been brought in.
    Updated,
    /// It differs and could be brought in: the answer of `--dry-run`.
    DryRun,
    /// It differs: the answer of `--check`.
    Different,
    /// It could not be brought in. Unless files are listed as written, nothing has been changed.
    #[default]
    Refused,
}

/// Everything that a report holds. Its JSON is a contract: fields are added, none is renamed.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    pub outcome: RefreshStatus,
    pub source: Option<String>,
    pub old: Option<Lock>,
    pub new: Option<Lock>,
    pub version: Option<NextVersion>,
    pub problems: Vec<FailureReason>,
    pub notes: Vec<String>,
    /// The worst first.
    pub changes: Vec<Change>,
    /// How many descriptions, summaries and examples differ.
    pub prose: usize,
    /// What differs in the generated API.
    #[serde(rename = "surface")]
    pub public_api: PublicApiDifference,
    pub overlay: Vec<ActionResult>,
    /// Suspicious places that are new with this document.
    pub suspicious: Vec<Suspicion>,
    /// How many there were with the old document.
    pub suspicious_known: usize,
    pub written: Vec<String>,
    pub next: Vec<String>,
}

impl Report {
    pub fn exit_code(&self) -> u8 {
        match self.outcome {
            RefreshStatus::Unchanged | RefreshStatus::Updated | RefreshStatus::DryRun => 0,
            RefreshStatus::Different => 1,
            RefreshStatus::Refused => 2,
        }
    }

    /// How it ended, in a sentence or two.
    pub fn headline(&self) -> &'static str {
        match self.outcome {
            RefreshStatus::Unchanged => "The document has not changed.",
            RefreshStatus::Updated => "The document has changed and has been brought in.",
            RefreshStatus::DryRun => "The document has changed and can be brought in. Nothing has been written.",
            RefreshStatus::Different => "The document has changed. Nothing has been written.",
            RefreshStatus::Refused if !self.written.is_empty() => {
                "It was stopped half-way. Some files have been replaced."
            }
            RefreshStatus::Refused => "It could not be done, and nothing has been changed.",
        }
    }

    /// The changes by what they do to the Rust API, the worst first. Those that are seen on the wire alone and break
    /// there are a group of their own: versions of the crate that are in use feel them.
    pub fn groups(&self) -> Vec<(&'static str, Vec<&Change>)> {
        let breaks_wire_alone = |change: &Change| change.wire == Effect::Breaking && change.rust < Effect::Additive;
        let of = |effect| move |change: &Change| change.rust == effect && !breaks_wire_alone(change);
        let all = |is: &dyn Fn(&Change) -> bool| self.changes.iter().filter(|change| is(change)).collect::<Vec<_>>();
        let groups = [
            ("Breaking for users of this crate", all(&of(Effect::Breaking))),
            ("Breaking on the wire, not seen in the Rust API", all(&breaks_wire_alone)),
            ("New for users of this crate", all(&of(Effect::Additive))),
            ("Seen in the documentation only", all(&of(Effect::Documentation))),
            ("Not seen in the Rust API", all(&of(Effect::Nothing))),
        ];
        groups.into_iter().filter(|(_, changes)| !changes.is_empty()).collect()
    }

    /// What the changes mean for the next release, in a sentence.
    pub fn consequence(&self) -> Option<String> {
        let NextVersion { current, step, next } = self.version.as_ref()?;
        Some(match *step {
            "none" => format!("Nothing that users see: {current} needs no new release."),
            step => format!("The next release has to be {next} at least, a {step} step from {current}."),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_change_is_in_one_group_and_what_breaks_on_the_wire_alone_comes_second() {
        let effects = [Effect::Nothing, Effect::Documentation, Effect::Additive, Effect::Breaking];
        let pairs = effects.into_iter().flat_map(|rust| effects.map(|wire| (rust, wire)));
        let changes: Vec<Change> = pairs
            .map(|(rust, wire)| Change {
                kind: "test",
                pointer: String::new(),
                location: String::new(),
                places: Default::default(),
                used_by: Vec::new(),
                rust,
                wire,
                explanation: String::new(),
                guess: false,
                names: Vec::new(),
            })
            .collect();
        let report = Report { changes, ..Report::default() };
        let sizes: Vec<_> = report.groups().into_iter().map(|(title, changes)| (title, changes.len())).collect();
        let expected = [
            ("Breaking for users of this crate", 4),
            ("Breaking on the wire, not seen in the Rust API", 2),
            ("New for users of this crate", 4),
            ("Seen in the documentation only", 3),
            ("Not seen in the Rust API", 3),
        ];
        assert_eq!(sizes, expected);
    }
}
