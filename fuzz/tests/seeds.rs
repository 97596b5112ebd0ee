//! Checks the seeds of every target with a stable toolchain: `cargo test --manifest-path fuzz/Cargo.toml`.

use std::fs;
use std::path::Path;

type Target = (&'static str, fn(&[u8]), &'static [&'static str]);

/// Each target, its function, and the folders of its seeds as `.ci/fuzz` gives them to it.
const TARGETS: [Target; 7] = [
    ("webhook_header", imprint_fuzz::webhook_header::check, &["fuzz/seeds/webhook_header"]),
    ("webhook_canonical", imprint_fuzz::webhook_canonical::check, &["tests/payloads", "fuzz/seeds/webhook_canonical"]),
    ("decode", imprint_fuzz::decode::check, &["tests/payloads", "fuzz/seeds/decode"]),
    ("mask", imprint_fuzz::mask::check, &["fuzz/seeds/mask"]),
    ("path_guard", imprint_fuzz::path_guard::check, &["fuzz/seeds/path_guard"]),
    ("overlay", imprint_fuzz::overlay::check, &["fuzz/seeds/overlay"]),
    ("lowering", imprint_fuzz::lowering::check, &["tests/shapes/documents", "fuzz/seeds/lowering"]),
];

#[test]
fn every_seed_has_the_properties() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for (target, check, folders) in TARGETS {
        let mut seeds = 0;
        for folder in folders {
            for file in fs::read_dir(root.join(folder)).unwrap_or_else(|e| panic!("{folder}: {e}")) {
                let path = file.unwrap().path();
                println!("{target}: {}", path.display());
                check(&fs::read(path).unwrap());
                seeds += 1;
            }
        }
        assert!(seeds > 0, "{target} has no seed");
    }
}
