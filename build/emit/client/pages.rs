//! The lists that come in pages: `stream` and `pages` of their builders, and what `src/page.rs` asks of each.

use proc_macro2::TokenStream;
use quote::quote;

use super::{
    docs, examples,
    names::{self, Names},
    rust::{self, From},
};
use crate::build::api::{Api, CursorPlace, Operation, Paging, Shape};

const STREAM: &str = "The items of all pages, one by one; `limit` is the size of a page.

Nothing is sent before the stream is polled. An item that cannot be decoded is an error in its place, and the next poll
goes on behind it. Changing what the list is sorted by while streaming it skips or repeats items. See
[`Items`](crate::list::Items).";

const PAGES: &str = "The pages, whole: with `total`, headers and attempts. See [`Pages`](crate::list::Pages).";

/// The methods of the builder.
pub fn methods(api: &Api, names: &Names<'_>, operation: &Operation) -> Option<TokenStream> {
    let paging = operation.paging.as_ref()?;
    let item = rust::ty(&paging.item, From::Crate);
    let answer = rust::answer(operation);
    let example = examples::of_stream(api, names, operation);
    let stream = docs::comment(&format!("{STREAM}\n\n# Example\n\n{example}"));
    let pages = docs::comment(PAGES);
    Some(quote! {
        #stream
        pub fn stream(self) -> crate::page::Items<#item> {
            crate::page::Items::new(self)
        }
        #pages
        pub fn pages(self) -> crate::page::Pages<#answer> {
            crate::page::Pages::new(self)
        }
    })
}

/// What the streams ask of a builder.
pub fn paged(operation: &Operation, names: &Names<'_>) -> Option<TokenStream> {
    let Paging { cursor, item, data, has_more, id, id_wire } = operation.paging.as_ref()?;
    let (builder, constant) = (rust::ident(&operation.name), rust::ident(&names.constant(operation)));
    let answer = rust::answer(operation);
    let (item, data) = (rust::ty(item, From::Crate), rust::ident(data));
    let as_text = quote! { .as_ref().map(::std::convert::AsRef::<str>::as_ref) };
    let (get, set) = match cursor {
        CursorPlace::Query(name) => {
            let ident = rust::ident(name);
            (
                quote! { self.#ident #as_text },
                quote! { self.#ident = ::std::option::Option::Some(::std::convert::From::from(cursor)); },
            )
        }
        CursorPlace::Body(name) => {
            let ident = rust::ident(name);
            (quote! { self.body.#ident #as_text }, quote! { self.body = self.body.#ident(cursor); })
        }
    };
    let has_more = {
        let ident = rust::ident(&has_more.0);
        match has_more.1 {
            Shape::Required => quote! { ::std::option::Option::Some(answer.#ident) },
            _ => quote! { answer.#ident },
        }
    };
    let id = {
        let ident = rust::ident(&id.0);
        match id.1 {
            Shape::Required => {
                quote! { ::std::option::Option::Some(::std::convert::AsRef::<str>::as_ref(&item.#ident)) }
            }
            _ => quote! { item.#ident #as_text },
        }
    };
    Some(quote! {
        impl crate::page::Paged for #builder {
            type Answer = #answer;
            type Item = #item;
            const OPERATION: &'static crate::operation::Operation = &crate::operation::#constant;
            const CURSOR: &'static str = #id_wire;
            fn cursor(&self) -> ::std::option::Option<&str> {
                #get
            }
            fn after(mut self, cursor: &str) -> Self {
                #set
                self
            }
            fn items(answer: &#answer) -> &[#item] {
                &answer.#data
            }
            fn into_items(answer: #answer) -> ::std::vec::Vec<#item> {
                answer.#data
            }
            fn has_more(answer: &#answer) -> ::std::option::Option<bool> {
                #has_more
            }
            fn id(item: &#item) -> ::std::option::Option<&str> {
                #id
            }
        }
    })
}

/// The method by which the blocking client makes an async call of its own, to stream it.
pub fn replace_client(operation: &Operation) -> Option<TokenStream> {
    operation.paging.as_ref()?;
    let builder = rust::ident(&operation.name);
    let parameters = operation.parameters.iter().map(|parameter| rust::ident(&parameter.name));
    let files = operation.files().iter().map(|file| rust::ident(&names::file_field(file)));
    let fields: Vec<_> = parameters.chain(files).chain(operation.body.as_ref().map(|_| rust::ident("body"))).collect();
    Some(quote! {
        /// The same call of another client, and the client it was of.
        #[cfg(feature = "blocking")]
        pub(crate) fn replace_client<D>(self, __other: impl ::std::ops::FnOnce(&C) -> D) -> (C, #builder<D>) {
            let Self { client, #(#fields),* } = self;
            let call = #builder { client: __other(&client), #(#fields),* };
            (client, call)
        }
    })
}
