//! The document that the feature `openapi` gives to users, compared with what lowering marks in the same document.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use xtask::{
    build::{
        lower::{self, Mark},
        overlay::Overlay,
    },
    pipeline::{self, walk},
};

use crate::repository::{DOCUMENT, OVERLAY, parsed};

/// The parts of the document that lowering copies into the operations, and those that it drops.
const DROPPED: [&str; 4] =
    ["/components/parameters/", "/components/requestBodies/", "/components/responses/", "/webhooks/"];

fn overlaid() -> Value {
    let mut document = parsed(DOCUMENT);
    Overlay::parse(&parsed(OVERLAY)).unwrap().apply(&mut document).unwrap();
    document
}

/// The places with a mark that is true: the pointer, and the name if it is a property or a parameter.
fn marked(document: &Value, mark: &str) -> Vec<(String, Option<String>)> {
    let mut found = Vec::new();
    walk::schemas_anywhere(&mut document.clone(), &mut |schema, place| {
        if schema[mark] == json!(true) {
            found.push((place.pointer.clone(), place.name().map(str::to_string)));
        }
        Ok(())
    })
    .unwrap();
    found
}

/// The place of the list or map that a value is in: there the published document has the mark.
fn of_container(pointer: &str) -> &str {
    let mut place = pointer;
    while let Some(above) = ["/items", "/additionalProperties"].iter().find_map(|end| place.strip_suffix(end)) {
        place = above;
    }
    place
}

#[test]
fn the_marks_are_those_of_lowering() {
    let document = overlaid();
    let published = pipeline::published(&document).unwrap();
    let lowered = lower::client(lower::normal(document.clone()).unwrap()).unwrap();
    let kinds = [("x-imprint-secret", &lowered.marks.secrets), ("x-imprint-personal", &lowered.marks.personal)];
    for (keyword, marks) in kinds {
        let found = marked(&published, keyword);
        let pointers: BTreeSet<&str> = found.iter().map(|(pointer, _)| pointer.as_str()).collect();
        let names: BTreeSet<&str> = found.iter().filter_map(|(_, name)| name.as_deref()).collect();
        assert!(marks.len() > 4, "{keyword}: lowering marks only {marks:?}");
        for Mark { name, pointer } in marks {
            assert!(name.is_empty() || names.contains(name.as_str()), "{keyword}: no place called `{name}` is marked");
            let is_there = published.pointer(pointer).is_some();
            assert!(!is_there || pointers.contains(of_container(pointer)), "{keyword} is missing at {pointer}");
        }
        let by_lowering: BTreeSet<&str> = marks.iter().map(|mark| of_container(&mark.pointer)).collect();
        for (pointer, name) in &found {
            let is_dropped = DROPPED.iter().any(|part| pointer.starts_with(part));
            // An inline type has been moved to a name.
            let is_moved = lowered.places.values().any(|place| pointer.starts_with(&format!("{place}/")));
            let is_there = lowered.document.pointer(pointer).is_some() || is_moved;
            assert_eq!(is_dropped, !is_there, "{pointer}");
            let is_known = by_lowering.contains(pointer.as_str());
            assert!(is_known || is_dropped, "{keyword} at {pointer} is no mark of lowering");
            let name = name.as_deref().unwrap_or_default();
            assert!(marks.iter().any(|mark| mark.name == name), "{keyword}: lowering marks nothing called `{name}`");
        }
    }
}

#[test]
fn nothing_but_marks_is_added() {
    let document = overlaid();
    let mut published = pipeline::published(&document).unwrap();
    walk::schemas_anywhere(&mut published, &mut |schema, place| {
        for mark in ["x-imprint-secret", "x-imprint-personal"] {
            let before = document.pointer(&place.pointer).unwrap();
            if let Some(map) = schema.as_object_mut().filter(|_| before.get(mark).is_none()) {
                map.remove(mark);
            }
        }
        Ok(())
    })
    .unwrap();
    assert_eq!(published, document);
}
