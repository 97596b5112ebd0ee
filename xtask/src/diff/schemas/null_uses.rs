//! Where a named schema is used in a way that null changes: `build/lower/shapes.rs` moves `nullable` to the uses.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{
    diff::{documents::Documents, place::is_required_in_rust},
    openapi::{is_success, referenced_schema},
    pipeline::walk::{self, Place, Role},
    usage::Side,
};

/// The named schemas for which a Rust type becomes an `Option`, or is none any more, when null is allowed. Fields that may be
/// missing are Options already.
pub fn of_all(documents: &Documents<'_>) -> BTreeSet<String> {
    let refers_to =
        |schema: &Value| referenced_schema(schema).filter(|_| schema["nullable"] != true).map(str::to_string);
    let mut found = BTreeSet::new();
    // The visitor never refuses.
    let _ = walk::schemas(&mut documents.new.clone(), &mut |schema, place| {
        let of_itself =
            refers_to(schema).filter(|_| !matches!(place.role, Role::Property { .. } | Role::Parameter { .. }));
        let required: BTreeSet<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let properties = schema["properties"].as_object().into_iter().flatten();
        let of_properties: Vec<(String, &Value)> = properties
            .filter(|(property, _)| required.contains(property.as_str()))
            .filter_map(|(_, value)| Some((refers_to(value)?, value)))
            .collect();
        if of_itself.is_none() && of_properties.is_empty() {
            return Ok(());
        }
        let sides = sides(documents, place);
        if sides.iter().any(|side| *side != Side::Error) {
            let fields = of_properties.into_iter().filter(|(_, value)| is_required_in_rust(&sides, &[value]));
            found.extend(fields.map(|(name, _)| name).chain(of_itself));
        }
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
