//! Applies the overlay to the document, with the same code as the build.

use serde_json::Value;

#[allow(dead_code, reason = "the build uses more of it")]
#[path = "../../../build/document.rs"]
mod document;
#[allow(dead_code, reason = "the build uses more of it")]
#[path = "../../../build/overlay.rs"]
mod overlay;
#[allow(dead_code, reason = "the build uses more of it")]
#[path = "../../../build/problem.rs"]
mod problem;

pub fn document() -> Value {
    let mut document = read("openapi.yaml");
    let overlay = overlay::Overlay::parse(&read("overlay.yaml")).unwrap_or_else(|e| panic!("{e}"));
    overlay.apply(&mut document).unwrap_or_else(|e| panic!("{e}"));
    document
}

fn read(name: &str) -> Value {
    let path = format!("{}/openapi/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"));
    document::parse(name, &text).unwrap_or_else(|e| panic!("{e}"))
}
