//! Type-checks the library with another generated API, in a scratch package below `target/`.

mod errors;

use std::{fs, io, path::Path, process::Command};

pub use errors::{CompileError, GeneratedItem};

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

/// How much of the library is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// All of it: the generated code has to be of a document that has what hand-written code needs.
    Whole,
    /// What does not depend on which operations there are: the types, the calls, and the client under them, without the
    /// helpers, their blocking forms, the guide, and the events. The generated code may be of any document.
    AnyApi,
}

/// Compiles the hand-written library with these generated files, in `target/{name}`. Returns the errors.
pub fn check(
    files: &Files,
    name: &str,
    part: Part,
    generated: &[(&'static str, String)],
) -> Result<Vec<CompileError>, Failure> {
    let root = files.path("");
    let root = root.canonicalize().unwrap_or(root);
    let scratch = root.join("target").join(name);
    write(&root, &scratch, part, generated).map_err(|e| {
        Failure::new(format!("target/{name} cannot be written: {e}"), "look at the disk, and run it again")
    })?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["check", "--quiet", "--offline", "--lib", "--all-features", "--message-format", "json", "--target-dir"])
        .arg(std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), Into::into))
        .arg("--manifest-path")
        .arg(scratch.join("Cargo.toml"))
        .output();
    let output = output.map_err(|e| Failure::new(format!("cargo cannot be run: {e}"), "install it, or set CARGO"))?;
    if output.status.success() {
        return Ok(Vec::new());
    }
    let errors = errors::read(&String::from_utf8_lossy(&output.stdout), generated);
    if errors.iter().all(|error| error.place.is_none() && error.item.is_none()) {
        // Without a place in the library it is cargo that cannot work, for lack of a crate perhaps.
        let printed = String::from_utf8_lossy(&output.stderr);
        let said: Vec<String> = errors.iter().map(ToString::to_string).chain([printed.trim().to_string()]).collect();
        let advice = "build once with `cargo check --all-features`, which fetches every crate, and run it again";
        return Err(Failure::new(format!("cargo cannot check target/{name}: {}", said.join("; ")), advice));
    }
    Ok(errors)
}

fn write(root: &Path, scratch: &Path, part: Part, generated: &[(&str, String)]) -> io::Result<()> {
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
    // A workspace of its own, with what the package takes from the one around it.
    let mut workspace = toml::Table::new();
    let inherited = manifest.get("workspace").and_then(|workspace| workspace.get("package"));
    workspace.extend(inherited.map(|package| ("package".to_string(), package.clone())));
    manifest.insert("workspace".to_string(), workspace.into());
    if part == Part::AnyApi {
        without_helpers(scratch)?;
        if let Some(features) = manifest.get_mut("features").and_then(toml::Value::as_table_mut) {
            features.retain(|name, _| !OF_EVENTS.contains(&name));
            let lists = features.iter_mut().filter_map(|(_, list)| list.as_array_mut());
            lists.for_each(|list| list.retain(|name| !name.as_str().is_some_and(|name| OF_EVENTS.contains(&name))));
        }
    }
    fs::write(scratch.join("Cargo.toml"), toml::to_string(&manifest).map_err(io::Error::other)?)
}

/// The features with the events, which `src/webhook/event.rs` expects to have fields of Imprint's.
const OF_EVENTS: [&str; 2] = ["webhooks", "axum"];

/// Hand-written modules that name operations and types of Imprint's API, or describe them, by the file that declares them.
const OF_IMPRINT: [(&str, &[&str]); 2] =
    [("src/lib.rs", &["ext", "guide", "helpers"]), ("src/blocking.rs", &["helpers"])];

/// Removes from the copied sources the modules that only compile with Imprint's own API.
fn without_helpers(scratch: &Path) -> io::Result<()> {
    for (path, modules) in OF_IMPRINT {
        let path = scratch.join(path);
        let mut file = syn::parse_file(&fs::read_to_string(&path)?).map_err(io::Error::other)?;
        let before = file.items.len();
        file.items
            .retain(|item| !matches!(item, syn::Item::Mod(module) if modules.iter().any(|name| module.ident == name)));
        if file.items.len() + modules.len() != before {
            return Err(io::Error::other(format!("{} no longer has the modules {modules:?}", path.display())));
        }
        // The front page is no code, and its examples are about Imprint.
        file.attrs.retain(|attribute| !attribute.path().is_ident("doc"));
        fs::write(&path, prettyplease::unparse(&file))?;
    }
    Ok(())
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
