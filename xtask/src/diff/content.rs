//! Compares which media types a body has, of a request or of an answer.

use serde_json::Value;

use super::{
    change::{Change, Effect::Breaking, effects},
    place::ComparedPlace,
};
use crate::openapi::keys;

/// A body that comes or goes as a whole is compared elsewhere.
pub fn compare_media_types(old: &Value, new: &Value, at: &ComparedPlace) -> Option<Change> {
    let (before, after) = (keys(&old["content"]), keys(&new["content"]));
    let differ = before != after && !before.is_empty() && !after.is_empty();
    let why = format!("{before:?} became {after:?}");
    differ.then(|| at.change("media types changed", effects(Breaking, Breaking, Breaking), why))
}
