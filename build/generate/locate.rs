//! Finds the schema or operation that progenitor fails on, since its message rarely names it.
//!
//! Halves of what there is are tried, and halves of the half that fails: each try is half as large as the one before, so that
//! all of them together take about as long as the one that failed. A schema outside of the part that is tried is replaced
//! by a plain one of its type; otherwise each try would hold most of a document whose schemas refer to each other. Operations
//! come first: with plain schemas they are small.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::build::{
    problem::Problem,
    walk::{self, Place, component_name},
};

const ADVICE: &str = "progenitor cannot generate this shape: change it by an overlay action, or teach a lowering rule";

/// Why progenitor fails on a document; `None` if it does not.
type Fails<'a> = &'a mut dyn FnMut(&Value) -> Option<String>;

/// The problem at the place that progenitor fails on. `reason` is why it failed on the whole document.
pub fn locate(document: &Value, reason: String, fails: Fails<'_>) -> Problem {
    let parts = Parts::of(document);
    let schemas: Vec<usize> = (0..parts.schemas.len()).collect();
    let operations: Vec<usize> = (0..parts.operations.len()).collect();
    let of_schema = |index: usize, reason: String| {
        let name = walk::escape(&parts.schemas[index].name);
        Problem::new(format!("/components/schemas/{name}"), reason, ADVICE)
    };
    let of_operation = |index: usize, reason: String| {
        let Operation { pointer, id, .. } = &parts.operations[index];
        Problem::new(pointer, reason, ADVICE).in_operation(id)
    };
    if let Some((index, reason)) = alone(&operations, &mut |some, whole| fails(&parts.document(&[], some, whole))) {
        return of_operation(index, reason);
    }
    if let Some((index, reason)) = alone(&schemas, &mut |some, whole| fails(&parts.document(some, &[], whole))) {
        return of_schema(index, reason);
    }
    if let Some((index, reason)) = together(&schemas, &mut |some| fails(&parts.document(some, &[], false))) {
        return of_schema(index, reason);
    }
    if let Some((index, reason)) = together(&operations, &mut |some| fails(&parts.document(&[], some, true))) {
        return of_operation(index, reason);
    }
    Problem::new("/", reason, ADVICE)
}

/// The one of these parts that fails by itself: with plain schemas for all it refers to, and (`true`) with the real ones.
fn alone(parts: &[usize], fails: &mut dyn FnMut(&[usize], bool) -> Option<String>) -> Option<(usize, String)> {
    let mut among = parts;
    while among.len() > 1 {
        let (first, second) = among.split_at(among.len() / 2);
        among = if fails(first, false).is_some() { first } else { second };
    }
    let index = *among.first()?;
    let reason = fails(among, false)?;
    fails(among, true).is_some().then_some((index, reason))
}

/// The last of the fewest of these parts, from the first one on, that fail together.
fn together(parts: &[usize], fails: &mut dyn FnMut(&[usize]) -> Option<String>) -> Option<(usize, String)> {
    let mut reason = fails(parts)?;
    let (mut passes, mut least) = (0, parts.len());
    while least - passes > 1 {
        let middle = (passes + least) / 2;
        match fails(&parts[..middle]) {
            Some(why) => (least, reason) = (middle, why),
            None => passes = middle,
        }
    }
    Some((*parts.get(least.checked_sub(1)?)?, reason))
}

/// A named schema, and the numbers of those it refers to.
struct Schema<'a> {
    name: String,
    value: &'a Value,
    refers: BTreeSet<usize>,
}

struct Operation {
    id: String,
    path: String,
    method: String,
    pointer: String,
    value: Value,
    refers: BTreeSet<usize>,
}

/// What a document is made of, and what is around it.
struct Parts<'a> {
    /// The document without paths and schemas.
    frame: Value,
    schemas: Vec<Schema<'a>>,
    operations: Vec<Operation>,
}

impl<'a> Parts<'a> {
    fn of(document: &'a Value) -> Self {
        let named = || document.pointer("/components/schemas").and_then(Value::as_object).into_iter().flatten();
        let numbers: BTreeMap<&str, usize> =
            named().zip(0..).map(|((name, _), number)| (name.as_str(), number)).collect();
        let schemas = named().map(|(name, value)| {
            let refers = references(json!({"components": {"schemas": {"one": value}}}), &numbers);
            Schema { name: name.clone(), value, refers }
        });
        let schemas = schemas.collect();
        let mut operations = Vec::new();
        let mut paths = json!({"paths": document["paths"]});
        // The visitor never refuses.
        let _ = walk::operations(&mut paths, &mut |operation| {
            let value = Value::Object(operation.value.clone());
            let (path, method) = (operation.path.to_string(), operation.method.to_string());
            let refers = references(json!({"paths": {"/": {"get": value}}}), &numbers);
            let (id, pointer) = (operation.id.unwrap_or("without an id").to_string(), operation.pointer.clone());
            operations.push(Operation { id, path, method, pointer, value, refers });
            Ok(())
        });
        let mut frame = document.as_object().cloned().unwrap_or_default();
        frame.remove("paths");
        frame.remove("components");
        Self { frame: Value::Object(frame), schemas, operations }
    }

    /// A document of some schemas and operations. What they refer to is there as well: plain, or as it is, with all that it refers to.
    fn document(&self, schemas: &[usize], operations: &[usize], whole: bool) -> Value {
        let mut kept: BTreeSet<usize> = schemas.iter().copied().collect();
        let referred = |number: &usize| self.schemas[*number].refers.iter().copied();
        let mut open: Vec<usize> = kept.iter().flat_map(referred).collect();
        open.extend(operations.iter().flat_map(|number| self.operations[*number].refers.iter().copied()));
        let mut plain = BTreeSet::new();
        while let Some(number) = open.pop() {
            if !whole {
                plain.insert(number);
            } else if kept.insert(number) {
                open.extend(referred(&number));
            }
        }
        let mut named = Map::new();
        for number in plain.union(&kept) {
            let Schema { name, value, .. } = &self.schemas[*number];
            named.insert(name.clone(), if kept.contains(number) { (*value).clone() } else { plain_form(value) });
        }
        let mut paths = json!({});
        for number in operations {
            let Operation { path, method, value, .. } = &self.operations[*number];
            paths[path][method] = value.clone();
        }
        let mut document = self.frame.clone();
        document["paths"] = paths;
        document["components"] = json!({"schemas": named});
        document
    }
}

/// A schema of the same type that refers to nothing and that progenitor can generate.
fn plain_form(schema: &Value) -> Value {
    match schema["type"].as_str() {
        Some(name @ ("string" | "integer" | "number" | "boolean")) => json!({ "type": name }),
        Some("array") => json!({"type": "array", "items": {"type": "string"}}),
        _ => json!({"type": "object", "properties": {"part": {"type": "string"}}}),
    }
}

/// The numbers of the named schemas that a part of a document refers to.
fn references(mut part: Value, numbers: &BTreeMap<&str, usize>) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    // The visitor never refuses.
    let _ = walk::schemas(&mut part, &mut |schema, _: &Place| {
        let name = schema["$ref"].as_str().and_then(|reference| component_name(reference, "schemas"));
        found.extend(name.and_then(|name| numbers.get(name)));
        Ok(())
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A document of so many schemas, each of which refers to others before and behind it, and an operation for every third.
    fn large(schemas: usize) -> Value {
        let name = |number: usize| format!("Schema{number:05}");
        let mut named = Map::new();
        let mut paths = Map::new();
        for number in 0..schemas {
            let mut properties = Map::new();
            for part in 0..12 {
                let text =
                    json!({"type": "string", "description": format!("What part {part} of schema {number} is for.")});
                properties.insert(format!("part_{part}"), text);
            }
            for other in [number / 2, (number + 7) % schemas, schemas - 1 - number] {
                properties
                    .insert(format!("other_{other}"), json!({"$ref": format!("#/components/schemas/{}", name(other))}));
            }
            named.insert(name(number), json!({"type": "object", "properties": properties}));
            if number % 3 == 0 {
                let schema = json!({"$ref": format!("#/components/schemas/{}", name(number))});
                let answer = json!({"2XX": {"description": "", "content": {"application/json": {"schema": schema}}}});
                let get = json!({"operationId": format!("get{number:05}"), "responses": answer});
                paths.insert(format!("/v1/things/{number:05}"), json!({ "get": get }));
            }
        }
        let info = json!({"title": "t", "version": "1"});
        json!({"openapi": "3.0.3", "info": info, "paths": paths, "components": {"schemas": named}})
    }

    /// Locates with a stand-in for progenitor that fails where the marks are, and counts its work.
    fn located(document: &Value, marks: &[&str]) -> (Problem, usize, usize) {
        let (mut tries, mut bytes) = (0, 0);
        let problem = locate(document, "all".into(), &mut |part| {
            let text = part.to_string();
            tries += 1;
            bytes += text.len();
            marks.iter().all(|mark| text.contains(mark)).then(|| "no".to_string())
        });
        (problem, tries, bytes)
    }

    #[test]
    fn in_a_document_of_three_megabytes_all_tries_together_are_about_as_large_as_it() {
        let mut document = large(3000);
        document["components"]["schemas"]["Schema01234"]["properties"]["odd"] = json!({"x-odd": "in a schema"});
        document["paths"]["/v1/things/02001"]["get"]["x-odd"] = json!("in an operation");
        let size = document.to_string().len();
        assert!(size > 3_000_000, "{size}");
        for (mark, place, operation, most) in [
            ("in a schema", "/components/schemas/Schema01234", None, 26),
            ("in an operation", "/paths/~1v1~1things~102001/get", Some("get02001"), 12),
        ] {
            let started = std::time::Instant::now();
            let (problem, tries, bytes) = located(&document, &[mark]);
            let took = format!("{tries} tries of {bytes} bytes in {:?}", started.elapsed());
            assert_eq!((problem.place.as_str(), problem.operation.as_deref()), (place, operation), "{took}");
            assert!(tries <= most, "{took}");
            assert!(bytes < 4 * size, "{took}");
        }
    }

    #[test]
    fn what_fails_only_together_is_named_by_its_last_part() {
        let mut document = large(40);
        document["components"]["schemas"]["Schema00004"]["x-odd"] = json!("one of two");
        document["components"]["schemas"]["Schema00031"]["x-odd"] = json!("two of two");
        let (problem, ..) = located(&document, &["one of two", "two of two"]);
        assert_eq!(problem.place, "/components/schemas/Schema00031");
        let mut document = large(40);
        document["paths"]["/v1/things/00009"]["get"]["x-odd"] = json!("one of two");
        document["paths"]["/v1/things/00030"]["get"]["x-odd"] = json!("two of two");
        let (problem, ..) = located(&document, &["one of two", "two of two"]);
        assert_eq!(problem.place, "/paths/~1v1~1things~100030/get");
        // What is in neither is told as it was said of the whole.
        let (problem, ..) = located(&document, &["nowhere"]);
        assert_eq!((problem.place.as_str(), problem.message.as_str()), ("/", "all"));
    }

    #[test]
    fn a_part_that_only_fails_with_plain_schemas_around_it_is_not_blamed() {
        let mut document = large(9);
        document["paths"]["/v1/things/00006"]["get"]["x-odd"] = json!("odd");
        let mut fails = |part: &Value| {
            let text = part.to_string();
            // A plain schema has one property, of this name.
            let plain = text.contains(r#""part":{"#);
            (plain || text.contains("odd\"")).then(|| "no".to_string())
        };
        assert_eq!(locate(&document, "all".into(), &mut fails).place, "/paths/~1v1~1things~100006/get");
    }
}
