//! The normal form of a document is its own normal form. Two documents are compared in this form, so that what one spelling of a
//! schema becomes in a second pass would be a difference where there is none.

use std::{fs, path::Path};

use serde_json::Value;
use xtask::build::{document, lower};

#[test]
fn it_stays_as_it_is() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let small = fs::read_dir(root.join("tests/shapes/documents")).unwrap().map(|entry| entry.unwrap().path());
    let all: Vec<_> = small.chain([root.join("openapi/openapi.yaml")]).collect();
    assert!(all.len() > 5, "{all:?}");
    for path in all {
        let name = path.display().to_string();
        let parsed = document::parse(&name, &fs::read_to_string(&path).unwrap()).unwrap();
        let once = lower::normal(parsed).unwrap();
        let twice = lower::normal(once.clone()).unwrap();
        same(&name, "", &once, &twice);
    }
}

/// Fails at the first place at which two documents differ.
fn same(name: &str, at: &str, one: &Value, other: &Value) {
    if let (Value::Object(one), Value::Object(other)) = (one, other) {
        let keys = one.keys().chain(other.keys());
        keys.for_each(|key| {
            same(
                name,
                &format!("{at}/{key}"),
                one.get(key).unwrap_or(&Value::Null),
                other.get(key).unwrap_or(&Value::Null),
            )
        });
    } else {
        assert_eq!(one, other, "{name} at {at}");
    }
}
