//! Proves that `openapi/needs.yaml` is complete: hand-written code has to compile against an API that has nothing else.
//!
//! What is missing in the file would otherwise be noticed only when a document lacks it, by an error of rustc in the
//! build of somebody who has never seen the code.

use std::{fs, io, path::Path, process::Command};

use crate::{
    failure::{Failure, FailureReason},
    files::{self, Files},
    pipeline,
};

/// The scratch package, below the root of the repository.
const SCRATCH: &str = "target/needs";

/// What the scratch package has for a build script: it takes the files that were generated for it.
const BUILD_SCRIPT: &str = r#"
fn main() {
    let out = std::env::var("OUT_DIR").expect("cargo sets it");
    for entry in std::fs::read_dir("generated").expect("xtask writes it") {
        let path = entry.expect("a file").path();
        std::fs::copy(&path, std::path::Path::new(&out).join(path.file_name().expect("a name"))).expect("a copy");
    }
}
"#;

/// Compiles the library of the repository with a generated API of nothing but the needs. `None` if it compiles, or if
/// there are no sources.
pub fn prove(files: &Files) -> Result<Option<FailureReason>, Failure> {
    let root = files.path("");
    let root = root.as_path();
    if !root.join("src/lib.rs").exists() {
        return Ok(None);
    }
    let generated = pipeline::needed_only(&files.read(files::DOCUMENT)?, &files.read(files::OVERLAY)?)?;
    let scratch = root.join(SCRATCH);
    let written = write(root, &scratch, &generated);
    written
        .map_err(|e| Failure::new(format!("{SCRATCH} cannot be written: {e}"), "look at the disk, and run it again"))?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["check", "--quiet", "--offline", "--lib", "--all-features", "--target-dir"])
        .arg(root.join("target"))
        .arg("--manifest-path")
        .arg(scratch.join("Cargo.toml"))
        .output();
    let output = output.map_err(|e| Failure::new(format!("cargo cannot be run: {e}"), "install it, or set CARGO"))?;
    if output.status.success() {
        return Ok(None);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let errors: Vec<&str> = said.lines().filter(|line| line.starts_with("error") || line.contains("-->")).collect();
    Ok(Some(FailureReason {
        operation: None,
        place: Some("openapi/needs.yaml".to_string()),
        message: format!("hand-written code does not compile with what it is said to need: {}", errors.join("; ")),
        advice: format!("add what is missing to the file; the package that does not compile is {SCRATCH}"),
    }))
}

fn write(root: &Path, scratch: &Path, generated: &[(&str, String)]) -> io::Result<()> {
    if scratch.exists() {
        fs::remove_dir_all(scratch)?;
    }
    fs::create_dir_all(scratch.join("generated"))?;
    for (name, code) in generated {
        fs::write(scratch.join("generated").join(name), code)?;
    }
    for path in ["src", "docs", "README.md", "Cargo.lock"] {
        copy(&root.join(path), &scratch.join(path))?;
    }
    fs::write(scratch.join("build.rs"), BUILD_SCRIPT)?;
    let manifest = fs::read_to_string(root.join("Cargo.toml"))?;
    let mut manifest: toml::Table = manifest.parse().map_err(io::Error::other)?;
    for key in ["build-dependencies", "dev-dependencies", "example", "lints"] {
        manifest.remove(key);
    }
    manifest.insert("workspace".to_string(), toml::Table::new().into());
    fs::write(scratch.join("Cargo.toml"), toml::to_string(&manifest).map_err(io::Error::other)?)
}

/// Copies a file or folder; one that does not exist is left out.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if from.is_dir() {
        fs::create_dir_all(to)?;
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
        return Ok(());
    }
    if from.exists() { fs::copy(from, to).map(|_| ()) } else { Ok(()) }
}
