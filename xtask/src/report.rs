//! Prints what `refresh-spec` found and did: for a terminal, for a pull request, for a program.

mod contents;
mod markdown;
mod text;
mod words;

use clap::ValueEnum;
pub use contents::{RefreshStatus, Report};
pub use markdown::{changelog_summary, plain};
pub use words::count;

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

/// A report in one of its forms.
pub fn print(report: &Report, format: Format) -> String {
    match format {
        Format::Text => text::render(report),
        Format::Markdown => markdown::render(report),
        // A tree of texts and numbers is always JSON.
        Format::Json => serde_json::to_string_pretty(report).unwrap_or_default() + "\n",
    }
}
