//! The lists that come in pages: `stream` and `pages` of their builders, and what `src/page.rs` asks of each.

use proc_macro2::TokenStream;
use quote::quote;

use super::{
    docs, examples,
    names::{self, Names},
    rust::{self, From},
    type_builders::change_body,
};
use crate::build::api::{Api, CursorPlace, Follow, FollowBy, Operation, Paging, Shape};

const STREAM: &str = "The items of all pages, one by one; `limit` is the size of a page.

Nothing is sent before the stream is polled. An item that cannot be decoded is an error in its place, and the next poll
goes on behind it. Changing what the list is sorted by while streaming it skips or repeats items. See
[`Items`](crate::list::Items).";

const PAGES: &str = "The pages, whole: with `total`, headers and attempts. See [`Pages`](crate::list::Pages).";

/// The methods of the builder.
pub fn methods(api: &Api, names: &Names<'_>, operation: &Operation) -> Option<TokenStream> {
    let item = rust::ty(operation.paged_item()?, From::Crate);
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
    operation.follow.as_ref().map(|follow| followed(operation, follow, names)).or_else(|| by_id(operation, names))
}

/// The same for a list whose pages say what follows them.
fn followed(operation: &Operation, follow: &Follow, names: &Names<'_>) -> TokenStream {
    let Follow { item, data, by } = follow;
    let answer = rust::answer(operation);
    let (item, data) = (rust::ty(item, From::Crate), rust::ident(data));
    let wire = |path: &[(String, Shape)]| path.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(".");
    let none = quote! { ::std::option::Option::None };
    let more = |more: &Option<(Vec<(String, Shape)>, bool)>| match more {
        Some((path, true)) => value_at(path, false),
        Some((path, false)) => {
            let value = value_at(path, false);
            quote! { #value.map(|done| !done) }
        }
        None => none.clone(),
    };
    let unchanged = (none.clone(), quote! { let _ = cursor; }, None);
    let (cursor_wire, by_url, (get, set, start), next) = match by {
        FollowBy::Cursor { parameter, next, more: flag } => {
            let ident = rust::ident(parameter);
            let get = quote! { self.#ident.as_ref().map(::std::convert::AsRef::<str>::as_ref) };
            let set = quote! { self.#ident = ::std::option::Option::Some(::std::convert::From::from(cursor)); };
            let (path, flag) = (value_at(next, true), more(flag));
            (wire(next), false, (get, set, None), quote! { crate::page::Next::page(#path, #flag) })
        }
        FollowBy::Url { next, more: flag } => {
            let (path, flag) = (value_at(next, true), more(flag));
            (wire(next), true, unchanged, quote! { crate::page::Next::page(#path, #flag) })
        }
        FollowBy::Number { parameter, first } => {
            let ident = rust::ident(parameter);
            // A number that does not fit is refused when the call is made, as one of the caller's is.
            let set = quote! {
                self.#ident = crate::value::integer::kept(cursor.parse::<u64>().unwrap_or(u64::MAX));
            };
            let start = quote! {
                fn start(&self) -> ::std::option::Option<::std::string::String> {
                    self.#ident.value().map(|number| number.to_string())
                }
            };
            let step = match first {
                Some(first) => quote! { crate::page::Step::Page(#first) },
                None => quote! { crate::page::Step::Items },
            };
            let next = quote! { crate::page::Next::counted(&answer.#data, #step) };
            (data.to_string(), false, (none.clone(), set, Some(start)), next)
        }
    };
    let own = quote! {
        const BY_ID: bool = false;
        const BY_URL: bool = #by_url;
        fn has_more(_: &#answer) -> ::std::option::Option<bool> {
            ::std::option::Option::None
        }
        fn id(_: &#item) -> ::std::option::Option<&str> {
            ::std::option::Option::None
        }
        #start
        fn next(answer: &#answer) -> crate::page::Next {
            #next
        }
    };
    implementation(operation, names, List { item: &item, data: &data, cursor: &cursor_wire, get, set }, own)
}

/// What every list in pages has: which field is the list, and where the cursor is in a request.
struct List<'a> {
    item: &'a TokenStream,
    data: &'a proc_macro2::Ident,
    /// What errors call the cursor.
    cursor: &'a str,
    /// Reads the cursor of a request, and sets it.
    get: TokenStream,
    set: TokenStream,
}

/// The implementation of `Paged`, of what every list has and of what is the list's own.
fn implementation(operation: &Operation, names: &Names<'_>, list: List<'_>, own: TokenStream) -> TokenStream {
    let (builder, constant) = (rust::ident(&operation.name), rust::ident(&names.constant(operation)));
    let answer = rust::answer(operation);
    let List { item, data, cursor, get, set } = list;
    quote! {
        impl crate::page::Paged for #builder {
            type Answer = #answer;
            type Item = #item;
            const OPERATION: &'static crate::operation::Operation = &crate::operation::#constant;
            const CURSOR: &'static str = #cursor;
            fn cursor(&self) -> ::std::option::Option<&str> {
                #get
            }
            #[allow(unused_mut, reason = "a list whose pages give a URL sets nothing")]
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
            #own
        }
    }
}

/// The value at a path of fields as an `Option`: a text by reference, or a flag.
fn value_at(path: &[(String, Shape)], is_text: bool) -> TokenStream {
    let leaf = |of: TokenStream, (name, shape): &(String, Shape)| {
        let ident = rust::ident(name);
        match (shape, is_text) {
            (Shape::Required, true) => {
                quote! { ::std::option::Option::Some(::std::convert::AsRef::<str>::as_ref(&#of.#ident)) }
            }
            (_, true) => quote! { #of.#ident.as_ref().map(::std::convert::AsRef::<str>::as_ref) },
            (Shape::Required, false) => quote! { ::std::option::Option::Some(#of.#ident) },
            (_, false) => quote! { #of.#ident },
        }
    };
    match path {
        [(group, shape), field] => {
            let ident = rust::ident(group);
            if *shape == Shape::Required {
                return leaf(quote! { answer.#ident }, field);
            }
            let value = leaf(quote! { group }, field);
            quote! { answer.#ident.as_ref().and_then(|group| #value) }
        }
        [field] => leaf(quote! { answer }, field),
        _ => quote! { ::std::option::Option::None },
    }
}

fn by_id(operation: &Operation, names: &Names<'_>) -> Option<TokenStream> {
    let Paging { cursor, item, data, has_more, id, id_wire } = operation.paging.as_ref()?;
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
            let body = operation.body.as_ref()?;
            let set = change_body(body, |builder| quote! { #builder.#ident(cursor) });
            if body.facts.required {
                (quote! { self.body.#ident #as_text }, set)
            } else {
                (quote! { self.body.as_ref().and_then(|body| body.#ident #as_text) }, set)
            }
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
    let own = quote! {
        fn has_more(answer: &#answer) -> ::std::option::Option<bool> {
            #has_more
        }
        fn id(item: &#item) -> ::std::option::Option<&str> {
            #id
        }
    };
    Some(implementation(operation, names, List { item: &item, data: &data, cursor: id_wire, get, set }, own))
}

/// The method by which the blocking client makes an async call of its own, to stream it.
pub fn replace_client(operation: &Operation) -> Option<TokenStream> {
    operation.paged_item()?;
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
