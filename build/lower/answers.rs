//! Gives an answer that is a list a type of its own where the same schema is also a part of something.
//!
//! An answer has to have its list, and what is within something may leave it out: one type cannot say both.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Lowered, unions};
use crate::build::{
    lists::{self, Asked},
    problem::Problem,
    rust_names::type_name,
    walk,
};

const ANSWER: &str = "/responses/2XX/content/application~1json/schema";

/// Copies the schema for the answers.
pub fn apart(lowered: &mut Lowered) -> Result<(), Problem> {
    let (mut within, mut answers) = (BTreeSet::new(), BTreeSet::new());
    walk::schemas(&mut lowered.document, &mut |schema, place| {
        let is_answer = place.operation.is_some() && place.pointer.ends_with(ANSWER);
        let names = if is_answer { &mut answers } else { &mut within };
        names.extend(unions::reference(schema).map(str::to_string));
        Ok(())
    })?;
    if within.is_disjoint(&answers) {
        return Ok(());
    }
    let known = lowered.document.clone();
    let schemas = &known["components"]["schemas"];
    let mut copies: Vec<(String, Value)> = Vec::new();
    walk::operations(&mut lowered.document, &mut |operation| {
        let parameters = operation.value.get("parameters").and_then(Value::as_array).cloned().unwrap_or_default();
        let parameters: Vec<&str> = parameters.iter().filter_map(|parameter| parameter["name"].as_str()).collect();
        let asked = Asked { path: operation.path, parameters: &parameters };
        let Some(answer) = operation.value["responses"].pointer_mut(&ANSWER["/responses".len()..]) else {
            return Ok(());
        };
        let Some(name) = unions::reference(answer).filter(|name| within.contains(*name)).map(str::to_string) else {
            return Ok(());
        };
        if lists::key(&known, answer, asked).is_none() {
            return Ok(());
        }
        let mut copy = format!("{name}Answer");
        let is_taken = |copy: &str| {
            schemas.as_object().into_iter().flatten().any(|(taken, _)| type_name(taken) == type_name(copy))
        };
        for number in 2.. {
            if !is_taken(&copy) {
                break;
            }
            copy = format!("{name}Answer{number}");
        }
        answer["$ref"] = json!(format!("#/components/schemas/{copy}"));
        copies.push((copy, schemas[name.as_str()].clone()));
        Ok(())
    })?;
    for (name, schema) in copies {
        lowered.document["components"]["schemas"][name] = schema;
    }
    Ok(())
}
