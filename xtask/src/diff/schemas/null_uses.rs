//! Where a named schema is used in a way that null changes: `build/lower/shapes.rs` moves `nullable` to the uses.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{
    diff::{documents::Documents, place::is_required_in_rust},
    openapi::{is_success, referenced_schema},
    pipeline::walk::{self, Place, Role},
    usage::Side,
};

/// Whether a Rust type becomes an `Option`, or is none any more, when null is allowed for a named schema. Fields that
/// may be missing are Options already.
pub fn changes_a_type(documents: &Documents<'_>, name: &str) -> bool {
    let refers = |schema: &Value| referenced_schema(schema) == Some(name) && schema["nullable"] != true;
    let mut found = false;
    // The visitor never refuses.
    let _ = walk::schemas(&mut documents.new.clone(), &mut |schema, place| {
        let sides = sides(documents, place);
        if !sides.iter().any(|side| *side != Side::Error) {
            return Ok(());
        }
        let required = schema["required"].as_array();
        let is_required = |name: &String| required.is_some_and(|names| names.contains(&Value::String(name.clone())));
        found |=
            schema["properties"].as_object().into_iter().flatten().any(|(property, value)| {
                refers(value) && is_required(property) && is_required_in_rust(&sides, &[value])
            });
        found |= refers(schema) && !matches!(place.role, Role::Property { .. } | Role::Parameter { .. });
        Ok(())
    });
    found
}

/// The sides that carry a place.
fn sides(documents: &Documents<'_>, place: &Place) -> BTreeSet<Side> {
    let parts: Vec<&str> = place.pointer.split('/').skip(1).collect();
    match parts[..] {
        ["components", "schemas", name, ..] => {
            documents.carriers(&name.replace("~1", "/").replace("~0", "~")).sides.clone()
        }
        [_, _, _, "responses", status, ..] => {
            BTreeSet::from([if is_success(status) { Side::Response } else { Side::Error }])
        }
        _ => BTreeSet::from([Side::Request]),
    }
}
