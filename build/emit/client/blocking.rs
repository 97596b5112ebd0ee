//! The blocking client: a method for each operation, and how it sends the builders of `calls.rs`, which have all setters.

use proc_macro2::TokenStream;
use quote::quote;

use super::{docs, layout::Piece, names::Names, rust};
use crate::build::api::{Api, Operation};

pub fn write(api: &Api, names: &Names<'_>) -> Vec<Piece> {
    let methods = api.operations.iter().map(|operation| method(names, operation));
    let mut pieces = vec![Piece::Items(quote! {
        /// # Operations
        ///
        /// They are described at the methods of the [async client](crate::Client).
        impl crate::blocking::Client { #(#methods)* }
    })];
    pieces.extend(api.operations.iter().map(|operation| Piece::Items(sends(names, operation))));
    pieces
}

fn method(names: &Names<'_>, operation: &Operation) -> TokenStream {
    let (text, builder) = (names.method(operation), rust::ident(&operation.name));
    let method = rust::ident(&text);
    let summary = operation.facts.summary.as_ref().map(|summary| format!("{}. ", summary.trim_end_matches('.')));
    let docs = format!("{}See [`Client::{text}`](crate::Client::{text}).", summary.unwrap_or_default());
    let docs = docs::comment(&docs);
    let deprecated =
        operation.facts.deprecated.then(|| quote! { #[deprecated = "Imprint has deprecated this operation."] });
    quote! {
        #docs
        #deprecated
        pub fn #method(&self) -> crate::calls::#builder<Self> {
            crate::calls::#builder::new(self.clone())
        }
    }
}

fn sends(names: &Names<'_>, operation: &Operation) -> TokenStream {
    let (builder, constant) = (rust::ident(&operation.name), rust::ident(&names.constant(operation)));
    let answer = rust::answer(operation);
    let lists = operation.paged_item().map(|item| {
        let item = rust::ty(item, rust::From::Crate);
        quote! {
            /// The items of all pages, one by one; `limit` is the size of a page. See
            /// [`blocking::Items`](crate::blocking::Items).
            pub fn stream(self) -> crate::blocking::Items<#item> {
                let (client, call) = self.replace_client(crate::blocking::Client::asynchronous);
                crate::blocking::Items::new(client, call.stream())
            }
            /// The pages, whole. See [`blocking::Pages`](crate::blocking::Pages).
            pub fn pages(self) -> crate::blocking::Pages<#answer> {
                let (client, call) = self.replace_client(crate::blocking::Client::asynchronous);
                crate::blocking::Pages::new(client, call.pages())
            }
        }
    });
    let call = rust::ident(if operation.answers_bytes() { "call_raw" } else { "call" });
    quote! {
        /// # Sending it by the blocking client
        impl crate::calls::#builder<crate::blocking::Client> {
            /// Makes the call and waits for its answer.
            ///
            /// # Errors
            ///
            /// Those of `send` of the async client.
            pub fn send(self) -> ::std::result::Result<crate::call::Response<#answer>, crate::error::Error> {
                let (client, request) = crate::call::IntoRequest::into_request(self);
                client.#call(&crate::operation::#constant, request)
            }
            /// Makes the call, waits for its answer, and returns the bytes of it as they came, without decoding them.
            ///
            /// # Errors
            ///
            /// Those of `send_raw` of the async client.
            pub fn send_raw(
                self,
            ) -> ::std::result::Result<crate::call::Response<crate::call::RawBody>, crate::error::Error> {
                let (client, request) = crate::call::IntoRequest::into_request(self);
                client.call_raw(&crate::operation::#constant, request)
            }
            #lists
        }
    }
}
