//! A refresh compiles the library with the new document before it writes anything.

use std::{fs, path::Path};

use serde_json::Value;

use crate::support::{CommandResult, RepositoryCopy};

/// Code that reads a field of the API, which nobody has written into `openapi/needs.yaml`.
const READS_A_FIELD: &str = "\n/// For a test.\npub fn category(merchant: &crate::types::Merchant) -> Option<&String> {\n    merchant.category.as_ref()\n}\n";

/// A copy with the sources of the library, in which hand-written code reads `Merchant.category`.
fn with_sources() -> RepositoryCopy {
    fn copy(from: &Path, to: &Path) {
        if from.is_dir() {
            fs::create_dir_all(to).unwrap();
            for entry in fs::read_dir(from).unwrap() {
                let entry = entry.unwrap();
                copy(&entry.path(), &to.join(entry.file_name()));
            }
        } else {
            fs::copy(from, to).unwrap();
        }
    }
    let repository = RepositoryCopy::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for name in ["src", "docs", "README.md", "Cargo.toml", "Cargo.lock"] {
        copy(&root.join(name), &repository.root.join(name));
    }
    repository.write("src/ext.rs", &(repository.read("src/ext.rs") + READS_A_FIELD));
    repository
}

/// The command, with the compiled dependencies of this repository.
fn refresh(repository: &RepositoryCopy, document: &Value, more: &[&str]) -> CommandResult {
    let file = repository.root.join("target").join("new.yaml");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, format!("{document}\n")).unwrap();
    let mut command = repository.command(&[&["refresh-spec", "--file", &file.display().to_string()], more].concat());
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    crate::support::result_of(command.env("CARGO_TARGET_DIR", target).output().unwrap())
}

#[test]
fn a_document_with_which_the_library_does_not_compile_is_refused_and_nothing_is_written() {
    let repository = with_sources();
    let before = repository.state();
    let mut document: Value = yaml_serde::from_str(&repository.read("openapi/openapi.yaml")).unwrap();
    let properties = document["components"]["schemas"]["Merchant"]["properties"].as_object_mut().unwrap();
    properties.remove("category").unwrap();
    let refused = [
        "It could not be done, and nothing has been changed.",
        "hand-written code does not compile with this document",
        "error[E0609]: no field `category`",
        "src/ext.rs:",
        "what to do: ",
        "property removed: Merchant.category",
    ];
    for more in [&[][..], &["--dry-run"]] {
        refresh(&repository, &document, more).says(2, &refused);
    }
    assert!(repository.state() == before);

    // To compare the documents alone needs no compiler.
    refresh(&repository, &document, &["--check"]).says(1, &["property removed: Merchant.category"]);
    assert!(repository.state() == before);
    let untried = ["has been brought in", "has not been tried (--no-type-check)"];
    refresh(&repository, &document, &["--no-type-check"]).says(0, &untried);
    assert!(repository.state() != before);
}

#[test]
fn a_document_with_which_the_library_compiles_is_brought_in_without_a_word_about_it() {
    let repository = with_sources();
    let document: Value = yaml_serde::from_str(&repository.tomorrow()).unwrap();
    let result = refresh(&repository, &document, &[]);
    result.says(0, &["has been brought in"]);
    assert!(!result.stdout.contains("type-check") && !result.stdout.contains("compiles"), "{}", result.stdout);
}

#[test]
fn a_copy_without_sources_says_that_nothing_was_compiled() {
    let repository = RepositoryCopy::new();
    let document: Value = yaml_serde::from_str(&repository.tomorrow()).unwrap();
    let says = ["has been brought in", "no sources of the library", "cargo check --all-features"];
    refresh(&repository, &document, &[]).says(0, &says);
}
