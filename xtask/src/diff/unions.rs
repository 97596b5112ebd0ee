//! Compares the members of unions, by `oneOf` and `anyOf`: which shapes a value may have.

use serde_json::Value;

use super::{
    change::{
        Change,
        Effect::{Additive, Breaking, Nothing},
        effects,
    },
    place::ComparedPlace,
    prose::without_prose,
};
use crate::openapi::referenced_schema;

/// The keywords of unions.
pub const UNIONS: [&str; 2] = ["oneOf", "anyOf"];

/// What differs where both schemas have the same keyword with members. A member is told by what it says without its prose.
pub fn compare(old: &Value, new: &Value, at: &ComparedPlace) -> Vec<Change> {
    let mut changes = Vec::new();
    for keyword in UNIONS {
        let (Some(before), Some(after)) = (old[keyword].as_array(), new[keyword].as_array()) else { continue };
        let bare = |members: &[Value]| members.iter().map(without_prose).collect::<Vec<_>>();
        let (bare_before, bare_after) = (bare(before), bare(after));
        for member in after.iter().filter(|member| !bare_before.contains(&without_prose(member))) {
            let why = format!(
                "a value may be {} as well: unions are open, so earlier versions of this crate keep it as `Unrecognized`",
                name(member)
            );
            let at = ComparedPlace { leaf: leaf(member, at), ..at.clone() };
            changes.push(at.change("union member added", effects(Additive, Additive, Additive), why));
        }
        for member in before.iter().filter(|member| !bare_after.contains(&without_prose(member))) {
            let why = format!("a value is no longer {}: its variant is removed", name(member));
            let at = ComparedPlace { leaf: leaf(member, at), ..at.clone() };
            changes.push(at.change("union member removed", effects(Breaking, Breaking, Nothing), why));
        }
    }
    changes
}

fn leaf(member: &Value, at: &ComparedPlace) -> String {
    let name = referenced_schema(member).or_else(|| member["title"].as_str());
    name.map_or_else(|| at.leaf.clone(), str::to_string)
}

fn name(member: &Value) -> String {
    let name = referenced_schema(member).or_else(|| member["title"].as_str()).or_else(|| member["type"].as_str());
    name.map_or_else(|| "of a shape without a name".to_string(), |name| format!("`{name}`"))
}
