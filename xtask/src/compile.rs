//! Type-checks the library with another generated API, in a scratch package below `target/`.

use std::{fs, io, path::Path, process::Command};

use crate::{failure::Failure, files::Files};

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

/// Whether the repository has the sources of the library: the copies that tests work on have none.
pub fn has_sources(files: &Files) -> bool {
    files.path("src/lib.rs").exists()
}

/// Compiles the hand-written library with these generated files, in `target/{name}`. Returns the errors, with the places in
/// `src/` that they are about.
pub fn check(files: &Files, name: &str, generated: &[(&'static str, String)]) -> Result<Vec<String>, Failure> {
    let root = files.path("");
    let scratch = root.join("target").join(name);
    write(&root, &scratch, generated).map_err(|e| {
        Failure::new(format!("target/{name} cannot be written: {e}"), "look at the disk, and run it again")
    })?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["check", "--quiet", "--offline", "--lib", "--all-features", "--target-dir"])
        .arg(root.join("target"))
        .arg("--manifest-path")
        .arg(scratch.join("Cargo.toml"))
        .output();
    let output = output.map_err(|e| Failure::new(format!("cargo cannot be run: {e}"), "install it, or set CARGO"))?;
    if output.status.success() {
        return Ok(Vec::new());
    }
    let printed = String::from_utf8_lossy(&output.stderr);
    // An error of the parser or of a macro has no code.
    let errors = printed.lines().filter(|line| line.starts_with("error[E") || line.starts_with("error: "));
    let places: Vec<&str> = printed.lines().map(str::trim).filter(|line| line.starts_with("--> ")).collect();
    if places.is_empty() {
        // Without a place in the code it is cargo that cannot work, for lack of a crate perhaps.
        let advice = "build once with `cargo check --all-features`, which fetches every crate, and run it again";
        return Err(Failure::new(format!("cargo cannot check target/{name}: {}", printed.trim()), advice));
    }
    let places = places.into_iter().filter(|place| place.starts_with("--> src/"));
    Ok(errors.chain(places).map(str::to_string).collect())
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
    for key in ["build-dependencies", "dev-dependencies", "example", "lints", "test"] {
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
