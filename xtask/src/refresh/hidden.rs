//! Finds what upstream changed where the overlay writes something else: the comparison of the corrected documents cannot
//! see it, since both have what the overlay writes.
//!
//! An action may be right as before, or may now hide that the API has changed. Nobody but a maintainer can tell, so each
//! such place is a difference of its own in the report.

use std::collections::BTreeMap;

use serde_json::Value;

use super::examine::Before;
use crate::{
    diff::{self, Change, Effect, MovedPaths},
    files,
    overlay_actions::ActionResult,
    pipeline::{self, Problem, walk::escape},
    usage::{Carriers, Side, usage},
};

/// The kind of such a difference.
pub const HIDDEN: &str = "changed under the overlay";

static NULL: Value = Value::Null;

/// Keywords whose values are read by people alone.
const PROSE: [&str; 5] = ["description", "example", "examples", "summary", "title"];

/// What differs between two documents, before any overlay, at the places that actions write to.
///
/// `actions` is what became of each action of the overlay in the new document, and `corrected` the document after them.
pub fn hidden_changes(
    before: &Before,
    (old, new): (&Value, &Value),
    (actions, corrected): (&[ActionResult], &Value),
) -> Result<Vec<Change>, Problem> {
    let overlay = pipeline::parse(files::OVERLAY, &before.overlay)?;
    let moved = diff::moved_paths(old, new);
    let mut found = Vec::new();
    for (action, written) in actions.iter().zip(overlay["actions"].as_array().into_iter().flatten()) {
        for place in &action.places {
            let mut add = |pointer: String, [old, new, written]: [Value; 3]| {
                found.push(Hidden { action: &action.action, pointer, old, new, written });
            };
            Overwritten { old, new, add: &mut add }.compare(
                place,
                same_place((old, new), moved.as_ref(), place),
                &written["update"],
            );
        }
    }
    let carriers = usage(&pipeline::normalized(corrected)?);
    Ok(found.into_iter().map(|hidden| hidden.change(&carriers)).collect())
}

/// A place that upstream changed and that an action writes to.
struct Hidden<'a> {
    action: &'a str,
    pointer: String,
    old: Value,
    new: Value,
    written: Value,
}

/// What two documents have at a place of the new one. Paths may begin otherwise, and entries of a list that have a name are
/// found by it.
fn same_place<'a>(
    documents: (&'a Value, &'a Value),
    moved: Option<&MovedPaths>,
    pointer: &str,
) -> (&'a Value, &'a Value) {
    pointer.split('/').skip(1).fold(documents, |(old, new), segment| {
        let key = segment.replace("~1", "/").replace("~0", "~");
        let is = new.get(&key).or_else(|| new.get(key.parse::<usize>().ok()?)).unwrap_or(&NULL);
        let was = match old {
            Value::Array(entries) => entries.iter().find(|one| is_entry(one, is)),
            _ => old.get(&key).or_else(|| old.get(moved?.back(&key))),
        };
        (was.unwrap_or(&NULL), is)
    })
}

/// Whether two entries of lists are the same one: equal, or of one name in one place, as parameters are.
fn is_entry(one: &Value, other: &Value) -> bool {
    one == other || (one["name"].is_string() && (&one["name"], &one["in"]) == (&other["name"], &other["in"]))
}

/// Looks below a place that an action writes to.
struct Overwritten<'a> {
    old: &'a Value,
    new: &'a Value,
    /// Takes the pointer to a place, and what is there in the old document, in the new one, and by the action.
    add: &'a mut dyn FnMut(String, [Value; 3]),
}

impl Overwritten<'_> {
    /// Adds each place at or below a pointer where the two documents differ, and where the new one does not say what the
    /// action writes. What is missing is null.
    fn compare(&mut self, pointer: &str, (old, new): (&Value, &Value), written: &Value) {
        if old == new || new == written {
            return;
        }
        match (written, new) {
            (Value::Object(members), Value::Object(_)) => {
                // Marks of our own are in no document of upstream's.
                for (key, value) in members.iter().filter(|(key, _)| !key.starts_with("x-")) {
                    self.compare(&format!("{pointer}/{}", escape(key)), (&old[key], &new[key]), value);
                }
            }
            // The entries of a list are added to those that are there.
            (Value::Array(entries), Value::Array(_) | Value::Null) => {
                entries.iter().for_each(|entry| self.compare_entry(pointer, (old, new), entry));
            }
            (entry, Value::Array(_)) => self.compare_entry(pointer, (old, new), entry),
            // A removal writes nothing.
            (Value::Null, _) => {}
            _ => (self.add)(pointer.to_string(), [old, new, written].map(Value::clone)),
        }
    }

    /// The same for one entry that an action adds to a list.
    fn compare_entry(&mut self, list: &str, (old, new): (&Value, &Value), entry: &Value) {
        let of = |document: &Value, list: &Value| {
            let entries = list.as_array().into_iter().flatten().map(|one| referred(document, one));
            entries.into_iter().find(|one| is_entry(one, entry)).cloned().unwrap_or_default()
        };
        let (old, new) = (of(self.old, old), of(self.new, new));
        if old != new && new != *entry {
            (self.add)(list.to_string(), [old, new, entry.clone()]);
        }
    }
}

/// What an entry of a list is a reference to, or the entry itself.
fn referred<'a>(document: &'a Value, entry: &'a Value) -> &'a Value {
    let target = entry["$ref"].as_str().and_then(|reference| document.pointer(reference.strip_prefix('#')?));
    target.unwrap_or(entry)
}

impl Hidden<'_> {
    fn change(self, usage: &BTreeMap<String, Carriers>) -> Change {
        let Self { action, pointer, old, new, written } = self;
        let parts: Vec<String> =
            pointer.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~")).collect();
        let keyword = parts.last().map(String::as_str).unwrap_or_default();
        let location = match parts.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["components", "schemas", rest @ ..] => {
                rest.iter().copied().filter(|part| *part != "properties").collect::<Vec<_>>().join(".")
            }
            all => all.join(" "),
        };
        let carriers = match parts.as_slice() {
            [_, schemas, name, ..] if schemas == "schemas" => usage.get(name).cloned(),
            _ => None,
        };
        let carriers = carriers.unwrap_or_else(|| Carriers { sides: [Side::Document].into(), ..Carriers::default() });
        let is_prose = PROSE.contains(&keyword);
        let name = parts.get(2).cloned().unwrap_or_default();
        let shown = [&old, &new, &written].map(shown);
        Change {
            kind: HIDDEN,
            names: vec![(name, location.clone())],
            location,
            places: carriers.sides,
            used_by: carriers.names.into_iter().collect(),
            rust: Effect::Nothing,
            // Whether it is the document or the action that is right now, the documents do not say.
            wire: if is_prose { Effect::Nothing } else { Effect::Breaking },
            explanation: format!(
                "upstream had {} here and has {} now, and {action} writes {} over it: keep the action only if the API \
                 still behaves as it says",
                shown[0], shown[1], shown[2]
            ),
            guess: false,
            pointer,
        }
    }
}

/// A value in a sentence, cut where it is long.
fn shown(value: &Value) -> String {
    const LONGEST: usize = 160;

    let text = match value {
        Value::Null => return "nothing".into(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let mut cut: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((at, _)) = cut.char_indices().nth(LONGEST) {
        cut.truncate(at);
        cut.push('…');
    }
    format!("`{cut}`")
}
