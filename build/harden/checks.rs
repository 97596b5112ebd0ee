//! What has to be true of the code before it is written; else the build stops.

use std::collections::{BTreeMap, BTreeSet};

use super::model::Code;
use super::read::mentions;
use crate::build::{
    plan::{Mark, Plan},
    problem::Problem,
};

/// Every marked secret place has become a Secret.
pub fn secrets(code: &mut Code, plan: &Plan) -> Result<(), Problem> {
    let fields = code.structs.iter().flat_map(|structure| &structure.fields).map(|f| (&f.wire, &f.ty));
    let arguments = code.calls.iter().flat_map(|call| &call.arguments).map(|a| (&a.wire, &a.ty));
    let found = fields.chain(arguments).filter(|(_, ty)| mentions(ty, "crate::Secret")).map(|(wire, _)| wire.as_str());
    compare(&plan.secrets, found, "a secret that would be a plain string")
}

/// Every marked personal place is redacted.
pub fn personal(code: &mut Code, plan: &Plan) -> Result<(), Problem> {
    let fields = code.structs.iter().flat_map(|s| &s.fields).filter(|f| f.personal).map(|f| f.wire.as_str());
    let arguments = code.calls.iter().flat_map(|c| &c.arguments).filter(|a| a.personal).map(|a| a.wire.as_str());
    compare(&plan.personal, fields.chain(arguments), "personal data that Debug would show")
}

/// By name: how many places the document marks, and how many fields carry the mark.
fn compare<'a>(marks: &'a [Mark], found: impl Iterator<Item = &'a str>, what: &str) -> Result<(), Problem> {
    let mut open: BTreeMap<&str, usize> = BTreeMap::new();
    for name in found {
        *open.entry(name).or_default() += 1;
    }
    for mark in marks.iter().filter(|mark| !mark.name.is_empty()) {
        match open.get_mut(mark.name.as_str()) {
            Some(left) if *left > 0 => *left -= 1,
            _ => {
                let all: Vec<&str> = marks.iter().filter(|m| m.name == mark.name).map(|m| m.pointer.as_str()).collect();
                return Err(Problem::new(
                    all.join(", "),
                    format!("`{}` is {what}", mark.name),
                    "one of these places has a shape the mark is lost in: give it a plain schema by an overlay action",
                ));
            }
        }
    }
    Ok(())
}

/// Two schemas, fields or operations that would have one Rust name.
pub fn unique(code: &mut Code, plan: &Plan) -> Result<(), Problem> {
    let types = code.structs.iter().map(|s| s.name.to_string());
    let types = types.chain(code.enums.iter().map(|e| e.name.to_string()));
    let types = types.chain(code.texts.iter().map(|t| t.name.to_string()));
    let types = types.chain(plan.aliases.keys().map(|name| super::names::type_name(name).to_string()));
    let advice = "give an inline schema a `title` of its own by an overlay action, or rename one of the two";
    once(types, "types", advice)?;
    once(
        code.calls.iter().map(|call| call.method.to_string()),
        "operations",
        "rename one operationId by an overlay action",
    )?;
    for structure in &code.structs {
        let place = format!("types::{}", structure.name);
        once(
            structure.fields.iter().map(|field| field.setter.to_string()),
            &place,
            "rename one property by an overlay action",
        )?;
    }
    for call in &code.calls {
        let names = call.arguments.iter().map(|argument| argument.setter.to_string());
        once(names, &plan.operations[&call.id].pointer, "rename one parameter by an overlay action")
            .map_err(|problem| problem.in_operation(&call.id))?;
    }
    Ok(())
}

fn once(names: impl Iterator<Item = String>, place: &str, advice: &str) -> Result<(), Problem> {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name.clone()) {
            return Err(Problem::new(place, format!("`{name}` would be the Rust name of two things"), advice));
        }
    }
    Ok(())
}

/// Nothing is dropped in silence: every operation of the document is a call.
pub fn complete(code: &mut Code, plan: &Plan) -> Result<(), Problem> {
    let there: BTreeSet<&str> = code.calls.iter().map(|call| call.id.as_str()).collect();
    match plan.operations.values().find(|operation| !there.contains(operation.id.as_str())) {
        Some(operation) => Err(Problem::new(
            &operation.pointer,
            "progenitor generated no call for this operation",
            "look at how it differs from its neighbours, and simplify it by an overlay action",
        )
        .in_operation(&operation.id)),
        None => Ok(()),
    }
}
