//! Generates one client from all the documents in `documents/`, by the stages of `build/`, without overlay and without what
//! hand-written code needs of Imprint's API.
//!
//! The code that is generated names the modules of the crate it is in, so there is one client. Each document brings paths
//! and schemas of its own to it; two of one name are refused.

#[allow(dead_code, reason = "what the overlay and the published document need is not used here")]
#[path = "../../build/mod.rs"]
mod build;

use std::{env, error::Error, fs, path::Path};

use serde_json::{Map, Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    for input in ["build.rs", "documents", "../../build"] {
        println!("cargo::rerun-if-changed={input}");
    }
    for place in build::methods::PLACES {
        println!("cargo::rerun-if-changed=../../src/{place}");
    }
    let mut paths =
        fs::read_dir("documents")?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, std::io::Error>>()?;
    paths.sort();
    let mut all = json!({
        "openapi": "3.1.0",
        "info": {"title": "Shapes", "version": "1"},
        "servers": [{"url": "https://api.example.com"}],
        "paths": {},
        "components": {},
    });
    for path in paths {
        let name = path.display().to_string();
        let document = build::document::parse(&name, &fs::read_to_string(&path)?)?;
        add(&mut all["paths"], &document["paths"], &name)?;
        for (kind, of_kind) in document["components"].as_object().into_iter().flatten() {
            if all["components"].get(kind).is_none() {
                all["components"][kind] = json!({});
            }
            add(&mut all["components"][kind], of_kind, &name)?;
        }
    }
    let api = build::api(all)?;
    let hand_written = build::methods::read(Path::new("../../src"))?;
    let out = env::var("OUT_DIR")?;
    for file in build::files(api, &build::needs::Needs::default(), &hand_written)? {
        fs::write(Path::new(&out).join(file.name), file.code)?;
    }
    Ok(())
}

/// Adds the entries of a map to another map, which must not have them.
fn add(to: &mut Value, from: &Value, name: &str) -> Result<(), String> {
    let to: &mut Map<String, Value> = to.as_object_mut().ok_or("not a map")?;
    for (key, value) in from.as_object().into_iter().flatten() {
        if to.insert(key.clone(), value.clone()).is_some() {
            return Err(format!("{name}: another document has `{key}` as well"));
        }
    }
    Ok(())
}
