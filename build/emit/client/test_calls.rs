//! Writes a row for each operation into the table by which the contract tests call them all: the builder's method, the setters of the
//! parameters and of the body, and the type of each value. `tests/it/table.rs` includes it and gives the rows their meaning, so that the
//! tests call a new operation, and set a new field, with no change of theirs.

use super::{names::Names, rust::literal};
use crate::build::api::{Api, BodyType, Operation, Type};

/// The rows, for the macro `table` of the tests.
pub fn write(api: &Api, names: &Names<'_>) -> String {
    let mut rows = String::from("table! {\n");
    for operation in &api.operations {
        rows += &row(api, names, operation);
    }
    rows + "}\n"
}

/// `"putThing" => put_thing(id "id": String) ThingBody { amount "amount": i64 };`. The tests have no bytes and no files to send: a body
/// of these is left out, and its operation needs a test of its own.
fn row(api: &Api, names: &Names<'_>, operation: &Operation) -> String {
    let parameters =
        operation.parameters.iter().map(|parameter| (&parameter.name, &parameter.facts.wire, &parameter.ty));
    let (id, method) = (literal(&operation.facts.id), names.method(operation));
    let body = match operation.body.as_ref().map(|body| &body.ty) {
        Some(BodyType::Fields(name)) => {
            let fields = api.structure(name).into_iter().flat_map(|structure| &structure.fields);
            let fields = fields.filter(|field| !field.flatten).map(|field| (&field.name, &field.wire, &field.ty));
            format!(" {name} {{ {} }}", arguments(api, fields))
        }
        Some(BodyType::Value(ty)) => format!(" = {}", set_from(api, ty)),
        Some(BodyType::Bytes | BodyType::Files) | None => String::new(),
    };
    format!("    {id} => {method}({}){body};\n", arguments(api, parameters))
}

fn arguments<'a>(api: &Api, all: impl Iterator<Item = (&'a String, &'a String, &'a Type)>) -> String {
    let all = all.map(|(name, wire, ty)| format!("{name} {}: {}", literal(wire), set_from(api, ty)));
    all.collect::<Vec<_>>().join(", ")
}

/// The type that a test reads from JSON to set a value of this type: what a setter reads from text is text.
fn set_from(api: &Api, ty: &Type) -> String {
    match ty {
        Type::Text | Type::Secret | Type::Timestamp => "String".into(),
        Type::Bool => "bool".into(),
        Type::I32 => "i32".into(),
        Type::I64 => "i64".into(),
        Type::F32 => "f32".into(),
        Type::F64 => "f64".into(),
        Type::Any => "Value".into(),
        Type::FreeObject => "Json".into(),
        Type::Named(name) if api.structure(name).is_some() || api.union(name).is_some() => format!("types::{name}"),
        Type::Named(_) => "String".into(),
        Type::List(item) => format!("Vec<{}>", set_from(api, item)),
        Type::Map(value) => format!("BTreeMap<String, {}>", set_from(api, value)),
        Type::Nullable(inner) => format!("Option<{}>", set_from(api, inner)),
        Type::Boxed(inner) => set_from(api, inner),
    }
}
