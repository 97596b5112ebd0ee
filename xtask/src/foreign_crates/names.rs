//! Resolves the paths in a piece of code to the crates they lead to.

use std::collections::BTreeSet;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Item, ItemUse, UseTree, Visibility};

use super::source::Module;

/// A path in the code, such as `types::Reward` or `::serde_json::Value`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CodePath {
    /// Whether it begins with `::`, so that its first name is that of a crate.
    pub is_absolute: bool,
    pub names: Vec<String>,
}

impl CodePath {
    /// The same path, with what its first name stands for.
    fn through(&self, import: &Self) -> Self {
        let names = [&import.names[..], self.names.get(1..).unwrap_or_default()].concat();
        Self { is_absolute: import.is_absolute, names }
    }
}

/// Words that are no part of a path.
const KEYWORDS: [&str; 26] = [
    "as", "async", "await", "break", "const", "dyn", "else", "enum", "extern", "fn", "for", "if", "impl", "in", "let",
    "loop", "match", "move", "mut", "pub", "ref", "return", "static", "struct", "type", "where",
];

/// Every path in the tokens, single names such as those of generics included.
pub fn paths_in(tokens: TokenStream) -> Vec<CodePath> {
    let mut found = Vec::new();
    let mut open: Option<CodePath> = None;
    // The punctuation since the last name, group or literal, and whether that was a name that declares generics.
    let (mut between, mut declares_generics) = (String::new(), false);
    // For each open `<` whether it declares generics, and the same of the one that was closed last.
    let (mut angles, mut declared_generics) = (Vec::new(), false);
    for token in tokens {
        match token {
            TokenTree::Punct(punct) => {
                match punct.as_char() {
                    '<' => angles.push(between.is_empty() && declares_generics),
                    '>' if !between.ends_with(['-', '=']) => declared_generics = angles.pop().unwrap_or_default(),
                    _ => {}
                }
                between.push(punct.as_char());
                continue;
            }
            TokenTree::Ident(name) if KEYWORDS.contains(&name.to_string().as_str()) => {
                found.extend(open.take());
                declares_generics = name == "impl" || name == "for";
                between.clear();
                continue;
            }
            TokenTree::Ident(name) => match &mut open {
                Some(path) if between == "::" => path.names.push(name.to_string()),
                _ => {
                    found.extend(open.take());
                    let is_absolute = between.ends_with("::");
                    let follows_arrow = between.ends_with("->::") || between.ends_with("=>::");
                    let follows_angle = between.ends_with(">::") && !follows_arrow;
                    open = if between.ends_with('\'') {
                        // A lifetime.
                        None
                    } else if follows_angle && !declared_generics {
                        // `<T as Trait>::Item`: a name of the trait.
                        Some(CodePath { is_absolute: false, names: vec!["Self".into(), name.to_string()] })
                    } else {
                        Some(CodePath { is_absolute, names: vec![name.to_string()] })
                    };
                }
            },
            TokenTree::Group(group) => {
                found.extend(open.take());
                found.extend(paths_in(group.stream()));
            }
            TokenTree::Literal(_) => found.extend(open.take()),
        }
        between.clear();
        declares_generics = false;
    }
    found.extend(open);
    found
}

/// The paths that a `use` brings into scope, each with the name it has there; `*` for all names of a module.
pub fn imports(item: &ItemUse) -> Vec<(String, CodePath)> {
    fn walk(tree: &UseTree, before: &[String], found: &mut Vec<(String, Vec<String>)>) {
        match tree {
            UseTree::Path(path) => walk(&path.tree, &[before, &[path.ident.to_string()]].concat(), found),
            // `use a::b::{self}` brings `b`.
            UseTree::Name(name) if name.ident == "self" => {
                found.push((before.last().cloned().unwrap_or_default(), before.to_vec()));
            }
            UseTree::Name(name) => {
                found.push((name.ident.to_string(), [before, &[name.ident.to_string()]].concat()));
            }
            UseTree::Rename(rename) if rename.ident == "self" => {
                found.push((rename.rename.to_string(), before.to_vec()));
            }
            UseTree::Rename(rename) => {
                found.push((rename.rename.to_string(), [before, &[rename.ident.to_string()]].concat()));
            }
            UseTree::Glob(_) => found.push(("*".into(), before.to_vec())),
            UseTree::Group(group) => group.items.iter().for_each(|tree| walk(tree, before, found)),
        }
    }
    let mut found = Vec::new();
    walk(&item.tree, &[], &mut found);
    let is_absolute = item.leading_colon.is_some();
    found.into_iter().map(|(name, names)| (name, CodePath { is_absolute, names })).collect()
}

/// An item of the crate that a path leads to, and the module it stands in.
pub struct LocalItem<'a> {
    pub module: &'a Module,
    pub item: &'a Item,
}

impl LocalItem<'_> {
    pub fn is_public(&self) -> bool {
        visibility(self.item).is_none_or(|visibility| matches!(visibility, Visibility::Public(_)))
    }
}

/// What a path leads to.
pub enum Target<'a> {
    Crate(String),
    Item(LocalItem<'a>),
    /// A generic, a type of the prelude, a name that a macro makes.
    Unknown,
}

/// How many imports and aliases are followed; a crate that compiles has no endless ones.
const LONGEST_CHAIN: usize = 32;

/// Follows a path that stands in `module`, through imports, to a crate or to an item of this one.
pub fn resolve<'a>(path: &CodePath, module: &'a Module, modules: &'a [Module]) -> Target<'a> {
    let (mut path, mut module) = (path.clone(), module);
    for _ in 0..LONGEST_CHAIN {
        let Some(first) = path.names.first().cloned() else { return Target::Unknown };
        if path.is_absolute {
            return foreign(&first);
        }
        if let Some(names) = from_root(&path, module) {
            // The deepest module on the way, and the name that is looked up in it.
            let depth = (0..names.len()).rev().find(|depth| find(&names[..*depth], modules).is_some());
            let Some(depth) = depth else { return Target::Unknown };
            let Some(inner) = find(&names[..depth], modules) else { return Target::Unknown };
            let rest = CodePath { is_absolute: false, names: names[depth..].to_vec() };
            match look_up(&rest.names[0], inner, modules) {
                Some((Found::Import(import), holder)) => (path, module) = (rest.through(&import), holder),
                Some((Found::Item(item), holder)) => return Target::Item(LocalItem { module: holder, item }),
                None => return Target::Unknown,
            }
            continue;
        }
        match look_up(&first, module, modules) {
            // `use serde;` brings the crate under its own name.
            Some((Found::Import(import), _)) if import.names == [first.clone()] => return foreign(&first),
            Some((Found::Import(import), holder)) => (path, module) = (path.through(&import), holder),
            Some((Found::Item(_), holder)) => {
                let names = [&["self".to_string()], &path.names[..]].concat();
                (path, module) = (CodePath { is_absolute: false, names }, holder);
            }
            // Without an import the first of several names is a crate; a single one is a generic or of the prelude.
            None if path.names.len() > 1 && first.starts_with(char::is_lowercase) => return foreign(&first),
            None => return Target::Unknown,
        }
    }
    Target::Unknown
}

/// The foreign crates that a path leads to: one, none, or those in the definition of an alias that is not public.
pub fn foreign_crates(path: &CodePath, module: &Module, modules: &[Module]) -> BTreeSet<String> {
    fn follow(path: &CodePath, module: &Module, modules: &[Module], left: usize) -> BTreeSet<String> {
        match resolve(path, module, modules) {
            Target::Crate(name) => BTreeSet::from([name]),
            Target::Item(LocalItem { module, item: Item::Type(alias) }) if left > 0 => {
                paths_in(alias.ty.to_token_stream())
                    .iter()
                    .flat_map(|path| follow(path, module, modules, left - 1))
                    .collect()
            }
            Target::Item(_) | Target::Unknown => BTreeSet::new(),
        }
    }
    follow(path, module, modules, LONGEST_CHAIN)
}

fn foreign<'a>(name: &str) -> Target<'a> {
    match name {
        "std" | "core" | "alloc" => Target::Unknown,
        _ => Target::Crate(name.to_string()),
    }
}

/// A path that begins with `crate`, `self` or `super`, as names from the root of the crate.
fn from_root(path: &CodePath, module: &Module) -> Option<Vec<String>> {
    let mut base = match path.names.first()?.as_str() {
        "crate" | "$crate" => Vec::new(),
        "self" | "super" => module.path.clone(),
        _ => return None,
    };
    let mut names = &path.names[..];
    if names[0] != "super" {
        names = &names[1..];
    }
    while names.first().is_some_and(|name| name == "super") {
        base.pop();
        names = &names[1..];
    }
    Some([&base[..], names].concat())
}

fn find<'a>(path: &[String], modules: &'a [Module]) -> Option<&'a Module> {
    modules.iter().find(|module| module.path == path)
}

enum Found<'a> {
    Import(CodePath),
    Item(&'a Item),
}

/// What a name stands for in a module: an item, an import, or what a glob import of another module brings. With it the
/// module that holds it, because an import is relative to that one.
fn look_up<'a>(name: &str, module: &'a Module, modules: &'a [Module]) -> Option<(Found<'a>, &'a Module)> {
    let direct = |module: &'a Module| {
        let item = module.items.iter().find(|item| item_name(item).is_some_and(|item| item == name));
        let import = || imports_of(module).find(|(imported, _)| imported == name).map(|(_, path)| Found::Import(path));
        item.map(Found::Item).or_else(import).map(|found| (found, module))
    };
    direct(module).or_else(|| {
        let globs = imports_of(module).filter(|(imported, _)| imported == "*");
        let mut imported = globs.filter_map(|(_, path)| {
            let names = from_root(&path, module).unwrap_or_else(|| [&module.path[..], &path.names[..]].concat());
            find(&names, modules)
        });
        imported.find_map(direct)
    })
}

fn imports_of(module: &Module) -> impl Iterator<Item = (String, CodePath)> {
    module.items.iter().filter_map(|item| if let Item::Use(item) = item { Some(imports(item)) } else { None }).flatten()
}

fn item_name(item: &Item) -> Option<String> {
    let name = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        Item::Mod(item) => &item.ident,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(name.to_string())
}

fn visibility(item: &Item) -> Option<&Visibility> {
    Some(match item {
        Item::Const(item) => &item.vis,
        Item::Enum(item) => &item.vis,
        Item::Fn(item) => &item.vis,
        Item::Mod(item) => &item.vis,
        Item::Static(item) => &item.vis,
        Item::Struct(item) => &item.vis,
        Item::Trait(item) => &item.vis,
        Item::Type(item) => &item.vis,
        Item::Union(item) => &item.vis,
        _ => return None,
    })
}
