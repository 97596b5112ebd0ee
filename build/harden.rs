//! Takes what progenitor generated apart and writes the client we ship: same operations, same types, owned builders,
//! open enums, redacted Debug, one call path.

mod builders;
mod calls;
mod checks;
mod docs;
mod examples;
mod lists;
mod model;
pub mod names;
mod pages;
mod read;
mod types;
mod webhooks;

use proc_macro2::TokenStream;
use quote::quote;

use super::{plan::Plan, problem::Problem};
use model::Code;

/// One pass over the code before it is written: its name, and what it does.
pub struct Pass {
    pub name: &'static str,
    apply: fn(&mut Code, &Plan) -> Result<(), Problem>,
}

const fn pass(name: &'static str, apply: fn(&mut Code, &Plan) -> Result<(), Problem>) -> Pass {
    Pass { name, apply }
}

/// Every pass, in the order they run.
pub const PASSES: &[Pass] = &[
    pass("personal data", types::personal),
    pass("secrets counted", checks::secrets),
    pass("personal data counted", checks::personal),
    pass("empty collections", types::collections),
    pass("lists answered", lists::require),
    pass("variant names", names::variants),
    pass("setter names", names::setters),
    pass("method names", names::methods),
    pass("unique names", checks::unique),
    pass("every operation", checks::complete),
    pass("pages", pages::find),
    pass("examples", examples::add),
];

/// Applies the passes whose name `keep` accepts; the tests leave one out to see that it is missed.
pub fn harden_with(tokens: TokenStream, plan: &Plan, keep: &dyn Fn(&str) -> bool) -> Result<String, Problem> {
    let mut code = read::read(tokens, plan)?;
    for pass in PASSES.iter().filter(|pass| keep(pass.name)) {
        (pass.apply)(&mut code, plan)?;
    }
    write(&code, plan)
}

/// Hardens what progenitor generated for a lowered document.
pub fn harden(tokens: TokenStream, plan: &Plan) -> Result<String, Problem> {
    harden_with(tokens, plan, &|_| true)
}

fn write(code: &Code, plan: &Plan) -> Result<String, Problem> {
    let types = types::render(code, plan);
    let type_builders = builders::render(code);
    let calls = calls::render(code, plan);
    let webhooks = webhooks::render(code, plan)?;
    let tokens = quote! {
        /// What calls send and answer: the document's schemas.
        pub mod types {
            #types
            /// Builders of the types; `build` names every missing field at once.
            pub mod builder {
                #type_builders
            }
        }
        #calls
        #webhooks
    };
    let file: syn::File = syn::parse2(tokens).map_err(|e| {
        Problem::new(
            "generated.rs",
            format!("hardening wrote what is no Rust: {e}"),
            "this is a defect of build/harden",
        )
    })?;
    Ok(prettyplease::unparse(&file))
}

#[cfg(test)]
mod tests;
