//! The constants: what is known of each operation before it is called.

use proc_macro2::TokenStream;
use quote::quote;

use super::{docs, layout::Piece, names::Names, rust};
use crate::build::api::Api;

pub fn write(api: &Api, names: &Names<'_>) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for operation in &api.operations {
        let (id, path, repeatable) = (&operation.facts.id, &operation.facts.path, operation.facts.repeatable);
        let verb = operation.facts.method.to_uppercase();
        let (method, request) = (names.method(operation), docs::span(&format!("{verb} {path}")));
        let docs = format!("[`Client::{method}`](crate::Client::{method}): {request}, {}.", docs::span(id));
        let docs = docs::comment(&docs);
        let (name, verb) = (rust::ident(&names.constant(operation)), rust::ident(&verb));
        let (pages, empty) = (
            operation.facts.cursor.is_some() || operation.follow.is_some(),
            operation.facts.success.form.is_none() || operation.answer.is_none() && !operation.answers_bytes(),
        );
        let (properties, list) = (&operation.facts.answer_properties, &operation.facts.list);
        let success = &operation.facts.success;
        let may_be_empty = success.may_be_empty;
        let accept = success.accept.as_deref().unwrap_or("application/json");
        let value = |repeatable: bool, keyed: TokenStream| {
            quote! {
                Operation {
                    id: #id,
                    method: ::http::Method::#verb,
                    path: #path,
                    repeatable: #repeatable,
                    pages: #pages,
                    empty: #empty,
                    answer: &[#(#properties),*],
                    list: &[#(#list),*],
                    may_be_empty: #may_be_empty,
                    accept: #accept,
                    keyed: #keyed,
                }
            }
        };
        let none = quote! { ::std::option::Option::None };
        let keyed = if operation.facts.has_key && !repeatable {
            let keyed = value(true, none);
            quote! { { static KEYED: Operation = #keyed; ::std::option::Option::Some(&KEYED) } }
        } else {
            none
        };
        let value = value(repeatable, keyed);
        pieces.push(Piece::Items(quote! {
            #docs
            pub static #name: Operation = #value;
        }));
    }
    let all = api.operations.iter().map(|operation| rust::ident(&names.constant(operation)));
    let servers = &api.servers;
    pieces.push(Piece::Items(quote! {
        /// All of them.
        pub static ALL: &[&Operation] = &[#(&#all),*];
    }));
    pieces.push(Piece::Items(quote! {
        /// The base URLs that the document names.
        #[allow(dead_code, reason = "only a test compares them with those of the client")]
        pub(crate) static SERVERS: &[&str] = &[#(#servers),*];
    }));
    pieces
}
