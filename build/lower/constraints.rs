//! What a document says about values and a client must not enforce.

use serde_json::Value;

use super::Lowered;
use crate::build::{problem::Problem, walk};

const LIMITS: [&str; 14] = [
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
];

fn drop_keywords(lowered: &mut Lowered, drop: &dyn Fn(&str, &Value) -> bool) -> Result<(), Problem> {
    walk::schemas(&mut lowered.document, &mut |schema, _| {
        if let Some(map) = schema.as_object_mut() {
            map.retain(|keyword, value| !drop(keyword, value));
        }
        Ok(())
    })
}

/// typify sends a `default`: every customer search would carry `limit: 10`.
pub fn defaults(lowered: &mut Lowered) -> Result<(), Problem> {
    drop_keywords(lowered, &|keyword, _| keyword == "default")
}

/// A server's odd value must not cost the page, and requests share their schemas with answers.
pub fn limits(lowered: &mut Lowered) -> Result<(), Problem> {
    drop_keywords(lowered, &|keyword, _| LIMITS.contains(&keyword) || keyword == "uniqueItems")
}

/// A `uuid` would reject real ids and pull in a crate; date-time and password have types of ours.
pub fn formats(lowered: &mut Lowered) -> Result<(), Problem> {
    let kept = ["date-time", "password", "int32", "int64", "float", "double"];
    drop_keywords(lowered, &|keyword, value| {
        keyword == "format" && !value.as_str().is_some_and(|format| kept.contains(&format))
    })
}

/// Examples have been gathered for the docs; in the schemas they would only hide that two are equal.
pub fn samples(lowered: &mut Lowered) -> Result<(), Problem> {
    drop_keywords(lowered, &|keyword, _| keyword == "example")
}
