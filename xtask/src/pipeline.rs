//! The only way from the maintainers' commands to the generator in `build/`: every other module, tests aside, asks
//! here.
//!
//! The generator's model of the API may change without a change of the commands, as long as this file can still answer.

use std::{collections::BTreeSet, path::Path};

use heck::ToUpperCamelCase;
use serde_json::Value;

use crate::build::{
    self, Sources,
    api::{self, Api},
    lower::{self, Mark, Marks},
    methods,
    needs::Needs,
    overlay::Overlay,
};
pub use crate::build::{document::parse, http, problem::Problem, walk, walk::resolve};

/// What hand-written code needs of the API. It belongs to that code, and so is the same for every document.
pub const NEEDS: &str = include_str!("../../openapi/needs.yaml");

/// The source of the client, and what the maintainer should know although generating it succeeded.
pub struct Output {
    pub code: String,
    pub notes: Vec<String>,
}

/// The whole generator, from the texts of a document and its overlay to the source of the client.
pub fn run(document: &str, overlay: &str) -> Result<Output, Problem> {
    let output =
        build::run(Sources { document, overlay, needs: NEEDS, hand_written: &hand_written()?, publish: false })?;
    Ok(Output { code: as_modules(&output.files), notes: output.notes })
}

fn hand_written() -> Result<Vec<String>, Problem> {
    methods::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../src"))
        .map_err(|e| Problem::new("src", format!("a file cannot be read: {e}"), "run xtask from a checkout"))
}

/// The generated files as one text, each in the module of `src/` that includes it.
fn as_modules(files: &[build::emit::client::File]) -> String {
    let code = |name: &str| files.iter().find(|file| file.name == name).map_or("", |file| file.code.as_str());
    format!(
        "pub mod operation {{\n{}}}\n\npub mod types {{\n{}\npub mod builder {{\n{}}}\n}}\n\npub mod calls {{\n{}}}\n\n\
         pub mod webhook {{\n{}}}\n",
        code("operation.rs"),
        code("types.rs"),
        code("builder.rs"),
        code("calls.rs"),
        code("event.rs")
    )
}

/// What the generator makes of a document, as far as the commands use it.
pub struct GeneratedClient {
    /// The source text of the client.
    pub code: String,
    /// The same, and the document for users, as the files that the library includes.
    pub files: Vec<(&'static str, String)>,
    pub marked: MarkedPlaces,
}

/// JSON pointers to the places that a rule has marked.
#[derive(Debug, Default)]
pub struct MarkedPlaces {
    pub secrets: BTreeSet<String>,
    /// Personal data.
    pub personal: BTreeSet<String>,
}

impl MarkedPlaces {
    /// Whether a place is a secret or personal data.
    pub fn contains(&self, pointer: &str) -> bool {
        self.secrets.contains(pointer) || self.personal.contains(pointer)
    }
}

impl From<&Marks> for MarkedPlaces {
    fn from(marks: &Marks) -> Self {
        let pointers = |marks: &[Mark]| marks.iter().map(|mark| mark.pointer.clone()).collect();
        Self { secrets: pointers(&marks.secrets), personal: pointers(&marks.personal) }
    }
}

/// One action of the overlay after it has been tried.
pub struct TriedAction {
    /// Its number, target and reason.
    pub action: String,
    /// JSON pointers to the places that it changed or removed, or why it could not be applied.
    pub changed: Result<Vec<String>, Problem>,
}

/// Applies every action of an overlay that can be applied. One that cannot leaves the document as it was.
pub fn try_overlay(document: &mut Value, overlay: &Value) -> Result<Vec<TriedAction>, Problem> {
    let overlay = Overlay::parse(overlay)?;
    let tried = overlay.outcomes(document).map(|result| match result {
        Ok(effect) => TriedAction { action: effect.action, changed: Ok(effect.changed) },
        Err(problem) => TriedAction { action: problem.place.clone(), changed: Err(problem) },
    });
    Ok(tried.collect())
}

/// Generates the client from a document that its overlay has been applied to. Everything that hand-written code needs and
/// the document does not have is a problem of its own.
pub fn generate(document: &Value) -> Result<GeneratedClient, Vec<Problem>> {
    let api = build::api(document.clone()).map_err(|problem| vec![problem])?;
    let needs = build::needs(NEEDS).map_err(|problem| vec![problem])?;
    let missing = needs.missing(&api);
    if missing.is_empty() { client(api, &needs, document).map_err(|problem| vec![problem]) } else { Err(missing) }
}

fn client(api: Api, needs: &Needs, document: &Value) -> Result<GeneratedClient, Problem> {
    let marked = MarkedPlaces::from(&api.marks);
    let files = build::files(api, needs, &hand_written()?)?;
    Ok(GeneratedClient { code: as_modules(&files), files: named(files, document)?, marked })
}

/// The document as the feature `openapi` gives it to users: after its overlay, with marks.
pub fn published(document: &Value) -> Result<Value, Problem> {
    lower::published::published(document)
}

/// The places that the rules mark in a document, without generating a client.
pub fn marked_places(document: &Value) -> Result<MarkedPlaces, Problem> {
    Ok(MarkedPlaces::from(&lower::client(normalized(document)?)?.marks))
}

/// The named schemas of a document in its normal form that become a type of that name, or another name for one.
pub fn typed_schemas(normal: &Value) -> Result<BTreeSet<String>, Problem> {
    let lowered = lower::client(normal.clone())?;
    let schemas = lowered.document["components"]["schemas"].as_object().into_iter().flatten();
    Ok(schemas.map(|(name, _)| name.clone()).chain(lowered.aliases.into_keys()).collect())
}

/// The document in the one form in which two documents are compared: components inlined, `nullable` in the place of
/// `type: [string, "null"]`. Nothing is lost but examples after the first.
pub fn normalized(document: &Value) -> Result<Value, Problem> {
    lower::normal(document.clone())
}

/// The property by which receivers tell the events of a document in its normal form apart.
pub fn event_tag(normal: &Value) -> String {
    api::webhooks::tag(normal)
}

/// The generated files of an API that has nothing of a document, after its overlay, but what `needs` lists.
pub fn needed_only(document: &Value, needs: &str) -> Result<Vec<(&'static str, String)>, Problem> {
    let mut api = build::api(document.clone())?;
    let needs = build::needs(needs)?;
    needs.prune(&mut api);
    named(build::files(api, &needs, &hand_written()?)?, document)
}

/// The generated files of the API of a document, after its overlay.
pub fn files(document: &Value) -> Result<Vec<(&'static str, String)>, Problem> {
    named(build::files(build::api(document.clone())?, &build::needs(NEEDS)?, &hand_written()?)?, document)
}

/// Everything that the build script writes for the library with all of its features, by the names of the files.
fn named(files: Vec<build::emit::client::File>, document: &Value) -> Result<Vec<(&'static str, String)>, Problem> {
    let published = (build::PUBLISHED, published(document)?.to_string());
    Ok(files.into_iter().map(|file| (file.name, file.code)).chain([published]).collect())
}

/// What the generator makes of any document, whether or not it has what hand-written code needs.
#[derive(Clone, Debug, Default)]
pub struct AnyClient {
    /// The operationIds of what was generated.
    pub operations: Vec<String>,
    /// The files that the library includes.
    pub files: Vec<(&'static str, String)>,
}

/// Generates the client of a document that may be of another API.
pub fn any(document: &Value) -> Result<AnyClient, Problem> {
    let api = build::api(document.clone())?;
    let operations = api.operations.iter().map(|operation| operation.facts.id.clone()).collect();
    let files = build::files(api, &Needs::default(), &hand_written()?)?;
    Ok(AnyClient { operations, files: named(files, document)? })
}

/// The properties of errors that hand-written code reads, with the files that do.
pub fn needed_in_errors() -> Result<Vec<(String, Vec<String>)>, Problem> {
    Ok(build::needs(NEEDS)?.errors.into_iter().map(|(name, need)| (name, need.used_by)).collect())
}

/// A need of hand-written code, for tests.
pub struct NeededName {
    /// The name as the document has it.
    pub name: String,
    /// What it is in Rust: the name itself, or the variant of an enum.
    pub in_rust: String,
    /// The hand-written files that are said to use it.
    pub used_by: Vec<String>,
}

/// Each property, parameter and enum value in `openapi/needs.yaml`, and each schema of which nothing else is listed.
pub fn needed_names() -> Result<Vec<NeededName>, Problem> {
    let Needs { schemas, ids, enums, operations, .. } = build::needs(NEEDS)?;
    let mut found = Vec::new();
    for (name, need) in schemas.into_iter().chain(ids).chain(enums).chain(operations) {
        let used_by = || need.used_by.clone();
        let values = need.values.iter().map(|value| (value.clone(), value.to_upper_camel_case()));
        let members = need.members.keys().map(|member| (member.clone(), member.clone()));
        let own = (need.values.is_empty() && need.members.is_empty() && need.answers.is_none())
            .then(|| (name.clone(), name.clone()));
        let names = values.chain(members).chain(own);
        found.extend(names.map(|(name, in_rust)| NeededName { name, in_rust, used_by: used_by() }));
    }
    Ok(found)
}

/// The operations whose answer hand-written code reads: the id, the type of the answer, and the first file that reads it.
pub fn needed_answers() -> Result<Vec<(String, String, String)>, Problem> {
    let operations = build::needs(NEEDS)?.operations.into_iter();
    Ok(operations.filter_map(|(id, need)| Some((id, need.answers?, need.used_by.into_iter().next()?))).collect())
}

/// The names of all parameters of the API of a document, after its overlay.
pub fn parameters(document: &Value) -> Result<BTreeSet<String>, Problem> {
    let operations = build::api(document.clone())?.operations.into_iter();
    Ok(operations.flat_map(|operation| operation.parameters).map(|parameter| parameter.facts.wire).collect())
}
