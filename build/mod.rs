//! From Imprint's OpenAPI document to the source of the client: load, overlay, lower, generate, harden.
//!
//! build.rs and xtask compile these same files, so that both run one pipeline.

mod by_hand;
pub mod document;
pub mod generate;
pub mod harden;
pub mod lower;
pub mod overlay;
pub mod plan;
pub mod problem;
pub mod walk;

use overlay::Overlay;
use plan::Plan;
use problem::Problem;
use serde_json::Value;

/// What one run of the pipeline gives.
pub struct Output {
    /// The source text of `generated.rs`.
    pub code: String,
    /// What the maintainer should know although the build goes on.
    pub notes: Vec<String>,
}

/// Runs every stage over the text of a document and of its overlay.
pub fn run(document: &str, overlay: &str) -> Result<Output, Problem> {
    let mut document = document::parse("openapi/openapi.yaml", document)?;
    let overlay = Overlay::parse(&document::parse("openapi/overlay.yaml", overlay)?)?;
    let report = overlay.apply(&mut document)?;
    let (code, _) = client(document)?;
    Ok(Output { code, notes: report.notes() })
}

/// The client of a document after its overlay, and what was learnt on the way: lower, generate, harden.
pub fn client(document: Value) -> Result<(String, Plan), Problem> {
    let mut lowered = lower::lower(document)?;
    by_hand::check(&mut lowered.document, &|name| lowered.plan.aliases.contains_key(name))?;
    let tokens = generate::generate(&lowered.document)?;
    let code = harden::harden(tokens, &lowered.plan)?;
    Ok((code, lowered.plan))
}
