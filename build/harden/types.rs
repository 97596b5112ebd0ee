//! The types: open enums, id and text types, structs that forgive.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::{GenericArgument, PathArguments, Type};

use super::model::{Code, Enum, Field, Shape, Struct, Text, code as code_span, doc, is_collection, last_name};
use super::read::mentions;
use crate::build::{plan::Plan, problem::Problem};

/// The marks `generate` leaves for personal data, and the plain types behind them.
const MARKS: [(&str, &str); 3] =
    [("personal::Text", "::std::string::String"), ("personal::Integer", "i64"), ("personal::Number", "f64")];

/// Turns the marked types into plain ones and remembers where they stood.
pub fn personal(code: &mut Code, plan: &Plan) -> Result<(), Problem> {
    for field in code.structs.iter_mut().flat_map(|structure| &mut structure.fields) {
        field.personal = unmark(&mut field.ty) || plan.personal_names.contains(&field.wire);
    }
    for argument in code.calls.iter_mut().flat_map(|call| &mut call.arguments) {
        argument.personal = unmark(&mut argument.ty) || plan.personal_names.contains(&argument.wire);
    }
    Ok(())
}

fn unmark(ty: &mut Type) -> bool {
    let mut found = false;
    for (mark, plain) in MARKS {
        if mentions(ty, mark) {
            found = true;
            replace(ty, mark, plain);
        }
    }
    found
}

fn replace(ty: &mut Type, mark: &str, plain: &str) {
    let Type::Path(path) = ty else { return };
    let spelled = path.path.segments.iter().map(|s| s.ident.to_string()).collect::<Vec<_>>().join("::");
    if spelled == mark {
        if let Ok(plain) = syn::parse_str(plain) {
            *ty = plain;
        }
        return;
    }
    for segment in &mut path.path.segments {
        if let PathArguments::AngleBracketed(arguments) = &mut segment.arguments {
            for argument in &mut arguments.args {
                if let GenericArgument::Type(inner) = argument {
                    replace(inner, mark, plain);
                }
            }
        }
    }
}

/// Lists and maps are never in an Option: null, absent and empty are one. `lists::require` makes an exception.
pub fn collections(code: &mut Code, _: &Plan) -> Result<(), Problem> {
    for field in code.structs.iter_mut().flat_map(|structure| &mut structure.fields) {
        if is_collection(&field.ty) {
            field.skip |= field.shape == Shape::Optional;
            field.shape = Shape::Collection;
        }
    }
    Ok(())
}

pub fn render(code: &Code, plan: &Plan) -> TokenStream {
    let enums = code.enums.iter().map(render_enum);
    let texts = code.texts.iter().map(render_text);
    let structs = code.structs.iter().map(render_struct);
    let aliases = plan.aliases.iter().filter_map(|(name, target)| {
        let [name, target] = [name, target].map(|name| super::names::type_name(name));
        let docs = doc(&format!("The API's name for [`{target}`] where it is an answer."));
        code.has_type(&target).then(|| quote! { #docs pub type #name = #target; })
    });
    quote! { #(#enums)* #(#texts)* #(#structs)* #(#aliases)* }
}

fn render_enum(item: &Enum) -> TokenStream {
    let Enum { name, docs, values } = item;
    let docs = doc(docs);
    let variants = values.iter().map(|variant| {
        let (ident, text) = (&variant.ident, &variant.text);
        let docs = doc(&if text.is_empty() { "The empty string.".to_string() } else { code_span(text) });
        quote! { #docs #ident = #text }
    });
    quote! { crate::open_enum! { #docs pub enum #name { #(#variants,)* } } }
}

fn render_text(item: &Text) -> TokenStream {
    let Text { name, docs } = item;
    let docs = doc(docs);
    quote! { crate::opaque_string! { #docs pub struct #name; } }
}

fn render_struct(item: &Struct) -> TokenStream {
    let Struct { name, docs, fields } = item;
    let docs = doc(docs);
    let has_personal = fields.iter().any(|field| field.personal);
    let debug = (!has_personal).then(|| quote! { Debug, });
    let default = fields.iter().all(|field| field.shape != Shape::Required).then(|| quote! { Default, });
    // serde reads a struct that keeps unknown properties from objects only, and knows how to collect them.
    let derived = fields.iter().any(|field| field.flatten);
    let members = fields.iter().map(|field| {
        let (docs, serde, ident) = (doc(&field.docs), serde(field, derived), &field.ident);
        let ty = declared(field, field.ty.to_token_stream());
        quote! { #docs #serde pub #ident: #ty }
    });
    let derive = derived.then(|| quote! { ::serde::Deserialize, });
    let read = (!derived).then(|| {
        let fields = fields.iter().map(|field| {
            let (ident, reader, wire) = (&field.ident, reader(field), &field.wire);
            let also = field.list.iter().flatten();
            quote! { #ident: #reader = #wire #(| #also)*, }
        });
        quote! { crate::decode::object! { #name { #(#fields)* } } }
    });
    let redacted = has_personal.then(|| redacted_debug(&name.to_string(), quote!(#name), fields));
    let starts = doc(&format!("Starts a builder of `{name}`."));
    quote! {
        #docs
        #[derive(#derive ::serde::Serialize, Clone, #debug #default PartialEq)]
        #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
        #[non_exhaustive]
        pub struct #name { #(#members,)* }
        #read
        impl #name {
            #starts
            pub fn builder() -> builder::#name {
                ::std::default::Default::default()
            }
        }
        #redacted
    }
}

/// The type of the field itself, around the type of its value.
pub fn declared(field: &Field, ty: TokenStream) -> TokenStream {
    match field.shape {
        Shape::Optional => quote! { ::std::option::Option<#ty> },
        Shape::Required | Shape::Collection => ty,
    }
}

/// The name of what reads the field in `src/decode/lenient.rs`.
fn reader(field: &Field) -> Ident {
    let name = last_name(&field.ty).map(|name| name.to_string());
    let reader = match (field.shape, name.as_deref()) {
        _ if field.list.is_some() => "Listed",
        // What is free-form may hold null and mean it.
        (Shape::Collection, _) if mentions(&field.ty, "serde_json::Value") => "Free",
        (Shape::Collection, Some("Vec")) => "List",
        (Shape::Collection, _) => "Map",
        (_, Some("i64")) => "Integer",
        (Shape::Required, _) => "Plain",
        (Shape::Optional, _) => "Optional",
    };
    format_ident!("{reader}")
}

/// How the field is written, and what may be absent in its JSON Schema; with `derived`, how it is read as well.
fn serde(field: &Field, derived: bool) -> TokenStream {
    if field.flatten {
        return quote! { #[serde(flatten)] };
    }
    let wire = &field.wire;
    let rename = (field.ident != wire.as_str()).then(|| quote! { rename = #wire, });
    if field.list.is_some() {
        // An answer that lacks its list is an error, and one that has it writes it, empty or not.
        let with = derived.then(|| quote! { deserialize_with = "crate::decode::with::<crate::decode::Listed, _, _>", });
        let also = field.list.iter().flatten().filter(|_| derived);
        return match (&rename, derived) {
            (None, false) => TokenStream::new(),
            _ => quote! { #[serde(#rename #(alias = #also,)* #with)] },
        };
    }
    let is_missing = match (field.shape, last_name(&field.ty)) {
        (Shape::Required, _) => None,
        (Shape::Optional, _) => Some("::std::option::Option::is_none"),
        (Shape::Collection, Some(name)) if name == "Vec" => Some("::std::vec::Vec::is_empty"),
        (Shape::Collection, Some(name)) if name == "BTreeMap" => Some("::std::collections::BTreeMap::is_empty"),
        (Shape::Collection, _) => Some("::serde_json::Map::is_empty"),
    };
    let default = field.shape == Shape::Collection || derived && field.shape == Shape::Optional;
    let default = default.then(|| quote! { default, });
    let with = derived.then(|| {
        let path = format!("crate::decode::with::<crate::decode::{}, _, _>", reader(field));
        quote! { deserialize_with = #path, }
    });
    let skip = is_missing.filter(|_| field.skip).map(|function| quote! { skip_serializing_if = #function, });
    if rename.is_none() && default.is_none() && with.is_none() && skip.is_none() {
        return TokenStream::new();
    }
    quote! { #[serde(#rename #default #with #skip)] }
}

/// A Debug that says which personal fields are there and not what they hold.
pub fn redacted_debug(shown: &str, self_ty: TokenStream, fields: &[Field]) -> TokenStream {
    let shown_fields = fields.iter().map(|field| {
        let (ident, personal) = (&field.ident, field.personal);
        (ident.clone(), personal, field.shape != Shape::Required)
    });
    debug_impl(shown, self_ty, shown_fields.collect())
}

/// `fields`: the name, whether it is personal, and whether it may be missing (an Option or a collection).
pub fn debug_impl(shown: &str, self_ty: TokenStream, fields: Vec<(Ident, bool, bool)>) -> TokenStream {
    let entries = fields.iter().map(|(ident, personal, missing)| {
        let name = ident.to_string();
        match (personal, missing) {
            (false, _) => quote! { .field(#name, &self.#ident) },
            (true, false) => quote! { .field(#name, &crate::secret::Redacted) },
            (true, true) => quote! { .field(#name, &self.#ident.iter().next().map(|_| crate::secret::Redacted)) },
        }
    });
    quote! {
        impl ::std::fmt::Debug for #self_ty {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct(#shown)#(#entries)*.finish()
            }
        }
    }
}
