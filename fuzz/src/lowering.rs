//! Lowering. The input is a document in YAML, if it begins like one; else its bytes say how a document of the project is to
//! be changed.

use std::sync::LazyLock;

use arbitrary::Unstructured;
use serde_json::Value;

use crate::build::{document::parse, lower, overlay::Overlay};
use crate::documents::mutate;

/// The small documents of the tests and, as the last one, Imprint's document with its corrections.
static DOCUMENTS: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let small = [
        include_str!("../../tests/shapes/documents/answers.yaml"),
        include_str!("../../tests/shapes/documents/collections.yaml"),
        include_str!("../../tests/shapes/documents/composed.yaml"),
        include_str!("../../tests/shapes/documents/pages.yaml"),
        include_str!("../../tests/shapes/documents/plain.yaml"),
        include_str!("../../tests/shapes/documents/requests.yaml"),
        include_str!("../../tests/shapes/documents/unions.yaml"),
    ];
    let mut documents: Vec<Value> = small.iter().map(|text| parse("a small document", text).expect("YAML")).collect();
    let mut of_imprint = parse("document", include_str!("../../openapi/openapi.yaml")).expect("YAML");
    let overlay = parse("overlay", include_str!("../../openapi/overlay.yaml")).expect("YAML");
    Overlay::parse(&overlay).and_then(|overlay| overlay.apply(&mut of_imprint)).expect("the overlay fits");
    documents.push(of_imprint);
    documents
});

pub fn check(data: &[u8]) {
    if data.starts_with(b"openapi") || data.starts_with(b"#") {
        if let Some(Ok(document)) = std::str::from_utf8(data).ok().map(|text| parse("document", text)) {
            lower(document);
        }
        return;
    }
    let mut bytes = Unstructured::new(data);
    // Imprint's document is large: one input in sixteen is about it.
    let Ok(choice) = bytes.int_in_range(0..=15_usize) else { return };
    let last = DOCUMENTS.len() - 1;
    let mut document = DOCUMENTS[if choice == 15 { last } else { choice % last }].clone();
    if mutate(&mut document, &mut bytes).is_ok() {
        lower(document);
    }
}

/// A document is refused with a reason and advice, or has a normal form.
fn lower(document: Value) {
    let normal = match lower::normal(document) {
        Ok(normal) => normal,
        Err(problem) => return assert!(!problem.message.is_empty() && !problem.advice.is_empty(), "{problem:?}"),
    };
    match lower::normal(normal.clone()) {
        Ok(again) => assert_eq!(again, normal, "the normal form has another normal form"),
        Err(problem) => panic!("the normal form is refused: {problem}\n{normal}"),
    }
    match (lower::client(normal.clone()), lower::client(normal)) {
        (Ok(lowered), Ok(again)) => {
            assert_eq!(lowered.document, again.document, "lowering depends on more than the document");
            for mark in lowered.marks.secrets.iter().chain(&lowered.marks.personal) {
                assert!(mark.pointer.starts_with('/') || mark.pointer.starts_with('#'), "{mark:?}");
            }
        }
        (Err(problem), Err(same)) => {
            assert_eq!(problem, same);
            assert!(!problem.message.is_empty() && !problem.advice.is_empty(), "{problem:?}");
        }
        (one, other) => panic!("{one:?} the first time, {other:?} the second"),
    }
}
