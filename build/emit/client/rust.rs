//! Types and names of the model in Rust.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use crate::build::{
    api::{Field, Operation, Shape, Type},
    http::Form,
};

/// From where a type is named, and so what stands before the names of the API's own types.
#[derive(Clone, Copy)]
pub enum From {
    /// Within `types`.
    Types,
    /// Within `types::builder`.
    Builder,
    /// Elsewhere in the crate.
    Crate,
}

/// The type of a value.
pub fn ty(ty: &Type, from: From) -> TokenStream {
    match ty {
        Type::Text => quote! { ::std::string::String },
        Type::Bool => quote! { bool },
        Type::I32 => quote! { i32 },
        Type::I64 => quote! { i64 },
        Type::F32 => quote! { f32 },
        Type::F64 => quote! { f64 },
        Type::Secret => quote! { crate::value::Secret },
        Type::Timestamp => quote! { crate::value::Timestamp },
        Type::Any => quote! { ::serde_json::Value },
        Type::FreeObject => quote! { ::serde_json::Map<::std::string::String, ::serde_json::Value> },
        Type::Named(name) => {
            let name = ident(name);
            match from {
                From::Types => quote! { #name },
                From::Builder => quote! { super::#name },
                From::Crate => quote! { crate::types::#name },
            }
        }
        Type::List(item) => {
            let item = self::ty(item, from);
            quote! { ::std::vec::Vec<#item> }
        }
        Type::Map(value) => {
            let value = self::ty(value, from);
            quote! { ::std::collections::BTreeMap<::std::string::String, #value> }
        }
        Type::Nullable(inner) => {
            let inner = self::ty(inner, from);
            quote! { ::std::option::Option<#inner> }
        }
        Type::Boxed(inner) => {
            let inner = self::ty(inner, from);
            quote! { ::std::boxed::Box<#inner> }
        }
    }
}

/// The builder of a struct.
pub fn builder(structure: &str, from: From) -> TokenStream {
    let name = ident(&super::names::builder(structure));
    match from {
        From::Types => quote! { builder::#name },
        From::Builder => quote! { #name },
        From::Crate => quote! { crate::types::builder::#name },
    }
}

/// The type of a field, with the `Option` around it where it may be missing.
pub fn field_ty(field: &Field) -> TokenStream {
    let ty = ty(&field.ty, From::Types);
    match field.shape {
        Shape::Optional => quote! { ::std::option::Option<#ty> },
        Shape::Required | Shape::Collection => ty,
    }
}

/// The type of an answer, seen from outside of `types`.
pub fn answer(operation: &Operation) -> TokenStream {
    let success = &operation.facts.success;
    match (success.form, &operation.answer) {
        (Some(Form::Json), Some(answer)) => {
            let answer = ty(answer, From::Crate);
            if success.may_be_empty {
                quote! { ::std::option::Option<#answer> }
            } else {
                answer
            }
        }
        (Some(Form::Json) | None, _) => quote! { () },
        (Some(_), _) => quote! { crate::call::RawBody },
    }
}

pub fn ident(name: &str) -> Ident {
    format_ident!("{name}")
}

/// The path of a type, for what stands within the call of a macro.
pub fn text(path: &TokenStream) -> String {
    path.to_string().replace(' ', "")
}

/// The text as a literal of Rust.
pub fn literal(text: &str) -> String {
    Literal::string(text).to_string()
}
