//! Builders of the types: setters that take the plain value or an Option of it, builders where a type is nested, and a
//! `build` that names all that is missing at once, in nested values as well.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::Type;

use super::model::{Code, Field, Shape, Struct, argument_of, code as code_span, doc, last_name, seen_from};
use super::types::redacted_debug;

pub fn render(code: &Code) -> TokenStream {
    let builders = code.structs.iter().map(|structure| render_builder(code, structure));
    quote! { #(#builders)* }
}

/// How a builder holds a field, and so what its setter takes.
enum Held<'a> {
    /// As it is.
    Value,
    /// A builder of the type of that name.
    Builder(Ident),
    /// A list of values.
    Values(&'a Type),
    /// A list of builders.
    Builders(Ident),
    /// A map of the caller's making.
    Map,
}

impl<'a> Held<'a> {
    fn of(code: &Code, field: &'a Field) -> Self {
        // Not behind a Box: a type that holds itself has no end of builders.
        let structure = |ty: &Type| {
            last_name(ty)
                .filter(|name| *name == ty.to_token_stream().to_string())
                .filter(|name| has_builder(code, name))
        };
        if let Some(item) = argument_of(&field.ty, "Vec").filter(|_| field.shape == Shape::Collection) {
            return structure(item).map_or_else(|| Self::Values(item), Self::Builders);
        }
        if let Some(name) = structure(&field.ty) {
            return Self::Builder(name);
        }
        match last_name(&field.ty) {
            Some(name) if name == "Map" && field.shape == Shape::Collection => Self::Map,
            Some(name) if name == "BTreeMap" && field.shape == Shape::Collection && is_of_text(&field.ty) => Self::Map,
            _ => Self::Value,
        }
    }

    /// What the setter says it takes, behind what the document says of the field.
    fn takes(&self) -> String {
        match self {
            Self::Value => String::new(),
            Self::Builder(_) => "\n\nTakes the finished value or its builder.".into(),
            Self::Values(item) => {
                let plain = last_name(item).filter(|_| !item.to_token_stream().to_string().contains('<'));
                let none = plain.map(|name| none_of(&name)).unwrap_or_default();
                format!("\n\nTakes the items of a list, an array or an iterator.{none}")
            }
            Self::Builders(name) => {
                let none = none_of(name);
                format!("\n\nTakes the items of a list, an array or an iterator, finished or as builders.{none}")
            }
            Self::Map => {
                "\n\nTakes whatever serializes into an object: `json!({…})`, a map, a struct of yours, or pairs \
                          of name and value. `build` refuses anything else."
                    .into()
            }
        }
    }
}

/// How to write a list of none, whose items the compiler cannot guess.
fn none_of(item: &Ident) -> String {
    format!(" An empty list needs its type: `Vec::<{item}>::new()`.")
}

fn has_builder(code: &Code, name: &Ident) -> bool {
    code.structs.iter().any(|structure| structure.name == *name)
}

/// Whether the values of a map are plain texts: secrets are not to go through JSON on their way.
fn is_of_text(map: &Type) -> bool {
    let Type::Path(path) = map else { return false };
    let arguments = path.path.segments.last().map(|last| last.arguments.to_token_stream().to_string());
    arguments.is_some_and(|text| text.matches("string :: String").count() == 2)
}

fn render_builder(code: &Code, structure: &Struct) -> TokenStream {
    let Struct { name, fields, .. } = structure;
    let text = name.to_string();
    let docs = doc(&format!("Builder of [`{text}`](super::{text})."));
    let has_personal = fields.iter().any(|field| field.personal);
    let debug = (!has_personal).then(|| quote! { Debug, });
    let held: Vec<Field> = fields.iter().map(held).collect();
    let redacted = has_personal.then(|| redacted_debug(&text, quote!(#name), &held));
    let idents: Vec<_> = fields.iter().map(|field| &field.ident).collect();
    let types = fields.iter().map(|field| {
        let ty = seen_from(code, &field.ty, "super");
        match Held::of(code, field) {
            Held::Builder(name) => quote! { ::std::option::Option<#name> },
            Held::Builders(name) => quote! { ::std::vec::Vec<#name> },
            Held::Map => quote! { crate::field::FreeForm<#ty> },
            Held::Values(_) => ty,
            Held::Value if field.shape == Shape::Collection => ty,
            Held::Value => quote! { ::std::option::Option<#ty> },
        }
    });
    let setters = fields.iter().map(|field| setter(code, field));
    let build = build(code, structure);
    let back = fields.iter().map(|field| {
        let ident = &field.ident;
        match (Held::of(code, field), field.shape) {
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
    quote! {
        #docs
        #[derive(Clone, #debug Default)]
        pub struct #name { #(pub(crate) #idents: #types,)* }
        impl #name {
            #(#setters)*
            #build
        }
        impl ::std::convert::TryFrom<#name> for super::#name {
            type Error = crate::Error;
            fn try_from(builder: #name) -> ::std::result::Result<Self, crate::Error> {
                builder.build()
            }
        }
        impl ::std::convert::From<super::#name> for #name {
            fn from(value: super::#name) -> Self {
                Self { #(#back,)* }
            }
        }
        #redacted
    }
}

/// The field as the builder holds it: nothing is required yet.
fn held(field: &Field) -> Field {
    let shape = if field.shape == Shape::Required { Shape::Optional } else { field.shape };
    Field {
        ident: field.ident.clone(),
        wire: field.wire.clone(),
        docs: String::new(),
        shape,
        ty: field.ty.clone(),
        skip: field.skip,
        flatten: field.flatten,
        personal: field.personal,
        list: None,
        setter: field.setter.clone(),
    }
}

fn setter(code: &Code, field: &Field) -> TokenStream {
    let (ident, setter) = (&field.ident, &field.setter);
    let ty = seen_from(code, &field.ty, "super");
    let held = Held::of(code, field);
    let text = if field.docs.is_empty() { format!("Sets {}.", code_span(&field.wire)) } else { field.docs.clone() };
    let docs = doc(&format!("{text}{}", held.takes()));
    let (marker, bound, value) = match held {
        Held::Value if field.shape == Shape::Collection => {
            (true, quote!(crate::IntoField<#ty, M>), quote! { value.into_field().unwrap_or_default() })
        }
        Held::Value => (true, quote!(crate::IntoField<#ty, M>), quote! { value.into_field() }),
        Held::Builder(name) => (true, quote!(crate::IntoField<#name, M>), quote! { value.into_field() }),
        Held::Values(item) => {
            let item = seen_from(code, item, "super");
            (true, quote!(crate::IntoList<#item, M>), quote! { value.into_list() })
        }
        Held::Builders(name) => (true, quote!(crate::IntoList<#name, M>), quote! { value.into_list() }),
        Held::Map => (false, quote!(::serde::Serialize), quote! { crate::field::FreeForm::new(&value) }),
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
fn finish(code: &Code, field: &Field) -> Option<TokenStream> {
    let Field { ident, wire, .. } = field;
    let value = match Held::of(code, field) {
        Held::Builder(name) => quote! { __problems.built(#wire, #ident, #name::build) },
        Held::Builders(name) => quote! { __problems.all_built(#wire, #ident, #name::build) },
        Held::Map => quote! { __problems.free_form(#wire, #ident) },
        Held::Value | Held::Values(_) => return None,
    };
    Some(quote! { let #ident = #value; })
}

fn build(code: &Code, structure: &Struct) -> TokenStream {
    let Struct { name, fields, .. } = structure;
    let steps: Vec<_> = fields.iter().filter_map(|field| finish(code, field)).collect();
    let text = name.to_string();
    let idents: Vec<_> = fields.iter().map(|field| &field.ident).collect();
    let required: Vec<_> = fields.iter().filter(|field| field.shape == Shape::Required).collect();
    let (needed, wires): (Vec<_>, Vec<_>) = required.iter().map(|field| (&field.ident, &field.wire)).unzip();
    let names: Vec<String> = wires.iter().map(|wire| code_span(wire)).collect();
    let missing = format!("[`crate::Error::InvalidRequest`] names every one of {} that is missing", names.join(", "));
    let nested = "what is wrong with a nested value, by its path";
    let errors = match (required.is_empty(), steps.is_empty()) {
        (true, true) => "None today: no field is required.".to_string(),
        (true, false) => format!("[`crate::Error::InvalidRequest`] names {nested}."),
        (false, true) => format!("{missing}."),
        (false, false) => format!("{missing}, and {nested}."),
    };
    let docs = doc(&format!("The finished `{text}`.\n\n# Errors\n\n{errors}"));
    // Named so that no field can be called the same.
    let check = match (required.is_empty(), steps.is_empty()) {
        (true, true) => None,
        (false, true) => Some(quote! {
            let __given = [#((#wires, #needed.is_some())),*];
            let (#(::std::option::Option::Some(#needed),)*) = (#(#needed,)*) else {
                return ::std::result::Result::Err(crate::Error::missing(#text, &__given));
            };
        }),
        (_, false) => Some(quote! {
            let __given: &[(&str, bool)] = &[#((#wires, #needed.is_some())),*];
            let mut __problems = crate::error::Problems::of(__given);
            #(#steps)*
            let (true, #(::std::option::Option::Some(#needed),)*) = (__problems.is_empty(), #(#needed,)*) else {
                return ::std::result::Result::Err(crate::Error::unfinished(#text, __problems));
            };
        }),
    };
    quote! {
        #docs
        pub fn build(self) -> ::std::result::Result<super::#name, crate::Error> {
            let Self { #(#idents),* } = self;
            #check
            ::std::result::Result::Ok(super::#name { #(#idents),* })
        }
    }
}
