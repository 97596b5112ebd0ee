//! Writes the client: the types with their builders, a builder for every call, the constants of the operations and the
//! table of events.
//!
//! Only this module and its rooms know how the client is built, documented and shown in examples, and which paths of
//! `src/` the generated code uses. Each file that it writes is included by the module of `src/` of the same name, and
//! `test_calls.rs` by the tests.

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
mod test_calls;
mod type_builders;
mod types;

use std::collections::{BTreeMap, BTreeSet};

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
    apply: fn(&mut Api, &HandWritten) -> Result<(), Problem>,
}

/// What hand-written code has.
#[derive(Clone, Debug, Default)]
pub struct HandWritten {
    /// The methods of `Client`: their names are taken.
    pub client_methods: BTreeSet<String>,
    /// The helpers for each operation, by its id.
    pub helpers: BTreeMap<String, Vec<Helper>>,
}

/// A hand-written method that makes an operation safe, or does the whole task.
#[derive(Clone, Debug)]
pub struct Helper {
    /// The path from the root of the crate, such as `Client::ensure_linked`.
    pub path: String,
    /// What it does, in one line.
    pub about: String,
}

const fn pass(name: &'static str, apply: fn(&mut Api, &HandWritten) -> Result<(), Problem>) -> Pass {
    Pass { name, apply }
}

/// What is decided about a client before it is written, in this order.
pub const PASSES: &[Pass] = &[
    pass("name enum variants after their values", names::variants),
    pass("keep parameters apart from fields of the builder", names::parameters),
    pass("keep builders apart from their type parameters", names::builders),
    pass("refuse two things of one name", names::unique),
    pass("refuse examples of what is not there", examples::known),
    pass("make prose safe for rustdoc", prose::apply),
    pass("link the names of operations", docs::link_operations),
    pass("describe fields as their types", docs::describe_fields),
    pass("describe bodies and answers", docs::describe),
];

/// Writes the client of an API.
///
/// Passes whose name `keep` does not accept are left out: tests do so to see that each is needed.
pub fn write(mut api: Api, hand_written: &HandWritten, keep: &dyn Fn(&str) -> bool) -> Result<Vec<File>, Problem> {
    for pass in PASSES.iter().filter(|pass| keep(pass.name)) {
        (pass.apply)(&mut api, hand_written)?;
    }
    let names = names::Names::new(hand_written);
    let api = &api;
    let types = api.structs.iter().map(|s| &s.name).chain(api.enums.iter().map(|e| &e.name));
    let types = types.chain(api.texts.iter().map(|text| &text.name));
    let types = types.chain(api.unions.iter().map(|union| &union.name)).cloned();
    let types: BTreeSet<String> = types.chain(api.aliases.keys().map(|name| names::type_name(name))).collect();
    let builders = api.structs.iter().map(|structure| names::builder(&structure.name)).collect();
    let calls = api.operations.iter().map(|operation| operation.name.clone()).collect();
    let none = BTreeSet::new();
    Ok(vec![
        File { name: "operation.rs", code: layout::render(operations::write(api, &names), &none)? },
        File { name: "types.rs", code: layout::render(types::write(api), &types)? },
        File { name: "builder.rs", code: layout::render(type_builders::write(api), &builders)? },
        File { name: "calls.rs", code: layout::render(calls::write(api, &names, &hand_written.helpers), &calls)? },
        File { name: "blocking.rs", code: layout::render(blocking::write(api, &names), &none)? },
        File { name: "event.rs", code: layout::render(events::write(api)?, &none)? },
        File { name: "test_calls.rs", code: test_calls::write(api, &names) },
    ])
}

#[cfg(test)]
mod tests;
