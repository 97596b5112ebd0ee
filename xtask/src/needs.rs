//! Proves that `openapi/needs.yaml` is complete: hand-written code has to compile against an API that has nothing else.
//! And compares a document with those needs that the generator cannot see.
//!
//! What is missing in the file would otherwise be noticed only when a document lacks it, by an error of rustc in the build
//! of somebody who has never seen the code.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{
    compile,
    failure::{Failure, FailureReason},
    files::{self, Files},
    openapi::is_success,
    overlay_actions::correct,
    pipeline::{self, Problem, walk},
};

/// Compiles the library with a generated API of nothing but `needs`. `None` if it compiles, or if there are no sources in
/// the root.
pub fn prove(files: &Files, needs: &str) -> Result<Option<FailureReason>, Failure> {
    if !compile::has_sources(files) {
        return Ok(None);
    }
    let document = pipeline::parse(files::DOCUMENT, &files.read(files::DOCUMENT)?)?;
    let corrected = correct(document, &files.read(files::OVERLAY)?)?;
    let generated = pipeline::needed_only(&corrected.document, needs)?;
    let errors = compile::check(files, "needs", compile::Part::Whole, &generated)?;
    let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
    Ok((!errors.is_empty()).then(|| FailureReason {
        operation: None,
        place: Some(files::NEEDS.to_string()),
        message: format!("hand-written code does not compile with what it is said to need: {}", errors.join("; ")),
        advice:
            "if the library itself compiles, add what is missing to the file; the package that does not compile is \
                 target/needs"
                .to_string(),
    }))
}

/// The properties that hand-written code reads in errors and that no error of a document has: a refusal for each.
///
/// Errors become no types, so neither the generator nor the compiler would miss one; the code would go on without it.
pub fn missing_in_errors(document: &Value) -> Result<Vec<FailureReason>, Problem> {
    let mut names = BTreeSet::new();
    let mut seen = BTreeSet::new();
    walk::operations(&mut document.clone(), &mut |operation| {
        let responses = operation.value.get("responses").and_then(Value::as_object).into_iter().flatten();
        for (_, error) in responses.filter(|(status, _)| !is_success(status)) {
            property_names(document, error, &mut seen, &mut names);
        }
        Ok(())
    })?;
    let missing = pipeline::needed_in_errors()?.into_iter().filter(|(name, _)| !names.contains(name));
    Ok(missing
        .map(|(name, used_by)| FailureReason {
            operation: None,
            place: None,
            message: format!(
                "no error of the document has the property `{name}`, which is read in {}",
                used_by.join(" and ")
            ),
            advice: format!(
                "restore it by an overlay action if the API still sends it; else change the hand-written code, and then \
                 `errors` in {}",
                files::NEEDS
            ),
        })
        .collect())
}

/// Adds the names of all properties in a part of a document, and in what it refers to.
fn property_names(document: &Value, part: &Value, seen: &mut BTreeSet<String>, names: &mut BTreeSet<String>) {
    match part {
        Value::Object(members) => {
            let properties = members.get("properties").and_then(Value::as_object).into_iter().flatten();
            names.extend(properties.map(|(name, _)| name.clone()));
            let reference = members.get("$ref").and_then(Value::as_str);
            if let Some(reference) = reference.filter(|reference| seen.insert(reference.to_string()))
                && let Some(target) = reference.strip_prefix('#').and_then(|pointer| document.pointer(pointer))
            {
                property_names(document, target, seen, names);
            }
            members.values().for_each(|member| property_names(document, member, seen, names));
        }
        Value::Array(entries) => entries.iter().for_each(|entry| property_names(document, entry, seen, names)),
        _ => {}
    }
}
