//! Names in the client: those that Rust or a method of ours has taken get an underscore.

use std::collections::BTreeSet;

use heck::{ToShoutySnakeCase, ToSnakeCase};

use super::HandWritten;
pub use crate::build::rust_names::type_name;
use crate::build::{
    api::{Api, Field, Operation, Parameter, Struct},
    http::File,
    problem::Problem,
    rust_names::{self, identifier},
};

/// The methods of a call's builder beside its setters.
pub const CALL_METHODS: [&str; 18] = [
    "attempt_timeout",
    "body",
    "body_map",
    "client",
    "clone",
    "header",
    "into_future",
    "into_request",
    "merchant_key",
    "new",
    "pages",
    "replace_client",
    "retry",
    "send",
    "send_raw",
    "stream",
    "timeout",
    "with_options",
];
/// The type parameters of a call's builder: the client that sends it, and another one.
const CALL_PARAMETERS: [&str; 2] = ["C", "D"];
/// The fields of a call's builder beside those for parameters.
const CALL_FIELDS: [&str; 2] = ["client", "body"];
/// The methods of a type's builder beside its setters.
const TYPE_BUILDER_METHODS: [&str; 4] = ["build", "built", "clone", "finish"];
/// The items of the module `operation` beside the constants.
const CONSTANTS: [&str; 2] = ["ALL", "SERVERS"];

/// The names of operations.
pub struct Names<'a> {
    hand_written: &'a HandWritten,
}

impl<'a> Names<'a> {
    pub fn new(hand_written: &'a HandWritten) -> Self {
        Self { hand_written }
    }

    /// The method of the client that starts a call.
    pub fn method(&self, operation: &Operation) -> String {
        let name = identifier(&operation.name.to_snake_case());
        if self.hand_written.client_methods.contains(&name) { format!("{name}_") } else { name }
    }

    /// The constant of an operation.
    pub fn constant(&self, operation: &Operation) -> String {
        apart(&identifier(&operation.name.to_shouty_snake_case()), &CONSTANTS)
    }
}

fn apart(name: &str, taken: &[&str]) -> String {
    if taken.contains(&name) { format!("{name}_") } else { name.to_string() }
}

/// The builder of a type.
pub fn builder(structure: &str) -> String {
    format!("{structure}Builder")
}

/// The setter of a field.
pub fn field_setter(field: &Field) -> String {
    apart(&field.name, &TYPE_BUILDER_METHODS)
}

/// The setter of a parameter.
pub fn parameter_setter(parameter: &Parameter) -> String {
    apart(&parameter.name, &CALL_METHODS)
}

/// The field of a call's builder for a file.
pub fn file_field(file: &File) -> String {
    apart(&identifier(&file.named), &CALL_FIELDS)
}

/// The setter of a file.
pub fn file_setter(file: &File) -> String {
    apart(&identifier(&file.named), &CALL_METHODS)
}

/// The setters of a call's builder for the fields of its body: those whose name means nothing else there.
pub fn body_fields<'a>(operation: &Operation, body: &'a Struct) -> impl Iterator<Item = &'a Field> {
    let taken = operation.parameters.iter().map(parameter_setter);
    let taken: BTreeSet<String> = taken.chain(operation.files().iter().map(file_setter)).collect();
    body.fields.iter().filter(move |field| {
        let setter = field_setter(field);
        !taken.contains(&setter) && !CALL_METHODS.contains(&setter.as_str())
    })
}

/// Names enum variants after the real text: `""` is `Empty`, collisions are numbered, `Unrecognized` is ours.
pub fn variants(api: &mut Api, _: &HandWritten) -> Result<(), Problem> {
    for item in &mut api.enums {
        let mut taken = vec!["Unrecognized".to_string()];
        let has_signs = rust_names::has_signs(item.values.iter().map(|value| value.text.as_str()));
        for value in &mut item.values {
            let base = rust_names::variant(&value.text, has_signs);
            let mut name = base.clone();
            for number in 2.. {
                if !taken.contains(&name) {
                    break;
                }
                name = format!("{base}{number}");
            }
            value.name.clone_from(&name);
            taken.push(name);
        }
    }
    Ok(())
}

/// A parameter called like a field of the builder that is ours is kept in a field of another name.
pub fn parameters(api: &mut Api, _: &HandWritten) -> Result<(), Problem> {
    for parameter in api.operations.iter_mut().flat_map(|operation| &mut operation.parameters) {
        parameter.name = apart(&parameter.name, &CALL_FIELDS);
    }
    Ok(())
}

/// An operation whose builder would be called like a type parameter of builders gets another name.
pub fn builders(api: &mut Api, _: &HandWritten) -> Result<(), Problem> {
    for operation in &mut api.operations {
        operation.name = apart(&operation.name, &CALL_PARAMETERS);
    }
    Ok(())
}

/// Refuses two schemas, operations or parameters that would have one Rust name.
pub fn unique(api: &mut Api, hand_written: &HandWritten) -> Result<(), Problem> {
    let names = Names::new(hand_written);
    let types = api.structs.iter().map(|s| s.name.clone());
    let types = types.chain(api.enums.iter().map(|e| e.name.clone()));
    let types = types.chain(api.texts.iter().map(|t| t.name.clone()));
    let types = types.chain(api.unions.iter().map(|union| union.name.clone()));
    let types = types.chain(api.aliases.keys().map(|name| type_name(name)));
    let advice = "give an inline schema a `title` of its own by an overlay action, or rename one of the two";
    once(types, "types", advice)?;
    let methods = api.operations.iter().map(|operation| names.method(operation));
    once(methods, "operations", "rename one operationId by an overlay action")?;
    for operation in &api.operations {
        let setters = operation.parameters.iter().map(parameter_setter);
        let setters = setters.chain(operation.files().iter().map(file_setter));
        once(setters, &operation.facts.pointer, "rename one parameter by an overlay action")
            .map_err(|problem| problem.in_operation(&operation.facts.id))?;
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
