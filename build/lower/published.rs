//! Writes the document for users: after the overlay, before any rule, with a mark wherever lowering finds a secret or
//! personal data.
//!
//! The decision is that of `names`. It was made for the normal form, so each schema is shown to it in that form and at
//! the place that it has there, and the mark is written where the document itself has the schema.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{
    Lowered, NORMAL, apply, forms,
    names::{self, Held},
    normal_with, shapes,
};
use crate::build::{
    document::sorted,
    problem::Problem,
    walk::{self, Place, Role},
};

/// The document with `x-imprint-secret: true` and `x-imprint-personal: true` at their places, its maps sorted by key.
///
/// Marks that the document has already are kept, those that are false too. Of a list or map of scalars the mark is on
/// the place of the list or map, and holds for all of its values.
///
/// The document has to be one that lowering accepts: it refuses circles of references, which this does not look for.
pub fn published(document: &Value) -> Result<Value, Problem> {
    let known = normal_with(document.clone(), &|_| true)?;
    let places = places(document, &known["components"]["schemas"])?;
    let secrets = secrets(&known, &places);
    let personal = personal(&known, &places, &secrets);
    let mut document = document.clone();
    walk::schemas_anywhere(&mut document, &mut |schema, place| {
        for (mark, pointers) in [(names::SECRET, &secrets), (names::PERSONAL, &personal)] {
            if pointers.contains(&place.pointer) {
                set(schema, mark);
            }
        }
        Ok(())
    })?;
    Ok(sorted(document))
}

/// Sets a mark on a schema that does not decide it itself.
fn set(schema: &mut Value, mark: &str) {
    // `true` is the schema of any value, as `{}` is.
    if *schema == json!(true) {
        *schema = json!({});
    }
    if let Some(map) = schema.as_object_mut() {
        map.entry(mark).or_insert_with(|| json!(true));
    }
}

/// One schema of the document, as the normal form has it.
struct Normal {
    /// Where the document has it.
    pointer: String,
    /// Where the normal form has it.
    place: Place,
    schema: Value,
}

/// Every schema of the document, each before its parts. The members of an `allOf`, or of a union with null, are left out
/// if the normal form has one of them, or what all of them say, in the place of the schema that they are members of.
fn places(document: &Value, schemas: &Value) -> Result<Vec<Normal>, Problem> {
    let mut found: Vec<Normal> = Vec::new();
    let mut unwrapped: Vec<Unwrapped> = Vec::new();
    walk::schemas_anywhere(&mut document.clone(), &mut |schema, place| {
        let above = unwrapped.iter().rev().find_map(|one| Some((place.pointer.strip_prefix(&one.members)?, one)));
        let place_there = match above {
            Some((below, one)) => match below.split_once('/') {
                Some((index, below)) if one.only.as_ref().is_none_or(|only| only == index) => {
                    moved(place, &format!("/{below}"), &one.place)
                }
                _ => return Ok(()),
            },
            None => place.clone(),
        };
        if let Some((keyword, index)) = only_member(schema) {
            let members = format!("{}/{keyword}/", place.pointer);
            unwrapped.push(Unwrapped { members, only: Some(index.to_string()), place: place_there.clone() });
        } else if schema.get("allOf").is_some() {
            let members = format!("{}/allOf/", place.pointer);
            unwrapped.push(Unwrapped { members, only: None, place: place_there.clone() });
        }
        let schema = shapes::written_out(&normal(schema)?, schemas);
        found.push(Normal { pointer: place.pointer.clone(), place: place_there, schema });
        Ok(())
    })?;
    Ok(found)
}

/// A schema of which the normal form has one member alone, or all of them merged into one.
struct Unwrapped {
    /// What the pointers to its members begin with.
    members: String,
    /// The index of the member that is left; `None` if all are merged.
    only: Option<String>,
    /// The place of the schema in the normal form.
    place: Place,
}

/// The place of a part of such a member, given the pointer below that member, and the place of the schema that the
/// member is in the normal form.
fn moved(place: &Place, below: &str, of: &Place) -> Place {
    let mut moved = Place { pointer: format!("{}{below}", of.pointer), ..place.clone() };
    if let Role::Property { owner, .. } = &mut moved.role
        && let Role::Named(name) = &of.role
        && below.strip_prefix("/properties/").is_some_and(|name| !name.contains('/'))
    {
        *owner = Some(name.clone());
    }
    moved
}

/// The member that a schema is in the normal form: the keyword that it stands under, and its index.
fn only_member(schema: &Value) -> Option<(&'static str, usize)> {
    if schema.get("properties").is_some() {
        return None;
    }
    let of_union = |keyword| Some((keyword, forms::only_shape(schema.get(keyword)?.as_array()?)?));
    let of_union = ["anyOf", "oneOf"].into_iter().find_map(of_union);
    of_union.or_else(|| Some(("allOf", shapes::only_member(schema)?)))
}

/// A schema in its normal form, by the same rules as the whole document.
fn normal(schema: &Value) -> Result<Value, Problem> {
    let mut lowered = Lowered { document: json!({"components": {"schemas": {"It": schema}}}), ..Default::default() };
    apply(NORMAL, &mut lowered, &|_| true)?;
    Ok(lowered.document["components"]["schemas"]["It"].take())
}

fn secrets(known: &Value, places: &[Normal]) -> BTreeSet<String> {
    let secret = places.iter().filter(|Normal { place, schema, .. }| {
        names::is_secret(known, schema, place) && !matches!(names::held(known, schema), Held::Within)
    });
    secret.map(|normal| normal.pointer.clone()).collect()
}

fn personal(known: &Value, places: &[Normal], secrets: &BTreeSet<String>) -> BTreeSet<String> {
    let mut inside: Vec<String> =
        places.iter().filter_map(|normal| names::holder(known, &normal.schema, &normal.place)).collect();
    let mut found: BTreeSet<String> = BTreeSet::new();
    // A mark on a list or map holds for its values, so these get none of their own.
    let is_marked_above = |found: &BTreeSet<String>, pointer: &str| {
        let mut above = pointer;
        while let Some(shorter) = ["/items", "/additionalProperties"].iter().find_map(|end| above.strip_suffix(end)) {
            if found.contains(shorter) || secrets.contains(shorter) {
                return true;
            }
            above = shorter;
        }
        false
    };
    for Normal { pointer, place, schema } in places {
        let is_value = place.role == Role::Other && is_marked_above(&found, pointer);
        if secrets.contains(pointer) || is_value {
            continue;
        }
        if is_personal(known, schema, place, &mut inside) {
            found.insert(pointer.clone());
        }
    }
    found
}

/// Whether a place gets the mark of personal data: for itself, or for the values of the list or map that it is.
fn is_personal(known: &Value, schema: &Value, place: &Place, inside: &mut Vec<String>) -> bool {
    if names::personal_at(known, schema, place, inside).is_some() {
        return true;
    }
    let is_container = inside.last() == Some(&format!("{}/", place.pointer));
    let Some((keyword, values)) = names::values_of(schema).filter(|_| is_container) else { return false };
    let values = shapes::written_out(values, &known["components"]["schemas"]);
    let place = Place { pointer: format!("{}/{keyword}", place.pointer), role: Role::Other, ..place.clone() };
    is_personal(known, &values, &place, inside)
}
