//! What the command has to say, as data; the ways to print it are the modules below.

pub mod markdown;
pub mod text;

use clap::ValueEnum;
use serde::Serialize;

use crate::{
    diff::{Change, Effect},
    failure::Trouble,
    hygiene::{self, Suspicion},
    lock::Lock,
    surface::Difference,
    version::Step,
};

/// How it ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The document is the one that is here.
    Unchanged,
    /// It differs and has been brought in.
    Updated,
    /// It differs and could be brought in.
    DryRun,
    /// It differs, said `--check`.
    Different,
    /// It could not be done, and nothing has been changed.
    #[default]
    Refused,
}

/// Everything there is to say. The JSON of it is a contract: fields are added, none is renamed.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    pub outcome: Outcome,
    pub source: Option<String>,
    pub old: Option<Lock>,
    pub new: Option<Lock>,
    pub version: Option<Step>,
    pub problems: Vec<Trouble>,
    pub notes: Vec<String>,
    /// The worst first.
    pub changes: Vec<Change>,
    /// How many descriptions, summaries and examples differ.
    pub prose: usize,
    pub surface: Difference,
    pub overlay: Vec<hygiene::Outcome>,
    /// Suspicious places that are new with this document.
    pub suspicious: Vec<Suspicion>,
    /// How many there were before.
    pub suspicious_known: usize,
    pub written: Vec<String>,
    pub next: Vec<String>,
}

/// How to print a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For a terminal.
    #[default]
    Text,
    /// For a pull request.
    Markdown,
    /// For a program.
    Json,
}

impl Report {
    pub fn exit_code(&self) -> u8 {
        match self.outcome {
            Outcome::Unchanged | Outcome::Updated | Outcome::DryRun => 0,
            Outcome::Different => 1,
            Outcome::Refused => 2,
        }
    }

    pub fn print(&self, format: Format) -> String {
        match format {
            Format::Text => text::render(self),
            Format::Markdown => markdown::render(self),
            // A tree of texts and numbers is always JSON.
            Format::Json => serde_json::to_string_pretty(self).unwrap_or_default() + "\n",
        }
    }

    /// One sentence for all of it.
    pub fn headline(&self) -> &'static str {
        match self.outcome {
            Outcome::Unchanged => "The document has not changed.",
            Outcome::Updated => "The document has changed and has been brought in.",
            Outcome::DryRun => "The document has changed and can be brought in. Nothing has been written.",
            Outcome::Different => "The document has changed. Nothing has been written.",
            Outcome::Refused if !self.written.is_empty() => "It was stopped half-way. Some files have been replaced.",
            Outcome::Refused => "It could not be done, and nothing has been changed.",
        }
    }

    /// The changes by what they do to the Rust API, the worst first.
    pub fn groups(&self) -> Vec<(&'static str, Vec<&Change>)> {
        let titles = [
            (Effect::Breaking, "Breaking for users of this crate"),
            (Effect::Additive, "New for users of this crate"),
            (Effect::Documentation, "Seen in the documentation alone"),
            (Effect::None, "Not seen in the Rust API"),
        ];
        let of = |effect| self.changes.iter().filter(move |change| change.rust == effect).collect::<Vec<_>>();
        titles
            .into_iter()
            .map(|(effect, title)| (title, of(effect)))
            .filter(|(_, changes)| !changes.is_empty())
            .collect()
    }

    /// What the changes mean for the next release, in a sentence.
    pub fn consequence(&self) -> Option<String> {
        let Step { current, step, next } = self.version.as_ref()?;
        Some(match *step {
            "none" => format!("Nothing that users see: {current} needs no new release."),
            step => format!("The next release has to be {next} at least, a {step} step from {current}."),
        })
    }
}

/// Who carries a change, in a few words.
pub fn carriers(change: &Change) -> String {
    let places: Vec<String> = change.places.iter().map(|side| format!("{side:?}").to_lowercase()).collect();
    if change.used_by.is_empty() {
        let nobody = places.is_empty().then(|| "carried by no operation".to_string());
        return nobody.unwrap_or_else(|| places.join(" and "));
    }
    let shown = 3;
    let mut names: Vec<&str> = change.used_by.iter().map(String::as_str).collect();
    let more = names.len().saturating_sub(shown);
    names.truncate(shown);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{} of {}{more}", places.join(" and "), names.join(", "))
}

/// `1 line`, `2 lines`.
pub fn count(number: usize, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

/// A document in a line.
pub fn described(lock: &Lock) -> String {
    let Lock { version, operations, schemas, webhooks, sha256, date, .. } = lock;
    let id = sha256.get(..12).unwrap_or(sha256);
    let counts = match (operations, schemas, webhooks) {
        // A lock from before the counts were kept.
        (0, 0, 0) => String::new(),
        _ => format!(
            ", {}, {}, {}",
            count(*operations, "operation"),
            count(*schemas, "schema"),
            count(*webhooks, "webhook")
        ),
    };
    format!("version {version} of {date}{counts} (SHA-256 {id}…)")
}
