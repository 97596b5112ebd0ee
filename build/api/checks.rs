//! What has to be true of the model before code is written from it; otherwise the build stops.

use std::collections::BTreeMap;

use super::{Api, Type};
use crate::build::{lower::Mark, problem::Problem};

/// Every place that is marked as a secret has the type of a secret.
pub fn secrets(api: &mut Api) -> Result<(), Problem> {
    let fields = api.structs.iter().flat_map(|structure| &structure.fields).map(|field| (&field.wire, &field.ty));
    let parameters = api.operations.iter().flat_map(|o| &o.parameters).map(|p| (&p.facts.wire, &p.ty));
    let holds = |ty: &Type| ty.contains(&Type::Secret) || unions_in(api, ty).any(|ty| ty.contains(&Type::Secret));
    let found = fields.chain(parameters).filter(|(_, ty)| holds(ty)).map(|(wire, _)| wire.as_str());
    compare(&api.marks.secrets, found, "a secret that would be a plain string")
}

/// The types of the variants of the unions that a type is or contains.
fn unions_in<'a>(api: &'a Api, ty: &Type) -> impl Iterator<Item = &'a Type> {
    let unions = api.unions.iter().filter(|union| ty.contains(&Type::Named(union.name.clone())));
    let types: Vec<&Type> = unions.flat_map(|union| &union.variants).map(|variant| &variant.ty).collect();
    types.into_iter()
}

/// Every place that is marked as personal data is redacted.
pub fn personal(api: &mut Api) -> Result<(), Problem> {
    let fields = api.structs.iter().flat_map(|s| &s.fields).filter(|f| f.personal).map(|f| f.wire.as_str());
    let parameters =
        api.operations.iter().flat_map(|o| &o.parameters).filter(|p| p.personal).map(|p| p.facts.wire.as_str());
    compare(&api.marks.personal, fields.chain(parameters), "personal data that Debug would show")
}

/// Compares by name how many places the document marks with how many fields carry the mark.
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

/// Every operation of the document has been generated: nothing is dropped without a word.
pub fn complete(api: &mut Api) -> Result<(), Problem> {
    match api.missing_operations.first() {
        Some((id, pointer)) => Err(Problem::new(
            pointer,
            "progenitor generated nothing for this operation",
            "look at how it differs from its neighbours, and simplify it by an overlay action",
        )
        .in_operation(id)),
        None => Ok(()),
    }
}
