//! Changes of the document that can be brought in: a case for each kind, with everything that is said of it.

mod calls;
mod schemas;

use serde_json::Value;

use xtask::diff::{
    Comparison,
    Effect::{self, Additive as A, Breaking as B, Documentation as D, Nothing as N},
};

use crate::frozen::{after, each};

/// What is reported of a mutation: kind, location, effect on the Rust API and on the wire.
type ReportedChange = (&'static str, &'static str, Effect, Effect);

struct Case {
    name: &'static str,
    mutate: fn(&mut Value),
    reported: &'static [ReportedChange],
    /// The version step of 0.1.0.
    step: &'static str,
}

const fn case(
    name: &'static str,
    mutate: fn(&mut Value),
    step: &'static str,
    reported: &'static [ReportedChange],
) -> Case {
    Case { name, mutate, reported, step }
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
fn every_kind_of_change_is_reported_with_its_effects() {
    let cases: Vec<&Case> = calls::CASES.iter().chain(schemas::CASES).collect();
    each(&cases, |case| {
        let finding = match after(&case.mutate) {
            Ok(finding) => finding,
            Err(refusal) => return Some(format!("{}: refused: {}", case.name, refusal.failure)),
        };
        let mut reported: Vec<_> =
            finding.comparison.changes.iter().map(|c| (c.kind, c.location.as_str(), c.rust, c.wire)).collect();
        // Where another schema stands in a place, its properties follow one by one: the first stands for all.
        if case.name == "items of a list changed" {
            reported.retain(|(kind, location, ..)| *kind == "type named differently" || location.ends_with(".address"));
        }
        let reported = reported.as_slice();
        let complete =
            reported.len() == case.reported.len() && case.reported.iter().all(|expected| reported.contains(expected));
        let unexplained = &finding.public_api.unexplained;
        (!complete || finding.version.step != case.step || !unexplained.is_empty()).then(|| {
            format!(
                "{}: reported {reported:#?}, step {}, unexplained {unexplained:#?}",
                case.name, finding.version.step
            )
        })
    });
}

#[test]
fn the_same_document_has_no_differences() {
    let finding = after(&|_| {}).unwrap();
    let Comparison { changes, prose } = &finding.comparison;
    assert!(changes.is_empty() && prose.is_empty() && finding.public_api.is_empty(), "{finding:?}");
    assert_eq!((finding.version.step, finding.suspicious_new.len()), ("none", 0));
    assert!(finding.suspicious_known > 20);
}

#[test]
fn the_table_has_a_case_for_more_than_thirty_kinds() {
    let kinds: std::collections::BTreeSet<&str> =
        calls::CASES.iter().chain(schemas::CASES).flat_map(|case| case.reported).map(|change| change.0).collect();
    assert!(kinds.len() > 40, "{} kinds: {kinds:?}", kinds.len());
}
