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
    type_builders::{Held, Setter, change_body, held_ty},
    types,
};
use crate::build::{
    api::{Api, Body, BodyFacts, BodyType, Field, Operation, Parameter, ParameterFacts, Shape, Type},
    http::{self, File, Form, Place, Style},
};

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
    let fields: Vec<Field> = parameters.iter().map(as_field).collect();
    let types = fields.iter().map(|field| held_ty(api, field, From::Crate));
    let setters = parameters.iter().zip(&fields).map(|(parameter, field)| {
        let deprecated =
            parameter.facts.deprecated.then(|| quote! { #[deprecated = "Imprint has deprecated this parameter."] });
        let setter = Setter::called(api, field, From::Crate, &names::parameter_setter(parameter), parameter.required);
        setter.deprecated(deprecated).of_builder(&rust::ident(&parameter.name))
    });
    let body = operation.body.as_ref();
    let optional = |ty: TokenStream| quote! { ::std::option::Option<#ty> };
    let body_ty = body.map(|body| match &body.ty {
        BodyType::Fields(name) if body.facts.required => rust::builder(name, From::Crate),
        BodyType::Fields(name) => optional(rust::builder(name, From::Crate)),
        // One without items may be what is meant.
        BodyType::Value(ty) if ty.is_collection() => optional(held_ty(api, &body_field(body, ty), From::Crate)),
        BodyType::Value(ty) => held_ty(api, &body_field(body, ty), From::Crate),
        BodyType::Bytes => quote! { ::std::option::Option<crate::call::RawBody> },
        BodyType::Files => quote! { () },
    });
    let file_idents: Vec<_> = operation.files().iter().map(|file| rust::ident(&names::file_field(file))).collect();
    let file_types = operation.files().iter().map(|file| match file.many {
        true => quote! { ::std::vec::Vec<crate::call::Upload> },
        false => quote! { ::std::option::Option<crate::call::Upload> },
    });
    let file_setters = operation.files().iter().map(file_setter);
    let body_field = body_ty.as_ref().map(|body| quote! { body: #body, });
    let body_new = body_ty.as_ref().map(|_| quote! { body: ::std::default::Default::default(), });
    let body_setters = body_setters(api, operation);
    let has_personal = parameters.iter().any(|parameter| parameter.personal);
    let debug = (!has_personal).then(|| quote! { , Debug });
    let request = request(api, operation);
    let streams = pages::methods(api, names, operation);
    let replace_client = pages::replace_client(operation);
    let answer = rust::answer(operation);
    let is_list = !operation.facts.list.is_empty();
    let answers = docs::comment(&if is_list { format!("{SEND}\n\n{SEND_LIST}") } else { SEND.to_string() });
    let raw = docs::comment(SEND_RAW);
    let call = rust::ident(if operation.answers_bytes() { "call_raw" } else { "call" });
    let mut pieces = vec![
        Piece::Items(quote! {
            #docs
            #[derive(Clone #debug)]
            #[must_use = "nothing is sent before `send`, or in async code before `.await`"]
            pub struct #builder<C = crate::client::Client> {
                client: C,
                #(#idents: #types,)*
                #(#file_idents: #file_types,)*
                #body_field
            }
        }),
        Piece::Items(quote! {
            impl<C> #builder<C> {
                pub(crate) fn new(client: C) -> Self {
                    Self {
                        client,
                        #(#idents: ::std::default::Default::default(),)*
                        #(#file_idents: ::std::default::Default::default(),)*
                        #body_new
                    }
                }
                #(#setters)*
                #(#file_setters)*
                #body_setters
                #replace_client
            }
        }),
        Piece::Items(quote! {
            impl #builder {
                #answers
                pub async fn send(self) -> ::std::result::Result<crate::call::Response<#answer>, crate::error::Error> {
                    let (client, request) = crate::call::IntoRequest::into_request(self);
                    client.#call(&crate::operation::#constant, request).await
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
        let fields = fields.chain(operation.files().iter().map(|file| (names::file_field(file), false, !file.many)));
        let body = body.map(|_| ("body".to_string(), false, false));
        pieces.push(Piece::Items(types::debug(&operation.name, client.into_iter().chain(fields).chain(body))));
    }
    pieces
}

/// The setter of a file.
fn file_setter(file: &File) -> TokenStream {
    let (ident, name) = (rust::ident(&names::file_field(file)), rust::ident(&names::file_setter(file)));
    let text = file.description.clone().unwrap_or_else(|| format!("Sets {}.", docs::span(&file.wire)));
    let docs = docs::comment(&docs::need(&super::prose::safe(&text), file.required));
    if file.many {
        return quote! {
            #docs
            pub fn #name<V>(mut self, value: V) -> Self
            where
                V: ::std::iter::IntoIterator<Item = crate::call::Upload>,
            {
                self.#ident = value.into_iter().collect();
                self
            }
        };
    }
    quote! {
        #docs
        pub fn #name(mut self, value: crate::call::Upload) -> Self {
            self.#ident = ::std::option::Option::Some(value);
            self
        }
    }
}

/// A parameter as a field of a type: a builder holds it, and its setter takes it, in the same way.
fn as_field(parameter: &Parameter) -> Field {
    let Parameter { facts, name, ty, required, personal } = parameter;
    field(&facts.wire, name, facts.description.as_deref(), ty, (*required, *personal))
}

/// A body that has no fields of its own in the same way.
fn body_field(body: &Body, ty: &Type) -> Field {
    field("body", "body", Some("The body."), ty, (body.facts.required, false))
}

fn field(wire: &str, name: &str, text: Option<&str>, ty: &Type, (required, personal): (bool, bool)) -> Field {
    let shape = match (ty.is_collection(), required) {
        (true, _) => Shape::Collection,
        (false, true) => Shape::Required,
        (false, false) => Shape::Optional,
    };
    Field {
        wire: wire.to_string(),
        name: name.to_string(),
        description: text.unwrap_or_default().to_string(),
        shape,
        ty: ty.clone(),
        skip: false,
        flatten: false,
        personal,
        list: None,
    }
}

/// The setters of the body: whole, by a change of it, and field by field where the name of the field is free.
fn body_setters(api: &Api, operation: &Operation) -> Option<TokenStream> {
    let body = operation.body.as_ref()?;
    let name = match &body.ty {
        BodyType::Fields(name) => name,
        BodyType::Value(ty) => {
            let field = body_field(body, ty);
            let setter = Setter::called(api, &field, From::Crate, "body", body.facts.required);
            let setter = if ty.is_collection() { setter.of_given(api, &field) } else { setter };
            return Some(setter.of_builder(&rust::ident("body")));
        }
        BodyType::Files => return None,
        BodyType::Bytes => {
            let text = format!("The body, of the type {}: bytes or text.", docs::span(&body.facts.media));
            let docs = docs::comment(&docs::need(&text, body.facts.required));
            return Some(quote! {
                #docs
                pub fn body<V>(mut self, value: V) -> Self
                where
                    V: ::std::convert::Into<::std::vec::Vec<u8>>,
                {
                    self.body = ::std::option::Option::Some(crate::call::RawBody::new(value.into()));
                    self
                }
            });
        }
    };
    let builder = rust::builder(name, From::Crate);
    let structure = api.structure(name);
    let fields = structure.into_iter().flat_map(|structure| names::body_fields(operation, structure));
    let fields = fields.map(|field| Setter::of(api, field, From::Crate).of_call(body));
    let whole = if body.facts.required {
        quote! { value.into() }
    } else {
        quote! { ::std::option::Option::Some(value.into()) }
    };
    let change = change_body(body, |builder| quote! { change(#builder) });
    Some(quote! {
        #(#fields)*
        /// The whole body: a finished value, or a builder of it. It replaces the fields that were set before.
        pub fn body<V>(mut self, value: V) -> Self
        where
            V: ::std::convert::Into<#builder>,
        {
            self.body = #whole;
            self
        }
        /// Changes the body built so far.
        pub fn body_map<F>(mut self, change: F) -> Self
        where
            F: ::std::ops::FnOnce(#builder) -> #builder,
        {
            #change
            self
        }
    })
}

/// The code that makes the request of a builder.
fn request(api: &Api, operation: &Operation) -> TokenStream {
    let steps = operation.parameters.iter().map(|parameter| send_parameter(api, parameter));
    let send_body = operation.body.as_ref().map(|body| send_body(api, body));
    let is_changed = !operation.parameters.is_empty() || operation.body.is_some();
    let mutable = is_changed.then(|| quote! { mut });
    quote! {
        let #mutable request = crate::call::Request::new();
        #(#steps)*
        #send_body
    }
}

/// The steps that add the body to the request.
fn send_body(api: &Api, body: &Body) -> TokenStream {
    let BodyFacts { form, media, required, .. } = &body.facts;
    let has_own = matches!(form, Form::Urlencoded | Form::Multipart) || *media == "application/json";
    let content_type = (!has_own).then(|| quote! { request.content_type(#media); });
    let styles = body.facts.styles.iter().map(|(name, given)| {
        let given = style(*given);
        quote! { (#name, #given) }
    });
    let styles = quote! { &[#(#styles),*] };
    let write = |value: TokenStream| match form {
        Form::Urlencoded => quote! { request.form(#value, #styles); },
        Form::Multipart => quote! { request.multipart(#value, #styles); },
        Form::Json | Form::Bytes => quote! { request.json(#value); },
    };
    let files = body.facts.files.iter().map(|file| {
        let (ident, wire) = (rust::ident(&names::file_field(file)), &file.wire);
        let given = given_file(file);
        let needs = file.required.then(|| quote! { request.needs(#wire, #given); });
        quote! { #needs request.files(#wire, self.#ident); }
    });
    let steps = match &body.ty {
        BodyType::Fields(name) => {
            let structure = api.structure(name);
            let limit = structure.and_then(|structure| structure.fields.iter().find(|field| field.wire == "limit"));
            let limit = body.facts.minimum.zip(limit).map(|(minimum, field)| {
                let ident = rust::ident(&field.name);
                let value = match field.shape {
                    Shape::Required => quote! { map(|body| body.#ident) },
                    Shape::Optional | Shape::Collection => quote! { and_then(|body| body.#ident) },
                };
                quote! { request.at_least("limit", body.as_ref().#value, #minimum); }
            });
            let builder = if *required {
                quote! { self.body }
            } else {
                quote! { self.body.unwrap_or_default() }
            };
            let write = write(quote! { body.as_ref() });
            quote! {
                let body = request.build(#builder);
                #limit
                #write
            }
        }
        BodyType::Value(ty) => {
            let (steps, value) = whole_body(api, &body_field(body, ty), *required);
            let write = write(value);
            quote! { #steps #write }
        }
        BodyType::Bytes => {
            let needs = required.then(|| quote! { request.needs("body", self.body.is_some()); });
            quote! { #needs request.bytes(self.body); }
        }
        BodyType::Files => write(quote! { ::std::option::Option::None::<&()> }),
    };
    let steps = quote! { #(#files)* #steps #content_type };
    // Nothing is required of a body that is not sent, and it is sent where a part of it is set.
    let of_files = body.facts.files.iter().map(given_file);
    let given: Vec<_> = match &body.ty {
        _ if *required => return steps,
        BodyType::Bytes => return steps,
        BodyType::Value(_) if *form != Form::Multipart => return steps,
        BodyType::Value(Type::I32 | Type::I64) => return steps,
        BodyType::Fields(_) | BodyType::Value(_) => of_files.chain([quote! { self.body.is_some() }]).collect(),
        BodyType::Files => of_files.collect(),
    };
    quote! { if #(#given)||* { #steps } }
}

/// Whether a file is set.
fn given_file(file: &File) -> TokenStream {
    let ident = rust::ident(&names::file_field(file));
    if file.many {
        quote! { !self.#ident.is_empty() }
    } else {
        quote! { self.#ident.is_some() }
    }
}

/// The steps that finish a body which is no object of fields, and the value as an `Option` of a reference.
fn whole_body(api: &Api, field: &Field, required: bool) -> (TokenStream, TokenStream) {
    if !field.ty.is_collection() {
        return whole_value(api, field, required);
    }
    let needs = required.then(|| quote! { request.needs("body", self.body.is_some()); });
    match Held::of(api, field) {
        Held::Builders(_) => (
            quote! { #needs let value = self.body.map(|items| request.all_nested("body", items)); },
            quote! { value.as_ref() },
        ),
        Held::Map => (
            quote! { #needs let value = self.body.map(|map| request.free_form("body", map)); },
            quote! { value.as_ref() },
        ),
        Held::Values(item) => {
            let doubt = api.may_be_unknown(item).then(|| {
                quote! { request.doubt_each("body", self.body.as_deref().unwrap_or_default()); }
            });
            (quote! { #needs #doubt }, quote! { self.body.as_ref() })
        }
        Held::Value | Held::Integer | Held::Builder(_) => (quote! { #needs }, quote! { self.body.as_ref() }),
    }
}

/// Whether a value of the type is written as one text.
fn is_plain(api: &Api, ty: &Type) -> bool {
    match ty {
        Type::Text | Type::Bool | Type::I32 | Type::I64 | Type::F32 | Type::F64 | Type::Timestamp => true,
        Type::Named(name) => {
            api.enums.iter().any(|item| item.name == *name) || api.texts.iter().any(|text| text.name == *name)
        }
        _ => false,
    }
}

fn style(style: Style) -> TokenStream {
    match style {
        Style::Simple => quote! { crate::call::Style::Simple },
        Style::Form => quote! { crate::call::Style::Form },
        Style::Commas => quote! { crate::call::Style::Commas },
        Style::Spaces => quote! { crate::call::Style::Spaces },
        Style::Bars => quote! { crate::call::Style::Bars },
        Style::Deep => quote! { crate::call::Style::Deep },
        Style::Repeated => quote! { crate::call::Style::Repeated },
        Style::Json => quote! { crate::call::Style::Json },
    }
}

fn send_parameter(api: &Api, parameter: &Parameter) -> TokenStream {
    let ParameterFacts { wire, place, style, .. } = &parameter.facts;
    let ident = rust::ident(&parameter.name);
    if parameter.ty == Type::Secret && *place == Place::Header {
        let needs = parameter.required.then(|| quote! { request.needs(#wire, self.#ident.is_some()); });
        if http::is_idempotency_key(wire) {
            let exposed = quote! { self.#ident.as_ref().map(crate::value::Secret::expose) };
            return quote! { #needs request.idempotency_key(#wire, #exposed); };
        }
        return quote! { #needs request.secret_header(#wire, self.#ident.as_ref()); };
    }
    if !is_plain(api, &parameter.ty) || *style == Style::Json {
        let (steps, value) = whole_value(api, &as_field(parameter), parameter.required);
        let style = self::style(*style);
        let send = match place {
            Place::Path => quote! { request.path_as(#wire, #value); },
            Place::Query => quote! { request.query_as(#wire, #style, #value); },
            Place::Header => quote! { request.header_as(#wire, #style, #value); },
        };
        return quote! { #steps #send };
    }
    let (checks, given) = if matches!(parameter.ty, Type::I32 | Type::I64) {
        (Some(quote! { request.fits(#wire, self.#ident); }), quote! { self.#ident.value() })
    } else {
        let doubt = api.may_be_unknown(&parameter.ty);
        (doubt.then(|| quote! { request.doubt(#wire, self.#ident.as_ref()); }), quote! { self.#ident })
    };
    let limit = parameter.facts.minimum.map(|minimum| quote! { request.at_least(#wire, #given, #minimum); });
    let step = match (place, parameter.required) {
        (Place::Path, _) => quote! { request.path(#wire, #given.as_ref()); },
        (Place::Query, true) => quote! { request.required_query(#wire, #given.as_ref()); },
        (Place::Query, false) => quote! { request.query(#wire, #given.as_ref()); },
        (Place::Header, required) => {
            let needs = required.then(|| quote! { request.needs(#wire, #given.is_some()); });
            let set = rust::ident(if http::is_idempotency_key(wire) { "idempotency_key" } else { "header" });
            quote! { #needs request.#set(#wire, #given.as_ref()); }
        }
    };
    quote! { #checks #limit #step }
}

/// The steps that finish a value which is not written as one text, and the value as an `Option` of a reference.
fn whole_value(api: &Api, field: &Field, required: bool) -> (TokenStream, TokenStream) {
    let (ident, wire) = (rust::ident(&field.name), &field.wire);
    let needs = |given: TokenStream| required.then(|| quote! { request.needs(#wire, #given); });
    let has_items =
        |value: TokenStream| quote! { ::std::option::Option::Some(&#value).filter(|value| !value.is_empty()) };
    match Held::of(api, field) {
        Held::Builder(_) => {
            let needs = needs(quote! { self.#ident.is_some() });
            (quote! { #needs let value = request.nested(#wire, self.#ident); }, quote! { value.as_ref() })
        }
        Held::Builders(_) => {
            let needs = needs(quote! { !self.#ident.is_empty() });
            (quote! { #needs let value = request.all_nested(#wire, self.#ident); }, has_items(quote! { value }))
        }
        Held::Map => {
            let needs = needs(quote! { !value.is_empty() });
            (quote! { let value = request.free_form(#wire, self.#ident); #needs }, has_items(quote! { value }))
        }
        Held::Integer => {
            let needs = needs(quote! { self.#ident.is_some() });
            (quote! { request.fits(#wire, self.#ident); #needs }, quote! { self.#ident.value().as_ref() })
        }
        Held::Values(item) => {
            let needs = needs(quote! { !self.#ident.is_empty() });
            let doubt = api.may_be_unknown(item).then(|| quote! { request.doubt_each(#wire, &self.#ident); });
            (quote! { #needs #doubt }, has_items(quote! { self.#ident }))
        }
        Held::Value if field.shape == Shape::Collection => {
            let needs = needs(quote! { !self.#ident.is_empty() });
            (quote! { #needs }, has_items(quote! { self.#ident }))
        }
        Held::Value => {
            let needs = needs(quote! { self.#ident.is_some() });
            let doubt = api.may_be_unknown(&field.ty).then(|| quote! { request.doubt(#wire, self.#ident.as_ref()); });
            (quote! { #needs #doubt }, quote! { self.#ident.as_ref() })
        }
    }
}
