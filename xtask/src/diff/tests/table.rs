//! The changes that are brought in.

mod calls;
mod schemas;

use serde_json::Value;

use super::{after, each};
use crate::diff::Effect::{self, Additive as A, Breaking as B, Documentation as D, None as N};

/// What is said of a mutation: kind, location, effect on the Rust API and on the wire.
type Said = (&'static str, &'static str, Effect, Effect);

struct Case {
    name: &'static str,
    mutate: fn(&mut Value),
    said: &'static [Said],
    /// The version step of 0.1.0.
    step: &'static str,
}

const fn case(name: &'static str, mutate: fn(&mut Value), step: &'static str, said: &'static [Said]) -> Case {
    Case { name, mutate, said, step }
}

fn schema<'d>(document: &'d mut Value, name: &str) -> &'d mut Value {
    &mut document["components"]["schemas"][name]
}

fn operation<'d>(document: &'d mut Value, path: &str, method: &str) -> &'d mut Value {
    &mut document["paths"][path][method]
}

fn remove(value: &mut Value, key: &str) -> Value {
    value.as_object_mut().unwrap().remove(key).unwrap_or_else(|| panic!("there is no {key}"))
}

fn push(list: &mut Value, entry: Value) {
    list.as_array_mut().unwrap().push(entry);
}

fn drop_entry(list: &mut Value, gone: impl Fn(&Value) -> bool) {
    let list = list.as_array_mut().unwrap();
    let before = list.len();
    list.retain(|entry| !gone(entry));
    assert!(list.len() < before, "nothing to drop");
}

/// The body schema of a POST.
fn body<'d>(document: &'d mut Value, path: &str) -> &'d mut Value {
    &mut operation(document, path, "post")["requestBody"]["content"]["application/json"]["schema"]
}

/// The schema of the answer of a GET.
fn answer<'d>(document: &'d mut Value, path: &str) -> &'d mut Value {
    &mut operation(document, path, "get")["responses"]["200"]["content"]["application/json"]["schema"]
}

fn rename(value: &mut Value, from: &str, to: &str) {
    let moved = remove(value, from);
    value[to] = moved;
}

#[test]
fn every_kind_of_change_is_named_and_ruled_by_its_place() {
    let cases: Vec<&Case> = calls::CASES.iter().chain(schemas::CASES).collect();
    each(&cases, |case| {
        let finding = match after(&case.mutate) {
            Ok(finding) => finding,
            Err(refusal) => return Some(format!("{}: refused: {}", case.name, refusal.failure)),
        };
        let mut said: Vec<_> =
            finding.comparison.changes.iter().map(|c| (c.kind, c.location.as_str(), c.rust, c.wire)).collect();
        // Where another schema stands in a place, its properties follow one by one: the first stands for all.
        if case.name == "items of a list changed" {
            said.retain(|(kind, location, ..)| *kind == "type named differently" || location.ends_with(".address"));
        }
        let said = said.as_slice();
        let complete = said.len() == case.said.len() && case.said.iter().all(|expected| said.contains(expected));
        let unexplained = &finding.surface.unexplained;
        (!complete || finding.version.step != case.step || !unexplained.is_empty()).then(|| {
            format!("{}: said {said:#?}, step {}, unexplained {unexplained:#?}", case.name, finding.version.step)
        })
    });
}

#[test]
fn the_table_has_a_case_for_more_than_thirty_kinds() {
    let kinds: std::collections::BTreeSet<&str> =
        calls::CASES.iter().chain(schemas::CASES).flat_map(|case| case.said).map(|said| said.0).collect();
    assert!(kinds.len() > 40, "{} kinds: {kinds:?}", kinds.len());
}
