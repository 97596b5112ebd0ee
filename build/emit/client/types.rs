//! The types: open enums, named strings, and structs that accept what drifts.

use proc_macro2::TokenStream;
use quote::quote;

use super::{docs, layout::Piece, names, rust};
use crate::build::api::{Api, Enum, Field, Shape, Struct, Text, Type, Union, Variant};

/// What is added to the comment of an enum.
const OPEN: &str =
    "The set is open: a value that this version does not know is kept in `Unrecognized` and written back as it
came. Two values are equal when their texts are, so `Unrecognized` of a known text equals its variant.";

/// What is added to the comment of a named string.
const OPAQUE: &str = "The text is opaque and kept as it was given. `==` compares it exactly, letter case included.

The API writes the ids that it assigns in upper case in some answers and in lower case in others: compare those by
`eq_ignore_ascii_case` of their texts, and bring them to one case before they are keys of yours. An id of your own is
compared exactly.";

pub fn write(api: &Api) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = api.enums.iter().flat_map(write_enum).collect();
    pieces.extend(api.texts.iter().flat_map(write_text));
    pieces.extend(api.unions.iter().flat_map(|union| write_union(api, union)));
    pieces.extend(api.structs.iter().flat_map(write_struct));
    for (name, target) in &api.aliases {
        let [name, target] = [name, target].map(|name| names::type_name(name));
        if has_type(api, &target) {
            let docs = docs::comment(&format!("The API's name for [`{target}`] where it is an answer."));
            let [name, target] = [name, target].map(|name| rust::ident(&name));
            pieces.push(Piece::Items(quote! { #docs pub type #name = #target; }));
        }
    }
    pieces
}

fn has_type(api: &Api, name: &str) -> bool {
    let enums = api.enums.iter().map(|item| &item.name);
    let texts = api.texts.iter().map(|item| &item.name);
    let unions = api.unions.iter().map(|item| &item.name);
    api.structs.iter().map(|item| &item.name).chain(enums).chain(texts).chain(unions).any(|known| known == name)
}

/// Two paragraphs, or the second alone.
fn paragraphs(first: &str, second: &str) -> String {
    if first.is_empty() { second.to_string() } else { format!("{first}\n\n{second}") }
}

fn write_enum(item: &Enum) -> [Piece; 2] {
    let docs = docs::comment(&paragraphs(&item.description, OPEN));
    let name = rust::ident(&item.name);
    let variants = item.values.iter().map(|value| {
        let text = if value.text.is_empty() { "The empty string.".to_string() } else { docs::span(&value.text) };
        let (docs, name) = (docs::comment(&text), rust::ident(&value.name));
        quote! { #docs #name, }
    });
    let items = quote! {
        #docs
        #[derive(Clone, Debug)]
        #[non_exhaustive]
        pub enum #name {
            #(#variants)*
            /// A value that this version of the library does not know, exactly as it came.
            Unrecognized(::std::string::String),
        }
    };
    let values = item.values.iter().map(|value| format!("    {} = {},\n", value.name, rust::literal(&value.text)));
    let values: String = values.collect();
    [Piece::Items(items), Piece::Macro(format!("crate::value::open_enum!({name} {{\n{values}}});"))]
}

fn write_text(item: &Text) -> [Piece; 2] {
    let docs = docs::comment(&paragraphs(&item.description, OPAQUE));
    let name = rust::ident(&item.name);
    let items = quote! {
        #docs
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct #name(::std::string::String);
    };
    [Piece::Items(items), Piece::Macro(format!("crate::value::opaque_string!({name});"))]
}

/// What is added to the comment of a union.
const ONE_OF: &str = "The set is open: a value of another shape is kept in `Unrecognized` and written back as it came.";

fn write_union(api: &Api, union: &Union) -> Vec<Piece> {
    let docs = docs::comment(&paragraphs(&union.description, ONE_OF));
    let name = rust::ident(&union.name);
    let variants = union.variants.iter().map(|variant| {
        let said = match (&union.tag, variant.values.as_slice()) {
            (Some(tag), [_, ..]) => {
                let values: Vec<String> = variant.values.iter().map(|value| docs::span(value)).collect();
                format!("{} is {}.", docs::span(tag), values.join(" or "))
            }
            _ => String::new(),
        };
        let (docs, ident) = (docs::comment(&said), rust::ident(&variant.name));
        let ty = rust::ty(&variant.ty, rust::From::Types);
        quote! { #docs #ident(#ty), }
    });
    let mut pieces = vec![Piece::Items(quote! {
        #docs
        #[derive(Clone, PartialEq)]
        #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
        #[cfg_attr(feature = "schemars", schemars(untagged))]
        #[non_exhaustive]
        pub enum #name {
            #(#variants)*
            /// A value of a shape that this version of the library does not know, exactly as it came.
            Unrecognized(::serde_json::Value),
        }
    })];
    pieces.push(Piece::Macro(union_macro(api, union)));
    let is_alone = |variant: &Variant| union.variants.iter().filter(|other| other.ty == variant.ty).count() == 1;
    pieces.extend(union.variants.iter().filter(|variant| is_alone(variant)).map(|variant| {
        let (variant, ty) = (rust::ident(&variant.name), rust::ty(&variant.ty, rust::From::Types));
        Piece::Items(quote! {
            impl ::std::convert::From<#ty> for #name {
                fn from(value: #ty) -> Self {
                    Self::#variant(value)
                }
            }
        })
    }));
    pieces
}

/// How a union is read and written. The variants that demand most come first, and of those that demand as much the ones that know
/// least: of several that fit a value as well, the first is taken.
fn union_macro(api: &Api, union: &Union) -> String {
    let structure = |ty: &Type| match ty {
        Type::Boxed(inner) => inner.named().and_then(|name| api.structure(name)),
        ty => ty.named().and_then(|name| api.structure(name)),
    };
    let demands = |variant: &Variant| {
        let fields = structure(&variant.ty).map(|structure| &structure.fields);
        let required = |fields: &Vec<Field>| fields.iter().filter(|field| field.shape == Shape::Required).count();
        let kind = match &variant.ty {
            _ if fields.is_some() => 0,
            Type::Bool | Type::I32 | Type::I64 | Type::Named(_) => 1,
            Type::F32 | Type::F64 | Type::Timestamp | Type::Secret | Type::List(_) | Type::Map(_) => 2,
            _ => 3,
        };
        (kind, std::cmp::Reverse(fields.map_or(0, required)), fields.map_or(0, Vec::len))
    };
    let mut variants: Vec<&Variant> = union.variants.iter().collect();
    variants.sort_by_key(|variant| demands(variant));
    let lines = variants.into_iter().map(|variant| {
        let list = |texts: &mut dyn Iterator<Item = &String>| {
            texts.map(|text| rust::literal(text)).collect::<Vec<_>>().join(", ")
        };
        let known = structure(&variant.ty).into_iter().flat_map(|structure| &structure.fields);
        let known = list(&mut known.filter(|field| !field.flatten).map(|field| &field.wire));
        let ty = rust::text(&rust::ty(&variant.ty, rust::From::Types));
        let personal = if variant.personal { " [personal]" } else { "" };
        let values = list(&mut variant.values.iter());
        format!("    {}({ty}){personal} = [{values}] knows [{known}],\n", variant.name)
    });
    let lines: String = lines.collect();
    let tag = union.tag.as_ref().map_or_else(String::new, |tag| format!(" by {}", rust::literal(tag)));
    format!("crate::value::union!({}{tag} {{\n{lines}}});", union.name)
}

fn write_struct(item: &Struct) -> Vec<Piece> {
    let Struct { name, description, fields } = item;
    let (docs, ident) = (docs::comment(description), rust::ident(name));
    let has_personal = fields.iter().any(|field| field.personal);
    let debug = (!has_personal).then(|| quote! { Debug, });
    let default = fields.iter().all(|field| field.shape != Shape::Required).then(|| quote! { Default, });
    // serde reads a struct that keeps unknown properties from objects only, and knows how to collect them.
    let derived = fields.iter().any(|field| field.flatten);
    let members = fields.iter().map(|field| {
        let (docs, serde, name) = (docs::comment(&field.description), serde(field, derived), rust::ident(&field.name));
        let ty = rust::field_ty(field);
        quote! { #docs #serde pub #name: #ty }
    });
    let derive = derived.then(|| quote! { ::serde::Deserialize, });
    let mut pieces = vec![Piece::Items(quote! {
        #docs
        #[derive(Clone, #debug #default PartialEq, #derive ::serde::Serialize)]
        #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
        #[non_exhaustive]
        pub struct #ident { #(#members,)* }
    })];
    if !derived {
        pieces.push(Piece::Macro(object(item)));
    }
    let starts = docs::comment(&format!("Starts a builder of `{name}`."));
    let builder = rust::ident(&names::builder(name));
    pieces.push(Piece::Items(quote! {
        impl #ident {
            #starts
            pub fn builder() -> builder::#builder {
                ::std::default::Default::default()
            }
        }
    }));
    if has_personal {
        pieces.push(Piece::Items(redacted_debug(name, fields)));
    }
    pieces
}

/// How the fields of a struct are read from the properties of an object.
fn object(item: &Struct) -> String {
    let fields = item.fields.iter().map(|field| {
        let also = field.list.iter().flatten();
        let wires: Vec<_> = [&field.wire].into_iter().chain(also).map(|wire| rust::literal(wire)).collect();
        format!("    {}: {} = {},\n", field.name, reader(field), wires.join(" | "))
    });
    let fields: String = fields.collect();
    format!("crate::value::object!({} {{\n{fields}}});", item.name)
}

/// The name of what reads the field, in `src/value/lenient.rs`.
fn reader(field: &Field) -> &'static str {
    match (field.shape, &field.ty) {
        _ if field.list.is_some() => "Listed",
        // What is free-form may hold null and mean it.
        (Shape::Collection, Type::FreeObject) => "Free",
        (Shape::Collection, Type::List(value) | Type::Map(value))
            if matches!(**value, Type::Any | Type::Nullable(_)) =>
        {
            "Free"
        }
        (Shape::Collection, Type::List(_)) => "List",
        (Shape::Collection, _) => "Map",
        (_, Type::I64) => "Integer",
        (Shape::Required, _) => "Plain",
        (Shape::Optional, _) => "Optional",
    }
}

/// How the field is written, and what may be absent in its JSON Schema; with `derived`, how it is read as well.
fn serde(field: &Field, derived: bool) -> TokenStream {
    if field.flatten {
        return quote! { #[serde(flatten)] };
    }
    let wire = &field.wire;
    let rename = (field.name != *wire).then(|| quote! { rename = #wire, });
    if field.list.is_some() {
        // An answer that lacks its list is an error, and one that has it writes it, empty or not.
        let with = derived.then(
            || quote! { deserialize_with = "crate::value::lenient::with::<crate::value::lenient::Listed, _, _>", },
        );
        let also = field.list.iter().flatten().filter(|_| derived);
        return match (&rename, derived) {
            (None, false) => TokenStream::new(),
            _ => quote! { #[serde(#rename #(alias = #also,)* #with)] },
        };
    }
    let is_missing = match (field.shape, &field.ty) {
        (Shape::Required, _) => None,
        (Shape::Optional, _) => Some("::std::option::Option::is_none"),
        (Shape::Collection, Type::List(_)) => Some("::std::vec::Vec::is_empty"),
        (Shape::Collection, Type::Map(_)) => Some("::std::collections::BTreeMap::is_empty"),
        (Shape::Collection, _) => Some("::serde_json::Map::is_empty"),
    };
    let default = field.shape == Shape::Collection || derived && field.shape == Shape::Optional;
    let default = default.then(|| quote! { default, });
    let with = derived.then(|| {
        let path = format!("crate::value::lenient::with::<crate::value::lenient::{}, _, _>", reader(field));
        quote! { deserialize_with = #path, }
    });
    let skip = is_missing.filter(|_| field.skip).map(|function| quote! { skip_serializing_if = #function, });
    if rename.is_none() && default.is_none() && with.is_none() && skip.is_none() {
        return TokenStream::new();
    }
    quote! { #[serde(#rename #default #with #skip)] }
}

/// A Debug that says which personal fields are there and not what they hold.
fn redacted_debug(shown: &str, fields: &[Field]) -> TokenStream {
    debug(shown, fields.iter().map(|field| (field.name.clone(), field.personal, field.shape != Shape::Required)))
}

/// An `impl Debug`. `fields`: the name, whether it is personal, and whether it may be missing (an Option or a
/// collection).
pub fn debug(shown: &str, fields: impl Iterator<Item = (String, bool, bool)>) -> TokenStream {
    let ident = rust::ident(shown);
    let entries = fields.map(|(name, personal, missing)| {
        let ident = rust::ident(&name);
        match (personal, missing) {
            (false, _) => quote! { .field(#name, &self.#ident) },
            (true, false) => quote! { .field(#name, &crate::value::Redacted) },
            (true, true) => {
                quote! { .field(#name, &self.#ident.iter().next().map(|_| crate::value::Redacted)) }
            }
        }
    });
    quote! {
        impl ::std::fmt::Debug for #ident {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct(#shown)#(#entries)*.finish()
            }
        }
    }
}
