//! Overlays. The input is an overlay in YAML, which is applied to a small document; if it holds a line of three dashes, the
//! document is what stands before it.

use crate::build::document::parse;
use crate::build::overlay::Overlay;

const DOCUMENT: &str = include_str!("../../tests/shapes/documents/composed.yaml");

pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (document, overlay) = text.split_once("\n---\n").unwrap_or((DOCUMENT, text));
    let (Ok(document), Ok(overlay)) = (parse("document", document), parse("overlay", overlay)) else { return };
    let parsed = match Overlay::parse(&overlay) {
        Ok(parsed) => parsed,
        Err(problem) => {
            assert!(!problem.message.is_empty() && !problem.advice.is_empty(), "{problem:?}");
            return;
        }
    };

    // One action after the other does what all of them do, and says what it did.
    let (mut together, mut one_by_one) = (document.clone(), document);
    let outcomes: Vec<_> = parsed.outcomes(&mut together).collect();
    assert_eq!(outcomes.len(), parsed.actions.len());
    for (action, outcome) in parsed.actions.into_iter().zip(outcomes) {
        let before = one_by_one.clone();
        let alone = Overlay { actions: vec![action] };
        match (alone.apply(&mut one_by_one), outcome) {
            (Ok(report), Ok(effect)) => {
                assert_eq!(report.effects[0].changed, effect.changed);
                assert_eq!(effect.changed.is_empty(), one_by_one == before, "{effect:?}");
                for place in &effect.changed {
                    assert!(before.pointer(place).is_some(), "{place} is said to have changed, and was not there");
                }
            }
            (Err(problem), Err(same)) => {
                assert_eq!(problem, same);
                assert_eq!(one_by_one, before, "an action that fails changes the document: {problem}");
            }
            (alone, together) => panic!("alone {alone:?}, together {together:?}"),
        }
    }
    assert_eq!(one_by_one, together);
}
