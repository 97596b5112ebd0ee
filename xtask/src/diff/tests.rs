//! Mutations of the document, one for each kind of change: what is said of each, all of it and no more, and that the
//! client is generated or the reason why not.
//!
//! The document is the one of 2026-11-20, with the overlay of that day: a refresh must not break the tests of refreshing.

mod refused;
mod table;

use std::sync::OnceLock;

use serde_json::Value;

use super::{Comparison, Effect};
use crate::{
    build::document,
    refresh::examine::{Before, Finding, Refusal, examine},
};

pub const DOCUMENT: &str = include_str!("../../../tests/facts/imprint-api.facts.yaml");
pub const OVERLAY: &str = include_str!("../../tests/frozen/overlay.yaml");

/// The document of that day.
pub fn parsed() -> Value {
    static PARSED: OnceLock<Value> = OnceLock::new();
    PARSED.get_or_init(|| document::parse("openapi.yaml", DOCUMENT).unwrap()).clone()
}

/// It, and the API it makes.
pub fn before() -> &'static Before {
    static BEFORE: OnceLock<Before> = OnceLock::new();
    BEFORE.get_or_init(|| {
        let code = crate::build::run(DOCUMENT, OVERLAY).unwrap().code;
        Before {
            document: DOCUMENT.into(),
            snapshot: Some(crate::surface::of(&code).unwrap()),
            overlay: OVERLAY.into(),
            version: "0.1.0".into(),
        }
    })
}

/// What is found of it after a mutation.
pub fn after(mutate: &dyn Fn(&mut Value)) -> Result<Finding, Refusal> {
    let mut document = parsed();
    mutate(&mut document);
    examine(before(), &format!("{document}\n"))
}

/// Runs a test for each of many, on all processors.
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

#[test]
fn the_same_document_has_no_differences() {
    let finding = after(&|_| {}).unwrap();
    let Comparison { changes, prose } = &finding.comparison;
    assert!(changes.is_empty() && prose.is_empty() && finding.surface.is_empty(), "{finding:?}");
    assert_eq!((finding.version.step, finding.suspicious_new.len()), ("none", 0));
    assert!(finding.suspicious_known > 20);
}

#[test]
fn every_effect_has_its_word() {
    for effect in [Effect::None, Effect::Documentation, Effect::Additive, Effect::Breaking] {
        assert_eq!(serde_json::to_value(effect).unwrap(), effect.to_string());
    }
}
