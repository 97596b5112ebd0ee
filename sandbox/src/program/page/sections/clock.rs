//! The clock of the account.

use std::time::SystemTime;

use maud::html;

use crate::instant::Instant;
use crate::program::page::actions::Action;
use crate::program::page::parts::{Form, Tone, badge};
use crate::program::page::view::View;

use super::Rendered;

/// A clock that runs counts as changed if its distance to the system's clock changes by so many milliseconds.
const STEP: i64 = 10_000;

/// The buttons: the id, the number, the unit and the label.
const STEPS: [(&str, &str, &str, &str); 3] =
    [("hour", "1", "hours", "+ 1 hour"), ("day", "1", "days", "+ 1 day"), ("statement", "31", "days", "+ 31 days")];

pub fn render(view: &View) -> Rendered {
    let (now, is_frozen) = (Instant::of(view.sandbox.now()), view.sandbox.is_clock_frozen());
    let text = now.text();
    // A clock that runs is shown without its milliseconds, which are over when they are read.
    let shown =
        text.replace('T', " ").trim_end_matches('Z').get(..if is_frozen { 23 } else { 19 }).unwrap_or(&text).to_owned();
    let advance = Form::new(view, Action::ClockAdvance, "");
    let units = [("seconds", "seconds"), ("minutes", "minutes"), ("hours", "hours"), ("days", "days")];
    let body = html! {
        p.clock {
            time datetime=(text) data-running[!is_frozen] { (shown) }
            " " span.muted { "UTC" } " "
            @if is_frozen { (badge(Tone::Calm, "frozen")) } @else { (badge(Tone::Good, "running")) }
        }
        div.buttons {
            @for (id, number, unit, label) in STEPS {
                (Form::new(view, Action::ClockAdvance, id).button(label, "", &[("number", number), ("unit", unit)]))
            }
            @if is_frozen {
                (Form::new(view, Action::ClockRun, "").button("Let it run", "", &[]))
            } @else {
                (Form::new(view, Action::ClockFreeze, "").button("Freeze", "", &[]))
            }
        }
        details #clock-advance-details open[advance.is_refused()] {
            summary { "Advance by another time" }
            (advance.around("fields", &html! {
                (advance.number("number", "Advance by", "What falls due in between happens, and its webhooks are sent.", "1"))
                (advance.select("unit", "Unit", &units, "hours"))
                button.main { "Advance" }
            }))
        }
    };
    // The text of a clock that runs is another one each time; the script goes on counting by itself.
    let ahead = (now.milliseconds() - Instant::of(SystemTime::now()).milliseconds()) / STEP;
    Rendered { count: None, body, version: (!is_frozen).then(|| format!("running {ahead}")) }
}
