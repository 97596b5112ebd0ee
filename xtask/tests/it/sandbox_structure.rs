//! The structure of the sandbox's sources: floors, short files, and a form for code without async of all that is awaited.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::structure::{check_floors, files};

/// The floors of `sandbox/src`, from bottom to top. A module imports only from floors below its own, and from its own.
const FLOORS: [&[&str]; 13] = [
    &["bugs", "choices", "contract", "ids", "index", "instant", "json", "refusal", "rewards", "table"],
    &["log", "product"],
    &["settings"],
    &["clock", "faults"],
    &["model"],
    &["world"],
    &["deliver", "operations", "state_file"],
    &["receiver", "seed", "server"],
    &["sandbox"],
    &["blocking"],
    &["program"],
    &["lib"],
    &["bin"],
];

#[test]
fn modules_import_only_from_floors_below() {
    check_floors("sandbox/src", &FLOORS, &["lib"]);
}

/// The public methods of a type.
#[derive(Debug, Default)]
struct Methods {
    /// Each with the name of the type that it returns, if that is a plain one.
    all: BTreeMap<String, Option<String>>,
    awaited: BTreeSet<String>,
    /// Whether the type dereferences to another one, and so has the methods of that as well.
    dereferences: bool,
}

/// The public methods of all types in some files.
fn methods(places: &[&str]) -> BTreeMap<String, Methods> {
    let mut found: BTreeMap<String, Methods> = BTreeMap::new();
    for (_, text) in places.iter().flat_map(|place| files(place)) {
        for item in syn::parse_file(&text).unwrap().items {
            match item {
                syn::Item::Impl(item) if item.trait_.is_none() => {
                    let Some(of) = name_of(&item.self_ty) else { continue };
                    let of = found.entry(of).or_default();
                    for function in item.items {
                        let syn::ImplItem::Fn(function) = function else { continue };
                        if !matches!(function.vis, syn::Visibility::Public(_)) {
                            continue;
                        }
                        let name = function.sig.ident.to_string();
                        if function.sig.asyncness.is_some() {
                            of.awaited.insert(name.clone());
                        }
                        let returned = match &function.sig.output {
                            syn::ReturnType::Type(_, returned) => name_of(returned),
                            syn::ReturnType::Default => None,
                        };
                        of.all.insert(name, returned);
                    }
                }
                syn::Item::Impl(item) => {
                    let of_trait =
                        item.trait_.and_then(|(path, _)| path.segments.last().map(|last| last.ident.to_string()));
                    if let (Some("Deref"), Some(of)) = (of_trait.as_deref(), name_of(&item.self_ty)) {
                        found.entry(of).or_default().dereferences = true;
                    }
                }
                syn::Item::Macro(item) if item.mac.path.is_ident("waiting") => {
                    let (of, names) = declared_by_waiting(item.mac.tokens);
                    found.entry(of).or_default().all.extend(names.into_iter().map(|name| (name, None)));
                }
                _ => {}
            }
        }
    }
    found
}

/// The last name of a plain type.
fn name_of(of: &syn::Type) -> Option<String> {
    match of {
        syn::Type::Path(of) => of.path.segments.last().map(|last| last.ident.to_string()),
        _ => None,
    }
}

/// The type and the methods that a call of the macro `waiting!` declares: `Type(…) { method(…); … } { method() -> …; … }`.
fn declared_by_waiting(tokens: TokenStream) -> (String, BTreeSet<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let before_parenthesis = |tokens: &[TokenTree]| -> BTreeSet<String> {
        let pairs = tokens.windows(2).filter_map(|pair| match pair {
            [TokenTree::Ident(name), TokenTree::Group(group)] if group.delimiter() == Delimiter::Parenthesis => {
                Some(name.to_string())
            }
            _ => None,
        });
        pairs.collect()
    };
    let of = before_parenthesis(&tokens).pop_first().expect("the name of a type");
    let blocks = tokens.iter().filter_map(|token| match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(group.stream()),
        _ => None,
    });
    let names = blocks.flat_map(|block| before_parenthesis(&block.into_iter().collect::<Vec<_>>()));
    (of, names.collect())
}

/// What the handles of code without async lack, as `Type::method`.
///
/// A handle has all methods of its async form. One that dereferences to that form needs methods of its own only for those
/// that are awaited or return a handle. A builder is one for both, and starts either.
fn lacking(forms: &BTreeMap<String, Methods>, blocking: &BTreeMap<String, Methods>) -> Vec<String> {
    let is_handle = |of: &str| of != "Builder" && forms.get(of).is_some_and(|one| !one.awaited.is_empty());
    let mut lacking = Vec::new();
    for (of, methods) in forms.iter().filter(|(of, _)| is_handle(of)) {
        let form = blocking.get(of);
        let dereferences = form.is_some_and(|form| form.dereferences);
        for (name, returned) in &methods.all {
            let returns_handle = returned.as_deref().is_some_and(|of| of == "Self" || is_handle(of));
            let is_needed = !dereferences || methods.awaited.contains(name) || returns_handle;
            let exists = form.is_some_and(|form| form.all.contains_key(name));
            if is_needed && !exists && (of.as_str(), name.as_str()) != ("Sandbox", "start") {
                lacking.push(format!("{of}::{name}"));
            }
        }
    }
    lacking
}

#[test]
fn all_that_is_awaited_has_a_form_for_code_without_async() {
    let forms = methods(&["sandbox/src/sandbox.rs", "sandbox/src/sandbox"]);
    let blocking = methods(&["sandbox/src/blocking.rs", "sandbox/src/blocking"]);
    let awaited: usize = forms.values().map(|methods| methods.awaited.len()).sum();
    assert!(awaited > 10, "only {awaited} methods that are awaited were found");
    let lacking = lacking(&forms, &blocking);
    assert!(lacking.is_empty(), "sandbox/src/blocking.rs lacks {lacking:?}");
}

#[test]
fn a_method_that_is_missing_is_found() {
    let form = |all: &[(&str, Option<&str>)], awaited: &[&str]| Methods {
        all: all.iter().map(|(name, of)| ((*name).to_owned(), of.map(str::to_owned))).collect(),
        awaited: awaited.iter().map(ToString::to_string).collect(),
        dereferences: false,
    };
    let sandbox = form(&[("start", None), ("url", None), ("advance", None), ("apply", Some("A"))], &["advance"]);
    let forms = BTreeMap::from([
        ("Sandbox".to_owned(), sandbox),
        ("A".to_owned(), form(&[("phone", Some("Self")), ("complete", None)], &["complete"])),
        ("Event".to_owned(), form(&[("id", None)], &[])),
    ]);
    let all = ["A::complete", "A::phone", "Sandbox::advance", "Sandbox::apply", "Sandbox::url"];
    assert_eq!(lacking(&forms, &BTreeMap::new()), all);
    let blocking = Methods { dereferences: true, ..form(&[("advance", None)], &[]) };
    let blocking = BTreeMap::from([("Sandbox".to_owned(), blocking)]);
    assert_eq!(lacking(&forms, &blocking), ["A::complete", "A::phone", "Sandbox::apply"]);
    let (of, names) = declared_by_waiting(
        "/// A\n A(sandbox::A) { /// B\n phone(phone: impl Into<String>); } { complete() -> Result<(), E>; }"
            .parse()
            .unwrap(),
    );
    assert_eq!((of.as_str(), names), ("A", BTreeSet::from(["complete", "phone"].map(str::to_owned))));
}
