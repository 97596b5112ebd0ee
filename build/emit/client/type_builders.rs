//! Builders of the types: setters that take the plain value or an Option of it, builders where a type is nested, and a
//! `build` that names all that is missing at once, in nested values as well.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::{
    docs,
    layout::Piece,
    names,
    rust::{self, From},
    types,
};
use crate::build::api::{Api, Field, Shape, Struct, Type};

pub fn write(api: &Api) -> Vec<Piece> {
    api.structs.iter().flat_map(|structure| write_builder(api, structure)).collect()
}

/// How a builder holds a field, and so what its setter takes.
enum Held<'a> {
    /// As it is.
    Value,
    /// A builder of the struct of that name.
    Builder(&'a str),
    /// A list of values.
    Values(&'a Type),
    /// A list of builders of the struct of that name.
    Builders(&'a str),
    /// A map of the caller's making.
    Map,
}

impl<'a> Held<'a> {
    fn of(api: &Api, field: &'a Field) -> Self {
        // Not behind a Box: a type that holds itself would need an endless number of builders.
        let structure = |ty: &'a Type| ty.named().filter(|name| api.structure(name).is_some());
        let is_collection = field.shape == Shape::Collection;
        match &field.ty {
            Type::List(item) if is_collection => structure(item).map_or_else(|| Self::Values(item), Self::Builders),
            Type::FreeObject if is_collection => Self::Map,
            // Secrets are not to go through JSON on their way.
            Type::Map(value) if is_collection && **value == Type::Text => Self::Map,
            ty => structure(ty).map_or(Self::Value, Self::Builder),
        }
    }

    /// What the setter says that it takes, behind what the document says of the field.
    fn takes(&self) -> String {
        match self {
            Self::Value => String::new(),
            Self::Builder(_) => "\n\nTakes the finished value or its builder.".into(),
            Self::Values(item) => {
                format!("\n\nTakes the items of a list, an array or an iterator.{}", empty_list(item))
            }
            Self::Builders(name) => {
                let empty = empty_list(&Type::Named(name.to_string()));
                format!("\n\nTakes the items of a list, an array or an iterator, finished or as builders.{empty}")
            }
            Self::Map => {
                "\n\nTakes whatever serializes into an object: `json!({…})`, a map, a struct of yours, or pairs \
                          of name and value. `build` refuses anything else."
                    .into()
            }
        }
    }
}

/// How to write an empty list, whose items the compiler cannot guess. What has type arguments has no short name.
fn empty_list(item: &Type) -> String {
    let name = match item {
        Type::List(_) | Type::Map(_) | Type::FreeObject | Type::Boxed(_) => return String::new(),
        Type::Named(name) => name.clone(),
        Type::Text => "String".to_string(),
        Type::Secret => "Secret".to_string(),
        Type::Timestamp => "Timestamp".to_string(),
        Type::Any => "Value".to_string(),
        scalar => rust::ty(scalar, From::Types).to_string(),
    };
    format!(" An empty list needs its type: `Vec::<{name}>::new()`.")
}

fn builder(structure: &str) -> Ident {
    rust::ident(&names::builder(structure))
}

fn write_builder(api: &Api, structure: &Struct) -> Vec<Piece> {
    let Struct { name: text, fields, .. } = structure;
    let (name, built) = (builder(text), rust::ident(text));
    let docs = docs::comment(&format!("Builder of [`{text}`](super::{text})."));
    let has_personal = fields.iter().any(|field| field.personal);
    let debug = (!has_personal).then(|| quote! { Debug, });
    let idents: Vec<_> = fields.iter().map(|field| rust::ident(&field.name)).collect();
    let types = fields.iter().map(|field| {
        let ty = rust::ty(&field.ty, From::Builder);
        match Held::of(api, field) {
            Held::Builder(name) => {
                let builder = builder(name);
                quote! { ::std::option::Option<#builder> }
            }
            Held::Builders(name) => {
                let builder = builder(name);
                quote! { ::std::vec::Vec<#builder> }
            }
            Held::Map => quote! { crate::value::FreeForm<#ty> },
            Held::Values(_) => ty,
            Held::Value if field.shape == Shape::Collection => ty,
            Held::Value => quote! { ::std::option::Option<#ty> },
        }
    });
    let setters = fields.iter().map(|field| setter(api, field));
    let build = build(api, structure);
    let back = fields.iter().map(|field| {
        let ident = rust::ident(&field.name);
        match (Held::of(api, field), field.shape) {
            (Held::Builder(_), Shape::Required) => quote! { #ident: ::std::option::Option::Some(value.#ident.into()) },
            (Held::Builder(_), _) => quote! { #ident: value.#ident.map(::std::convert::Into::into) },
            (Held::Builders(_), _) => {
                quote! { #ident: value.#ident.into_iter().map(::std::convert::Into::into).collect() }
            }
            (Held::Map, _) => quote! { #ident: value.#ident.into() },
            (_, Shape::Required) => quote! { #ident: ::std::option::Option::Some(value.#ident) },
            _ => quote! { #ident: value.#ident },
        }
    });
    let mut pieces = vec![
        Piece::Items(quote! {
            #docs
            #[derive(Clone, #debug Default)]
            pub struct #name { #(pub(crate) #idents: #types,)* }
        }),
        Piece::Items(quote! {
            impl #name {
                #(#setters)*
                #build
            }
        }),
        Piece::Items(quote! {
            impl ::std::convert::TryFrom<#name> for super::#built {
                type Error = crate::error::Error;
                fn try_from(builder: #name) -> ::std::result::Result<Self, crate::error::Error> {
                    builder.build()
                }
            }
        }),
        Piece::Items(quote! {
            impl ::std::convert::From<super::#built> for #name {
                fn from(value: super::#built) -> Self {
                    Self { #(#back,)* }
                }
            }
        }),
    ];
    if has_personal {
        // Nothing is required of a builder yet.
        let shown = fields.iter().map(|field| (field.name.clone(), field.personal, true));
        pieces.push(Piece::Items(types::debug(&names::builder(text), shown)));
    }
    pieces
}

fn setter(api: &Api, field: &Field) -> TokenStream {
    let (ident, setter) = (rust::ident(&field.name), rust::ident(&names::field_setter(field)));
    let ty = rust::ty(&field.ty, From::Builder);
    let held = Held::of(api, field);
    let text = if field.description.is_empty() {
        format!("Sets {}.", docs::span(&field.wire))
    } else {
        field.description.clone()
    };
    let docs = docs::comment(&format!("{text}{}", held.takes()));
    let (marker, bound, value) = match held {
        Held::Value if field.shape == Shape::Collection => {
            (true, quote!(crate::value::IntoField<#ty, M>), quote! { value.into_field().unwrap_or_default() })
        }
        Held::Value => (true, quote!(crate::value::IntoField<#ty, M>), quote! { value.into_field() }),
        Held::Builder(name) => {
            let builder = builder(name);
            (true, quote!(crate::value::IntoField<#builder, M>), quote! { value.into_field() })
        }
        Held::Values(item) => {
            let item = rust::ty(item, From::Builder);
            (true, quote!(crate::value::IntoList<#item, M>), quote! { value.into_list() })
        }
        Held::Builders(name) => {
            let builder = builder(name);
            (true, quote!(crate::value::IntoList<#builder, M>), quote! { value.into_list() })
        }
        Held::Map => (false, quote!(::serde::Serialize), quote! { crate::value::FreeForm::new(&value) }),
    };
    let marker = marker.then(|| quote! { , M });
    quote! {
        #docs
        pub fn #setter<V #marker>(mut self, value: V) -> Self
        where
            V: #bound,
        {
            self.#ident = #value;
            self
        }
    }
}

/// The step of `build` that finishes a field which may be wrong in itself.
fn finish(api: &Api, field: &Field) -> Option<TokenStream> {
    let (ident, wire) = (rust::ident(&field.name), &field.wire);
    let value = match Held::of(api, field) {
        Held::Builder(name) => {
            let builder = builder(name);
            quote! { __problems.built(#wire, #ident, #builder::build) }
        }
        Held::Builders(name) => {
            let builder = builder(name);
            quote! { __problems.all_built(#wire, #ident, #builder::build) }
        }
        Held::Map => quote! { __problems.free_form(#wire, #ident) },
        Held::Value | Held::Values(_) => return None,
    };
    Some(quote! { let #ident = #value; })
}

fn build(api: &Api, structure: &Struct) -> TokenStream {
    let Struct { name: text, fields, .. } = structure;
    let name = rust::ident(text);
    let steps: Vec<_> = fields.iter().filter_map(|field| finish(api, field)).collect();
    let idents: Vec<_> = fields.iter().map(|field| rust::ident(&field.name)).collect();
    let required: Vec<_> = fields.iter().filter(|field| field.shape == Shape::Required).collect();
    let (needed, wires): (Vec<_>, Vec<_>) =
        required.iter().map(|field| (rust::ident(&field.name), &field.wire)).unzip();
    let named: Vec<String> = wires.iter().map(|wire| docs::span(wire)).collect();
    let missing = format!("[`crate::Error::InvalidRequest`] names every one of {} that is missing", named.join(", "));
    let nested = "what is wrong with a nested value, by its path";
    let errors = match (required.is_empty(), steps.is_empty()) {
        (true, true) => "None today: no field is required.".to_string(),
        (true, false) => format!("[`crate::Error::InvalidRequest`] names {nested}."),
        (false, true) => format!("{missing}."),
        (false, false) => format!("{missing}, and {nested}."),
    };
    let docs = docs::comment(&format!("The finished `{text}`.\n\n# Errors\n\n{errors}"));
    // Named so that no field can be called the same.
    let check = match (required.is_empty(), steps.is_empty()) {
        (true, true) => None,
        (false, true) => Some(quote! {
            let __given = [#((#wires, #needed.is_some())),*];
            let (#(::std::option::Option::Some(#needed),)*) = (#(#needed,)*) else {
                return ::std::result::Result::Err(crate::error::Error::missing(#text, &__given));
            };
        }),
        (_, false) => Some(quote! {
            let __given: &[(&str, bool)] = &[#((#wires, #needed.is_some())),*];
            let mut __problems = crate::error::Problems::of(__given);
            #(#steps)*
            let (true, #(::std::option::Option::Some(#needed),)*) = (__problems.is_empty(), #(#needed,)*) else {
                return ::std::result::Result::Err(crate::error::Error::unfinished(#text, __problems));
            };
        }),
    };
    quote! {
        #docs
        pub fn build(self) -> ::std::result::Result<super::#name, crate::error::Error> {
            let Self { #(#idents),* } = self;
            #check
            ::std::result::Result::Ok(super::#name { #(#idents),* })
        }
    }
}
