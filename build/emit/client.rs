//! Writes the client: the types with their builders, a builder for every call, the constants of the operations and the
//! table of events.
//!
//! Only this module and its rooms know how the client is built, documented and shown in examples, and which paths of
//! `src/` the generated code uses. Each file that it writes is included by the module of `src/` of the same name.

mod blocking;
mod calls;
mod docs;
mod events;
mod examples;
mod layout;
mod names;
mod operations;
mod pages;
pub mod prose;
mod rust;
mod type_builders;
mod types;

use std::collections::BTreeSet;

use super::super::{api::Api, problem::Problem};

#[allow(unused_imports, reason = "a test of xtask compares them with the macros of the client")]
pub use names::CALL_METHODS;

/// One generated file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// The name of the file, such as `types.rs`.
    pub name: &'static str,
    pub code: String,
}

/// One pass over the model before it is written: its name, and what it does.
pub struct Pass {
    pub name: &'static str,
    apply: fn(&mut Api, &Reserved) -> Result<(), Problem>,
}

/// Names that hand-written code has taken.
#[derive(Clone, Debug, Default)]
pub struct Reserved {
    /// The methods of `Client`.
    pub client_methods: BTreeSet<String>,
}

const fn pass(name: &'static str, apply: fn(&mut Api, &Reserved) -> Result<(), Problem>) -> Pass {
    Pass { name, apply }
}

/// What is decided about a client before it is written, in this order.
pub const PASSES: &[Pass] = &[
    pass("name enum variants after their values", names::variants),
    pass("keep parameters apart from fields of the builder", names::parameters),
    pass("keep builders apart from their type parameters", names::builders),
    pass("refuse two things of one name", names::unique),
    pass("make prose safe for rustdoc", prose::apply),
    pass("describe bodies and answers", docs::describe),
];

/// Writes the client of an API.
///
/// Passes whose name `keep` does not accept are left out: tests do so to see that each is needed.
pub fn write(mut api: Api, reserved: &Reserved, keep: &dyn Fn(&str) -> bool) -> Result<Vec<File>, Problem> {
    for pass in PASSES.iter().filter(|pass| keep(pass.name)) {
        (pass.apply)(&mut api, reserved)?;
    }
    let names = names::Names::new(reserved);
    let api = &api;
    let types = api.structs.iter().map(|s| &s.name).chain(api.enums.iter().map(|e| &e.name));
    let types = types.chain(api.texts.iter().map(|text| &text.name)).cloned();
    let types: BTreeSet<String> = types.chain(api.aliases.keys().map(|name| names::type_name(name))).collect();
    let builders = api.structs.iter().map(|structure| names::builder(&structure.name)).collect();
    let calls = api.operations.iter().map(|operation| operation.name.clone()).collect();
    let none = BTreeSet::new();
    Ok(vec![
        File { name: "operation.rs", code: layout::render(operations::write(api, &names), &none)? },
        File { name: "types.rs", code: layout::render(types::write(api), &types)? },
        File { name: "builder.rs", code: layout::render(type_builders::write(api), &builders)? },
        File { name: "calls.rs", code: layout::render(calls::write(api, &names), &calls)? },
        File { name: "blocking.rs", code: layout::render(blocking::write(api, &names), &none)? },
        File { name: "event.rs", code: layout::render(events::write(api)?, &none)? },
    ])
}

#[cfg(test)]
mod tests;
