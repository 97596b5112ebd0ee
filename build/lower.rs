//! Rewrites a document in two steps: into a normal form that says the same, and then into what progenitor can read.
//!
//! A rule is one function about one kind of place. `NORMAL` only unites the ways of writing one thing, so that whatever
//! is made of the document can start from its result: the comparison of two documents, the model of the API, and any
//! other target that needs the errors, limits and defaults. `CLIENT` drops what a client must not enforce or progenitor
//! cannot read, refuses what has no Rust shape here, and marks secrets, personal data, timestamps and ids.
//!
//! While the rules of `CLIENT` run, a `$ref` may carry `description`, `nullable` and `deprecated` beside it; the last
//! one turns that into what OpenAPI 3.0 allows.

mod answers;
mod bases;
mod components;
mod constraints;
mod directions;
mod enums;
mod events;
mod forms;
mod inline;
mod loose;
mod merge;
mod names;
mod pointers;
pub mod published;
mod refuse;
mod responses;
mod shapes;
pub mod unions;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use self::unions::Union;
use super::{document::sorted, problem::Problem};

/// A place of the document that carries a mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    pub name: String,
    pub pointer: String,
}

/// The places that hold what must not be shown.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    pub secrets: Vec<Mark>,
    pub personal: Vec<Mark>,
    /// Names of fields that hold personal data in a shape whose format cannot carry the mark.
    pub personal_names: BTreeSet<String>,
}

/// A document that has been rewritten, and what the rewriting removed and has to be known afterwards.
#[derive(Clone, Debug, Default)]
pub struct Lowered {
    pub document: Value,
    pub marks: Marks,
    /// Schemas that only name another one, and the one they lead to.
    pub aliases: BTreeMap<String, String>,
    /// The unions, by the names that their schemas have in the lowered document.
    pub unions: BTreeMap<String, Union>,
    /// Where the document has the schemas that lowering named.
    pub places: BTreeMap<String, String>,
    /// The schemas that got another name, so that no two have one Rust name: from the document's name to the new one.
    pub renamed: BTreeMap<String, String>,
    /// Where the document has what lowering moved within an operation: from its place here to the one there.
    moved: Vec<(String, String)>,
    /// The schemas of webhook payloads: nothing in the lowered document refers to them.
    payloads: Vec<String>,
}

impl Lowered {
    /// A problem at the place that the document has: an overlay action at any other would select nothing.
    fn located(&self, mut problem: Problem) -> Problem {
        let below =
            |from: &str| problem.place.strip_prefix(from).filter(|rest| rest.is_empty() || rest.starts_with('/'));
        let moved = self.moved.iter().filter_map(|(from, to)| Some((from, to, below(from)?)));
        if let Some((_, to, rest)) = moved.max_by_key(|(from, ..)| from.len()) {
            problem.place = format!("{to}{rest}");
        }
        problem
    }
}

/// One rule: its name, and what it does to the document.
pub struct Rule {
    pub name: &'static str,
    apply: fn(&mut Lowered) -> Result<(), Problem>,
}

const fn rule(name: &'static str, apply: fn(&mut Lowered) -> Result<(), Problem>) -> Rule {
    Rule { name, apply }
}

/// The rules that lose nothing, in the order they run. (Of several examples the first is kept.)
pub const NORMAL: &[Rule] = &[
    rule("read what is missing as any value", loose::missing),
    rule("drop `required` that is a boolean", loose::required),
    rule("remove what gives a reference no other shape", loose::siblings),
    rule("read patterns as maps and lists", loose::patterns),
    rule("name what references lead to", pointers::named),
    rule("inline components", components::inline),
    rule("name operations without an id", components::name_operations),
    rule("declare the parameters of paths", components::path_parameters),
    rule("give parameters with content a schema", components::parameter_content),
    rule("name the payloads of webhooks", components::payloads),
    rule("write what is only null in one way", loose::only_null),
    rule("rewrite type lists with null", forms::type_with_null),
    rule("rewrite const", forms::constants),
    rule("rewrite unions with null", forms::union_with_null),
    rule("rewrite enums with null", forms::enum_with_null),
    rule("rewrite examples", forms::examples),
    rule("write bases as unions", bases::as_unions),
    rule("unwrap single allOf", shapes::single_all_of),
    rule("merge allOf", merge::all_of),
    rule("say the type that keywords imply", forms::implied_types),
];

/// The rules for a client, in the order they run.
pub const CLIENT: &[Rule] = &[
    rule("check the version", forms::version),
    rule("share enums", enums::share),
    rule("remove webhooks", responses::webhooks),
    rule("leave headers to the client", responses::reserved_headers),
    rule("choose the media type of bodies", responses::request_media),
    rule("merge success responses", responses::success_codes),
    rule("remove unused schemas", shapes::unused),
    rule("refuse unresolved references", refuse::references),
    rule("remove unions that only validate", unions::only_validating),
    rule("let null be any value", loose::null_as_any),
    rule("remove conditions that only validate", loose::conditions),
    rule("refuse unsupported forms", refuse::forms),
    rule("refuse contradictions in allOf", merge::refuse),
    rule("leave out cookies that may be left out", loose::cookies),
    rule("refuse unsupported operations", refuse::operations),
    rule("require nothing of the other direction", directions::required),
    rule("reduce what stands beside references", forms::ref_siblings),
    rule("resolve aliases", shapes::aliases),
    rule("settle unions", unions::settle),
    rule("write out plain names", shapes::plain_names),
    rule("move nullable to the uses of a name", shapes::nullable_names),
    rule("remove undefined required names", shapes::required_names),
    rule("keep lists that are answers apart", answers::apart),
    rule("require nothing of events", events::nothing_required),
    rule("open closed objects", shapes::closed_objects),
    rule("remove defaults", constraints::defaults),
    rule("remove limits", constraints::limits),
    rule("remove formats", constraints::formats),
    rule("write enum values as tokens", enums::tokens),
    rule("mark secrets", names::secrets),
    rule("mark personal data", names::personal),
    rule("mark timestamps", names::timestamps),
    rule("name ids", names::ids),
    rule("remove examples", constraints::samples),
    rule("keep types of one name apart", inline::apart),
    rule("name inline types", inline::types),
    rule("write unions as objects", unions::carry),
    rule("wrap references", forms::wrap_references),
];

/// Applies those rules whose name `keep` accepts; tests leave one out to see that it is needed.
fn apply(rules: &[Rule], lowered: &mut Lowered, keep: &dyn Fn(&str) -> bool) -> Result<(), Problem> {
    for rule in rules.iter().filter(|rule| keep(rule.name)) {
        (rule.apply)(lowered)?;
    }
    Ok(())
}

/// The document in its normal form, by the rules of `NORMAL`.
#[allow(dead_code, reason = "xtask compares documents in this form")]
pub fn normal(document: Value) -> Result<Value, Problem> {
    normal_with(document, &|_| true)
}

/// The same without the rules that `keep` does not accept.
pub fn normal_with(document: Value, keep: &dyn Fn(&str) -> bool) -> Result<Value, Problem> {
    let mut lowered = Lowered { document, ..Lowered::default() };
    apply(NORMAL, &mut lowered, keep)?;
    Ok(sorted(lowered.document))
}

/// What progenitor reads of a document in its normal form, by the rules of `CLIENT`.
#[allow(dead_code, reason = "tests and xtask lower documents by themselves")]
pub fn client(normal: Value) -> Result<Lowered, Problem> {
    client_with(normal, &|_| true)
}

/// The same without the rules that `keep` does not accept.
pub fn client_with(normal: Value, keep: &dyn Fn(&str) -> bool) -> Result<Lowered, Problem> {
    let mut lowered = Lowered { document: normal, ..Lowered::default() };
    apply(CLIENT, &mut lowered, keep).map_err(|problem| lowered.located(problem))?;
    lowered.document = sorted(lowered.document);
    Ok(lowered)
}

#[cfg(test)]
mod tests;
