//! The manifests of the workspace: which versions they ask for, and what the registry shows of the packages.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use toml::{Table, Value};

/// What users get, and what repeats their dependencies. Examples ask for what a reader would write.
const MANIFESTS: [&str; 7] = [
    "Cargo.toml",
    "benches/Cargo.toml",
    "fuzz/Cargo.toml",
    "sandbox/Cargo.toml",
    "tests/shapes/Cargo.toml",
    "tests/webhooks_only/Cargo.toml",
    "xtask/Cargo.toml",
];

const PUBLISHED: [&str; 2] = ["Cargo.toml", "sandbox/Cargo.toml"];

const KINDS: [&str; 3] = ["dependencies", "build-dependencies", "dev-dependencies"];

/// The crates that write names and signatures of the public API, in the build of every user.
const GENERATOR: [&str; 4] = ["progenitor", "progenitor-impl", "typify", "typify-impl"];

fn manifest(path: &str) -> Table {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    toml::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// What a manifest asks for: the kind, the name and the version of each dependency that has one.
fn requirements(manifest: &Table) -> Vec<(&'static str, String, String)> {
    let mut found = Vec::new();
    for kind in KINDS {
        for (name, value) in manifest.get(kind).and_then(Value::as_table).into_iter().flatten() {
            let version = value.as_str().or_else(|| value.get("version")?.as_str());
            found.extend(version.map(|version| (kind, name.clone(), version.to_owned())));
        }
    }
    found
}

/// Cargo takes one version for all of a workspace, so a lower one in one manifest is never built.
#[test]
fn all_manifests_ask_for_the_same_version_of_a_crate() {
    let mut versions: BTreeMap<String, BTreeMap<String, Vec<String>>> = BTreeMap::new();
    for path in MANIFESTS {
        for (kind, name, version) in requirements(&manifest(path)) {
            versions.entry(name).or_default().entry(version).or_default().push(format!("{kind} of {path}"));
        }
    }
    let repeated = versions.values().filter(|places| places.values().flatten().count() > 1).count();
    assert!(repeated > 20, "only {repeated} crates stand in several places");
    versions.retain(|_, places| places.len() > 1);
    assert!(versions.is_empty(), "write the same version in all of these places: {versions:#?}");
}

/// An exact version of a crate that is in the graph of a user as well can make their build impossible.
#[test]
fn only_the_generator_is_pinned() {
    for path in MANIFESTS {
        for (kind, name, version) in requirements(&manifest(path)) {
            let is_exact = version.starts_with('=');
            // What only maintainers build can make no build of a user impossible.
            let is_of_xtask = path == "xtask/Cargo.toml" && name == "public-api";
            let is_generator = GENERATOR.contains(&name.as_str());
            // The sandbox belongs to one version of the client, which users have by the same release.
            let is_own = name == "imprint-client";
            assert_eq!(is_exact, is_generator || is_of_xtask || is_own, "{name} {version} in the {kind} of {path}");
        }
    }
    let build = requirements(&manifest("Cargo.toml")).into_iter().filter(|(kind, ..)| *kind == "build-dependencies");
    let build: BTreeSet<String> = build.map(|(_, name, _)| name).collect();
    for name in GENERATOR {
        assert!(build.contains(name), "{name} writes code in the build of users: pin it in the build-dependencies");
    }
}

/// `tests/shapes` runs the same build script and the same runtime.
#[test]
fn the_shapes_are_built_with_what_users_have() {
    let [library, shapes] = ["Cargo.toml", "tests/shapes/Cargo.toml"].map(manifest);
    let settings = |manifest: &Table, kind: &str, name: &str| {
        let value = &manifest[kind][name];
        let features = value.get("features").cloned();
        let default = value.get("default-features").cloned();
        (features, default)
    };
    let mut count = 0;
    for kind in ["dependencies", "build-dependencies"] {
        for name in shapes[kind].as_table().unwrap().keys() {
            assert_eq!(settings(&shapes, kind, name), settings(&library, kind, name), "{name} in the {kind}");
            count += 1;
        }
    }
    assert!(count > 15, "{count}");
}

#[test]
fn published_packages_say_where_they_belong() {
    let workspace = &manifest("Cargo.toml")["workspace"];
    for path in PUBLISHED {
        let package = &manifest(path)["package"];
        for key in ["description", "license", "readme", "keywords", "categories", "rust-version", "include"] {
            assert!(package.get(key).is_some(), "{path} lacks {key}");
        }
        for key in ["repository", "homepage"] {
            assert_eq!(package[key]["workspace"], Value::Boolean(true), "{key} of {path}");
            assert!(workspace["package"][key].as_str().unwrap().starts_with("https://"));
        }
        let documentation = format!("https://docs.rs/{}", package["name"].as_str().unwrap());
        assert_eq!(package["documentation"].as_str(), Some(documentation.as_str()));
        assert_eq!(package["metadata"]["docs"]["rs"]["all-features"], Value::Boolean(true), "{path}");
    }
}

/// Whoever gets a package gets the licences with it; a package holds no file from outside of its folder.
#[test]
fn each_package_has_the_licences() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
        let [one, other] = [licence.to_owned(), format!("sandbox/{licence}")]
            .map(|path| fs::read_to_string(root.join(&path)).unwrap_or_else(|e| panic!("{path}: {e}")));
        assert!(one == other, "{licence} of the sandbox is another text");
    }
}

/// The lock file of the workspace and that of the fuzz targets, with their packages.
fn locks() -> [(&'static str, Vec<Value>); 2] {
    ["Cargo.lock", "fuzz/Cargo.lock"].map(|path| (path, manifest(path)["package"].as_array().unwrap().clone()))
}

fn text<'a>(package: &'a Value, key: &str) -> Option<&'a str> {
    package.get(key)?.as_str()
}

/// Both packages are released together: what repeats the version repeats the same one, also where cargo does not ask for it.
#[test]
fn both_packages_have_one_version() {
    let [client, sandbox] = PUBLISHED.map(manifest);
    let version = client["package"]["version"].as_str().unwrap();
    assert_eq!(sandbox["package"]["version"].as_str(), Some(version), "sandbox/Cargo.toml");
    let of_client: Vec<_> =
        requirements(&sandbox).into_iter().filter(|(_, name, _)| name == "imprint-client").collect();
    assert_eq!(of_client.len(), 2, "{of_client:?}");
    for (kind, _, required) in of_client {
        assert_eq!(required, format!("={version}"), "imprint-client in the {kind} of sandbox/Cargo.toml");
    }
    let mut count = 0;
    for (path, packages) in locks() {
        let is_own = |package: &&Value| ["imprint-client", "imprint-sandbox"].contains(&text(package, "name").unwrap());
        for package in packages.iter().filter(is_own) {
            assert_eq!(text(package, "version"), Some(version), "{path} has another version of {package}");
            count += 1;
        }
    }
    assert_eq!(count, 3, "both packages in Cargo.lock, and the client in fuzz/Cargo.lock");
}

/// Whoever builds takes each crate from where their own cargo finds the registry. The name of a mirror in the lock file would
/// be one that others cannot reach. A crate with a source and without a checksum could be any code of that name, and a crate
/// without a source is one that somebody's folder has: only ours may be.
#[test]
fn the_lock_file_names_no_source_but_the_registry() {
    let workspace = manifest("Cargo.toml")["workspace"].clone();
    let members = workspace["members"].as_array().unwrap().iter().map(|member| member.as_str().unwrap());
    let name = |folder: &str| {
        let package = &manifest(&format!("{folder}/Cargo.toml"))["package"];
        package["name"].as_str().unwrap().to_owned()
    };
    let members: BTreeSet<String> = members.chain([".", "fuzz"]).map(name).collect();
    for (path, packages) in locks() {
        let sources: BTreeSet<&str> = packages.iter().filter_map(|package| text(package, "source")).collect();
        assert_eq!(sources, BTreeSet::from(["registry+https://github.com/rust-lang/crates.io-index"]), "{path}");
        assert!(packages.len() > 100, "{path}");
        for package in &packages {
            let name = text(package, "name").unwrap();
            let checksum = text(package, "checksum").unwrap_or_default();
            let is_whole = checksum.len() == 64 && checksum.bytes().all(|byte| byte.is_ascii_hexdigit());
            match text(package, "source") {
                Some(_) => assert!(is_whole, "{path}: {name} has the checksum {checksum:?}"),
                None => assert!(members.contains(name), "{path}: {name} has no source and is no member"),
            }
        }
    }
}

/// What is found by the fuzz targets is to be true of what is tested and reviewed.
#[test]
fn the_fuzz_targets_are_built_with_the_versions_of_the_workspace() {
    let [(_, workspace), (_, fuzz)] = locks();
    let id =
        |package: &Value| (text(package, "name").unwrap().to_owned(), text(package, "version").unwrap().to_owned());
    let workspace: BTreeSet<_> = workspace.iter().map(id).collect();
    let others: Vec<_> = fuzz.iter().map(id).filter(|id| !workspace.contains(id)).map(|(name, _)| name).collect();
    let only_there = ["arbitrary", "imprint-fuzz", "libfuzzer-sys"];
    assert_eq!(others, only_there, "copy Cargo.lock to fuzz/Cargo.lock and run cargo metadata with fuzz/Cargo.toml");
}

/// Everything that repeats the minimum version of Rust repeats the same one.
#[test]
fn the_minimum_version_of_rust_is_the_same_everywhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let version = manifest("Cargo.toml")["package"]["rust-version"].as_str().unwrap().to_owned();
    for path in MANIFESTS {
        assert_eq!(manifest(path)["package"]["rust-version"].as_str(), Some(version.as_str()), "{path}");
    }
    for (path, sentence) in [
        ("README.md", format!("You need Rust {version} or later")),
        ("README.md", format!("badge/Rust-{version}-blue")),
        ("CONTRIBUTING.md", format!("You need Rust {version} or later")),
        (".github/workflows/ci.yml", format!("toolchain install {version} ")),
    ] {
        assert!(fs::read_to_string(root.join(path)).unwrap().contains(&sentence), "{path} does not say: {sentence}");
    }
}
