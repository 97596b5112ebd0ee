//! The document and the overlay of 2026-11-20, which no refresh changes, for the tests of refreshing.

use std::{sync::OnceLock, time::Duration};

use serde_json::Value;
use xtask::{
    overlay_actions, pipeline, public_api,
    refresh::{
        examine::{Before, Finding, Refusal, examine},
        new_document::NewDocument,
    },
};

pub const DOCUMENT: &str = include_str!("../../../tests/facts/imprint-api.facts.yaml");
pub const OVERLAY: &str = include_str!("../frozen/overlay.yaml");

/// The document of that day.
pub fn parsed() -> Value {
    static PARSED: OnceLock<Value> = OnceLock::new();
    PARSED.get_or_init(|| pipeline::parse("openapi.yaml", DOCUMENT).unwrap()).clone()
}

/// The document of that day after the overlay of that day.
pub fn corrected() -> Value {
    overlay_actions::correct(parsed(), OVERLAY).unwrap().document
}

/// The document of that day, and the API that is generated from it.
pub fn before() -> &'static Before {
    static BEFORE: OnceLock<Before> = OnceLock::new();
    BEFORE.get_or_init(|| {
        let code = pipeline::run(DOCUMENT, OVERLAY).unwrap().code;
        Before {
            document: DOCUMENT.into(),
            snapshot: Some(public_api::of(&code).unwrap()),
            overlay: OVERLAY.into(),
            committed_overlay: None,
            version: "0.1.0".into(),
        }
    })
}

/// The same, while the overlay is being changed: these actions are at its end.
pub fn with_actions(actions: &str) -> Before {
    let Before { document, snapshot, overlay, version, .. } = before();
    Before {
        document: document.clone(),
        snapshot: snapshot.clone(),
        overlay: format!("{}\n{actions}\n", overlay.trim_end()),
        committed_overlay: Some(overlay.clone()),
        version: version.clone(),
    }
}

/// What examining the document finds after a mutation.
pub fn after(mutate: &dyn Fn(&mut Value)) -> Result<Finding, Refusal> {
    let mut document = parsed();
    mutate(&mut document);
    examine(before(), &read(&format!("{document}\n")))
}

/// A text as the document that a refresh is about.
pub fn read(text: &str) -> NewDocument {
    NewDocument::read(text.into(), Duration::from_secs(300)).unwrap()
}

/// Runs a test for each of many cases, on all processors, and reports every failure.
pub fn each<T: Sync>(cases: &[T], test: impl Fn(&T) -> Option<String> + Sync) {
    let next = std::sync::atomic::AtomicUsize::new(0);
    let failures = std::sync::Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed)) {
                    if let Some(failure) = test(case) {
                        failures.lock().unwrap().push(failure);
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}
