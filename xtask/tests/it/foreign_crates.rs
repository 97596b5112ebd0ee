//! The foreign crates in the public API of the library are those in `xtask/foreign-crates.toml`, and no others.

use std::{collections::BTreeSet, path::Path};

use xtask::{
    foreign_crates::{Module, foreign_crates, modules_below, modules_of},
    pipeline,
};

const ALLOWED: &str = include_str!("../../foreign-crates.toml");
const DOCUMENT: &str = include_str!("../../../openapi/openapi.yaml");
const OVERLAY: &str = include_str!("../../../openapi/overlay.yaml");

/// The hand-written modules of the library, and the generated one.
fn library() -> Vec<Module> {
    let mut modules = modules_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../src")).unwrap();
    let generated = pipeline::run(DOCUMENT, OVERLAY).unwrap().code;
    modules.extend(modules_of("generated.rs", &[], &generated).unwrap());
    modules
}

fn allowed() -> BTreeSet<String> {
    let list: toml::Table = toml::from_str(ALLOWED).unwrap();
    for (name, entry) in &list {
        let reason = entry.get("reason").and_then(toml::Value::as_str).unwrap_or_default();
        assert!(!reason.is_empty(), "xtask/foreign-crates.toml has no reason for {name}");
    }
    list.into_iter().map(|(name, _)| name).collect()
}

#[test]
fn the_public_api_names_the_allowed_foreign_crates_only() {
    let (found, allowed) = (foreign_crates(&library()), allowed());
    for (name, places) in &found {
        assert!(
            allowed.contains(name),
            "the public API names {name}, which xtask/foreign-crates.toml does not allow: {places:#?}\n\
             Hide it behind a type of our own, or add it to the list with the reason why users have to meet it."
        );
    }
    for name in allowed {
        assert!(
            found.contains_key(&name),
            "the public API does not name {name}: remove it from xtask/foreign-crates.toml"
        );
    }
}

#[test]
fn a_type_of_another_crate_would_be_noticed() {
    for (name, code) in [
        ("zeroize", "use zeroize::Zeroizing; pub fn secret() -> Zeroizing<String> { Zeroizing::default() }"),
        ("progenitor", "impl From<progenitor::types::Error> for crate::Error {}"),
        ("tokio", "pub struct Pages { pub task: tokio::task::JoinHandle<()> }"),
    ] {
        let mut modules = library();
        modules.extend(modules_of("added.rs", &["added".into()], code).unwrap());
        assert!(foreign_crates(&modules).contains_key(name) && !allowed().contains(name), "{code}");
    }
}

/// What rustdoc knows has no guesses in it; the sources are read at every change, and without the toolchain of that snapshot.
#[test]
fn rustdoc_finds_the_same_crates() {
    let snapshot = include_str!("../../../docs/public-api/imprint_client.txt");
    let crates = snapshot.lines().skip_while(|line| *line != "# Crates whose items it names").skip(1);
    let crates: BTreeSet<String> = crates.take_while(|line| !line.is_empty()).map(str::to_owned).collect();
    assert_eq!(crates, allowed());
}
