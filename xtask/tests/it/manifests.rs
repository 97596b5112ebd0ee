//! The manifests of the workspace: which versions they ask for, and what the registry shows of the packages.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use toml::{Table, Value};

/// What users get, and what repeats their dependencies. Examples ask for what a reader would write.
const MANIFESTS: [&str; 5] =
    ["Cargo.toml", "sandbox/Cargo.toml", "tests/shapes/Cargo.toml", "tests/webhooks_only/Cargo.toml", "xtask/Cargo.toml"];

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
            let is_generator = GENERATOR.contains(&name.as_str());
            assert_eq!(is_exact, is_generator, "{name} {version} in the {kind} of {path}");
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
