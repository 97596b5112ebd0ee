//! The public API of the generated client, a line for each thing that users can name: what `openapi/public-api.txt` holds.
//!
//! It is read off the source that the pipeline wrote, so that a reviewer sees in a diff what users will see, whichever
//! part of the pipeline was behind it. Prose and bodies of functions are left out.

mod compare;

use std::collections::BTreeSet;

pub use compare::{Difference, compare};
use quote::ToTokens;
use syn::{
    Attribute, Expr, Fields, FnArg, GenericParam, Item, ItemEnum, ItemImpl, ItemMacro, ItemStruct, Lit, Meta,
    ReturnType, Token, Visibility, punctuated::Punctuated,
};

use crate::build::problem::Problem;

const HEADER: &str = "\
# The public API that is generated from openapi.yaml, for reviewers: a line for each thing a user can name, sorted.
# Written by `cargo xtask refresh-spec` and `cargo xtask snapshot`, compared by `cargo xtask check`; never edited.
";

/// What ends the line of something that should not be used any more.
const DEPRECATED: &str = " (deprecated)";

/// The snapshot of a generated client.
pub fn of(code: &str) -> Result<String, Problem> {
    let refuse = |what: String| {
        Problem::new("generated.rs", what, "this is a defect of the pipeline, or of xtask/src/surface.rs")
    };
    let file = syn::parse_file(code).map_err(|e| refuse(format!("what was generated is no Rust: {e}")))?;
    let mut lines = BTreeSet::new();
    items(&file.items, "", &mut lines).map_err(|e| refuse(format!("the public API cannot be read: {e}")))?;
    let lines: Vec<String> = lines.into_iter().collect();
    Ok(format!("{HEADER}{}\n", lines.join("\n")))
}

/// The lines of a snapshot that say something.
pub fn lines(snapshot: &str) -> BTreeSet<&str> {
    snapshot.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
}

type Lines = BTreeSet<String>;

fn items(items: &[Item], within: &str, lines: &mut Lines) -> syn::Result<()> {
    for item in items {
        match item {
            Item::Mod(module) if public(&module.vis) => {
                let within = format!("{within}{}::", module.ident);
                self::items(module.content.as_ref().map_or(&[][..], |(_, items)| items), &within, lines)?;
            }
            Item::Struct(item) if public(&item.vis) => structure(item, within, "struct", lines),
            Item::Enum(item) if public(&item.vis) => enumeration(item, within, "enum", lines),
            Item::Type(item) if public(&item.vis) => {
                lines.insert(format!(
                    "{within}{}: alias of {}{}",
                    item.ident,
                    clean(&item.ty),
                    deprecated(&item.attrs)
                ));
            }
            Item::Static(item) if public(&item.vis) => constant(&item.ident.to_string(), &item.expr, within, lines),
            Item::Const(item) if public(&item.vis) => constant(&item.ident.to_string(), &item.expr, within, lines),
            Item::Fn(item) if public(&item.vis) => {
                lines.insert(format!("{within}{}{}", signature(&item.sig), deprecated(&item.attrs)));
            }
            Item::Trait(item) if public(&item.vis) => {
                lines.insert(format!("{within}{}: trait", item.ident));
            }
            Item::Macro(item) => invocation(item, within, lines)?,
            Item::Impl(item) => implementation(item, within, lines),
            _ => {}
        }
    }
    Ok(())
}

fn public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn structure(item: &ItemStruct, within: &str, kind: &str, lines: &mut Lines) {
    let name = format!("{within}{}", item.ident);
    lines.insert(format!("{name}: {kind}{}", deprecated(&item.attrs)));
    derives(&item.attrs, &name, lines);
    if let Fields::Named(fields) = &item.fields {
        for field in fields.named.iter().filter(|field| public(&field.vis)) {
            let field_name = field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
            lines.insert(format!("{name}.{field_name}: {}{}", clean(&field.ty), deprecated(&field.attrs)));
        }
    }
}

fn enumeration(item: &ItemEnum, within: &str, kind: &str, lines: &mut Lines) {
    let name = format!("{within}{}", item.ident);
    lines.insert(format!("{name}: {kind}{}", deprecated(&item.attrs)));
    derives(&item.attrs, &name, lines);
    for variant in &item.variants {
        let of = match (&variant.fields, &variant.discriminant) {
            (_, Some((_, text))) => format!(" = {}", clean(text)),
            (Fields::Unit, None) => String::new(),
            (fields, None) => clean(fields),
        };
        lines.insert(format!("{name}::{}{of}{}", variant.ident, deprecated(&variant.attrs)));
    }
}

/// What a derive promises and a change can silently take away; the others every type has.
fn derives(attributes: &[Attribute], name: &str, lines: &mut Lines) {
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("derive")) {
        let Ok(paths) = attribute.parse_args_with(Punctuated::<syn::Path, Token![,]>::parse_terminated) else {
            continue;
        };
        if paths.iter().any(|path| path.is_ident("Default")) {
            lines.insert(format!("{name}: Default"));
        }
    }
}

/// An operation constant in the words of the API; of others the value.
fn constant(name: &str, value: &Expr, within: &str, lines: &mut Lines) {
    let said = match value {
        Expr::Struct(value) => {
            let members = value.fields.iter().filter_map(|field| match (&field.expr, &field.member) {
                (Expr::Lit(literal), member) => match &literal.lit {
                    Lit::Str(text) => Some(text.value()),
                    Lit::Bool(flag) if flag.value => Some(clean(member)),
                    _ => None,
                },
                (Expr::Path(path), _) => path.path.segments.last().map(|last| last.ident.to_string()),
                _ => None,
            });
            members.collect::<Vec<_>>().join(" ")
        }
        // The list of all of them.
        Expr::Reference(value) if matches!(&*value.expr, Expr::Array(list) if list.elems.iter().all(|e| matches!(e, Expr::Reference(_)))) =>
        {
            return;
        }
        other => clean(other),
    };
    lines.insert(format!("{within}{name} = {said}"));
}

/// `open_enum!` and `opaque_string!` hold an enum and a struct in Rust's own syntax. `object!` says how a struct that
/// stands beside it is read, which every struct is.
fn invocation(item: &ItemMacro, within: &str, lines: &mut Lines) -> syn::Result<()> {
    let name = item.mac.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
    match name.as_str() {
        "open_enum" => enumeration(&item.mac.parse_body()?, within, "open enum", lines),
        "opaque_string" => structure(&item.mac.parse_body()?, within, "opaque string", lines),
        "object" => {}
        other => {
            let message = format!("`{other}!` is a macro that the snapshot does not know");
            return Err(syn::Error::new_spanned(&item.mac.path, message));
        }
    }
    Ok(())
}

fn implementation(item: &ItemImpl, within: &str, lines: &mut Lines) {
    // `impl crate::Client` stands at the root of the generated module.
    let name = clean(&item.self_ty);
    if let Some((path, _)) = &item.trait_ {
        let path = clean(path);
        if path.starts_with("Default") || path.contains("Stream") {
            lines.insert(format!("{within}{name}: {path}"));
        }
        return;
    }
    for function in &item.items {
        if let syn::ImplItem::Fn(function) = function
            && public(&function.vis)
        {
            lines.insert(format!("{within}{name}::{}{}", signature(&function.sig), deprecated(&function.attrs)));
        }
    }
}

/// A signature as a user reads it: `V: IntoField<T, M>` is a setter that takes T.
fn signature(signature: &syn::Signature) -> String {
    let mut arguments: Vec<String> = Vec::new();
    for argument in &signature.inputs {
        let FnArg::Typed(argument) = argument else { continue };
        arguments.push(bound(signature, &clean(&argument.ty)));
    }
    let answer = match &signature.output {
        ReturnType::Default => String::new(),
        ReturnType::Type(_, ty) if clean(ty) == "Self" => String::new(),
        ReturnType::Type(_, ty) => format!(" -> {}", clean(ty)),
    };
    let keyword = if signature.asyncness.is_some() { "async " } else { "" };
    format!(
        "{}({}){}",
        signature.ident,
        arguments.join(", "),
        if keyword.is_empty() { answer } else { format!("{answer}, async") }
    )
}

/// What stands for a type parameter: the type it has to become.
fn bound(signature: &syn::Signature, argument: &str) -> String {
    let is_parameter =
        signature.generics.params.iter().any(|p| matches!(p, GenericParam::Type(p) if p.ident == argument));
    let clauses = signature.generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    let said = clauses.filter_map(|predicate| match predicate {
        syn::WherePredicate::Type(predicate) if clean(&predicate.bounded_ty) == argument => {
            Some(clean(&predicate.bounds))
        }
        _ => None,
    });
    let Some(bounds) = said.into_iter().next().filter(|_| is_parameter) else { return argument.to_string() };
    let field = bounds.strip_prefix("IntoField<").and_then(|inner| inner.strip_suffix(", M>"));
    field.map(str::to_string).unwrap_or(bounds)
}

fn deprecated(attributes: &[Attribute]) -> &'static str {
    let found = attributes.iter().any(|attribute| match &attribute.meta {
        Meta::Path(path) => path.is_ident("deprecated"),
        Meta::List(list) => list.path.is_ident("deprecated"),
        Meta::NameValue(pair) => pair.path.is_ident("deprecated"),
    });
    if found { DEPRECATED } else { "" }
}

/// Tokens without the paths that everybody knows, spaced as rustfmt would.
fn clean(tokens: &impl ToTokens) -> String {
    let mut text = tokens.to_token_stream().to_string();
    for (spaced, tight) in [
        (" :: ", "::"),
        (":: ", "::"),
        (" <", "<"),
        ("< ", "<"),
        (" ,", ","),
        (", >", ">"),
        (",>", ">"),
        (",]", "]"),
        (" >", ">"),
        ("& ", "&"),
        (" (", "("),
        ("( ", "("),
        (" )", ")"),
    ] {
        text = text.replace(spaced, tight);
    }
    let known = [
        "::std::option::",
        "::std::string::",
        "::std::vec::",
        "::std::collections::",
        "::std::result::",
        "::std::convert::",
        "::std::ops::",
        "::std::default::",
        "::serde_json::",
        "::reqwest::",
        "crate::",
    ];
    known.iter().fold(text, |text, prefix| text.replace(prefix, "")).replace("super::", "")
}

#[cfg(test)]
mod tests;
