//! The likeliest mistakes that the compiler finds, each with the sentences that help a person.
//!
//! Each file in `tests/mistakes/` is a program of a user with a mistake. Its lines `// expect: …` are sentences that the
//! messages about it must contain: those that this library writes, and a few of rustc that name our types. The rest of the
//! messages differs from one rustc to the next, so it is not compared. The mistakes that are found when the program runs
//! are in `tests/it/mistakes.rs`.

// The programs need these features, and cargo has fetched the crates of the features that this test is built with.
#![cfg(all(feature = "axum", feature = "blocking"))]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// What a user adds to an empty package.
const MANIFEST: &str = r#"
[package]
name = "mistakes"
version = "0.0.0"
edition = "2024"

[workspace]

[dependencies]
axum = { version = "0.8", default-features = false }
"#;

/// The programs, by name.
fn programs() -> BTreeMap<String, PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mistakes");
    let paths = fs::read_dir(folder).expect("the programs").map(|entry| entry.expect("a file").path());
    paths.map(|path| (path.file_stem().expect("a name").to_string_lossy().into_owned(), path)).collect()
}

/// Type-checks all programs in a scratch package. Returns the sentences of the messages about each: the messages
/// themselves, their labels, their notes and their help.
fn messages(programs: &BTreeMap<String, PathBuf>) -> BTreeMap<String, Vec<String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mistakes");
    fs::create_dir_all(&scratch).expect("a folder");
    let mut manifest = MANIFEST.to_owned();
    manifest += &format!("imprint-client = {{ path = {root:?}, features = [\"axum\", \"blocking\"] }}\n");
    for (name, path) in programs {
        manifest += &format!("[[bin]]\nname = {name:?}\npath = {path:?}\n");
    }
    fs::write(scratch.join("Cargo.toml"), manifest).expect("a manifest");
    // The versions that this test was built with: they are here already.
    fs::copy(root.join("Cargo.lock"), scratch.join("Cargo.lock")).expect("a lock file");

    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["check", "--offline", "--keep-going", "--bins", "--message-format=json", "--target-dir"]);
    cargo.arg(Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("the target folder"));
    let output = cargo.current_dir(&scratch).output().expect("cargo");

    let mut found = BTreeMap::<String, Vec<String>>::new();
    let mut checked = Vec::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let line: Value = serde_json::from_str(line).expect("JSON");
        let name = line["target"]["name"].as_str().unwrap_or_default();
        if !programs.contains_key(name) {
            continue;
        }
        match line["reason"].as_str() {
            Some("compiler-artifact") => checked.push(name.to_owned()),
            Some("compiler-message") => sentences(&line["message"], found.entry(name.to_owned()).or_default()),
            _ => {}
        }
    }
    let right = checked.iter().any(|name| name == "right");
    assert!(right, "the program without a mistake was not compiled: {}", String::from_utf8_lossy(&output.stderr));
    found
}

fn sentences(message: &Value, found: &mut Vec<String>) {
    let mut add = |text: &Value| found.extend(text.as_str().map(str::to_owned));
    add(&message["message"]);
    message["spans"].as_array().into_iter().flatten().for_each(|span| add(&span["label"]));
    message["children"].as_array().into_iter().flatten().for_each(|child| sentences(child, found));
}

#[test]
fn the_compiler_says_what_is_wrong() {
    let programs = programs();
    assert!(programs.len() > 8, "the programs are missing: {programs:?}");
    let found = messages(&programs);
    assert_eq!(found.get("right"), None, "the program without a mistake has one");
    let mut missing = Vec::new();
    for (name, path) in programs.iter().filter(|(name, _)| *name != "right") {
        let text = fs::read_to_string(path).expect("a program");
        let expected: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("// expect: ")).collect();
        assert!(!expected.is_empty(), "{name} expects nothing");
        let sentences = found.get(name).map(Vec::as_slice).unwrap_or_default();
        let lacks = |expected: &&str| !sentences.iter().any(|sentence| sentence.contains(*expected));
        let lacking: Vec<&str> = expected.into_iter().filter(lacks).collect();
        if !lacking.is_empty() {
            missing.push(format!("{name}: expected {lacking:#?}\nbut the messages are {sentences:#?}"));
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n\n"));
}
