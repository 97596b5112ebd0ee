//! The calls: a method of the client for each operation, and an owned builder whose `send` ends in `Client::call`.
//!
//! A builder is generic over the client, so that the one of the module `blocking` has the same setters.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::quote;

use super::{
    Helper, docs, examples,
    layout::Piece,
    names::{self, Names},
    pages,
    rust::{self, From},
    type_builders::Setter,
    types,
};
use crate::build::api::{Api, Operation, Parameter, Shape, Type};

/// The comment of every `send`.
const SEND: &str = "Makes the call.

# Errors

Any variant of [`Error`](crate::Error). What is missing or out of range is an
[`InvalidRequest`](crate::Error::InvalidRequest), and then nothing is sent.";

/// What is added to it for a list.
const SEND_LIST: &str =
    "An answer without its list is a [`Decode`](crate::Error::Decode): it does not say that there is
nothing. So is one item that cannot be decoded. A list that is `null`, or that holds nothing but nulls, is empty here.";

/// The comment of every `send_raw`.
const SEND_RAW: &str = "Makes the call and returns the bytes of the answer as they came, without decoding them.

# Errors

Those of [`send`](Self::send), except for those about the body of a success.";

/// `helpers` are those of each operation, by its id.
pub fn write(api: &Api, names: &Names<'_>, helpers: &BTreeMap<String, Vec<Helper>>) -> Vec<Piece> {
    let mut pieces = methods(api, names, helpers);
    pieces.extend(api.operations.iter().flat_map(|operation| write_builder(api, names, operation)));
    pieces
}

/// A block of methods for each tag of the document, in its order; operations without a tag come last.
fn methods(api: &Api, names: &Names<'_>, helpers: &BTreeMap<String, Vec<Helper>>) -> Vec<Piece> {
    let mut groups: Vec<(Option<String>, Option<String>)> = Vec::new();
    groups.extend(api.tags.iter().map(|tag| (Some(tag.name.clone()), tag.description.clone())));
    for operation in &api.operations {
        if !groups.iter().any(|(name, _)| *name == operation.facts.tag) {
            groups.push((operation.facts.tag.clone(), None));
        }
    }
    groups.sort_by_key(|(name, _)| name.is_none());
    let blocks = groups.iter().filter_map(|(name, description)| {
        let of_tag = api.operations.iter().filter(|operation| operation.facts.tag == *name);
        let methods: Vec<_> = of_tag
            .map(|operation| {
                let helpers = helpers.get(&operation.facts.id).map_or(&[][..], Vec::as_slice);
                method(api, names, operation, helpers)
            })
            .collect();
        let heading = name.as_ref().map_or_else(|| "Other operations".to_string(), |name| super::prose::one_line(name));
        let description = description.as_ref().map(|text| format!("\n\n{}", super::prose::safe(text)));
        let docs = docs::comment(&format!("# {heading}{}", description.unwrap_or_default()));
        (!methods.is_empty()).then(|| Piece::Items(quote! { #docs impl crate::client::Client { #(#methods)* } }))
    });
    blocks.collect()
}

fn method(api: &Api, names: &Names<'_>, operation: &Operation, helpers: &[Helper]) -> TokenStream {
    let (method, builder) = (rust::ident(&names.method(operation)), rust::ident(&operation.name));
    let example = examples::of_send(api, names, operation);
    let docs = docs::comment(&docs::operation(api, names, operation, helpers, &example));
    let deprecated =
        operation.facts.deprecated.then(|| quote! { #[deprecated = "Imprint has deprecated this operation."] });
    quote! {
        #docs
        #deprecated
        pub fn #method(&self) -> #builder {
            #builder::new(self.clone())
        }
    }
}

fn write_builder(api: &Api, names: &Names<'_>, operation: &Operation) -> Vec<Piece> {
    let (builder, method) = (rust::ident(&operation.name), names.method(operation));
    let constant = rust::ident(&names.constant(operation));
    let docs = docs::comment(&format!("Builder of [`Client::{method}`](crate::Client::{method})."));
    let parameters = &operation.parameters;
    let idents: Vec<_> = parameters.iter().map(|parameter| rust::ident(&parameter.name)).collect();
    let types = parameters.iter().map(|parameter| {
        let ty = rust::ty(&parameter.ty, From::Crate);
        if is_integer(parameter) {
            quote! { crate::value::integer::Integer<#ty> }
        } else {
            quote! { ::std::option::Option<#ty> }
        }
    });
    let setters = parameters.iter().map(setter);
    let body = operation.body.as_ref().map(|body| rust::builder(&body.name, From::Crate));
    let body_field = body.as_ref().map(|body| quote! { body: #body, });
    let body_new = body.as_ref().map(|_| quote! { body: ::std::default::Default::default(), });
    let body_setters = body_setters(api, operation);
    let has_personal = parameters.iter().any(|parameter| parameter.personal);
    let debug = (!has_personal).then(|| quote! { , Debug });
    let request = request(api, operation);
    let streams = pages::methods(api, names, operation);
    let replace_client = pages::replace_client(operation);
    let answer = rust::answer(operation.answer.as_ref());
    let is_list = !operation.facts.list.is_empty();
    let answers = docs::comment(&if is_list { format!("{SEND}\n\n{SEND_LIST}") } else { SEND.to_string() });
    let raw = docs::comment(SEND_RAW);
    let mut pieces = vec![
        Piece::Items(quote! {
            #docs
            #[derive(Clone #debug)]
            #[must_use = "nothing is sent before `send`, or in async code before `.await`"]
            pub struct #builder<C = crate::client::Client> {
                client: C,
                #(#idents: #types,)*
                #body_field
            }
        }),
        Piece::Items(quote! {
            impl<C> #builder<C> {
                pub(crate) fn new(client: C) -> Self {
                    Self { client, #(#idents: ::std::default::Default::default(),)* #body_new }
                }
                #(#setters)*
                #body_setters
                #replace_client
            }
        }),
        Piece::Items(quote! {
            impl #builder {
                #answers
                pub async fn send(self) -> ::std::result::Result<crate::call::Response<#answer>, crate::error::Error> {
                    let (client, request) = crate::call::IntoRequest::into_request(self);
                    client.call(&crate::operation::#constant, request).await
                }
                #raw
                pub async fn send_raw(
                    self,
                ) -> ::std::result::Result<crate::call::Response<crate::call::RawBody>, crate::error::Error> {
                    let (client, request) = crate::call::IntoRequest::into_request(self);
                    client.call_raw(&crate::operation::#constant, request).await
                }
                #streams
            }
        }),
        Piece::Macro(format!("crate::client::call_options!({builder});")),
        Piece::Macro(format!("crate::client::awaitable!({builder} -> {});", rust::text(&answer))),
        Piece::Items(quote! {
            impl<C> crate::call::IntoRequest for #builder<C> {
                type Client = C;
                fn into_request(self) -> (C, crate::call::Request) {
                    #request
                    (self.client, request)
                }
            }
        }),
    ];
    pieces.extend(pages::paged(operation, names).map(Piece::Items));
    if has_personal {
        let fields = parameters.iter().map(|parameter| (parameter.name.clone(), parameter.personal, true));
        let client = [("client".to_string(), false, false)];
        let body = body.map(|_| ("body".to_string(), false, false));
        pieces.push(Piece::Items(types::debug(&operation.name, client.into_iter().chain(fields).chain(body))));
    }
    pieces
}

/// The setters of the body: whole, by a change of it, and field by field where the name of the field is free.
fn body_setters(api: &Api, operation: &Operation) -> Option<TokenStream> {
    let body = operation.body.as_ref()?;
    let builder = rust::builder(&body.name, From::Crate);
    let structure = api.structure(&body.name);
    let fields = structure.into_iter().flat_map(|structure| names::body_fields(operation, structure));
    let fields = fields.map(|field| Setter::of(api, field, From::Crate).of_call());
    Some(quote! {
        #(#fields)*
        /// The whole body: a finished value, or a builder of it. It replaces the fields that were set before.
        pub fn body<V>(mut self, value: V) -> Self
        where
            V: ::std::convert::Into<#builder>,
        {
            self.body = value.into();
            self
        }
        /// Changes the body built so far.
        pub fn body_map<F>(mut self, change: F) -> Self
        where
            F: ::std::ops::FnOnce(#builder) -> #builder,
        {
            self.body = change(self.body);
            self
        }
    })
}

/// The code that makes the request of a builder.
fn request(api: &Api, operation: &Operation) -> TokenStream {
    let steps = operation.parameters.iter().map(|parameter| send_parameter(api, parameter));
    let send_body = operation.body.as_ref().map(|body| {
        let structure = api.structure(&body.name);
        let limit = structure.and_then(|structure| structure.fields.iter().find(|field| field.wire == "limit"));
        let limit = body.facts.minimum.zip(limit).map(|(minimum, field)| {
            let ident = rust::ident(&field.name);
            let value = match field.shape {
                Shape::Required => quote! { map(|body| body.#ident) },
                Shape::Optional | Shape::Collection => quote! { and_then(|body| body.#ident) },
            };
            quote! { request.at_least("limit", body.as_ref().#value, #minimum); }
        });
        quote! {
            let body = request.build(self.body);
            #limit
            request.json(body.as_ref());
        }
    });
    let is_changed = !operation.parameters.is_empty() || operation.body.is_some();
    let mutable = is_changed.then(|| quote! { mut });
    quote! {
        let #mutable request = crate::call::Request::new();
        #(#steps)*
        #send_body
    }
}

fn is_integer(parameter: &Parameter) -> bool {
    matches!(parameter.ty, Type::I32 | Type::I64)
}

fn setter(parameter: &Parameter) -> TokenStream {
    let (ident, setter) = (rust::ident(&parameter.name), rust::ident(&names::parameter_setter(parameter)));
    let ty = rust::ty(&parameter.ty, From::Crate);
    let sets = || format!("Sets {}.", docs::span(&parameter.facts.wire));
    let text = parameter.facts.description.clone().unwrap_or_else(sets);
    let docs = docs::comment(&docs::need(&text, parameter.required));
    let deprecated =
        parameter.facts.deprecated.then(|| quote! { #[deprecated = "Imprint has deprecated this parameter."] });
    let (bound, kept) = if is_integer(parameter) {
        (quote!(crate::value::IntoInteger<#ty, M>), quote! { crate::value::integer::kept(value) })
    } else {
        (quote!(crate::value::IntoField<#ty, M>), quote! { value.into_field() })
    };
    quote! {
        #docs
        #deprecated
        pub fn #setter<V, M>(mut self, value: V) -> Self
        where
            V: #bound,
        {
            self.#ident = #kept;
            self
        }
    }
}

fn send_parameter(api: &Api, parameter: &Parameter) -> TokenStream {
    let (ident, wire) = (rust::ident(&parameter.name), &parameter.facts.wire);
    let (checks, given) = if is_integer(parameter) {
        (Some(quote! { request.fits(#wire, self.#ident); }), quote! { self.#ident.value() })
    } else {
        let doubt = api.may_be_unknown(&parameter.ty);
        (doubt.then(|| quote! { request.doubt(#wire, self.#ident.as_ref()); }), quote! { self.#ident })
    };
    let limit = parameter.facts.minimum.map(|minimum| quote! { request.at_least(#wire, #given, #minimum); });
    let step = match (parameter.facts.in_path, parameter.required) {
        (true, _) => quote! { request.path(#wire, #given.as_ref()); },
        (false, true) => quote! { request.required_query(#wire, #given.as_ref()); },
        (false, false) => quote! { request.query(#wire, #given.as_ref()); },
    };
    quote! { #checks #limit #step }
}
