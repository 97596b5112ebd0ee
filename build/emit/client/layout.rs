//! Lays the generated code out to be read: short paths with `use` lines, and a blank line between items.

use std::collections::{BTreeMap, BTreeSet};

use crate::build::problem::Problem;
use proc_macro2::{Delimiter, Group, Literal, TokenStream, TokenTree};

/// A part of a generated file.
pub enum Piece {
    /// Items of Rust.
    Items(TokenStream),
    /// The call of a macro, written by hand: nothing knows how to lay out what stands within.
    Macro(String),
}

/// Paths that have a short name everywhere.
const PRELUDE: &[(&str, &str)] = &[
    ("std::boxed::Box", "Box"),
    ("std::convert::AsRef", "AsRef"),
    ("std::convert::From", "From"),
    ("std::convert::Into", "Into"),
    ("std::convert::TryFrom", "TryFrom"),
    ("std::default::Default", "Default"),
    ("std::iter::Iterator", "Iterator"),
    ("std::ops::FnOnce", "FnOnce"),
    ("std::option::Option::None", "None"),
    ("std::option::Option::Some", "Some"),
    ("std::option::Option", "Option"),
    ("std::result::Result::Err", "Err"),
    ("std::result::Result::Ok", "Ok"),
    ("std::result::Result", "Result"),
    ("std::string::String", "String"),
    ("std::vec::Vec", "Vec"),
];

/// Paths that a `use` line makes short.
const IMPORTS: &[(&str, &str)] = &[
    ("crate::call::IntoRequest", "IntoRequest"),
    ("crate::call::RawBody", "RawBody"),
    ("crate::call::Request", "Request"),
    ("crate::call::Response", "Response"),
    ("crate::client::Client", "Client"),
    ("crate::error::Build", "Build"),
    ("crate::error::Error", "Error"),
    ("crate::error::Problems", "Problems"),
    ("crate::operation", "operation"),
    ("crate::page::Items", "Items"),
    ("crate::page::Paged", "Paged"),
    ("crate::page::Pages", "Pages"),
    ("crate::types", "types"),
    ("crate::value::FreeForm", "FreeForm"),
    ("crate::value::IntoField", "IntoField"),
    ("crate::value::IntoInteger", "IntoInteger"),
    ("crate::value::IntoList", "IntoList"),
    ("crate::value::Redacted", "Redacted"),
    ("crate::value::Secret", "Secret"),
    ("crate::value::Timestamp", "Timestamp"),
    ("crate::value::integer::Integer", "Integer"),
    ("http::Method", "Method"),
    ("serde::Deserialize", "Deserialize"),
    ("serde::Serialize", "Serialize"),
    ("serde_json::Map", "Map"),
    ("serde_json::Value", "Value"),
    ("std::collections::BTreeMap", "BTreeMap"),
    ("std::fmt", "fmt"),
];

/// The text of a file. Names in `taken` belong to the API: a path that would get one of them stays as it is.
pub fn render(pieces: Vec<Piece>, taken: &BTreeSet<String>) -> Result<String, Problem> {
    let mut paths = Paths { taken, imports: BTreeMap::new() };
    let mut parts = Vec::new();
    for piece in pieces {
        parts.push(match piece {
            Piece::Items(tokens) => format(paths.shorten(tokens))?,
            Piece::Macro(text) => format!("{text}\n"),
        });
    }
    let imports = std::mem::take(&mut paths.imports);
    let mut groups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (parent, name) in imports.keys().filter_map(|path| path.rsplit_once("::")) {
        groups.entry(parent).or_default().push(name);
    }
    let uses = groups.into_iter().map(|(parent, names)| match names.as_slice() {
        [name] => format!("use {parent}::{name};"),
        names => format!("use {parent}::{{{}}};", names.join(", ")),
    });
    let uses: TokenStream = uses.collect::<String>().parse().map_err(|e| defect(format!("an import: {e}")))?;
    if !uses.is_empty() {
        parts.insert(0, format(uses)?);
    }
    Ok(parts.join("\n"))
}

fn defect(what: String) -> Problem {
    Problem::new("the generated code", what, "this is a defect of build/emit: please report it with the document")
}

/// Items with a blank line between them, and between the functions of an `impl`.
fn format(tokens: TokenStream) -> Result<String, Problem> {
    let file: syn::File = syn::parse2(tokens).map_err(|e| defect(format!("what was written is no Rust: {e}")))?;
    let mut text = String::new();
    let mut before = String::new();
    for line in prettyplease::unparse(&file).lines() {
        let indent = line.len() - line.trim_start().len();
        let ends_block = matches!(before.trim(), "}" | "};") && before.len() - before.trim_start().len() == indent;
        if ends_block && indent <= 4 && !line.trim().starts_with(['}', ')']) {
            text.push('\n');
        }
        // Constants begin with a comment or an attribute, and end with `};` at the margin.
        text.push_str(line);
        text.push('\n');
        before = line.to_string();
    }
    Ok(text)
}

/// Shortens paths and remembers what has to be imported for it.
struct Paths<'a> {
    taken: &'a BTreeSet<String>,
    imports: BTreeMap<&'static str, ()>,
}

impl Paths<'_> {
    fn shorten(&mut self, tokens: TokenStream) -> TokenStream {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut out = TokenStream::new();
        let mut at = 0;
        while at < tokens.len() {
            if let Some((name, end)) = self.short(&tokens, at) {
                out.extend([TokenTree::Ident(super::rust::ident(name))]);
                at = end;
                continue;
            }
            // The rest of a path keeps its beginning.
            let skipped = path(&tokens, at).map_or(at + 1, |(_, ends)| ends.last().copied().unwrap_or(at + 1));
            for token in &tokens[at..skipped] {
                out.extend([match token {
                    TokenTree::Group(group) => TokenTree::Group(self.within(group)),
                    TokenTree::Literal(literal) => self.named_in(literal).unwrap_or_else(|| token.clone()),
                    other => other.clone(),
                }]);
            }
            at = skipped;
        }
        out
    }

    fn within(&mut self, group: &Group) -> Group {
        let mut changed = Group::new(group.delimiter(), self.shorten(group.stream()));
        changed.set_span(group.span());
        debug_assert!(group.delimiter() != Delimiter::None);
        changed
    }

    /// A literal that names a function, as the attributes of serde have it, with the short path.
    fn named_in(&mut self, literal: &Literal) -> Option<TokenTree> {
        let text = literal.to_string();
        let path = text.strip_prefix('"')?.strip_suffix('"')?;
        ["::std::", "::serde_json::", "crate::value::"].iter().find(|start| path.starts_with(**start))?;
        let short = self.shorten(path.parse().ok()?).to_string().replace(' ', "").replace(',', ", ");
        Some(TokenTree::Literal(Literal::string(&short)))
    }

    /// The short name of the path at a place, and where the path ends.
    fn short(&mut self, tokens: &[TokenTree], at: usize) -> Option<(&'static str, usize)> {
        let (names, ends) = path(tokens, at)?;
        for count in (2..=names.len()).rev() {
            let spelled = names[..count].join("::");
            let known = |(path, _): &&(&'static str, &'static str)| *path == spelled;
            if let Some((_, name)) = PRELUDE.iter().find(known) {
                return (!self.taken.contains(*name)).then_some((*name, ends[count - 1]));
            }
            if let Some((path, name)) = IMPORTS.iter().find(known) {
                if self.taken.contains(*name) {
                    return None;
                }
                self.imports.insert(path, ());
                return Some((*name, ends[count - 1]));
            }
        }
        None
    }
}

/// The names of the path that begins at a place with `::` or `crate`, and where each of them ends.
fn path(tokens: &[TokenTree], at: usize) -> Option<(Vec<String>, Vec<usize>)> {
    let is_colon = |at: usize| matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
    let ident = |at: usize| match tokens.get(at) {
        Some(TokenTree::Ident(ident)) => Some(ident.to_string()),
        _ => None,
    };
    let mut next = match ident(at) {
        Some(name) if name == "crate" => at,
        None if is_colon(at) && is_colon(at + 1) => at + 2,
        _ => return None,
    };
    let (mut names, mut ends) = (Vec::new(), Vec::new());
    loop {
        names.push(ident(next)?);
        ends.push(next + 1);
        if !(is_colon(next + 1) && is_colon(next + 2) && ident(next + 3).is_some()) {
            return Some((names, ends));
        }
        next += 3;
    }
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    fn rendered(tokens: TokenStream, taken: &[&str]) -> String {
        let taken = taken.iter().map(ToString::to_string).collect();
        render(vec![Piece::Items(tokens)], &taken).unwrap()
    }

    #[test]
    fn paths_become_short_and_are_imported() {
        let code = quote! {
            pub struct S { pub a: ::std::option::Option<crate::value::Secret>, pub b: ::std::vec::Vec<other::Thing> }
        };
        let text = rendered(code, &[]);
        assert!(text.starts_with("use crate::value::Secret;\n\npub struct S {"), "{text}");
        assert!(text.contains("pub a: Option<Secret>,") && text.contains("pub b: Vec<other::Thing>,"), "{text}");
    }

    #[test]
    fn a_name_of_the_api_keeps_the_long_path() {
        let code = quote! { pub struct Option { pub a: ::std::option::Option<crate::value::Secret> } };
        let text = rendered(code.clone(), &["Option"]);
        assert!(text.contains("pub a: ::std::option::Option<Secret>,"), "{text}");
        let text = rendered(code, &["Option", "Secret"]);
        assert!(
            text.contains("pub a: ::std::option::Option<crate::value::Secret>,") && !text.contains("use "),
            "{text}"
        );
    }

    #[test]
    fn functions_stand_apart() {
        let text = rendered(quote! { impl S { fn a() { if x { } y(); } fn b() {} } struct T { a: u8 } }, &[]);
        assert!(text.contains("    }\n\n    fn b() {}\n}\n\nstruct T"), "{text}");
    }
}
