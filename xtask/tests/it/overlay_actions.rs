//! Which actions of the overlay a document needs, and which no longer fit it.

use serde_json::json;
use xtask::overlay_actions::{ActionStatus, correct};

use crate::frozen;

#[test]
fn every_action_of_the_overlay_has_a_status() {
    let mut document = frozen::parsed();
    document["servers"]
        .as_array_mut()
        .unwrap()
        .push(json!({"url": "https://dev.imprint.co", "description": "Production"}));
    document["components"]["schemas"]["OrderBase"]["properties"].as_object_mut().unwrap().remove("id");
    let corrected = correct(document, frozen::OVERLAY).unwrap();
    let count = |status| corrected.actions.iter().filter(|action| action.status == status).count();
    assert!(count(ActionStatus::Needed) > 20);
    // Lists are compared entry by entry: a server that is described differently would not count.
    assert_eq!((count(ActionStatus::NoLongerNeeded), count(ActionStatus::Unmatched)), (1, 1));
    assert!(corrected.no_longer_needed()[0].contains("$.servers"));
    let failure = corrected.failure().unwrap().to_string();
    assert!(failure.contains("OrderBase") && failure.contains("openapi/overlay.yaml"), "{failure}");
}
