//! Removes what a document says about values and a client must not enforce: defaults, limits, patterns and formats.
//!
//! A client that enforced them would fail on an answer that the service considers valid.

use serde_json::Value;

use super::Lowered;
use crate::build::{problem::Problem, walk};

/// Keywords that a value can break without being of another type, or that an earlier rule has said in another way.
const LIMITS: [&str; 26] = [
    "$anchor",
    "$defs",
    "$id",
    "$schema",
    "contains",
    "contentEncoding",
    "contentMediaType",
    "dependentRequired",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "maxContains",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minContains",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "pattern",
    "patternProperties",
    "prefixItems",
    "propertyNames",
    "uniqueItems",
];

/// Whether a keyword only says which of the values of a type are valid.
pub(super) fn only_validates(keyword: &str) -> bool {
    LIMITS.contains(&keyword)
}

fn drop_keywords(lowered: &mut Lowered, drop: &dyn Fn(&str, &Value) -> bool) -> Result<(), Problem> {
    walk::schemas(&mut lowered.document, &mut |schema, _| {
        if let Some(map) = schema.as_object_mut() {
            map.retain(|keyword, value| !drop(keyword, value));
        }
        Ok(())
    })
}

/// Removes defaults. typify sends a `default` that the caller did not set: each customer search would have `limit: 10`.
pub fn defaults(lowered: &mut Lowered) -> Result<(), Problem> {
    drop_keywords(lowered, &|keyword, _| keyword == "default")
}

/// Removes limits and patterns. One value outside of its limits would make a whole page undecodable, and requests share
/// their schemas with answers.
pub fn limits(lowered: &mut Lowered) -> Result<(), Problem> {
    drop_keywords(lowered, &|keyword, value| {
        let closes = matches!(keyword, "unevaluatedItems" | "unevaluatedProperties") && value.is_boolean();
        only_validates(keyword) || closes
    })
}

/// Removes formats that have no type of ours. The format `uuid` would reject ids that the service uses, and would need
/// another dependency.
pub fn formats(lowered: &mut Lowered) -> Result<(), Problem> {
    let kept = ["date-time", "password", "int32", "int64", "float", "double"];
    drop_keywords(lowered, &|keyword, value| {
        keyword == "format" && !value.as_str().is_some_and(|format| kept.contains(&format))
    })
}

/// Removes examples. The model has read them already. Here they would make equal schemas differ, so that two types are
/// generated for one.
pub fn samples(lowered: &mut Lowered) -> Result<(), Problem> {
    drop_keywords(lowered, &|keyword, _| keyword == "example")
}
