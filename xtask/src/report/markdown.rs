//! Prints a report for a pull request, and the summary of it for the changelog.

use std::fmt::Write;

use super::{
    contents::{RefreshStatus, Report},
    words::{carriers, count, described},
};
use crate::{
    diff::{Change, Effect},
    overlay_actions::ActionStatus,
};

/// How many lines of a list are shown; the rest is only counted, because nobody reads more.
const SHOWN: usize = 200;

pub fn render(report: &Report) -> String {
    let mut out = String::new();
    // Writing to a string does not fail.
    let _ = write(&mut out, report);
    out
}

fn write(out: &mut String, report: &Report) -> std::fmt::Result {
    writeln!(out, "# refresh-spec\n\n**{}**", report.headline())?;
    if let Some(source) = &report.source {
        writeln!(out, "\n- from {}", plain(source))?;
    }
    if let (Some(old), Some(new)) = (&report.old, &report.new) {
        writeln!(out, "- before: {}", plain(&described(old)))?;
        if report.outcome != RefreshStatus::Unchanged {
            writeln!(out, "- now: {}", plain(&described(new)))?;
        }
    }
    for note in &report.notes {
        writeln!(out, "\n> {}", plain(note))?;
    }
    if !report.problems.is_empty() {
        writeln!(out, "\n## What is in the way\n")?;
        for problem in &report.problems {
            let place = problem.place.as_deref().map(|place| format!("{}: ", code(place))).unwrap_or_default();
            writeln!(out, "- {place}{}. **What to do:** {}", plain(&problem.message), plain(&problem.advice))?;
        }
    }
    if let Some(consequence) = report.consequence() {
        writeln!(out, "\n{consequence}")?;
    }
    for (title, changes) in report.groups() {
        writeln!(out, "\n## {title} ({})\n\n| what | where | on the wire | |\n|---|---|---|---|", changes.len())?;
        for change in changes.iter().take(SHOWN) {
            let guess = if change.guess { " (a guess)" } else { "" };
            let place =
                format!("{}<br>{}<br>{}", code(&change.location), cell(&carriers(change)), code(&change.pointer));
            writeln!(out, "| {}{guess} | {place} | {} | {} |", change.kind, change.wire, cell(&change.explanation))?;
        }
        if changes.len() > SHOWN {
            writeln!(out, "\nAnd {} more.", changes.len() - SHOWN)?;
        }
    }
    if report.prose > 0 {
        writeln!(out, "\nProse: {} changed in descriptions, summaries or examples.", count(report.prose, "place"))?;
    }
    if !report.public_api.is_empty() {
        writeln!(out, "\n## The generated API\n\n```diff")?;
        let (removed, added) = (report.public_api.removed.iter(), report.public_api.added.iter());
        let lines: Vec<String> =
            removed.map(|line| format!("- {line}")).chain(added.map(|line| format!("+ {line}"))).collect();
        for line in lines.iter().take(SHOWN) {
            writeln!(out, "{line}")?;
        }
        writeln!(out, "```")?;
        if lines.len() > SHOWN {
            writeln!(out, "\nAnd {} more in `openapi/public-api.txt`.", count(lines.len() - SHOWN, "line"))?;
        }
        if !report.public_api.unexplained.is_empty() {
            writeln!(
                out,
                "\nNot explained by the changes above; look at them:\n\n```diff\n{}\n```",
                report.public_api.unexplained.join("\n")
            )?;
        }
    }
    let unneeded: Vec<_> =
        report.overlay.iter().filter(|action| action.status == ActionStatus::NoLongerNeeded).collect();
    if !unneeded.is_empty() {
        writeln!(out, "\n## Overlay actions that are no longer needed\n")?;
        for action in unneeded {
            writeln!(out, "- {}", code(&action.action))?;
        }
    }
    if !report.suspicious.is_empty() {
        writeln!(out, "\n## Suspicious places, new with this document ({})\n", report.suspicious.len())?;
        for place in report.suspicious.iter().take(SHOWN) {
            writeln!(out, "- {}: {}. {}", place.kind, code(&place.pointer), plain(&place.advice))?;
        }
    }
    if !report.next.is_empty() {
        writeln!(out, "\n## What to do next\n")?;
        for (index, step) in report.next.iter().enumerate() {
            writeln!(out, "{}. {step}", index + 1)?;
        }
    }
    Ok(())
}

/// The summary for the changelog: a line for each change that users of the crate can notice.
pub fn changelog_summary(report: &Report) -> String {
    let mut lines: Vec<String> = Vec::new();
    let noticed = |change: &&Change| change.rust > Effect::Documentation || change.wire > Effect::Documentation;
    for change in report.changes.iter().filter(noticed) {
        let worst = match (change.rust, change.wire) {
            (Effect::Breaking, _) => "**Breaking**: ",
            (_, Effect::Breaking) => "Breaking on the wire: ",
            _ => "",
        };
        let guess = if change.guess { " (a guess)" } else { "" };
        lines.push(format!(
            "- {worst}{}{guess}: {}: {}.",
            change.kind,
            code(&change.location),
            plain(&change.explanation)
        ));
    }
    let unnoticed = report.changes.iter().filter(|change| !noticed(change)).count();
    if unnoticed + report.prose > 0 {
        lines.push(format!("- Documentation: {} changed.", count(unnoticed + report.prose, "place")));
    }
    if lines.is_empty() {
        lines.push("- Nothing that users notice.".into());
    }
    lines.join("\n") + "\n"
}

/// Text of the document as inline code, whatever characters it holds.
fn code(text: &str) -> String {
    let text = one_line(text).replace('`', "'").replace('|', "\\|");
    // Nothing between two backticks would be no code, and join what follows to it.
    if text.is_empty() { "` `".into() } else { format!("`{text}`") }
}

/// A sentence of ours, with everything outside of its inline code escaped so that it is not read as markup. The names of
/// the document in it may hold backticks, so what is code is found out by the rule of Markdown: it ends at the next run of as
/// many backticks as it began with. Backticks without such an end are replaced.
pub fn plain(text: &str) -> String {
    let text = one_line(text);
    let mut rest = text.as_str();
    let mut out = String::new();
    while let Some(character) = rest.chars().next() {
        if character == '`' {
            let run = backticks(rest);
            let code = run + end_of_code(&rest[run..], run).unwrap_or(0);
            out += &if code > run { rest[..code].to_string() } else { "'".repeat(run) };
            rest = &rest[code..];
            continue;
        }
        if matches!(character, '\\' | '&' | '<' | '>' | '*' | '_' | '[' | ']' | '#' | '~') {
            out.push('\\');
        }
        out.push(character);
        // A backslash keeps nobody from being notified, because names are looked for in the text that is shown.
        if character == '@' {
            out += "&#8203;";
        }
        rest = &rest[character.len_utf8()..];
    }
    out
}

/// How many backticks the text begins with.
fn backticks(text: &str) -> usize {
    text.len() - text.trim_start_matches('`').len()
}

/// The end of inline code that has begun with a run of so many backticks just before this text.
fn end_of_code(text: &str, run: usize) -> Option<usize> {
    let mut at = 0;
    while let Some(next) = text[at..].find('`') {
        let length = backticks(&text[at + next..]);
        at += next + length;
        if length == run {
            return Some(at);
        }
    }
    None
}

fn cell(text: &str) -> String {
    plain(text).replace('|', "\\|")
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
