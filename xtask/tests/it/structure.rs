//! The structure of the sources: floors, rooms, and who may write Rust. ARCHITECTURE.md describes it; this holds it.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// The floors of `src/`, from bottom to top. A module imports only from floors below its own, and from its own.
const FLOORS: [&[&str]; 11] = [
    &["value"],
    &["operation"],
    &["repeat"],
    &["error"],
    &["types"],
    &["call"],
    &["client"],
    &["page"],
    &["calls"],
    &["ext", "webhook"],
    &["guide", "helpers", "list", "lib"],
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The Rust files at and below a path, with their paths below the root of the repository.
fn files(below: &str) -> Vec<(String, String)> {
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

/// The text without comments, so that what prose mentions is no import.
fn code(text: &str) -> String {
    let lines = text.lines().map(|line| if line.trim_start().starts_with("//") { "" } else { line });
    lines.map(|line| line.split(" // ").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// The first names behind `crate::` in a file, those in braces included.
fn imported(text: &str) -> BTreeSet<String> {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let mut found = BTreeSet::new();
    for after in code(text).split("crate::").skip(1) {
        // `imprint_crate::` and the like are other names; `$crate::` is this one.
        if let Some(list) = after.strip_prefix('{') {
            // The names of the outer braces: those within inner ones belong to a module that is named before them.
            let mut depth = 0;
            let mut outer = String::new();
            for c in list.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    c if depth == 0 => outer.push(c),
                    _ => {}
                }
            }
            let names =
                outer.split(',').map(|name| name.trim().chars().take_while(|c| is_name(*c)).collect::<String>());
            found.extend(names.filter(|name| !name.is_empty()));
        } else {
            found.insert(after.chars().take_while(|c| is_name(*c)).collect());
        }
    }
    found
}

/// The floor of a module, counted from the bottom.
fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

fn module_of(file: &str) -> &str {
    let below = file.strip_prefix("src/").unwrap();
    below.split('/').next().unwrap().trim_end_matches(".rs")
}

#[test]
fn modules_import_only_from_floors_below() {
    for (file, text) in files("src") {
        let module = module_of(&file);
        if module == "testing" || module == "lib" {
            continue;
        }
        let own = floor(module).unwrap_or_else(|| panic!("{file} is on no floor: add it to FLOORS"));
        for name in imported(&text) {
            // Servers and clocks for unit tests.
            if name == "testing" {
                continue;
            }
            let theirs = floor(&name).unwrap_or_else(|| {
                panic!("{file} imports `crate::{name}` through the root of the crate: name the module that has it")
            });
            assert!(theirs <= own, "{file} imports `crate::{name}`, which is on a floor above its own");
            assert!(theirs < own || name == module, "{file} imports `crate::{name}`, which is beside it on its floor");
        }
    }
}

#[test]
fn only_emit_writes_rust() {
    for (file, text) in files("build") {
        if file.starts_with("build/emit") {
            continue;
        }
        let code = code(&text);
        for word in ["quote!", "format_ident!", "parse_quote"] {
            assert!(!code.contains(word), "{file} writes Rust by `{word}`: only build/emit may");
        }
    }
}

#[test]
fn only_the_client_target_knows_the_sources_of_the_client() {
    let modules: Vec<&str> = FLOORS.iter().flat_map(|floor| floor.iter().copied()).collect();
    for (file, text) in files("build") {
        if file.starts_with("build/emit/client") || file.ends_with("tests.rs") {
            continue;
        }
        for name in imported(&text).iter().filter(|name| *name != "build") {
            assert!(!modules.contains(&name.as_str()), "{file} names `crate::{name}` of src/");
        }
    }
}

/// The stages of `build/`, from bottom to top.
#[test]
fn stages_import_only_earlier_ones() {
    let stages: [&[&str]; 8] = [
        &["problem"],
        &["walk", "enum_tokens", "rust_names"],
        &["document", "methods"],
        &["overlay", "lower", "generate"],
        &["api"],
        &["needs"],
        &["emit"],
        &["mod"],
    ];
    let stage = |name: &str| stages.iter().position(|stage| stage.contains(&name));
    for (file, text) in files("build") {
        let below = file.strip_prefix("build/").unwrap();
        let module = below.split('/').next().unwrap().trim_end_matches(".rs");
        let own = stage(module).unwrap_or_else(|| panic!("{file} is of no stage: add it here"));
        if module == "mod" || file.contains("tests") {
            continue;
        }
        // Unit tests run whole stages.
        let text = code(&text);
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (index, _) in text.match_indices("build::") {
            let after = &text[index + "build::".len()..];
            let list = match after.strip_prefix('{') {
                Some(list) => list.split("};").next().unwrap_or_default(),
                None => after.split([':', ';']).next().unwrap_or_default(),
            };
            for name in list.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|name| stage(name).is_some()) {
                assert!(stage(name) <= Some(own), "{file} imports {name}, a later stage");
            }
        }
    }
}

#[test]
fn every_file_says_first_what_it_is_for() {
    for below in ["src", "build", "xtask/src"] {
        for (file, text) in files(below) {
            let first = text.lines().next().unwrap_or_default();
            assert!(first.starts_with("//!") || first.starts_with("#![doc"), "{file} begins with `{first}`");
        }
    }
}

#[test]
fn imports_are_found_in_every_form() {
    let text = "//! crate::prose\nuse crate::value::{Secret, text};\nuse crate::{call::{Request, Response}, page};\n\
                fn f() { crate::error::sources(); $crate::types::X } // crate::comment";
    let found: Vec<String> = imported(text).into_iter().collect();
    assert_eq!(found, ["call", "error", "page", "types", "value"]);
}
