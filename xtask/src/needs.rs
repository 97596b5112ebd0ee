//! Proves that `openapi/needs.yaml` is complete: hand-written code has to compile against an API that has nothing else.
//!
//! What is missing in the file would otherwise be noticed only when a document lacks it, by an error of rustc in the build
//! of somebody who has never seen the code.

use crate::{
    compile,
    failure::{Failure, FailureReason},
    files::{self, Files},
    overlay_actions::correct,
    pipeline,
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
        place: Some("openapi/needs.yaml".to_string()),
        message: format!("hand-written code does not compile with what it is said to need: {}", errors.join("; ")),
        advice:
            "if the library itself compiles, add what is missing to the file; the package that does not compile is \
                 target/needs"
                .to_string(),
    }))
}
