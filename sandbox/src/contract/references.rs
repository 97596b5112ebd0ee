//! The references of a document: what they point to, and that every schema can be resolved.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::document::DocumentError;

/// How many references may lead from one to the next before a schema is reached, so that no document can exhaust the
/// stack.
pub(super) const DEEPEST: usize = 64;

/// The keywords whose value is a schema.
const SCHEMA: [&str; 8] = ["items", "additionalProperties", "not", "contains", "propertyNames", "if", "then", "else"];
/// The keywords whose value is a list of schemas.
const LIST: [&str; 4] = ["allOf", "anyOf", "oneOf", "prefixItems"];
/// The keywords whose value is a map of schemas.
const MAP: [&str; 5] = ["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"];

/// The value that a reference points to. `None` if it leads out of the document or to nothing.
pub(super) fn target<'a>(document: &'a Value, reference: &str) -> Option<&'a Value> {
    let pointer = reference.strip_prefix('#')?;
    match pointer.contains('%') {
        true => document.pointer(&percent_decode_str(pointer).decode_utf8().ok()?),
        false => document.pointer(pointer),
    }
}

/// The JSON pointer to a member of the value at `pointer`.
pub(super) fn member(pointer: &str, name: &str) -> String {
    match name.contains(['~', '/']) {
        true => format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1")),
        false => [pointer, "/", name].concat(),
    }
}

/// Where a schema stands in another one.
pub(super) enum Within<'a> {
    /// Under a keyword.
    Keyword,
    /// In a list or a map under a keyword.
    Part(&'a str),
}

/// The schemas directly within a schema: the keyword, the key or index below it, and the schema. Keywords are
/// recognized by their position, because in an example a key such as `items` is data.
pub(super) fn subschemas<'a>(schema: &'a Value, visit: &mut dyn FnMut(&'a str, &Within<'_>, &'a Value)) {
    let Some(map) = schema.as_object() else { return };
    for (keyword, part) in map {
        match part {
            part if SCHEMA.contains(&keyword.as_str()) => visit(keyword, &Within::Keyword, part),
            Value::Array(members) if LIST.contains(&keyword.as_str()) => {
                members
                    .iter()
                    .zip(0..)
                    .for_each(|(part, index)| visit(keyword, &Within::Part(&index.to_string()), part));
            }
            Value::Object(members) if MAP.contains(&keyword.as_str()) => {
                members.iter().for_each(|(name, part)| visit(keyword, &Within::Part(name), part));
            }
            _ => {}
        }
    }
}

/// The references that the schemas of a document have, which are checked while they are collected.
pub(super) struct References<'a> {
    document: &'a Value,
    /// For each reference whether its target is being checked (`false`) or has been (`true`).
    found: BTreeMap<&'a str, bool>,
    /// How many references are being followed.
    depth: usize,
    /// References whose target was resolved, but what is below it not yet checked.
    pending: Vec<&'a str>,
}

impl<'a> References<'a> {
    pub fn new(document: &'a Value) -> Self {
        Self { document, found: BTreeMap::new(), depth: 0, pending: Vec::new() }
    }

    /// Checks a schema and everything that it refers to.
    ///
    /// # Errors
    ///
    /// If a reference points to nothing, or if a schema consists of itself.
    pub fn check(&mut self, schema: &'a Value, place: &mut String) -> Result<(), DocumentError> {
        self.check_here(schema, place)?;
        while let Some(reference) = self.pending.pop() {
            let Some(target) = target(self.document, reference) else { continue };
            self.walk(target, &mut reference[1..].to_owned())?;
        }
        Ok(())
    }

    fn check_here(&mut self, schema: &'a Value, place: &mut String) -> Result<(), DocumentError> {
        self.consists_of(schema, place)?;
        self.walk(schema, place)
    }

    /// Follows what the schema consists of, which must not be itself.
    fn consists_of(&mut self, schema: &'a Value, place: &str) -> Result<(), DocumentError> {
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            let target = target(self.document, reference).ok_or_else(|| {
                DocumentError::new(
                    place,
                    format!("the reference `{reference}` points to nothing in this document"),
                    "put everything into one document, and let the reference name a place of it as `#/components/…`",
                )
            })?;
            match self.found.get(reference) {
                Some(true) => {}
                Some(false) => {
                    return Err(DocumentError::new(
                        place,
                        format!("the schema at `{reference}` consists of itself"),
                        "take the reference out of one of the schemas in the circle",
                    ));
                }
                None if self.depth == DEEPEST => {
                    return Err(DocumentError::new(
                        place,
                        format!("more than {DEEPEST} references lead from one to the next"),
                        "let the first of them point to the definition itself",
                    ));
                }
                None => {
                    self.found.insert(reference, false);
                    self.depth += 1;
                    self.consists_of(target, &reference[1..])?;
                    self.depth -= 1;
                    self.found.insert(reference, true);
                    self.pending.push(reference);
                }
            }
        }
        for keyword in ["allOf", "anyOf", "oneOf"] {
            for member in schema.get(keyword).and_then(Value::as_array).into_iter().flatten() {
                self.consists_of(member, place)?;
            }
        }
        Ok(())
    }

    fn walk(&mut self, schema: &'a Value, place: &mut String) -> Result<(), DocumentError> {
        let mut result = Ok(());
        subschemas(schema, &mut |keyword, within, part| {
            if result.is_err() {
                return;
            }
            let length = place.len();
            place.push('/');
            place.push_str(keyword);
            if let Within::Part(name) = within {
                *place = member(place, name);
            }
            result = self.check_here(part, place);
            place.truncate(length);
        });
        result
    }

    /// The references that were found.
    pub fn into_found(self) -> Vec<&'a str> {
        self.found.into_keys().collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::document::tests::{document_with_schemas, read};
    use super::*;

    fn refused(schemas: Value) -> DocumentError {
        read(&document_with_schemas(schemas)).unwrap_err()
    }

    #[test]
    fn references_to_nothing_are_refused_with_their_place() {
        let error = refused(json!({"A": {"properties": {"a/b": {"items": {"$ref": "#/components/schemas/B"}}}}}));
        assert_eq!(error.pointer, "/components/schemas/A/properties/a~1b/items");
        assert!(error.to_string().contains("`#/components/schemas/B` points to nothing"), "{error}");
        let error = refused(json!({"A": {"$ref": "other.yaml#/A"}}));
        assert_eq!(error.pointer, "/components/schemas/A");
    }

    #[test]
    fn a_schema_that_consists_of_itself_is_refused() {
        for schemas in [
            json!({"A": {"$ref": "#/components/schemas/A"}}),
            json!({"A": {"$ref": "#/components/schemas/B"}, "B": {"allOf": [{"$ref": "#/components/schemas/A"}]}}),
            json!({"A": {"anyOf": [{"type": "null"}, {"$ref": "#/components/schemas/A"}]}}),
        ] {
            let error = refused(schemas).to_string();
            assert!(error.contains("consists of itself"), "{error}");
        }
    }

    #[test]
    fn a_long_row_of_references_is_refused() {
        let row = |length: usize| {
            let one = |n| (format!("S{n}"), json!({"$ref": format!("#/components/schemas/S{}", n + 1)}));
            let mut schemas: serde_json::Map<_, _> = (0..length).map(one).collect();
            schemas.insert(format!("S{length}"), json!({}));
            document_with_schemas(schemas.into())
        };
        assert!(read(&row(DEEPEST)).is_ok());
        let error = read(&row(10_000)).unwrap_err().to_string();
        assert!(error.contains("lead from one to the next"), "{error}");
    }

    #[test]
    fn a_schema_that_has_itself_below_is_fine() {
        for schemas in [
            json!({"A": {"properties": {"next": {"$ref": "#/components/schemas/A"}}}}),
            json!({
                "A": {"allOf": [{"$ref": "#/components/schemas/B"}]},
                "B": {"properties": {"a": {"$ref": "#/components/schemas/A"}}},
            }),
        ] {
            assert!(read(&document_with_schemas(schemas)).is_ok());
        }
    }

    #[test]
    fn what_looks_like_a_reference_in_an_example_is_data() {
        assert!(read(&document_with_schemas(json!({"A": {"example": {"$ref": "nowhere"}}}))).is_ok());
    }

    #[test]
    fn pointers_are_escaped_and_fragments_decoded() {
        assert_eq!(member("/a", "b/c~d"), "/a/b~1c~0d");
        let document = json!({"a b": {"c/d": 1}});
        assert_eq!(target(&document, "#/a%20b/c~1d"), Some(&json!(1)));
        assert_eq!(target(&document, "#/a b/nothing"), None);
    }
}
