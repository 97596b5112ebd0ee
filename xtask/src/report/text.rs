//! Prints a report for a terminal, so that someone who has never seen this repository understands it.

use std::fmt::Write;

use super::{
    contents::{RefreshStatus, Report},
    words::{carriers, count, described},
};
use crate::overlay_actions::ActionStatus;

pub fn render(report: &Report) -> String {
    let mut out = String::new();
    // Writing to a string does not fail.
    let _ = write(&mut out, report);
    out
}

fn write(out: &mut String, report: &Report) -> std::fmt::Result {
    writeln!(out, "{}", report.headline())?;
    if let Some(source) = &report.source {
        writeln!(out, "\n  from   {source}")?;
    }
    if let (Some(old), Some(new)) = (&report.old, &report.new) {
        writeln!(out, "  before {}", described(old))?;
        if report.outcome != RefreshStatus::Unchanged {
            writeln!(out, "  now    {}", described(new))?;
        }
    }
    for note in &report.notes {
        writeln!(out, "\nNote: {note}")?;
    }
    if !report.problems.is_empty() {
        writeln!(out, "\nWhat is in the way:")?;
        for problem in &report.problems {
            writeln!(out, "\n  {}", problem.to_string().replace('\n', "\n  "))?;
        }
    }
    if let Some(consequence) = report.consequence() {
        writeln!(out, "\n{consequence}")?;
    }
    if report.outcome == RefreshStatus::Refused && !report.changes.is_empty() {
        writeln!(out, "\nWhat differs between the two documents, to help you with the above:")?;
    }
    for (title, changes) in report.groups() {
        writeln!(out, "\n{title} ({})", changes.len())?;
        for change in changes {
            let guess = if change.guess { " (a guess)" } else { "" };
            writeln!(out, "  - {}{guess}: {}", change.kind, change.location)?;
            writeln!(out, "      {}; on the wire: {}", carriers(change), change.wire)?;
            writeln!(out, "      {}", change.explanation)?;
            writeln!(out, "      at {}", change.pointer)?;
        }
    }
    if report.prose > 0 {
        writeln!(out, "\nProse: {} changed in descriptions, summaries or examples.", count(report.prose, "place"))?;
    }
    public_api(out, report)?;
    overlay(out, report)?;
    if !report.suspicious.is_empty() {
        writeln!(
            out,
            "\nSuspicious places, new with this document ({}; {} were there before)",
            report.suspicious.len(),
            report.suspicious_known
        )?;
        for place in &report.suspicious {
            writeln!(out, "  - {}: {}\n      {}", place.kind, place.pointer, place.advice)?;
        }
    }
    if !report.written.is_empty() {
        writeln!(out, "\nWritten: {}", report.written.join(", "))?;
    }
    if !report.next.is_empty() {
        writeln!(out, "\nWhat to do next")?;
        for (index, step) in report.next.iter().enumerate() {
            writeln!(out, "  {}. {step}", index + 1)?;
        }
    }
    Ok(())
}

fn public_api(out: &mut String, report: &Report) -> std::fmt::Result {
    let api = &report.public_api;
    if api.is_empty() {
        return Ok(());
    }
    let (removed, added) = (count(api.removed.len(), "line"), api.added.len());
    writeln!(out, "\nThe generated API (openapi/public-api.txt): {removed} removed, {added} new.")?;
    if !api.unexplained.is_empty() {
        writeln!(out, "Of these, the differences above do not explain:")?;
        for line in &api.unexplained {
            writeln!(out, "  {line}")?;
        }
        writeln!(out, "Look at them: the overlay, the pipeline, or the comparison itself may be behind it.")?;
    }
    Ok(())
}

fn overlay(out: &mut String, report: &Report) -> std::fmt::Result {
    if report.overlay.is_empty() {
        return Ok(());
    }
    let of = |status| report.overlay.iter().filter(move |action| action.status == status);
    let numbers =
        [ActionStatus::Needed, ActionStatus::NoLongerNeeded, ActionStatus::Unmatched].map(|status| of(status).count());
    let [needed, unneeded, unmatched] = numbers;
    writeln!(
        out,
        "\nOverlay: {} needed, {unneeded} no longer needed, {unmatched} without a place.",
        count(needed, "action")
    )?;
    for action in of(ActionStatus::NoLongerNeeded) {
        writeln!(
            out,
            "  - {} changes nothing: upstream has fixed it, remove the action from openapi/overlay.yaml",
            action.action
        )?;
    }
    Ok(())
}
