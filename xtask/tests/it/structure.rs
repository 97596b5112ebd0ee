//! The structure of the sources: floors, rooms, and who may write Rust. ARCHITECTURE.md describes it; this holds it.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use proc_macro2::{TokenStream, TokenTree};

/// The floors of `src/`, from bottom to top. A module imports only from floors below its own, and from its own.
const FLOORS: [&[&str]; 14] = [
    &["log_target"],
    &["value"],
    &["operation"],
    &["repeat"],
    &["error"],
    &["types"],
    &["decode"],
    &["call"],
    &["client"],
    &["page"],
    &["calls"],
    &["ext", "webhook"],
    &["blocking"],
    &["guide", "helpers", "interceptor", "list", "openapi", "testing", "lib"],
];

/// How long a file may be.
const LINES: usize = 600;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The Rust files at and below a path, with their paths below the root of the repository.
pub fn files(below: &str) -> Vec<(String, String)> {
    fn collect(path: &Path, found: &mut Vec<PathBuf>) {
        if path.is_dir() {
            fs::read_dir(path).unwrap().for_each(|entry| collect(&entry.unwrap().path(), found));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path.to_path_buf());
        }
    }
    let mut paths = Vec::new();
    collect(&root().join(below), &mut paths);
    paths.sort();
    let named = paths.into_iter().map(|path| {
        let name = path.strip_prefix(root()).unwrap().display().to_string();
        (name, fs::read_to_string(path).unwrap())
    });
    named.collect()
}

/// The code of a file without comments.
fn tokens(text: &str) -> TokenStream {
    let mut file = syn::parse_file(text).unwrap();
    file.attrs.retain(|attribute| !attribute.path().is_ident("doc"));
    quote::quote!(#file)
}

/// The modules at the root of a crate, or of `build/`, that a file names: by `crate::`, `super::`, `self::` and in braces.
///
/// `module` is the path of the file's own module from that root, `root` the path of the root from the crate.
fn imported(tokens: TokenStream, module: &[String], root: &[&str]) -> BTreeSet<String> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut found = BTreeSet::new();
    let ident = |at: usize| match tokens.get(at) {
        Some(TokenTree::Ident(ident)) => Some(ident.to_string()),
        _ => None,
    };
    let is_colon = |at: usize| matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
    let group = |at: usize| match tokens.get(at) {
        Some(TokenTree::Group(group)) => Some(group.stream()),
        _ => None,
    };
    for at in 0..tokens.len() {
        match ident(at).as_deref() {
            Some("mod") if group(at + 2).is_some() => {}
            Some(start @ ("crate" | "super" | "self")) if is_colon(at + 1) && !(at >= 2 && is_colon(at - 1)) => {
                let mut place: Vec<String> = match start {
                    "crate" => Vec::new(),
                    "self" => root.iter().map(ToString::to_string).chain(module.iter().cloned()).collect(),
                    _ => {
                        let own: Vec<String> =
                            root.iter().map(ToString::to_string).chain(module.iter().cloned()).collect();
                        own[..own.len() - 1].to_vec()
                    }
                };
                let mut next = at + 3;
                while ident(next).as_deref() == Some("super") && is_colon(next + 1) {
                    place.pop();
                    next += 3;
                }
                follow(&tokens[next.min(tokens.len())..], &place, root, &mut found);
            }
            _ => {}
        }
        if let Some(inner) = group(at) {
            // `mod name { … }` is a module of its own, one level down.
            let of_module = at >= 2 && ident(at - 2).as_deref() == Some("mod");
            let below: Vec<String> =
                module.iter().cloned().chain(ident(at.wrapping_sub(1)).filter(|_| of_module)).collect();
            found.extend(imported(inner, &below, root));
        }
    }
    found
}

/// Follows a path from `place`, and notes the module at the root that it leads into.
fn follow(tokens: &[TokenTree], place: &[String], root: &[&str], found: &mut BTreeSet<String>) {
    if place.len() > root.len() {
        found.insert(place[root.len()].clone());
        return;
    }
    match tokens.first() {
        Some(TokenTree::Ident(name)) => {
            let below: Vec<String> = place.iter().cloned().chain([name.to_string()]).collect();
            let is_outside = below.iter().zip(root).any(|(one, other)| one != other);
            if is_outside {
                return;
            }
            if below.len() > root.len() {
                found.insert(below[root.len()].clone());
            } else if tokens.len() > 3 {
                follow(&tokens[3..], &below, root, found);
            }
        }
        Some(TokenTree::Group(names)) => {
            let names: Vec<TokenTree> = names.stream().into_iter().collect();
            let is_comma = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',');
            for one in names.split(is_comma).filter(|one| one.first().is_some_and(|first| first.to_string() != "self"))
            {
                follow(one, place, root, found);
            }
        }
        _ => {}
    }
}

/// The path of the module that a file is, below its root folder.
fn module_path(below: &str) -> Vec<String> {
    let path = below.trim_end_matches(".rs").trim_end_matches("/mod");
    path.split('/').map(str::to_string).collect()
}

/// Checks that the modules in a folder import only from the floors below their own. `free` are modules that may import
/// everything, and that everything may import.
pub fn check_floors(folder: &str, floors: &[&[&str]], free: &[&str]) {
    let floor = |module: &str| floors.iter().position(|floor| floor.contains(&module));
    let (mut unused, mut imports) = (floors.concat().into_iter().collect::<BTreeSet<_>>(), 0);
    for (file, text) in files(folder) {
        let path = module_path(file.strip_prefix(&format!("{folder}/")).unwrap());
        let module = path[0].as_str();
        unused.remove(module);
        if free.contains(&module) {
            continue;
        }
        let own = floor(module).unwrap_or_else(|| panic!("{file} is on no floor: add it to the floors of {folder}"));
        for name in imported(tokens(&text), &path, &[]) {
            if free.contains(&name.as_str()) {
                continue;
            }
            imports += 1;
            let theirs = floor(&name).unwrap_or_else(|| {
                panic!("{file} imports `crate::{name}` through the root of the crate: name the module that has it")
            });
            assert!(theirs <= own, "{file} imports `crate::{name}`, which is on a floor above its own");
            assert!(theirs < own || name == module, "{file} imports `crate::{name}`, which is beside it on its floor");
        }
    }
    assert!(unused.is_empty(), "the floors of {folder} have modules that do not exist: {unused:?}");
    assert!(imports > 30, "only {imports} imports were found in {folder}");
}

#[test]
fn modules_import_only_from_floors_below() {
    // Servers and clocks for unit tests, and the root of the crate.
    check_floors("src", &FLOORS, &["test_support", "lib"]);
}

#[test]
fn only_emit_writes_rust() {
    for (file, text) in files("build") {
        if file.starts_with("build/emit") {
            continue;
        }
        let code = tokens(&text).to_string();
        for word in
            ["quote !", "quote_spanned !", "format_ident !", "parse_quote", "TokenStream :: from_str", "TokenStream >"]
        {
            let reads = word == "TokenStream >" && file == "build/generate.rs";
            assert!(!code.contains(word) || reads, "{file} writes Rust by `{word}`: only build/emit may");
        }
    }
}

/// The stages of `build/`, from bottom to top.
const STAGES: [&[&str]; 9] = [
    &["problem"],
    &["walk", "enum_tokens", "rust_names"],
    &["http", "lists"],
    &["document", "methods"],
    &["overlay", "lower", "generate"],
    &["api"],
    &["needs"],
    &["emit"],
    &["mod"],
];

#[test]
fn stages_import_only_earlier_ones() {
    let stage = |name: &str| STAGES.iter().position(|stage| stage.contains(&name));
    for (file, text) in files("build") {
        let below = module_path(file.strip_prefix("build/").unwrap());
        if file == "build/mod.rs" || file.contains("tests") {
            continue;
        }
        let own = stage(&below[0]).unwrap_or_else(|| panic!("{file} is of no stage: add it to STAGES"));
        // Unit tests run whole stages.
        let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        let mut known = 0;
        for name in imported(tokens(text), &below, &["build"]) {
            if let Some(theirs) = stage(&name) {
                known += 1;
                assert!(theirs < own || name == below[0], "{file} imports {name}, which is no earlier stage");
            }
        }
        assert!(known > 0 || own == 0 || text.matches("super::").count() == 0, "nothing was found in {file}");
    }
}

#[test]
fn only_the_client_target_knows_the_sources_of_the_client() {
    let modules: BTreeSet<&str> = FLOORS.iter().flat_map(|floor| floor.iter().copied()).collect();
    for (file, text) in files("build") {
        if file.starts_with("build/emit/client") || file.contains("tests") {
            continue;
        }
        let below = module_path(file.strip_prefix("build/").unwrap());
        for name in imported(tokens(&text), &below, &[]).iter().filter(|name| *name != "build") {
            assert!(!modules.contains(name.as_str()), "{file} names `crate::{name}` of src/");
        }
    }
}

/// An operation of the name of a method that is not known to the build script would be an error of rustc.
#[test]
fn methods_of_client_are_in_the_places_that_the_build_script_reads() {
    for (file, text) in files("src") {
        let below = file.strip_prefix("src/").unwrap();
        let is_read = xtask::build::methods::PLACES
            .iter()
            .any(|place| below == *place || below.starts_with(&format!("{place}/")));
        // The build script leaves these modules out by their names, so they may have nothing that is compiled for users.
        for module in syn::parse_file(&text).unwrap().items.iter().filter_map(module_of_tests) {
            let of_tests =
                module.attrs.iter().any(|attribute| quote::quote!(#attribute).to_string().contains("cfg (test)"));
            assert!(!is_read || of_tests, "{file}: `mod {}` is compiled for users", module.ident);
        }
        let methods = xtask::build::methods::of(&[text]).unwrap();
        let methods = methods.keys().filter(|name| name.starts_with("Client::")).count();
        assert!(is_read || methods == 1, "{file} gives Client methods: add it to PLACES of build/methods.rs");
    }
}

/// A module of a name that the build script does not read.
fn module_of_tests(item: &syn::Item) -> Option<&syn::ItemMod> {
    let syn::Item::Mod(module) = item else { return None };
    xtask::build::methods::OF_TESTS.iter().any(|name| module.ident == name).then_some(module)
}

#[test]
fn the_build_script_reads_no_modules_of_tests() {
    let read = xtask::build::methods::read(&root().join("src")).unwrap();
    for file in ["src/ext/model.rs", "src/ext/model/keys.rs", "src/client/tests.rs"] {
        let text = fs::read_to_string(root().join(file)).unwrap().replace("\r\n", "\n");
        assert!(!read.contains(&text), "{file}");
    }
    assert!(read.iter().any(|text| text.contains("impl Client {")));
}

/// The public methods of a type in the files at and below a path: of its `impl` blocks, and in calls of `settings!`.
fn public_methods(below: &str, of: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (_, text) in files(below) {
        for item in syn::parse_file(&text).unwrap().items {
            match item {
                syn::Item::Impl(item) if item.trait_.is_none() => {
                    let syn::Type::Path(path) = &*item.self_ty else { continue };
                    if path.path.segments.last().is_none_or(|last| last.ident != of) {
                        continue;
                    }
                    found.extend(item.items.iter().filter_map(|item| match item {
                        syn::ImplItem::Fn(function) if matches!(function.vis, syn::Visibility::Public(_)) => {
                            Some(function.sig.ident.to_string())
                        }
                        _ => None,
                    }));
                }
                syn::Item::Macro(item) if item.mac.path.is_ident("settings") && of == "ClientBuilder" => {
                    let tokens: Vec<_> = item.mac.tokens.into_iter().collect();
                    found.extend(tokens.windows(2).filter_map(|pair| match pair {
                        [TokenTree::Ident(name), TokenTree::Group(_)] => Some(name.to_string()),
                        _ => None,
                    }));
                }
                _ => {}
            }
        }
    }
    found
}

#[test]
fn the_blocking_client_has_all_that_the_async_one_has() {
    let blocking = |of| {
        let mut methods = public_methods("src/blocking.rs", of);
        methods.extend(public_methods("src/blocking", of));
        methods
    };
    for (of, places, only_async, only_blocking) in [
        ("Client", &["src/client.rs", "src/client", "src/ext", "src/ext.rs"][..], &[][..], &["new", "with_client"][..]),
        ("ClientBuilder", &["src/client"], &[], &[]),
        // An iterator has `next` from its trait.
        ("Items", &["src/page"], &["next"], &[]),
        ("Pages", &["src/page.rs"], &["next"], &[]),
        ("RawRequest", &["src/client/raw.rs"], &["path", "query", "json"], &[]),
    ] {
        let mut expected: BTreeSet<String> = places.iter().flat_map(|place| public_methods(place, of)).collect();
        assert!(expected.len() > 1, "no methods of {of} were found in {places:?}");
        expected.retain(|name| !only_async.contains(&name.as_str()));
        expected.extend(only_blocking.iter().map(ToString::to_string));
        assert_eq!(blocking(of), expected, "{of}: give the blocking client the same methods, in src/blocking/");
    }
}

/// The types that the public methods of a file take as `impl Into<…>`.
fn types_taken_by_into(text: &str) -> BTreeSet<String> {
    let impls = syn::parse_file(text).unwrap().items.into_iter().filter_map(|item| match item {
        syn::Item::Impl(item) if item.trait_.is_none() => Some(item.items),
        _ => None,
    });
    let methods = impls.flatten().filter_map(|item| match item {
        syn::ImplItem::Fn(method) if matches!(method.vis, syn::Visibility::Public(_)) => Some(method.sig),
        _ => None,
    });
    let bounds = methods.flat_map(|signature| {
        let arguments = signature.inputs.into_iter().filter_map(|argument| match argument {
            syn::FnArg::Typed(argument) => match *argument.ty {
                syn::Type::ImplTrait(argument) => Some(argument.bounds),
                _ => None,
            },
            syn::FnArg::Receiver(_) => None,
        });
        let parameters = signature.generics.params.into_iter().filter_map(|parameter| match parameter {
            syn::GenericParam::Type(parameter) => Some(parameter.bounds),
            _ => None,
        });
        let predicates = signature.generics.where_clause.into_iter().flat_map(|clause| clause.predicates);
        let required = predicates.filter_map(|predicate| match predicate {
            syn::WherePredicate::Type(predicate) => Some(predicate.bounds),
            _ => None,
        });
        arguments.chain(parameters).chain(required).flatten().collect::<Vec<_>>()
    });
    let types = bounds.filter_map(|bound| {
        let bound = quote::quote!(#bound).to_string().replace(' ', "");
        Some(bound.strip_prefix("Into<")?.strip_suffix('>')?.to_owned())
    });
    types.collect()
}

/// For a wrong argument, rustc describes `Into` by the macro that writes the conversions; `IntoValue` has a sentence.
#[test]
fn helpers_take_values_of_our_own_types_by_into_value() {
    let foreign = ["String", "Vec<u8>", "Box<dynstd::error::Error+Send+Sync>"];
    for (file, text) in ["src/ext", "src/webhook", "src/client", "src/blocking"].into_iter().flat_map(files) {
        for taken in types_taken_by_into(&text) {
            assert!(
                foreign.contains(&taken.as_str()),
                "{file} takes `impl Into<{taken}>`: take `impl IntoValue<{taken}>`"
            );
        }
    }
    let text = "impl A { pub async fn a(&self, id: impl Into<types::AId>, b: u8) {} pub fn b<V: Into<B>, W>(v: V, w: W) where W: Into<W> {} \
                fn c(c: impl Into<C>) {} pub fn d(d: impl IntoValue<D>) {} } impl From<E> for A { fn from(e: E) {} }";
    assert_eq!(types_taken_by_into(text), BTreeSet::from(["B", "W", "types::AId"].map(str::to_owned)));
}

/// A parameter or a field of a body that is called like one of them gets another name.
#[test]
fn the_options_of_a_call_are_names_that_setters_do_not_take() {
    let text = fs::read_to_string(root().join("src/client/call_options.rs")).unwrap();
    let macros = &text[text.find("macro_rules!").unwrap()..];
    let methods = macros.split("pub fn ").skip(1).map(|rest| rest.split('(').next().unwrap());
    let methods: Vec<&str> = methods.chain(["into_future"]).collect();
    assert!(methods.len() > 5, "{methods:?}");
    for method in methods {
        assert!(xtask::build::emit::client::CALL_METHODS.contains(&method), "add {method} to CALL_METHODS");
    }
}

#[test]
fn every_file_says_first_what_it_is_for() {
    for below in ["src", "build", "benches", "fuzz/src", "sandbox/src", "xtask/src"] {
        for (file, text) in files(below) {
            let first = text.lines().next().unwrap_or_default();
            assert!(first.starts_with("//!") || first.starts_with("#![doc"), "{file} begins with `{first}`");
        }
    }
}

#[test]
fn files_are_short() {
    let rooms = [
        "src",
        "build",
        "tests",
        "examples",
        "benches",
        "fuzz/src",
        "fuzz/tests",
        "sandbox/src",
        "sandbox/tests",
        "sandbox/benches",
        "xtask/src",
        "xtask/tests",
    ];
    let lengths = rooms.into_iter().flat_map(files).map(|(file, text)| (file, text.lines().count()));
    let long: Vec<_> = lengths.filter(|(_, lines)| *lines > LINES).collect();
    assert!(long.is_empty(), "these files have more than {LINES} lines, give their parts rooms of their own: {long:?}");
}

#[test]
fn imports_are_found_in_every_form() {
    let found = |text: &str, module: &[&str], root: &[&str]| -> Vec<String> {
        let module: Vec<String> = module.iter().map(ToString::to_string).collect();
        imported(tokens(text), &module, root).into_iter().collect()
    };
    let text = "//! crate::prose\nuse crate::value::{Secret, text};\nuse crate::{self as us, call::{Request, page}, list};\n\
                /// crate::comment\nfn f() { crate::error::sources(); } macro_rules! m { () => { $crate::types::X } }";
    assert_eq!(found(text, &["ext", "links"], &[]), ["call", "error", "list", "types", "value"]);
    let text = "use super::{find, super::webhook}; use super::super::page::Items; use self::inner::A; \
                mod tests { use super::super::super::client; use super::*; }";
    assert_eq!(found(text, &["ext", "links"], &[]), ["client", "ext", "page"]);
    let text = "use super::{problem::Problem, walk}; use crate::build::{emit, api::{Api, lower}}; use crate::value::A;";
    assert_eq!(found(text, &["lower"], &["build"]), ["api", "emit", "problem", "walk"]);
}
