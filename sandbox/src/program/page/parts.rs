//! The small parts that sections are made of: tables, times, amounts, and forms that keep what was filled in.

use std::time::SystemTime;

use maud::{Markup, html};

use crate::instant::Instant;
use crate::sandbox::Who;

use super::actions::Action;
use super::view::View;

/// How something looks: calm, well, in need of a look, or bad.
#[derive(Clone, Copy)]
pub enum Tone {
    Calm,
    Good,
    Warning,
    Bad,
}

impl Tone {
    fn class(self) -> &'static str {
        match self {
            Self::Calm => "badge",
            Self::Good => "badge good",
            Self::Warning => "badge warning",
            Self::Bad => "badge bad",
        }
    }
}

/// A word about the state of something. The word says it, the colour only repeats it.
pub fn badge(tone: Tone, text: &str) -> Markup {
    html! { span class=(tone.class()) { (text) } }
}

/// A point in the time of the account, to the millisecond.
pub fn time(at: SystemTime) -> Markup {
    let text = Instant::of(at).text();
    let (day, rest) = text.split_once('T').unwrap_or((&text, ""));
    html! { time datetime=(text) { span.muted { (day) } " " (rest.trim_end_matches('Z')) } }
}

/// An amount in minor units, or in points.
pub fn money(amount: i64, currency: &str) -> String {
    if currency == "POINTS" {
        return format!("{} points", grouped(amount.unsigned_abs()));
    }
    let (whole, parts) = (amount.unsigned_abs() / 100, amount.unsigned_abs() % 100);
    let sign = if amount < 0 { "-" } else { "" };
    format!("{sign}{}.{parts:02} {currency}", grouped(whole))
}

/// A number with a comma between thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The beginning of an id; the whole of it is in the title.
pub fn short_id(id: &str) -> Markup {
    let beginning: String = id.chars().take(8).collect();
    html! { code title=(id) { (beginning) @if beginning.len() < id.len() { "…" } } }
}

/// Whom a row is about: the id of the partner if there is one, and the initials.
pub fn who(who: &Who) -> Markup {
    html! {
        @match &who.partner_customer_id {
            Some(id) => span.id { (id) },
            None => (short_id(&who.customer_id)),
        }
        @if !who.initials.is_empty() { " " span.initials { "(" (who.initials) ")" } }
    }
}

/// A table that scrolls in itself. `head` has the names of the columns.
pub fn table(id: &str, caption: &str, head: &[&str], rows: &Markup) -> Markup {
    html! {
        div.scroll id=(format!("{id}-table")) role="region" aria-label=(caption) tabindex="0" data-merge {
            table data-merge {
                caption { (caption) }
                thead { tr { @for name in head { th scope="col" { (name) } } } }
                tbody data-merge { (rows) }
            }
        }
    }
}

/// Says what to do if there is nothing to show.
pub fn empty(content: &Markup) -> Markup {
    html! { div.empty { (content) } }
}

/// Says how many rows are left out, with a link to more.
pub fn more(view: &View, section: &str, shown: usize, total: usize) -> Markup {
    html! {
        @if shown < total {
            p.more {
                "The latest " (shown) " of " (total) ". "
                @if shown < super::view::MOST_ROWS {
                    a href=(view.link_to_more(section)) { "Show more" }
                }
            }
        }
    }
}

/// A form of the page. `id` is what it is about, for forms that stand in a row.
pub struct Form<'v> {
    view: &'v View,
    action: Action,
    id: &'v str,
}

impl<'v> Form<'v> {
    pub fn new(view: &'v View, action: Action, id: &'v str) -> Self {
        Self { view, action, id }
    }

    /// Whether this form was refused.
    pub fn is_refused(&self) -> bool {
        let refill = self.view.refill.as_ref();
        refill.is_some_and(|refill| refill.action == self.action && refill.fields.get("id") == self.id)
    }

    /// The form around its fields, with the problem in front of them.
    pub fn around(&self, class: &str, fields: &Markup) -> Markup {
        let target = self.view.link(&format!("/_sandbox/page/do/{}", self.action.name()));
        html! {
            form class=(class) method="post" action=(target) {
                @if !self.id.is_empty() { input type="hidden" name="id" value=(self.id); }
                (self.problem())
                (fields)
            }
        }
    }

    /// A form of a single button. `about` tells readers of the screen which of many it is.
    pub fn button(&self, label: &str, about: &str, hidden: &[(&str, &str)]) -> Markup {
        self.around(
            "inline",
            &html! {
                @for (name, value) in hidden { input type="hidden" name=(name) value=(value); }
                button { (label) @if !about.is_empty() { span.hidden { " " (about) } } }
            },
        )
    }

    /// A field with its label. The attributes are those of the input.
    pub fn text(&self, name: &str, label: &str, hint: &str, default: &str) -> Markup {
        self.input("text", name, label, hint, default)
    }

    /// A field whose value is never sent back.
    pub fn secret(&self, name: &str, label: &str, hint: &str) -> Markup {
        self.input("password", name, label, hint, "")
    }

    /// A field for a number.
    pub fn number(&self, name: &str, label: &str, hint: &str, default: &str) -> Markup {
        self.input("number", name, label, hint, default)
    }

    fn input(&self, kind: &str, name: &str, label: &str, hint: &str, default: &str) -> Markup {
        let (id, is_wrong) = (self.id_of(name), self.is_wrong(name));
        let (hint_id, value) = (format!("{id}-hint"), if kind == "password" { "" } else { self.value(name, default) });
        let mut described: Vec<&str> = Vec::new();
        let problem_id = self.id_of("problem");
        if is_wrong {
            described.push(&problem_id);
        }
        if !hint.is_empty() {
            described.push(&hint_id);
        }
        let described = (!described.is_empty()).then(|| described.join(" "));
        html! {
            div.field {
                label for=(id) { (label) }
                input id=(id) name=(name) type=(kind) value=[(!value.is_empty()).then_some(value)] autocomplete="off"
                    min=[(kind == "number").then_some("0")] autofocus[is_wrong]
                    aria-invalid=[is_wrong.then_some("true")] aria-describedby=[described];
                @if !hint.is_empty() { small id=(hint_id) { (hint) } }
            }
        }
    }

    /// A choice among values, each with its label.
    pub fn select<T: AsRef<str>>(&self, name: &str, label: &str, options: &[(T, T)], default: &str) -> Markup {
        let (id, is_wrong, chosen) = (self.id_of(name), self.is_wrong(name), self.value(name, default));
        html! {
            div.field {
                label for=(id) { (label) }
                select id=(id) name=(name) autofocus[is_wrong] aria-invalid=[is_wrong.then_some("true")]
                    aria-describedby=[is_wrong.then(|| self.id_of("problem"))] {
                    @for (value, label) in options {
                        option value=(value.as_ref()) selected[value.as_ref() == chosen] { (label.as_ref()) }
                    }
                }
            }
        }
    }

    /// What was filled in before, or the default.
    fn value<'a>(&'a self, name: &str, default: &'a str) -> &'a str {
        match &self.view.refill {
            Some(refill) if self.is_refused() => refill.fields.get(name),
            _ => default,
        }
    }

    fn is_wrong(&self, name: &str) -> bool {
        let field = self.view.refill.as_ref().and_then(|refill| refill.problem.field);
        self.is_refused() && field == Some(name)
    }

    /// An id that no other element of the page has.
    fn id_of(&self, name: &str) -> String {
        match self.id {
            "" => format!("{}-{name}", self.action.name()),
            id => format!("{}-{id}-{name}", self.action.name()),
        }
    }

    /// Why the form was refused. If that is about no field, the message has the focus, so that it is seen.
    fn problem(&self) -> Markup {
        let problem = self.view.refill.as_ref().filter(|_| self.is_refused()).map(|refill| &refill.problem);
        html! {
            @if let Some(problem) = problem {
                p.problem role="alert" id=(self.id_of("problem")) tabindex="-1" autofocus[problem.field.is_none()] {
                    (problem.message)
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_with_their_currency() {
        assert_eq!(money(123_456_789, "USD"), "1,234,567.89 USD");
        assert_eq!((money(5, "USD"), money(0, "EUR")), ("0.05 USD".into(), "0.00 EUR".into()));
        assert_eq!(money(1_000, "POINTS"), "1,000 points");
    }

    #[test]
    fn an_id_is_shown_by_its_beginning_and_what_is_in_it_is_escaped() {
        assert!(short_id("ABCDEFGHIJ").into_string().contains(">ABCDEFGH…<"));
        assert!(!short_id("<script>alert(1)</script>").into_string().contains("<script"));
    }
}
