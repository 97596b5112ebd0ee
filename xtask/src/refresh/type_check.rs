//! Compiles the library with what was generated from a new document, before anything is written.
//!
//! The generator refuses by name what it knows that it cannot generate. What it does not know would be an error of rustc in
//! the build of somebody who has never seen the generated code.

use std::collections::BTreeMap;

use heck::ToUpperCamelCase;
use serde_json::Value;

use super::{Options, examine::Finding};
use crate::{
    compile::{self, CompileError, GeneratedItem},
    failure::{Failure, FailureReason},
    files::Files,
    pipeline::walk::{self, escape},
};

/// How many items and how many errors of each are shown; one cause often has hundreds of errors.
const SHOWN: usize = 8;

/// Fails if the library does not compile. Returns a note if that was not tried.
pub fn run(files: &Files, options: &Options, finding: &Finding) -> Result<Option<String>, Failure> {
    let untested = "`cargo check --all-features` has to be run before this is released";
    if !options.type_check {
        return Ok(Some(format!("Whether the library compiles has not been tried (--no-type-check): {untested}.")));
    }
    if !compile::has_sources(files) {
        return Ok(Some(format!(
            "There are no sources of the library here, so that it compiles is not known: {untested}."
        )));
    }
    let errors = compile::check(files, "refresh", compile::Part::Whole, &finding.generated).map_err(with_flag)?;
    match reasons(&errors, &finding.document) {
        reasons if reasons.is_empty() => Ok(None),
        reasons => Err(Failure { reasons }),
    }
}

/// Where cargo cannot work at all, the check can be left out.
fn with_flag(mut failure: Failure) -> Failure {
    for reason in &mut failure.reasons {
        reason.advice += ". `--no-type-check` brings the document in without it";
    }
    failure
}

/// A reason for each item of generated code with errors, and one for hand-written code.
fn reasons(errors: &[CompileError], document: &Value) -> Vec<FailureReason> {
    let mut by_item: BTreeMap<Option<&GeneratedItem>, Vec<&CompileError>> = BTreeMap::new();
    for error in errors {
        by_item.entry(error.item.as_ref()).or_default().push(error);
    }
    let more = by_item.len().saturating_sub(SHOWN);
    let mut reasons: Vec<FailureReason> =
        by_item.into_iter().take(SHOWN).map(|(item, errors)| reason(item, &errors, document)).collect();
    if let (Some(last), true) = (reasons.last_mut(), more > 0) {
        last.message += &format!(" (and {more} more items with errors)");
    }
    reasons
}

fn reason(item: Option<&GeneratedItem>, errors: &[&CompileError], document: &Value) -> FailureReason {
    let mut said: Vec<String> = errors.iter().take(SHOWN).map(ToString::to_string).collect();
    if errors.len() > SHOWN {
        said.push(format!("and {} more", errors.len() - SHOWN));
    }
    let said = said.join("; ");
    let Some(item) = item else {
        return FailureReason {
            operation: None,
            place: None,
            message: format!("hand-written code does not compile with this document: {said}"),
            advice:
                "restore by an overlay action what it uses, or change the code and openapi/needs.yaml with it. The \
                     package that does not compile is target/refresh"
                    .into(),
        };
    };
    let (operation, place) = origin(item, document);
    FailureReason {
        operation,
        place: place.or_else(|| Some(format!("{} in {}", item.name, item.file))),
        message: format!("the code that is generated for it does not compile: {said}"),
        advice:
            "give the place a simpler shape by an overlay action, and report it: build/ has to generate this shape or \
                 refuse it. The package that does not compile is target/refresh"
                .into(),
    }
}

/// The operation that an item of generated code was made for, and its place or that of the schema it was made of.
fn origin(item: &GeneratedItem, document: &Value) -> (Option<String>, Option<String>) {
    if matches!(item.file.as_str(), "calls.rs" | "blocking.rs" | "operation.rs") {
        let mut found = (None, None);
        // The visitor never refuses.
        let _ = walk::operations(&mut document.clone(), &mut |operation| {
            if operation.id.is_some_and(|id| id.to_upper_camel_case() == item.name) {
                found = (operation.id.map(str::to_string), Some(operation.pointer.clone()));
            }
            Ok(())
        });
        return found;
    }
    let kind = if item.file == "event.rs" { "/webhooks" } else { "/components/schemas" };
    let name = item.name.strip_suffix("Builder").filter(|_| item.file == "builder.rs").unwrap_or(&item.name);
    let among = document.pointer(kind).and_then(Value::as_object).into_iter().flatten();
    // A type without a schema of its name is made of an inline schema, whose name begins with that of its owner.
    let owners = among.filter(|(key, _)| name.starts_with(&key.to_upper_camel_case()));
    let longest = owners.max_by_key(|(key, _)| key.to_upper_camel_case().len());
    (None, longest.map(|(key, _)| format!("{kind}/{} ({} in {})", escape(key), item.name, item.file)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn errors_are_told_by_what_the_document_calls_their_places() {
        let document = json!({
            "paths": {"/offers": {"get": {"operationId": "getOffer"}}},
            "components": {"schemas": {"Offer": {}, "OfferLine": {}}},
            "webhooks": {"Reward": {}},
        });
        let error = |file: &str, name: &str, place: Option<&str>| CompileError {
            code: Some("E0277".into()),
            message: "no".into(),
            place: place.map(str::to_string),
            item: (!file.is_empty()).then(|| GeneratedItem { file: file.into(), name: name.into() }),
        };
        let errors = [
            error("calls.rs", "GetOffer", None),
            error("types.rs", "OfferLineColour", None),
            error("builder.rs", "OfferBuilder", None),
            error("event.rs", "Reward", None),
            error("", "", Some("src/ext/a.rs:1:2")),
        ];
        let said: Vec<String> = reasons(&errors, &document).iter().map(ToString::to_string).collect();
        let starts = [
            "hand-written code does not compile with this document: error[E0277]: no --> src/ext/a.rs:1:2",
            "at /components/schemas/Offer (OfferBuilder in builder.rs): the code",
            "operation getOffer, at /paths/~1offers/get: the code",
            "at /webhooks/Reward (Reward in event.rs): the code",
            "at /components/schemas/OfferLine (OfferLineColour in types.rs): the code",
        ];
        assert_eq!(said.len(), starts.len(), "{said:#?}");
        for (said, start) in said.iter().zip(starts) {
            assert!(said.starts_with(start) && said.contains("what to do: "), "{said}");
        }
        let many: Vec<CompileError> = (0..20).map(|n| error("types.rs", &format!("T{n}"), None)).collect();
        let shown = reasons(&many, &document);
        assert_eq!(shown.len(), SHOWN);
        assert!(shown[SHOWN - 1].message.contains("12 more"), "{:?}", shown[SHOWN - 1]);
    }
}
