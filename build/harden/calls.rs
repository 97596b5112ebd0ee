//! The operations: a method of the client, an owned builder, and a `send` that ends in the one call path.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::model::{Argument, Call, Code, Shape, code as code_span, doc, seen_from};
use super::pages;
use super::types::debug_impl;
use crate::build::plan::Plan;

/// The doc comment of every `send`.
const SEND: &str = "Makes the call.

# Errors

Any variant of [`Error`](crate::Error). What is missing or out of range is an
[`InvalidRequest`](crate::Error::InvalidRequest), and then nothing is sent.";

/// What is added to it for a list.
const SEND_LIST: &str =
    "An answer without its list is a [`Decode`](crate::Error::Decode): it does not say that there is
nothing. So is one item that cannot be decoded. A list that is `null`, or that holds nothing but nulls, is empty here.";

pub fn render(code: &Code, plan: &Plan) -> TokenStream {
    let servers = &plan.servers;
    let methods = code.calls.iter().map(method);
    let builders = code.calls.iter().map(|call| builder(code, call));
    let constants = code.calls.iter().map(constant);
    let names = code.calls.iter().map(|call| &call.constant);
    quote! {
        impl crate::Client { #(#methods)* }
        /// A builder for every operation; `send` makes the call.
        pub mod builder {
            #[allow(unused_imports)]
            use super::types;
            #(#builders)*
        }
        /// What is known of every operation of the document.
        pub mod operation {
            #(#constants)*
            /// All of them.
            pub static ALL: &[&crate::Operation] = &[#(&#names),*];
            /// The base URLs that the document names.
            pub static SERVERS: &[&str] = &[#(#servers),*];
        }
    }
}

fn method(call: &Call) -> TokenStream {
    let Call { method, builder, docs, deprecated, .. } = call;
    let docs = doc(docs);
    let deprecated = deprecated.then(|| quote! { #[deprecated = "Imprint has deprecated this operation."] });
    quote! {
        #docs
        #deprecated
        pub fn #method(&self) -> builder::#builder {
            builder::#builder::new(self.clone())
        }
    }
}

fn constant(call: &Call) -> TokenStream {
    let Call { id, constant, verb, path, repeatable, pages, empty, answer_names, list, .. } = call;
    let docs = doc(&format!("{}: {}.", code_span(id), code_span(&format!("{verb} {path}"))));
    quote! {
        #docs
        pub static #constant: crate::Operation = crate::Operation {
            id: #id,
            method: ::reqwest::Method::#verb,
            path: #path,
            repeatable: #repeatable,
            pages: #pages,
            empty: #empty,
            answer: &[#(#answer_names),*],
            list: &[#(#list),*],
        };
    }
}

fn builder(code: &Code, call: &Call) -> TokenStream {
    let Call { builder, method, constant, arguments, body, answer, .. } = call;
    let docs = doc(&format!("Builder of [`Client::{method}`](crate::Client::{method})."));
    let (idents, types): (Vec<_>, Vec<_>) =
        arguments.iter().map(|argument| (&argument.ident, seen_from(code, &argument.ty, "types"))).unzip();
    let setters = arguments.iter().map(|argument| setter(code, argument));
    let body_field = body.as_ref().map(|body| quote! { body: types::builder::#body, });
    let body_new = body.as_ref().map(|_| quote! { body: ::std::default::Default::default(), });
    let body_setters = body.as_ref().map(|body| {
        quote! {
            /// The whole body: a finished value, or a builder of it.
            pub fn body<V>(mut self, value: V) -> Self
            where
                V: ::std::convert::Into<types::builder::#body>,
            {
                self.body = value.into();
                self
            }
            /// Changes the body built so far.
            pub fn body_map<F>(mut self, change: F) -> Self
            where
                F: ::std::ops::FnOnce(types::builder::#body) -> types::builder::#body,
            {
                self.body = change(self.body);
                self
            }
        }
    });
    let has_personal = arguments.iter().any(|argument| argument.personal);
    let debug = (!has_personal).then(|| quote! { , Debug });
    let redacted = has_personal.then(|| {
        let mut fields: Vec<_> = vec![(format_ident!("client"), false, false)];
        fields.extend(arguments.iter().map(|argument| (argument.ident.clone(), argument.personal, true)));
        fields.extend(body.as_ref().map(|_| (format_ident!("body"), false, false)));
        debug_impl(&builder.to_string(), quote!(#builder), fields)
    });
    let steps = arguments.iter().map(send_argument);
    let send_body = body.as_ref().map(|_| {
        let structure = body.as_ref().and_then(|name| code.structs.iter().find(|structure| structure.name == *name));
        let limit = structure.and_then(|structure| structure.fields.iter().find(|field| field.wire == "limit"));
        let limit = call.body_minimum.zip(limit).map(|(minimum, field)| {
            let ident = &field.ident;
            let value = match field.shape {
                Shape::Required => quote! { map(|body| body.#ident) },
                Shape::Optional | Shape::Collection => quote! { and_then(|body| body.#ident) },
            };
            quote! { request.at_least("limit", body.as_ref().ok().#value, #minimum); }
        });
        quote! {
            let body = self.body.build();
            #limit
            request.json(body);
        }
    });
    let request = quote! {
        #[allow(unused_mut)]
        let mut request = crate::request::Request::new();
        #(#steps)*
        #send_body
    };
    let (streams, paged) = (pages::methods(code, call), pages::implementation(code, call, &request));
    // Streams make the same request and read the answer in another way.
    let sent = match &paged {
        Some(_) => quote! {
            let (client, request) = crate::page::Paged::request(self);
            client.call(&super::operation::#constant, request).await
        },
        None => quote! {
            #request
            self.client.call(&super::operation::#constant, request).await
        },
    };
    let answers = doc(&if call.list.is_empty() { SEND.to_string() } else { format!("{SEND}\n\n{SEND_LIST}") });
    quote! {
        #docs
        #[derive(Clone #debug)]
        #[must_use = "nothing is sent before `send`"]
        pub struct #builder {
            client: crate::Client,
            #(#idents: ::std::option::Option<#types>,)*
            #body_field
        }
        impl #builder {
            pub(crate) fn new(client: crate::Client) -> Self {
                Self { client, #(#idents: ::std::option::Option::None,)* #body_new }
            }
            #(#setters)*
            #body_setters
            #answers
            pub async fn send(self) -> ::std::result::Result<crate::Response<#answer>, crate::Error> {
                #sent
            }
            #streams
        }
        #paged
        #redacted
    }
}

fn setter(code: &Code, argument: &Argument) -> TokenStream {
    let Argument { ident, setter, docs, deprecated, wire, .. } = argument;
    let ty = seen_from(code, &argument.ty, "types");
    let docs = doc(&if docs.is_empty() { format!("Sets {}.", code_span(wire)) } else { docs.clone() });
    let deprecated = deprecated.then(|| quote! { #[deprecated = "Imprint has deprecated this parameter."] });
    quote! {
        #docs
        #deprecated
        pub fn #setter<V, M>(mut self, value: V) -> Self
        where
            V: crate::IntoField<#ty, M>,
        {
            self.#ident = value.into_field();
            self
        }
    }
}

fn send_argument(argument: &Argument) -> TokenStream {
    let Argument { ident, wire, .. } = argument;
    let limit = argument.minimum.map(|minimum| quote! { request.at_least(#wire, self.#ident, #minimum); });
    let step = match (argument.in_path, argument.required) {
        (true, _) => quote! { request.path(#wire, self.#ident.as_ref()); },
        (false, true) => quote! { request.required_query(#wire, self.#ident.as_ref()); },
        (false, false) => quote! { request.query(#wire, self.#ident.as_ref()); },
    };
    quote! { #limit #step }
}
