//! Proves that `openapi/needs.yaml` is complete: hand-written code has to compile against an API that has nothing else.
//!
//! What is missing in the file would otherwise be noticed only when a document lacks it, by an error of rustc in the
//! build of somebody who has never seen the code.

use std::{fs, io, path::Path, process::Command};

use crate::{
    failure::{Failure, FailureReason},
    files::{self, Files},
    overlay_actions::correct,
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

/// Compiles the library with a generated API of nothing but `needs`. `None` if it compiles, or if there are no sources in
/// the root.
pub fn prove(files: &Files, needs: &str) -> Result<Option<FailureReason>, Failure> {
    let root = files.path("");
    if !root.join("src/lib.rs").exists() {
        return Ok(None);
    }
    let document = pipeline::parse(files::DOCUMENT, &files.read(files::DOCUMENT)?)?;
    let corrected = correct(document, &files.read(files::OVERLAY)?)?;
    let generated = pipeline::needed_only(&corrected.document, needs)?;
    let scratch = root.join(SCRATCH);
    write(&root, &scratch, &generated)
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
    let printed = String::from_utf8_lossy(&output.stderr);
    let errors = printed.lines().filter(|line| line.starts_with("error[E"));
    let places = printed.lines().filter(|line| line.trim_start().starts_with("--> src/"));
    let errors: Vec<&str> = errors.chain(places).map(str::trim).collect();
    if errors.is_empty() {
        // Without an error in the code it is cargo that cannot work, for lack of a crate perhaps.
        let advice = "build once with `cargo check --all-features`, which fetches every crate, and run it again";
        return Err(Failure::new(format!("cargo cannot check {SCRATCH}: {}", printed.trim()), advice));
    }
    Ok(Some(FailureReason {
        operation: None,
        place: Some("openapi/needs.yaml".to_string()),
        message: format!("hand-written code does not compile with what it is said to need: {}", errors.join("; ")),
        advice: format!(
            "if the library itself compiles, add what is missing to the file; the package that does not is {SCRATCH}"
        ),
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
