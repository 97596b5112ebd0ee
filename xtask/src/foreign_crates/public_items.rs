//! Takes from a module the code that its public API consists of: signatures, public fields, traits, re-exports.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{
    Attribute, Field, FnArg, ImplItem, Item, ItemImpl, ItemTrait, Meta, ReturnType, Signature, TraitItem, Visibility,
};

use super::{
    names::{LocalItem, Target, imports, paths_in, resolve},
    source::{Module, is_for_tests},
};

/// A part of the public API.
pub struct PublicCode {
    /// What it is, such as `fn get_reward`.
    pub place: String,
    /// The code whose paths count.
    pub tokens: TokenStream,
}

/// The public API of one module.
pub fn of(module: &Module, modules: &[Module]) -> Vec<PublicCode> {
    let mut found = Vec::new();
    for item in &module.items {
        found.extend(item_code(item, module, modules));
    }
    found
}

fn code(place: String, tokens: impl ToTokens) -> Vec<PublicCode> {
    vec![PublicCode { place, tokens: tokens.to_token_stream() }]
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn item_code(item: &Item, module: &Module, modules: &[Module]) -> Vec<PublicCode> {
    match item {
        Item::Use(item) if !is_for_tests(&item.attrs) => {
            // A glob import hides which names are those of the crate: all of it counts, although it is not public.
            let tokens = imports(item).into_iter().filter_map(|(name, path)| {
                let colons = if path.is_absolute { "::" } else { "" };
                let names = path.names.join("::");
                match name.as_str() {
                    "*" => format!("{colons}{names}::all_names,").parse::<TokenStream>().ok(),
                    _ if is_public(&item.vis) => format!("{colons}{names},").parse().ok(),
                    _ => None,
                }
            });
            code("use".into(), tokens.collect::<TokenStream>())
        }
        Item::Fn(item) if is_public(&item.vis) && !is_for_tests(&item.attrs) => {
            code(format!("fn {}", item.sig.ident), signature(&item.sig))
        }
        Item::Struct(item) if is_public(&item.vis) && !is_for_tests(&item.attrs) => {
            let parts = [generics(&item.generics), public_fields(item.fields.iter()), derives(&item.attrs)];
            code(format!("struct {}", item.ident), TokenStream::from_iter(parts))
        }
        Item::Union(item) if is_public(&item.vis) && !is_for_tests(&item.attrs) => {
            let parts = [generics(&item.generics), public_fields(item.fields.named.iter()), derives(&item.attrs)];
            code(format!("union {}", item.ident), TokenStream::from_iter(parts))
        }
        Item::Enum(item) if is_public(&item.vis) && !is_for_tests(&item.attrs) => {
            let fields = item.variants.iter().flat_map(|variant| &variant.fields);
            let types: TokenStream = fields.map(|field| separate(&field.ty)).collect();
            let parts = [generics(&item.generics), types, derives(&item.attrs)];
            code(format!("enum {}", item.ident), TokenStream::from_iter(parts))
        }
        Item::Type(item) if is_public(&item.vis) && !is_for_tests(&item.attrs) => {
            let parts = [generics(&item.generics), separate(&item.ty)];
            code(format!("type {}", item.ident), TokenStream::from_iter(parts))
        }
        Item::Const(item) if is_public(&item.vis) && !is_for_tests(&item.attrs) => {
            code(format!("const {}", item.ident), &item.ty)
        }
        Item::Static(item) if is_public(&item.vis) && !is_for_tests(&item.attrs) => {
            code(format!("static {}", item.ident), &item.ty)
        }
        Item::Trait(item) if is_public(&item.vis) && !is_for_tests(&item.attrs) => {
            code(format!("trait {}", item.ident), trait_code(item))
        }
        Item::Impl(item) if !is_for_tests(&item.attrs) => impl_code(item, module, modules),
        Item::Macro(item) if !is_for_tests(&item.attrs) => {
            // What a macro writes is not known: every path in its definition counts, and in a call that has a `pub`.
            let is_definition = item.ident.is_some();
            let name = item.ident.as_ref().map_or_else(|| text(&item.mac.path), ToString::to_string);
            let has_public_items = item.mac.tokens.to_string().split_whitespace().any(|word| word == "pub");
            if is_definition || has_public_items { code(format!("macro {name}"), &item.mac.tokens) } else { Vec::new() }
        }
        _ => Vec::new(),
    }
}

/// Code as people write it, for messages.
fn text(tokens: &impl ToTokens) -> String {
    let text = tokens.to_token_stream().to_string();
    [(" :: ", "::"), (":: ", "::"), (" < ", "<"), (" >", ">")]
        .iter()
        .fold(text, |text, (from, to)| text.replace(from, to))
}

/// The code followed by a comma, so that paths of different places do not run into each other.
fn separate(tokens: impl ToTokens) -> TokenStream {
    quote! { #tokens , }
}

/// The bounds, without the names of the parameters.
fn generics(generics: &syn::Generics) -> TokenStream {
    let bounds = generics.params.iter().filter_map(|parameter| match parameter {
        syn::GenericParam::Type(parameter) => Some(separate(&parameter.bounds)),
        syn::GenericParam::Const(parameter) => Some(separate(&parameter.ty)),
        syn::GenericParam::Lifetime(_) => None,
    });
    let bounds: TokenStream = bounds.collect();
    let clauses = separate(&generics.where_clause);
    quote! { #bounds #clauses }
}

fn signature(signature: &Signature) -> TokenStream {
    let arguments = signature.inputs.iter().filter_map(|argument| match argument {
        FnArg::Typed(argument) => Some(separate(&argument.ty)),
        FnArg::Receiver(_) => None,
    });
    let arguments: TokenStream = arguments.collect();
    let answer = match &signature.output {
        ReturnType::Default => TokenStream::new(),
        ReturnType::Type(_, ty) => separate(ty),
    };
    TokenStream::from_iter([generics(&signature.generics), arguments, answer])
}

fn public_fields<'a>(fields: impl Iterator<Item = &'a Field>) -> TokenStream {
    fields.filter(|field| is_public(&field.vis)).map(|field| separate(&field.ty)).collect()
}

/// What is derived, also on a condition: every derive is an implementation of a trait.
fn derives(attributes: &[Attribute]) -> TokenStream {
    fn lists(meta: &Meta) -> TokenStream {
        match meta {
            Meta::List(list) if list.path.is_ident("derive") => separate(&list.tokens),
            Meta::List(list) if list.path.is_ident("cfg_attr") => {
                let parser = syn::punctuated::Punctuated::<Meta, syn::Token![,]>::parse_terminated;
                let parts = syn::parse::Parser::parse2(parser, list.tokens.clone());
                parts.map(|parts| parts.iter().skip(1).map(lists).collect()).unwrap_or_default()
            }
            _ => TokenStream::new(),
        }
    }
    attributes.iter().map(|attribute| lists(&attribute.meta)).collect()
}

fn trait_code(item: &ItemTrait) -> TokenStream {
    let items = item.items.iter().map(|item| match item {
        TraitItem::Fn(function) => signature(&function.sig),
        TraitItem::Type(ty) => separate(&ty.bounds),
        TraitItem::Const(constant) => separate(&constant.ty),
        _ => TokenStream::new(),
    });
    TokenStream::from_iter([generics(&item.generics), separate(&item.supertraits)].into_iter().chain(items))
}

fn impl_code(item: &ItemImpl, module: &Module, modules: &[Module]) -> Vec<PublicCode> {
    let self_type = &item.self_ty;
    let name = text(self_type);
    if is_private(&self_type.to_token_stream(), module, modules) {
        return Vec::new();
    }
    let Some((trait_path, _)) = &item.trait_ else {
        let items = item.items.iter().flat_map(|item| match item {
            ImplItem::Fn(function) if is_public(&function.vis) && !is_for_tests(&function.attrs) => {
                code(format!("fn {}::{}", name, function.sig.ident), signature(&function.sig))
            }
            ImplItem::Const(constant) if is_public(&constant.vis) => {
                code(format!("const {}::{}", name, constant.ident), &constant.ty)
            }
            _ => Vec::new(),
        });
        return items.chain(code(format!("impl {name}"), generics(&item.generics))).collect();
    };
    if is_private(&trait_path.to_token_stream(), module, modules) {
        return Vec::new();
    }
    let associated = item.items.iter().filter_map(|item| match item {
        ImplItem::Type(ty) => Some(separate(&ty.ty)),
        _ => None,
    });
    let header = [generics(&item.generics), separate(trait_path), separate(self_type)];
    code(format!("impl {} for {name}", text(trait_path)), header.into_iter().chain(associated).collect::<TokenStream>())
}

/// Whether a type or a trait is one of this crate that users cannot have: its first path leads to an item that is not
/// `pub`.
fn is_private(tokens: &TokenStream, module: &Module, modules: &[Module]) -> bool {
    let first = paths_in(tokens.clone()).into_iter().find(|path| !matches!(path.names[0].as_str(), "dyn" | "mut"));
    let target = first.map(|path| resolve(&path, module, modules));
    matches!(target, Some(Target::Item(item)) if !LocalItem::is_public(&item))
}
