//! Builders of the types: setters that take the plain value or an Option of it, and a `build` that names all that is
//! missing at once.

use proc_macro2::TokenStream;
use quote::quote;

use super::model::{Code, Field, Shape, Struct, code as code_span, doc, seen_from};
use super::types::redacted_debug;

pub fn render(code: &Code) -> TokenStream {
    let builders = code.structs.iter().map(|structure| render_builder(code, structure));
    quote! { #(#builders)* }
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
        if field.shape == Shape::Collection {
            ty
        } else {
            quote! { ::std::option::Option<#ty> }
        }
    });
    let setters = fields.iter().map(|field| setter(code, field));
    let build = build(structure);
    let back = fields.iter().map(|field| {
        let ident = &field.ident;
        if field.shape == Shape::Required {
            quote! { #ident: ::std::option::Option::Some(value.#ident) }
        } else {
            quote! { #ident: value.#ident }
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
        setter: field.setter.clone(),
    }
}

fn setter(code: &Code, field: &Field) -> TokenStream {
    let (ident, setter) = (&field.ident, &field.setter);
    let ty = seen_from(code, &field.ty, "super");
    let text = if field.docs.is_empty() { format!("Sets {}.", code_span(&field.wire)) } else { field.docs.clone() };
    let docs = doc(&text);
    let value = match field.shape {
        Shape::Collection => quote! { value.into_field().unwrap_or_default() },
        Shape::Required | Shape::Optional => quote! { value.into_field() },
    };
    quote! {
        #docs
        pub fn #setter<V, M>(mut self, value: V) -> Self
        where
            V: crate::IntoField<#ty, M>,
        {
            self.#ident = #value;
            self
        }
    }
}

fn build(structure: &Struct) -> TokenStream {
    let Struct { name, fields, .. } = structure;
    let text = name.to_string();
    let idents: Vec<_> = fields.iter().map(|field| &field.ident).collect();
    let required: Vec<_> = fields.iter().filter(|field| field.shape == Shape::Required).collect();
    let (needed, wires): (Vec<_>, Vec<_>) = required.iter().map(|field| (&field.ident, &field.wire)).unzip();
    let docs = doc(&if required.is_empty() {
        format!("The finished `{text}`.\n\n# Errors\n\nNone today: no field is required.")
    } else {
        let names: Vec<String> = wires.iter().map(|wire| code_span(wire)).collect();
        format!(
            "The finished `{text}`.\n\n# Errors\n\n[`crate::Error::InvalidRequest`] names every one of {} that is missing.",
            names.join(", ")
        )
    });
    let check = (!required.is_empty()).then(|| {
        quote! {
            // Named so that no field can be called the same.
            let __given = [#((#wires, #needed.is_some())),*];
            let (#(::std::option::Option::Some(#needed),)*) = (#(#needed,)*) else {
                return ::std::result::Result::Err(crate::Error::missing(#text, &__given));
            };
        }
    });
    quote! {
        #docs
        pub fn build(self) -> ::std::result::Result<super::#name, crate::Error> {
            let Self { #(#idents),* } = self;
            #check
            ::std::result::Result::Ok(super::#name { #(#idents),* })
        }
    }
}
