//! From Imprint's OpenAPI document to the source of the client: load, overlay, lower, generate, read, emit.
//!
//! build.rs and xtask compile these same files, so that both run one pipeline.

pub mod api;
pub mod document;
pub mod emit;
mod enum_tokens;
pub mod generate;
pub mod http;
mod lists;
pub mod lower;
pub mod methods;
pub mod needs;
pub mod overlay;
pub mod problem;
mod rust_names;
pub mod walk;

use std::collections::BTreeMap;

use api::Api;
use emit::client::{File, HandWritten, Helper};
use needs::Needs;
use overlay::Overlay;
use problem::Problem;
use serde_json::Value;

/// The name of the file for `Output::published`, which `src/openapi.rs` includes.
pub const PUBLISHED: &str = "openapi.json";

/// The texts that a client is made of.
#[derive(Clone, Copy, Debug)]
pub struct Sources<'a> {
    /// `openapi/openapi.yaml`.
    pub document: &'a str,
    /// `openapi/overlay.yaml`.
    pub overlay: &'a str,
    /// `openapi/needs.yaml`.
    pub needs: &'a str,
    /// The hand-written files that add methods to `Client` and to the generated types.
    pub hand_written: &'a [String],
    /// Whether to write the document for users as well, as `Output::published`.
    pub publish: bool,
}

/// What one run of the pipeline gives.
pub struct Output {
    /// The generated files.
    pub files: Vec<File>,
    /// The document after its overlay as JSON, with the marks of secrets and personal data, if it was asked for.
    pub published: Option<String>,
    /// What the maintainer should know although the build goes on.
    pub notes: Vec<String>,
}

/// Runs every stage.
pub fn run(sources: Sources<'_>) -> Result<Output, Problem> {
    let mut document = document::parse("openapi/openapi.yaml", sources.document)?;
    let overlay = Overlay::parse(&document::parse("openapi/overlay.yaml", sources.overlay)?)?;
    let report = overlay.apply(&mut document)?;
    let api = api(document.clone())?;
    let needs = needs(sources.needs)?;
    needs.check(&api)?;
    let published = if sources.publish { Some(lower::published::published(&document)?.to_string()) } else { None };
    Ok(Output { files: files(api, &needs, sources.hand_written)?, published, notes: report.notes() })
}

/// What hand-written code needs of the API, from the text of `openapi/needs.yaml`.
pub fn needs(text: &str) -> Result<Needs, Problem> {
    Needs::parse(&document::parse("openapi/needs.yaml", text)?)
}

/// The files of the client of an API, given the hand-written files and what they need of it.
pub fn files(api: Api, needs: &Needs, hand_written: &[String]) -> Result<Vec<File>, Problem> {
    let methods = methods::of(hand_written)?;
    let mut helpers = BTreeMap::new();
    for (id, need) in &needs.operations {
        let found: Vec<Helper> =
            need.helpers.iter().map(|path| helper(id, path, &methods)).collect::<Result<_, _>>()?;
        helpers.insert(id.clone(), found);
    }
    let client_methods = methods.keys().filter_map(|name| name.strip_prefix("Client::")).map(str::to_string).collect();
    emit::client::write(api, &HandWritten { client_methods, helpers }, &|_| true)
}

/// The helper at a path that `openapi/needs.yaml` names, with the words of its own comment.
fn helper(id: &str, path: &str, methods: &BTreeMap<String, String>) -> Result<Helper, Problem> {
    let name = match *path.split("::").collect::<Vec<_>>() {
        [.., owner, method] => format!("{owner}::{method}"),
        _ => path.to_string(),
    };
    let about = methods.get(&name).filter(|about| !about.is_empty()).ok_or_else(|| {
        Problem::new(
            format!("openapi/needs.yaml, operations/{id}/helpers"),
            format!("no hand-written method with a comment is called `{name}`"),
            "write the path of the helper from the root of the crate, such as Client::ensure_linked",
        )
    })?;
    Ok(Helper { path: path.to_string(), about: about.clone() })
}

/// The model of a document after its overlay.
pub fn api(document: Value) -> Result<Api, Problem> {
    api_with(document, &|_| true)
}

/// The same without the rules and passes that `keep` does not accept.
pub fn api_with(document: Value, keep: &dyn Fn(&str) -> bool) -> Result<Api, Problem> {
    let normal = lower::normal_with(document, keep)?;
    let lowered = lower::client_with(normal.clone(), keep)?;
    let tokens = generate::generate(&lowered.document)?;
    api::read(&normal, &lowered, tokens, keep)
}
