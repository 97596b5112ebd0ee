//! Rewrites any document of this kind into the OpenAPI 3.0 that progenitor reads, and marks what harden needs.
//!
//! A rule is one function about one kind of place; `RULES` is their order. While the rules run, a `$ref` may carry
//! `description`, `nullable` and `deprecated` beside it; the last rules turn that into what OpenAPI 3.0 allows.

mod components;
mod constraints;
mod enums;
pub use enums::text as enums_text;
mod events;
mod forms;
mod names;
pub mod prose;
mod refuse;
mod responses;
mod shapes;

use serde_json::Value;

use super::{document::sorted, plan::Plan, problem::Problem};

/// The document on its way down and what has been learnt from it.
pub struct Lowering {
    pub document: Value,
    pub plan: Plan,
}

/// One rule: its name, and what it does to the document.
pub struct Rule {
    pub name: &'static str,
    apply: fn(&mut Lowering) -> Result<(), Problem>,
}

const fn rule(name: &'static str, apply: fn(&mut Lowering) -> Result<(), Problem>) -> Rule {
    Rule { name, apply }
}

/// Every rule, in the order they run.
pub const RULES: &[Rule] = &[
    rule("version", forms::version),
    rule("inline components", components::inline),
    rule("webhooks leave", responses::webhooks),
    rule("error responses leave", responses::errors),
    rule("success codes", responses::success_codes),
    rule("refused references", refuse::references),
    rule("type with null", forms::type_with_null),
    rule("const", forms::constants),
    rule("union with null", forms::union_with_null),
    rule("enum with null", forms::enum_with_null),
    rule("examples", forms::examples),
    rule("single allOf", shapes::single_all_of),
    rule("refused forms", refuse::forms),
    rule("refused unions", refuse::unions),
    rule("refused operations", refuse::operations),
    rule("ref siblings", forms::ref_siblings),
    rule("aliases", shapes::aliases),
    rule("plain names", shapes::plain_names),
    rule("nullable names", shapes::nullable_names),
    rule("required names", shapes::required_names),
    rule("events", events::nothing_required),
    rule("closed objects", shapes::closed_objects),
    rule("unused schemas", shapes::unused),
    rule("prose", prose::apply),
    rule("plan", super::plan::gather),
    rule("defaults leave", constraints::defaults),
    rule("limits leave", constraints::limits),
    rule("formats leave", constraints::formats),
    rule("open enums", enums::tokens),
    rule("secrets", names::secrets),
    rule("personal data", names::personal),
    rule("timestamps", names::timestamps),
    rule("ids", names::ids),
    rule("samples leave", constraints::samples),
    rule("wrap references", forms::wrap_references),
];

/// Applies every rule whose name passes `keep`; the tests leave one out to see that it is missed.
pub fn lower_with(document: Value, keep: &dyn Fn(&str) -> bool) -> Result<Lowering, Problem> {
    let mut lowering = Lowering { document, plan: Plan::default() };
    for rule in RULES.iter().filter(|rule| keep(rule.name)) {
        (rule.apply)(&mut lowering)?;
    }
    lowering.document = sorted(lowering.document);
    Ok(lowering)
}

/// Lowers a document.
pub fn lower(document: Value) -> Result<Lowering, Problem> {
    lower_with(document, &|_| true)
}

/// The schema a schema stands for: itself, or what its `$ref` names.
pub fn resolve<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let mut schema = schema;
    // A reference to a reference is legal; a circle of them is refused by the aliases rule.
    for _ in 0..16 {
        let Some(name) = schema["$ref"].as_str().and_then(|r| super::walk::component_name(r, "schemas")) else { break };
        schema = &document["components"]["schemas"][name];
    }
    schema
}

#[cfg(test)]
mod tests;
